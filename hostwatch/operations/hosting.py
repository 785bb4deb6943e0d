"""Show who serves the assets of a case, and what changed since the trace before."""

from __future__ import annotations

from dataclasses import dataclass

from cases.errors import InvalidInput
from cases.model import HostingSnapshot
from crawler.hosting.diff import difference, origin_told
from hostwatch.desk import Desk
from hostwatch.operations.cases import Dossier, dossier, reveal

ENOUGH_METHODS = 3
"""Independent methods per trace that hotlines ask of each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """The newest trace of one asset beside the one before; locations in clear."""

    snapshot: HostingSnapshot
    before: HostingSnapshot | None
    changes: tuple[str, ...]
    """Words of `crawler.hosting.diff`, and `origin_told`; empty when nothing is before it."""
    looks: int
    """How many traces of the asset are kept."""


async def traces(desk: Desk, case_id: str, *, reason: str | None = None) -> tuple[Traced, ...]:
    """
    Return the newest trace of each asset; with a reason for showing locations it is on record.

    Raises:
        InvalidInput: nothing was traced yet, or the reason is too short or holds a location.
        UnknownRecord: there is no such case.
    """
    found = await (reveal(desk, case_id, reason) if reason is not None else dossier(desk, case_id))
    traced = tuple(
        _traced(found, asset.id) for asset in found.assets if asset.id in found.snapshots
    )
    if not traced:
        raise InvalidInput(f"{case_id} was not traced yet; only what is acted on is traced.")
    return traced


def _traced(found: Dossier, asset_id: str) -> Traced:
    history = [one for one in found.traces if one.asset_id == asset_id]
    newest = found.snapshots[asset_id]
    before = next((one for one in reversed(history) if one.id != newest.id), None)
    words = difference(before, newest) if before is not None else ()
    told = before is not None and origin_told(before, newest)
    return Traced(
        snapshot=newest,
        before=before,
        changes=(*words, *(("origin_told",) if told else ())),
        looks=len(history),
    )
