"""Invented answers built as single registries and registrars build theirs, and bent ones."""

from __future__ import annotations

from typing import Any

from rdap_parts import (
    ABUSE,
    GOOD,
    Answer,
    card_of,
    ent,
    flat,
    mail,
    name,
    net,
    org,
    registrar,
    row,
    said,
)

_DESK = "desk@host.example"
_NAMES = "abuse@names.example"

ODDITIES: dict[str, tuple[Answer, dict[str, Any]]] = {
    # mail addresses as people wrote them into cards
    "preference as a type": (
        net(ent(["abuse"], mail("noc@host.example", type="work"), mail(_DESK, type="pref"))),
        {"abuse_email": _DESK},
    ),
    "preference as a broken number": (
        net(ent(["abuse"], mail("noc@host.example", pref=2.0), mail(_DESK, pref=1.0))),
        {"abuse_email": _DESK},
    ),
    "preference in a list": (
        net(ent(["abuse"], mail("noc@host.example"), mail(_DESK, pref=["1"]))),
        {"abuse_email": _DESK},
    ),
    "parameter names in capitals": (
        net(ent(["abuse"], mail("noc@host.example"), mail(_DESK, TYPE="ABUSE"))),
        {"abuse_email": _DESK},
    ),
    "parameters that are null": (
        card_of(["vcard", [["email", None, "text", GOOD]]]),
        {"abuse_email": GOOD},
    ),
    "empty text before the address": (
        net(ent(["abuse"], mail(""), mail(GOOD))),
        {"abuse_email": GOOD},
    ),
    "several values in one property": (
        card_of(["vcard", [["email", {}, "text", "b@host.example", GOOD]]]),
        {"abuse_email": GOOD},
    ),
    "name and angle brackets": (net(flat("Desk <Abuse@Host.example>")), {"abuse_email": GOOD}),
    "address and comment": (net(flat("abuse@host.example (Desk)")), {"abuse_email": GOOD}),
    "dot at the end": (net(flat("abuse@host.example.")), {"abuse_email": GOOD}),
    "signs without width": (net(flat("abuse@\u200bhost.example")), {"abuse_email": GOOD}),
    "wide at sign": (net(flat("abuse\uff20host.example")), {"abuse_email": GOOD}),
    "character references": (net(flat("&#97;buse&#64;host.example")), {"abuse_email": GOOD}),
    "percent signs": (net(flat("mailto:abuse%40host.example")), {"abuse_email": GOOD}),
    "domain in other letters": (
        net(flat("abuse@bücher.example")),
        {"abuse_email": "abuse@xn--bcher-kva.example"},
    ),
    "numeric domain": (net(flat("abuse@[192.0.2.1]")), {"abuse_email": None}),
    "card as an object of lists": (card_of({"vcard": [mail(GOOD)]}), {"abuse_email": GOOD}),
    # roles and kinds
    "role in words": (net(ent(["abuse contact"], mail(_DESK))), {"abuse_email": _DESK}),
    "role as in RPSL": (net(ent(["abuse-c"], mail(_DESK))), {"abuse_email": _DESK}),
    "kind spelt out": (
        net(ent(["registrant"], row("fn", "Harbour"), row("kind", "organization"))),
        {"org_name": "Harbour"},
    ),
    "company with a person's card": (
        net(
            ent(
                ["registrant"],
                row("fn", "Harbour SA"),
                row("kind", "individual"),
                publicIds=[{"type": "cnpj", "identifier": "00.000.000/0001-00"}],
            )
        ),
        {"org_name": "Harbour SA"},
    ),
    "items that are no entities": (net(None, ABUSE, "x"), {"abuse_email": GOOD}),  # type: ignore[arg-type]
    "desk for everything beside an abuse desk": (
        net(ent(["abuse", "noc", "technical"], mail("arin@host.example")), org("H", ABUSE)),
        {"abuse_email": GOOD},
    ),
    # LACNIC: no country, no name, one person
    "one person, no name, no country": (
        {
            "objectClassName": "ip network",
            "handle": "198.51.100/24",
            "startAddress": "198.51.100.0",
            "endAddress": "198.51.100.255",
            "name": None,
            "type": "assigned",
            "entities": [
                ent(["registrant"], row("kind", "org"), row("fn", "Acme S.A."), handle="AR-ACME"),
                ent(
                    ["technical", "abuse"],
                    row("kind", "individual"),
                    row("fn", "P Q"),
                    mail("redes@acme.example", type="work"),
                ),
            ],
        },
        {
            "abuse_email": "redes@acme.example",
            "org_name": "Acme S.A.",
            "country": None,
            "network_name": None,
        },
    ),
    # the registry's own networks, and others that carry its mailbox
    "own network by its description": (
        net(
            flat("helpdesk@apnic.net"),
            remarks=said("Asia Pacific Network Information Centre", title="description"),
            port43="whois.apnic.net",
        ),
        {"abuse_email": "helpdesk@apnic.net", "org_name": None},
    ),
    "someone else's by its description": (
        net(flat("helpdesk@apnic.net"), remarks=said("Telco", "apnic", title="description")),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    "handed on by a national registry": (
        net(
            flat("irt@nic.or.kr"),
            remarks=said("Korea Network Information Center", title="description"),
            type="ALLOCATED PORTABLE",
        ),
        {"abuse_email": None},
    ),
    "a service's desk in the remarks of a registry's network": (
        net(
            org("APNIC Research and Development"),
            flat("helpdesk@apnic.net"),
            remarks=said("All abuse reports for the resolver go to", "resolver@service.example"),
            port43="whois.apnic.net",
        ),
        {"abuse_email": "helpdesk@apnic.net"},
    ),
    # free text
    "sentence that goes on in the next line": (
        net(remarks=said("Please send all abuse reports to", "desk@host.example or call us.")),
        {"abuse_email": _DESK},
    ),
    "rule between heading and address": (
        net(remarks=said("Abuse reports", "---------", _DESK)),
        {"abuse_email": _DESK},
    ),
    "another desk beside a form for abuse": (
        net(remarks=said("NOC: noc@host.example Abuse: https://host.example/abuse")),
        {"abuse_email": None},
    ),
    "another desk under a heading": (
        net(remarks=said("Abuse policy:", "sales@host.example for orders")),
        {"abuse_email": None},
    ),
    "another desk before a form for abuse": (
        net(remarks=said("peer@host.example for peering; abuse: https://host.example/abuse")),
        {"abuse_email": None},
    ),
    "handle that is none": (
        name(
            ent(["registrar"], row("fn", "N"), entities=[ent(["abuse"], handle="REDACTED")]),
            ent(["registrant"], mail("owner@pictures.example"), handle="REDACTED"),
        ),
        {"abuse_email": None},
    ),
    "wide at sign in a remark": (
        net(remarks=said("Abuse: desk\uff20host.example")),
        {"abuse_email": _DESK},
    ),
    # domains: the registrar's desk and no other one
    "registrar's name on its desk only": (
        name(
            ent(
                ["registrar"],
                handle="R1",
                entities=[ent(["abuse"], row("fn", "Names Ltd"), mail(_NAMES), handle="R1")],
            )
        ),
        {"abuse_email": _NAMES, "registrar": "Names Ltd"},
    ),
    "sponsoring registrar": (
        name(ent(["sponsoring registrar"], row("fn", "N"), entities=[flat(_NAMES)])),
        {"abuse_email": _NAMES, "abuse_source": "registrar_abuse"},
    ),
    "registrar's own mailbox of another kind": (
        name(ent(["registrar"], row("fn", "N"), mail("support@names.example"))),
        {"abuse_email": None},
    ),
    "reseller's desk alone": (
        name(registrar(), ent(["reseller"], entities=[flat("r@reseller.example")])),
        {"abuse_email": None},
    ),
    "reseller's desk inside the registrar": (
        name(
            ent(
                ["registrar"],
                row("fn", "N"),
                entities=[ent(["reseller"], entities=[flat("r@reseller.example")]), flat(_NAMES)],
            )
        ),
        {"abuse_email": _NAMES},
    ),
    "owner who is the abuse contact": (
        name(registrar(), ent(["registrant", "abuse"], mail("owner@pictures.example"))),
        {"abuse_email": None},
    ),
    "registry's desk": (
        name(ent(["registry"], entities=[flat("abuse@registry.example")]), registrar()),
        {"abuse_email": None},
    ),
    "registry's desk in a notice": (
        name(registrar(), notices=said("abuse contact for this zone is abuse@registry.example")),
        {"abuse_email": None},
    ),
    "registry's desk in a remark": (
        name(registrar(), remarks=said("Report abuse to abuse@registry.example")),
        {"abuse_email": None},
    ),
    "registrar's desk in a remark": (
        name(registrar(), remarks=said("Registrar Abuse Contact Email: abuse@names.example")),
        {"abuse_email": _NAMES},
    ),
    "name in other letters only": (
        {"objectClassName": "domain", "unicodeName": "Bücher.example"},
        {"domain": "xn--bcher-kva.example"},
    ),
    "private owner": (
        name(ent(["registrant"], row("fn", "REDACTED FOR PRIVACY"), row("org", "Data Protected"))),
        {"org_name": None},
    ),
    "name server": (
        {
            "objectClassName": "nameserver",
            "ldhName": "ns1.host.example",
            "entities": [registrar(flat(_NAMES))],
        },
        {"object_class": "nameserver", "abuse_email": _NAMES, "abuse_source": "registrar_abuse"},
    ),
    "registrar as the object itself": (
        registrar(flat(_NAMES)),
        {"kind": "entity", "abuse_email": _NAMES},
    ),
    "reverse zone": (
        name(org("Harbour", ABUSE), ldhName="2.0.192.in-addr.arpa"),
        {"abuse_email": GOOD, "org_name": "Harbour", "abuse_source": "nested_abuse"},
    ),
    "answer in a wrapping": ({"url": "x", "answer": net(ABUSE)}, {"abuse_email": GOOD}),
    # other members
    "country with a comment": (net(country="nl # since 2020"), {"country": "NL"}),
    "error with the class of what was asked": (
        {"objectClassName": "ip network", "errorCode": 404, "entities": [ABUSE]},
        {"kind": "error", "abuse_email": None},
    ),
    "success as an error code": (net(ABUSE, errorCode=200), {"kind": "ip", "abuse_email": GOOD}),
}
