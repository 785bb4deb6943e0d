"""Building blocks of invented registry answers."""

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
