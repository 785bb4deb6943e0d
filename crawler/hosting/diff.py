"""What changed between two traces of the same asset; pure."""

from __future__ import annotations

from cases.model import HostingSnapshot, PartyRole

_GONE = frozenset({"nxdomain", "nodata"})
_NETWORKS = (PartyRole.CONTENT_HOST, PartyRole.FRONT)


def difference(old: HostingSnapshot, new: HostingSnapshot) -> tuple[str, ...]:
    """
    Name what changed: `moved_ip`, `moved_asn`, `moved_host`, `front_added`, `front_removed`,
    `country_changed`, `dns_gone`, `parked`.

    A look that failed is no move: where either side does not know, nothing is said. `moved_ip`
    alone is another address of the same network. A name that became parked has moved nowhere, so
    `parked` stands alone; so does `dns_gone`. What was told of the origin behind a front is no
    move: the front still answers, and its own network is not compared with the origin's.
    """  # noqa: D205 - the words are one sentence
    if new.dns_outcome in _GONE:
        return ("dns_gone",) if old.dns_outcome == "ok" else ()
    if new.dns_outcome != "ok" or old.dns_outcome != "ok":
        return ()
    if new.parked_by is not None:
        return ("parked",) if old.parked_by is None else ()
    front_before, front_now = _front(old), _front(new)
    told = {
        "moved_ip": _apart(set(old.addresses), set(new.addresses)),
        "moved_asn": _networks_moved(old, new),
        "moved_host": _host_moved(old, new),
        "front_added": front_now is not None and front_now != front_before,
        "front_removed": front_before is not None and front_now != front_before,
        "country_changed": _countries_differ(old, new),
    }
    return tuple(word for word, holds in told.items() if holds)


def origin_told(old: HostingSnapshot | None, new: HostingSnapshot) -> bool:
    """Whether the new trace follows an origin that the old one did not know."""
    before = old.origin.addresses if old is not None and old.origin is not None else ()
    return new.origin is not None and new.origin.addresses != before


def _apart(old: set[str], new: set[str]) -> bool:
    return bool(old and new) and not old & new


def _differ(old: frozenset[object], new: frozenset[object]) -> bool:
    return bool(old and new) and old != new


def _front(snapshot: HostingSnapshot) -> str | None:
    """Return the front that hides the host; one before a platform of a known name hides nothing."""
    hides = snapshot.masked_by is not None or snapshot.origin is not None
    return snapshot.front_key if hides else None


def _networks_moved(old: HostingSnapshot, new: HostingSnapshot) -> bool:
    """Compare the networks that answer; behind one and the same front, party by party."""
    behind = _front(old) is not None and _front(old) == _front(new)
    groups = tuple((role,) for role in _NETWORKS) if behind else (_NETWORKS,)
    return any(_differ(_asns(old, roles), _asns(new, roles)) for roles in groups)


def _asns(snapshot: HostingSnapshot, roles: tuple[PartyRole, ...]) -> frozenset[object]:
    return frozenset(
        party.asn for party in snapshot.parties if party.role in roles and party.asn is not None
    )


def _host_moved(old: HostingSnapshot, new: HostingSnapshot) -> bool:
    return _differ(_hosts(old), _hosts(new)) or _differ(_names(old), _names(new))


def _hosts(snapshot: HostingSnapshot) -> frozenset[object]:
    return frozenset(
        party.key
        for party in snapshot.parties
        if party.role is PartyRole.CONTENT_HOST and party.key
    )


def _names(snapshot: HostingSnapshot) -> frozenset[object]:
    """Names that a registry gave; a name from another source is not comparable with them."""
    return frozenset(
        claim.value
        for party in snapshot.parties
        if party.role is PartyRole.CONTENT_HOST
        for claim in party.claims
        if claim.field == "name" and claim.source.startswith("rdap:")
    )


def _countries_differ(old: HostingSnapshot, new: HostingSnapshot) -> bool:
    return bool(old.country and new.country) and old.country != new.country
