"""A trace as plain text by which somebody else can redo it, method by method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from console.output.text import plain

_HOW = {
    "dns": "ask for A and AAAA of the name: dig +noall +answer NAME A NAME AAAA",
    "name_servers": "ask for the name servers: dig +short NAME NS",
    "names": "split the name by the public suffix list of that date (ICANN part)",
    "operator": "look the exact name up in our catalogue of services",
    "platform": "compare the name and its aliases with the host names that platforms publish",
    "platform_header": "ask for the object and read the named header of the answer",
    "ranges_asn": "look the address up in that table of announced networks",
    "ranges_country": "look the address up in that table of countries",
    "ranges_front": "look the address up in that list of a front's networks",
    "front": "compare address, network number, aliases and answer with the signs that are named",
    "as_names": "compare the name of the network number with the one in our catalogue",
    "origin": "ask whoever told it, by the reference",
    "rdap_network": "ask that registry by RDAP (RFC 9082): ip/ADDRESS",
    "rdap_parent": "follow the answer's link `up` to the covering network",
    "rdap_autnum": "ask that registry by RDAP (RFC 9082): autnum/NUMBER",
    "rdap_domain": "ask that registry by RDAP (RFC 9082): domain/NAME",
    "parking": "compare the name servers with those of parking services, or read the page",
    "contacts": "see which mailboxes of that answer were not taken, and why",
    "country": "weigh the claims: physical before registry, and none where they differ",
    "address": "see that the address is reserved, so that nobody answers for it",
}
_OWN_NOTES = frozenset({"contact_guess", "tables"})
"""Steps that ask nobody: a guess that is never written to, and tables that are missing here."""
_WIDTH = 14


def retrace_lines(value: Mapping[str, object]) -> Iterator[str]:
    """Yield the lines: what was found, then each method with its time, question and answer."""
    decision = value["decision"]
    assert isinstance(decision, Mapping)
    yield f"HOSTING TRACE of {value['asset']} (all times are UTC)"
    yield ""
    yield from _facts(
        ("Snapshot", value["snapshot"]),
        ("Traced", value["taken_at"]),
        ("Through", value["egress"]),
        ("Host", value["host"]),
        ("Addresses", _joined(value["addresses"])),
        ("Aliases", _joined(value["cnames"])),
        ("Country", _country(decision)),
        ("Masked by", decision["masked_by"]),
        ("Parked by", decision["parked_by"]),
        ("Methods", _methods(value)),
        ("Evidence head", value["evidence_head"]),
    )
    yield from _parties(value)
    yield from _claims(value)
    yield from _steps(value)


def _parties(value: Mapping[str, object]) -> Iterator[str]:
    yield ""
    yield "WHO"
    for party in _rows(value["parties"]):
        number = f", AS{party['asn']}" if party["asn"] else ""
        yield f"  {_role(party)}: {plain(party['name'] or 'name not published')}{number}"
        for contact in _rows(party["contacts"]):
            said = f"{contact['channel']} {contact['value']} by {contact['source']}"
            yield f"      contact {contact['rank']}: {plain(said)} ({contact['confidence']})"


def _claims(value: Mapping[str, object]) -> Iterator[str]:
    yield ""
    yield "WHERE (kinds of claims are never blended)"
    for one in _rows(value["countries"]):
        said = f"{one['country']} by {one['source']} of {one['version'] or 'no date'}"
        yield f"  {one['kind']}: {plain(said)} ({one['confidence']})"
    if not value["countries"]:
        yield "  nothing is claimed"


def _steps(value: Mapping[str, object]) -> Iterator[str]:
    yield ""
    yield "HOW TO REDO IT"
    told = [one for one in _rows(value["evidence"]) if one["step"] not in _OWN_NOTES]
    for number, one in enumerate(told, start=1):
        source = " ".join(str(part) for part in (one["source"], one["version"]) if part)
        yield f"  {number}) {one['step']} at {one['at']}, {one['ms']} ms: {plain(source)}"
        yield f"     do:       {_HOW.get(str(one['step']), 'see the source')}"
        if one["query"]:
            yield f"     asked:    {plain(one['query'])}"
        yield f"     outcome:  {plain(one['outcome'])}"
        if one["detail"]:
            yield f"     answered: {plain(one['detail'])}"
    yield ""


def _facts(*facts: tuple[str, object]) -> Iterator[str]:
    for name, fact in facts:
        if fact:
            yield f"{name + ':':<{_WIDTH}} {plain(fact)}"


def _country(decision: Mapping[str, object]) -> str:
    return f"{decision['country'] or 'none'} ({decision['confidence']}, {decision['reason']})"


def _methods(value: Mapping[str, object]) -> str:
    few = "" if value["methods_enough"] else ", fewer than the three that we aim at"
    return f"{value['methods']} independent{few}"


def _role(party: Mapping[str, object]) -> str:
    return str(party["role"]).replace("_", " ")


def _joined(values: object) -> str:
    assert isinstance(values, list)
    return ", ".join(map(str, values))


def _rows(value: object) -> Sequence[Mapping[str, object]]:
    assert isinstance(value, list)
    return value
