"""What changed between two traces of the same asset; pure."""

from __future__ import annotations

from cases.model import HostingSnapshot, PartyRole

_GONE = frozenset({"nxdomain", "nodata"})
_NETWORKS = (PartyRole.CONTENT_HOST, PartyRole.FRONT)


def difference(old: HostingSnapshot, new: HostingSnapshot) -> tuple[str, ...]:
    """
    Name what changed: `moved_ip`, `moved_asn`, `moved_host`, `front_added`, `front_removed`,
    `country_changed`, `dns_gone`.

    A look that failed is no move: where either side does not know, nothing is said. `moved_ip`
    alone is another address of the same network.
    """  # noqa: D205 - the words are one sentence
    if new.dns_outcome in _GONE:
        return ("dns_gone",) if old.dns_outcome == "ok" else ()
    if new.dns_outcome != "ok" or old.dns_outcome != "ok":
        return ()
    told = {
        "moved_ip": _apart(set(old.addresses), set(new.addresses)),
        "moved_asn": _differ(_asns(old), _asns(new)),
        "moved_host": _host_moved(old, new),
        "front_added": new.masked_by is not None and new.masked_by != old.masked_by,
        "front_removed": old.masked_by is not None and new.masked_by != old.masked_by,
        "country_changed": _countries_differ(old, new),
    }
    return tuple(word for word, holds in told.items() if holds)


def _apart(old: set[str], new: set[str]) -> bool:
    return bool(old and new) and not old & new


def _differ(old: frozenset[object], new: frozenset[object]) -> bool:
    return bool(old and new) and old != new


def _asns(snapshot: HostingSnapshot) -> frozenset[object]:
    return frozenset(
        party.asn for party in snapshot.parties if party.role in _NETWORKS and party.asn is not None
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
