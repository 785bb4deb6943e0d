"""Which offline tables and lists are there, how old they are, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from cases.errors import InvalidInput
from crawler.hosting.bootstrap import KINDS, Bootstrap, bootstrap_path, load_bootstrap
from crawler.hosting.range_age import freshness_of
from crawler.hosting.range_table import SUFFIX, RangeTable
from crawler.hosting.suffixes import newest_list, rules_in, suffix_path

State = Literal["fresh", "ageing", "stale", "damaged", "missing", "bundled"]

_MISSING = {
    "asn": "without it networks have no number or name, fronts are known by address, name and "
    "answer only, and upstream networks are not asked about",
    "country": "without one the registry's country stands alone, with low confidence",
    "second": "without a second physical one no country reaches high confidence by tables alone",
    "front": "without one fronts are known by number, name and answer only",
    "rdap-ipv4": "without it no registry is asked about IPv4 addresses, and no abuse contact found",
    "rdap-ipv6": "without it no registry is asked about IPv6 addresses, and no abuse contact found",
    "rdap-asn": "without it no registry is asked about networks by number",
    "rdap-dns": "without it no registry is asked about names: no registrar, no state of a domain",
}
_BUNDLED = "the list that comes along is used; newer platforms are taken for one owner's site"
_STALE = "it is not used for claims any more; import a newer edition"
_DAMAGED = "it is not used; import it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One table or list, or the lack of it."""

    kind: str
    """`asn`, `country`, `front`, `suffixes` or `rdap-<kind>`."""
    name: str
    state: State
    built: date | None = None
    age_days: int | None = None
    claims: str | None = None
    ranges: int = 0
    """Disjoint ranges, rules of suffixes, or servers' entries."""
    licence: str = ""
    digest: str = ""
    """SHA-256 of the file that was imported; of what is kept for suffixes and servers."""
    remark: str = ""
    """What the state costs, in a sentence without full stop."""

    @property
    def usable(self) -> bool:
        """Whether claims are made from it."""
        return self.state not in {"stale", "damaged", "missing"}


def take_stock(ranges_dir: Path, *, today: date) -> tuple[Item, ...]:
    """List every table and list that is there, then what is missing."""
    tables = [_table(path, today) for path in sorted(ranges_dir.glob(f"*-*{SUFFIX}"))]
    return (
        *tables,
        *_lacking(tables),
        _suffixes(ranges_dir, today),
        *_servers(ranges_dir, today),
    )


def _table(path: Path, today: date) -> Item:
    kind, _, name = path.name.removesuffix(SUFFIX).partition("-")
    try:
        header = RangeTable.open(path).header
    except InvalidInput:
        return Item(kind=kind, name=name, state="damaged", remark=_DAMAGED)
    state = freshness_of(header.kind, header.built, today)
    return Item(
        kind=header.kind,
        name=header.name,
        state=state,
        built=header.built,
        age_days=(today - header.built).days,
        claims=header.claims,
        ranges=header.v4 + header.v6,
        licence=header.licence,
        digest=header.source_sha256,
        remark=_STALE if state == "stale" else "",
    )


def _lacking(tables: Sequence[Item]) -> Iterator[Item]:
    usable = [one for one in tables if one.usable]
    kinds = {one.kind for one in usable}
    for kind in ("asn", "country", "front"):
        if kind not in kinds:
            yield Item(kind=kind, name="", state="missing", remark=_MISSING[kind])
    physical = sum(one.claims == "physical" for one in usable)
    if "country" in kinds and physical < 2:
        yield Item(kind="country", name="", state="missing", remark=_MISSING["second"])


def _suffixes(ranges_dir: Path, today: date) -> Item:
    chosen = newest_list(ranges_dir)
    built = date.fromisoformat(chosen.version) if chosen.version != "unknown" else None
    age = (today - built).days if built else None
    if chosen.path is None:
        return Item(
            kind="suffixes",
            name="bundled",
            state="bundled",
            built=built,
            age_days=age,
            remark=_BUNDLED,
        )
    content = suffix_path(ranges_dir).read_bytes()
    return Item(
        kind="suffixes",
        name="public_suffix_list",
        state=freshness_of("suffixes", built, today) if built else "ageing",
        built=built,
        age_days=age,
        ranges=rules_in(content.decode()),
        licence="MPL-2.0",
        digest=hashlib.sha256(content).hexdigest(),
    )


def _servers(ranges_dir: Path, today: date) -> Iterator[Item]:
    found, problems = load_bootstrap(ranges_dir)
    for kind in KINDS:
        name = f"rdap-{kind}"
        if found is not None and kind in found.published:
            content = bootstrap_path(ranges_dir, kind).read_bytes()
            built = _day(found.published[kind])
            yield Item(
                kind=name,
                name="bootstrap",
                state=freshness_of(name, built, today) if built else "ageing",
                built=built,
                age_days=(today - built).days if built else None,
                ranges=_entries(found, kind),
                digest=hashlib.sha256(content).hexdigest(),
            )
        elif f"bootstrap_damaged:{kind}" in problems:
            yield Item(kind=name, name="bootstrap", state="damaged", remark=_DAMAGED)
        else:
            yield Item(kind=name, name="", state="missing", remark=_MISSING[name])


def _entries(found: Bootstrap, kind: str) -> int:
    if kind == "asn":
        return len(found.numbers)
    if kind == "dns":
        return len(found.domains)
    version = 4 if kind == "ipv4" else 6
    return sum(key[0] == version for key in found.networks)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
