"""Invented registry answers, one for each trap, beside what must be read from them."""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any]


def row(name: str, value: object, kind: str = "text", **parameters: object) -> list[object]:
    return [name, parameters, kind, value]


def ent(roles: object = None, *rows: object, **more: Any) -> Answer:
    made: Answer = {"objectClassName": "entity", **more}
    if roles is not None:
        made["roles"] = roles
    if rows:
        made["vcardArray"] = ["vcard", [row("version", "4.0"), *rows]]
    return made


def mail(value: object, **parameters: object) -> list[object]:
    return row("email", value, **parameters)


def org(name: str = "Harbour Hosting BV", *inner: Answer, **more: Any) -> Answer:
    if inner:
        more["entities"] = list(inner)
    return ent(["registrant"], row("fn", name), row("kind", "org"), handle="ORG-HH1", **more)


def net(*entities: Answer, **more: Any) -> Answer:
    return {
        "objectClassName": "ip network",
        "handle": "NET-1",
        "startAddress": "192.0.2.0",
        "endAddress": "192.0.2.255",
        "name": "HARBOUR-NET",
        "entities": list(entities),
        **more,
    }


def said(*lines: str, title: str = "remarks") -> list[Answer]:
    return [{"title": title, "description": list(lines)}]


def name(*entities: Answer, **more: Any) -> Answer:
    return {
        "objectClassName": "domain",
        "ldhName": "PICTURES.example",
        "entities": list(entities),
        **more,
    }


def registrar(*inner: Answer, **more: Any) -> Answer:
    return ent(["registrar"], row("fn", "Names Ltd"), handle="9999", entities=list(inner), **more)


ABUSE = ent(["abuse"], mail("abuse@host.example"))
TECH = ent(["technical"], mail("tech@host.example"))
GOOD = "abuse@host.example"


def flat(address: object, **more: Any) -> Answer:
    """Make an abuse entity with one mail address."""
    return ent(["abuse"], mail(address), **more)


def card_of(card: object) -> Answer:
    return net({"roles": ["abuse"], "vcardArray": card})


CASES: dict[str, tuple[Answer, dict[str, Any]]] = {
    # ARIN
    "abuse nested and again at the top": (
        net(org("H", flat("abuse@org.example")), flat("abuse@net.example")),
        {"abuse_email": "abuse@net.example", "abuse_source": "entity_abuse"},
    ),
    "nested under the registrant only": (
        net(org("Harbour", ABUSE, TECH)),
        {"abuse_email": GOOD, "abuse_source": "nested_abuse", "org_name": "Harbour"},
    ),
    "no country member": (
        net(org("H", ABUSE), ABUSE),
        {"country": None, "abuse_email": GOOD},
    ),
    "country in the postal label only": (
        net(
            ent(
                ["registrant"],
                row("fn", "H"),
                row("kind", "org"),
                row("adr", ["", "", "", "", "", "", ""], label="Street 1\\nTown\\nNL"),
            )
        ),
        {"country": None, "org_country": "NL", "org_name": "H"},
    ),
    "unvalidated contact": (
        net(flat(GOOD, remarks=said("no response since 2019", title="Unvalidated POC"))),
        {"abuse_email": GOOD, "flags": {"unvalidated"}},
    ),
    "a validated desk goes before an unvalidated one": (
        net(
            flat("old@host.example", remarks=said("x", title="Unvalidated POC")),
            flat("new@host.example"),
        ),
        {"abuse_email": "new@host.example"},
    ),
    "one person for technical and abuse beside an abuse desk": (
        net(org("H", ent(["technical", "abuse"], mail("arin@host.example")), ABUSE)),
        {"abuse_email": GOOD},
    ),
    "customer without contacts": (
        net(ent(["registrant"], row("fn", "Customer"), row("kind", "org")), parentHandle="NET-0"),
        {"abuse_email": None, "parent_handle": "NET-0", "flags": {"no_abuse_role"}},
    ),
    "space of another registry": (
        net(
            org("RIPE Network Coordination Centre", flat("abuse@ripe.net")),
            name="RIPE-CBLK",
            port43="whois.arin.net",
        ),
        {"abuse_email": None, "flags": {"not_managed_here", "no_abuse_contact"}},
    ),
    "another registry as holder, under any name": (
        net(
            org("Asia Pacific Network Information Centre", flat("search@apnic.net")),
            port43="whois.arin.net",
        ),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    "comment names the desk": (
        net(org(), remarks=said("The abuse contact is: net-abuse@host.example")),
        {"abuse_email": "net-abuse@host.example", "abuse_source": "remarks"},
    ),
    # RIPE
    "mailbox typed abuse among others": (
        net(ent(["abuse"], mail("x@host.example", type="email"), mail(GOOD, type="abuse"))),
        {"abuse_email": GOOD},
    ),
    "maintainer as registrant": (
        net(
            ent(["registrant"], row("fn", "X-MNT"), row("kind", "individual"), handle="X-MNT"),
            org("Real BV"),
            ABUSE,
        ),
        {"org_name": "Real BV", "abuse_email": GOOD},
    ),
    "maintainer with the mark in front": (
        net(ent(["registrant"], row("fn", "MNT-X"), handle="MNT-X"), ABUSE),
        {"org_name": None},
    ),
    "the registry's own network": (
        net(
            org("Reseaux IP Europeens Network Coordination Centre (RIPE NCC)"),
            flat("abuse@ripe.net"),
            port43="whois.ripe.net",
        ),
        {"abuse_email": "abuse@ripe.net"},
    ),
    "legacy space": (net(ABUSE, type="LEGACY"), {"abuse_email": GOOD, "flags": {"legacy"}}),
    "abuse contact named in a notice": (
        net(notices=said("Abuse contact for '192.0.2.0 - 192.0.2.255' is 'abuse@host.example'")),
        {"abuse_email": GOOD, "abuse_source": "notices"},
    ),
    # APNIC and the national registries
    "second mailbox preferred": (
        net(ent(["abuse"], mail("noc@host.example"), mail("desk@host.example", pref="1"))),
        {"abuse_email": "desk@host.example"},
    ),
    "preference as a number and in capitals": (
        net(ent(["abuse"], mail("noc@host.example"), mail("desk@host.example", PREF=1))),
        {"abuse_email": "desk@host.example"},
    ),
    "incident team with a validation note": (
        net(flat(GOOD, handle="IRT-X-AP", remarks=said("abuse@host.example was validated"))),
        {"abuse_email": GOOD, "abuse_source": "entity_abuse"},
    ),
    "korean block through APNIC": (
        net(
            org("Some Telecom"),
            flat("irt@nic.or.kr", handle="IRT-KRNIC-KR"),
            ent(["technical"], mail("ip@telecom.example")),
        ),
        {"abuse_email": None, "flags": {"registry_placeholder", "no_abuse_contact"}},
    ),
    "japanese block with the desk in a remark": (
        net(
            flat("hostmaster@nic.ad.jp", handle="IRT-JPNIC-JP"),
            remarks=said("Email address for spam or abuse complaints : abuse@host.example"),
        ),
        {"abuse_email": GOOD, "abuse_source": "remarks"},
    ),
    "national registry that holds an allocation": (
        net(
            org("Japan Network Information Center"),
            flat("hostmaster@nic.ad.jp"),
            type="ALLOCATED PORTABLE",
        ),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    "national registry's own servers": (
        net(
            org("Japan Network Information Center"),
            flat("hostmaster@nic.ad.jp"),
            type="ASSIGNED PORTABLE",
        ),
        {"abuse_email": "hostmaster@nic.ad.jp"},
    ),
    "taiwanese placeholder": (net(org(), flat("hostmaster@twnic.tw")), {"abuse_email": None}),
    "chinese placeholder": (net(org(), flat("ipas@cnnic.cn")), {"abuse_email": None}),
    "indonesian placeholder": (net(org(), flat("abuse@idnic.net")), {"abuse_email": None}),
    "vietnamese placeholder": (net(org(), flat("hm-changed@vnnic.vn")), {"abuse_email": None}),
    # LACNIC and registro.br
    "one person for everything": (
        net(
            ent(
                ["technical", "abuse"],
                row("fn", "A Person"),
                row("kind", "individual"),
                mail("p@host.example"),
            )
        ),
        {"abuse_email": "p@host.example", "org_name": None, "flags": {"person"}},
    ),
    "removed mailbox": (
        net(flat("removed@lacnic.net"), org()),
        {"abuse_email": None, "flags": {"withheld"}},
    ),
    "handle without trailing octets": (
        {"objectClassName": "ip network", "handle": "192.0.2/24"},
        {"start": "192.0.2.0", "end": "192.0.2.255", "network_name": None},
    ),
    "abuse role without a card": (
        net(
            ent(["abuse"], row("fn", "Desk")),
            ent(["technical"], mail("abuse@host.example")),
            remarks=[{"type": "object truncated due to authorization", "description": ["x"]}],
            nicbr_autnum=64500,
        ),
        {"abuse_email": None, "flags": {"abuse_without_mail", "truncated"}},
    ),
    "national incident team in a remark": (
        net(
            org(), remarks=said("Security and mail abuse also to cert@cert.br, mail-abuse@cert.br")
        ),
        {"abuse_email": None, "flags": {"registry_placeholder"}},
    ),
    # AFRINIC
    "entities without roles, desk in a remark": (
        net(
            ent(None, row("fn", "A Host"), row("kind", "org"), handle="ORG-A-AFRINIC"),
            ent(None, row("fn", "B"), mail("b@host.example")),
            remarks=said("Abuse reports to: desk@host.example"),
        ),
        {"abuse_email": "desk@host.example", "org_name": "A Host"},
    ),
    "incident team without roles": (
        net(ent(None, row("fn", "IRT"), mail("irt@host.example"), handle="IRT-HOST")),
        {"abuse_email": "irt@host.example", "abuse_source": "incident_team"},
    ),
    "abuse desk without roles": (
        net(ent(None, row("fn", "Abuse Desk"), mail("desk@host.example"), handle="AD1-AFRINIC")),
        {"abuse_email": "desk@host.example", "abuse_source": "incident_team"},
    ),
    "the whole of the address space": (
        net(
            flat("bitbucket@ripe.net"),
            startAddress="0.0.0.0",
            endAddress="255.255.255.255",
            country="EU",
        ),
        {"abuse_email": None, "country": "EU", "flags": {"not_managed_here"}},
    ),
    # free text
    "obfuscated with brackets": (
        net(remarks=said("abuse (at) host [dot] example")),
        {"abuse_email": GOOD},
    ),
    "obfuscated with words": (
        net(remarks=said("Mail: abuse at host dot example")),
        {"abuse_email": GOOD},
    ),
    "a site is no mailbox": (
        net(remarks=said("Report abuse at host.example")),
        {"abuse_email": None, "candidates": []},
    ),
    "abuse-mailbox line": (
        net(remarks=said("abuse-mailbox: desk@host.example")),
        {"abuse_email": "desk@host.example"},
    ),
    "trouble line": (
        net(
            remarks=said(
                "trouble: Peering: peer@host.example", "trouble: Spam/Abuse: d@host.example"
            )
        ),
        {"abuse_email": "d@host.example"},
    ),
    "two desks on one line": (
        net(remarks=said("peer@host.example for peering, desk@host.example for abuse")),
        {"abuse_email": "desk@host.example"},
    ),
    "two desks on one line, abuse first": (
        net(remarks=said("desk@host.example for abuse, peer@host.example for peering")),
        {"abuse_email": "desk@host.example", "accepted": ["desk@host.example"]},
    ),
    "labels before the desks": (
        net(remarks=said("Abuse: desk@host.example Peering: peer@host.example")),
        {"abuse_email": "desk@host.example", "accepted": ["desk@host.example"]},
    ),
    "heading above the address": (
        net(remarks=said("E-mail: desk@host.example", title="Abuse contact")),
        {"abuse_email": "desk@host.example"},
    ),
    "spanish remark": (
        net(remarks=said("Reportes de abuso: desk@host.example")),
        {"abuse_email": "desk@host.example"},
    ),
    "a dead mailbox and the new one": (
        net(remarks=said("abuse@old.example is no longer read, abuse goes to abuse@host.example")),
        {"abuse_email": GOOD, "accepted": [GOOD]},
    ),
    "complaint desk of someone else": (
        net(remarks=said("Forward abuse to report@spamcop.net")),
        {"abuse_email": None},
    ),
    "remark as bare text": (
        net(remarks="abuse: desk@host.example"),
        {"abuse_email": "desk@host.example"},
    ),
    "entity before remark": (
        net(ABUSE, remarks=said("abuse: other@host.example")),
        {"abuse_email": GOOD},
    ),
    # cards
    "several addresses in one property": (
        net(flat(["noc@host.example", "abuse@host.example"])),
        {"abuse_email": GOOD},
    ),
    "several addresses in one text": (
        net(flat("noc@host.example, Abuse@Host.example")),
        {"abuse_email": GOOD},
    ),
    "mailto address": (
        net(ent(["abuse"], row("email", "mailto:Abuse@Host.Example", "uri"))),
        {"abuse_email": GOOD},
    ),
    "obfuscated card": (net(flat("abuse(at)host.example")), {"abuse_email": GOOD}),
    "card as an object": (card_of({"fn": "Desk", "email": GOOD}), {"abuse_email": GOOD}),
    "card without its word": (card_of([[mail(GOOD)]]), {"abuse_email": GOOD}),
    "card wrapped once more": (card_of([["vcard", [mail(GOOD)]]]), {"abuse_email": GOOD}),
    "card without its inner list": (card_of(["vcard", mail(GOOD)]), {"abuse_email": GOOD}),
    "properties as objects": (
        card_of(["vcard", [{"name": "EMAIL", "value": GOOD}]]),
        {"abuse_email": GOOD},
    ),
    "property without its type": (card_of(["vcard", [["email", GOOD]]]), {"abuse_email": GOOD}),
    "grouped property": (card_of(["vcard", [row("item1.email", GOOD)]]), {"abuse_email": GOOD}),
    "card that is null": (card_of(None), {"abuse_email": None, "flags": {"abuse_without_mail"}}),
    "plain member": (net({"roles": ["abuse"], "email": GOOD}), {"abuse_email": GOOD}),
    "JSContact": (
        net(
            {
                "roles": ["abuse"],
                "jscard": {
                    "@type": "Card",
                    "emails": {
                        "a": {"address": "noc@host.example"},
                        "b": {"address": GOOD, "pref": 1},
                    },
                },
            },
            {
                "roles": ["registrant"],
                "jscard_0": {
                    "kind": "org",
                    "name": {"full": "Harbour"},
                    "addresses": {"a": {"countryCode": "NL"}},
                },
            },
        ),
        {"abuse_email": GOOD, "org_name": "Harbour", "org_country": "NL"},
    ),
    # entities
    "one entity instead of a list": (net(entities=ABUSE), {"abuse_email": GOOD}),
    "a table of entities": (net(entities={"A": ABUSE}), {"abuse_email": GOOD}),
    "reference by handle": (
        net(
            ent(["abuse"], handle="AB1"),
            ent(["technical"], row("fn", "Desk"), mail("desk@host.example"), handle="AB1"),
        ),
        {"abuse_email": "desk@host.example"},
    ),
    "roles in one text": (
        net(ent("Technical, Abuse", mail("desk@host.example"))),
        {"abuse_email": "desk@host.example"},
    ),
    "seven levels down": (
        net(
            org("1", org("2", org("3", org("4", org("5", org("6", ABUSE)))))),
        ),
        {"abuse_email": GOOD, "org_name": "1"},
    ),
    "registrar in an answer about a network": (
        net(registrar(flat("abuse@names.example"))),
        {"abuse_email": None},
    ),
    "reseller behind the network's own desk": (
        net(
            ent(["reseller"], row("fn", "R"), entities=[flat("r@reseller.example")]),
            org("H", ABUSE),
        ),
        {"abuse_email": GOOD},
    ),
    "technical contact is never sold as abuse": (net(TECH, org()), {"abuse_email": None}),
    "a person is no organisation": (
        net(ent(["registrant"], row("fn", "A Person"), row("kind", "individual"))),
        {"org_name": None},
    ),
    "a person with an organisation": (
        net(ent(["registrant"], row("fn", "P"), row("org", "Co"), row("kind", "individual"))),
        {"org_name": "Co"},
    ),
    # numbers and words
    "country in lower case": (net(country="nl"), {"country": "NL"}),
    "name as a number": (net(name=64500), {"network_name": "64500"}),
    "autonomous system": (
        {
            "objectClassName": "autnum",
            "startAutnum": "AS64500",
            "endAutnum": "64500",
            "name": "HARBOUR",
            "country": "se",
            "entities": [ABUSE],
        },
        {"kind": "autnum", "first_asn": 64500, "country": "SE", "abuse_email": GOOD},
    ),
    "two blocks side by side": (
        {
            "objectClassName": "ip network",
            "cidr0_cidrs": [
                {"v4prefix": "192.0.2.0", "length": "25"},
                {"v4prefix": "192.0.2.128", "length": 25},
            ],
        },
        {"start": "192.0.2.0", "end": "192.0.2.255"},
    ),
    "block of IPv6": (
        {"objectClassName": "ip network", "cidr0_cidrs": {"v6prefix": "2001:db8::", "length": 48}},
        {"start": "2001:db8::", "end": "2001:db8:0:ffff:ffff:ffff:ffff:ffff"},
    ),
    # domains
    "desk nested in the registrar": (
        name(registrar(flat("abuse@names.example")), ent(["registrant"], mail(GOOD))),
        {
            "abuse_email": "abuse@names.example",
            "abuse_source": "registrar_abuse",
            "registrar": "Names Ltd",
            "network_name": None,
            "domain": "pictures.example",
        },
    ),
    "desk at the top in capitals": (
        name(ent(["Registrar"], row("fn", "N")), ent(["Abuse"], mail("abuse@names.example"))),
        {"abuse_email": "abuse@names.example", "abuse_source": "entity_abuse"},
    ),
    "registrar's desk before another one": (
        name(flat("abuse@registry.example"), registrar(flat("abuse@names.example"))),
        {"abuse_email": "abuse@names.example"},
    ),
    "desk in a contact-uri": (
        name(registrar(ent(["abuse"], row("contact-uri", "mailto:abuse@names.example", "uri")))),
        {"abuse_email": "abuse@names.example"},
    ),
    "registrant's mailbox is not the registrar's": (
        name(registrar(), ent(["registrant"], mail(GOOD))),
        {"abuse_email": None},
    ),
    "desk nested in the registrant": (
        name(registrar(), org("O", ABUSE)),
        {"abuse_email": None},
    ),
    "redacted registrant": (
        name(
            registrar(flat("abuse@names.example")),
            ent(["registrant"], row("fn", "DATA REDACTED"), mail("DATA REDACTED")),
            redacted=[{"name": {"type": "Registrant Name"}}],
            secureDNS={"delegationSigned": True},
            nameservers=[{"ldhName": "NS1.Host.example"}],
            events=[{"eventAction": "expiration", "eventDate": "2027-01-01T00:00:00Z"}],
        ),
        {
            "abuse_email": "abuse@names.example",
            "org_name": None,
            "flags": {"redacted"},
            "delegation_signed": True,
            "nameservers": ["ns1.host.example"],
            "expires": "2027-01-01T00:00:00Z",
        },
    ),
    "redacted desk": (
        name(registrar(flat("REDACTED FOR PRIVACY"))),
        {"abuse_email": None, "flags": {"withheld"}},
    ),
    "cut-off mailbox": (net(flat("someone@")), {"abuse_email": None, "flags": {"withheld"}}),
    # other answers
    "not found": (
        {"errorCode": 404, "title": "Not Found", "description": ["abuse@registry.example"]},
        {"kind": "error", "error_code": 404, "abuse_email": None, "flags": {"not_found"}},
    ),
    "too many questions": (
        {"errorCode": "429", "entities": [ABUSE]},
        {"kind": "error", "abuse_email": None, "flags": {"rate_limited"}, "candidates": []},
    ),
    "an entity": (
        {**flat(GOOD), "handle": "AB1"},
        {"kind": "entity", "abuse_email": GOOD},
    ),
}
