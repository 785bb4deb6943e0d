"""Invented answers in odd forms: cards, entities, numbers, domains, errors."""

from __future__ import annotations

from typing import Any

from rdap_parts import (
    ABUSE,
    GOOD,
    TECH,
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
)

FORMS: dict[str, tuple[Answer, dict[str, Any]]] = {
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
        {"abuse_email": "abuse@names.example", "abuse_source": "registrar_abuse"},
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
