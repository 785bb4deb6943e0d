"""Assets of a case and what was observed, traced and assessed."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Row, Select, select

from cases.errors import UnknownRecord
from cases.model import Assessment, Asset, HostingSnapshot, Observation
from cases.store import tables
from cases.store.rows import SealedRows

_ASSETS = tables.assets
_OBSERVATIONS = tables.observations
_SNAPSHOTS = tables.snapshots
_ASSESSMENTS = tables.assessments


class EvidenceRows(SealedRows):
    """The part of a transaction that speaks of assets, observations, snapshots, assessments."""

    async def save_asset(self, asset: Asset) -> None:
        """Insert or replace an asset."""
        clear = {
            "case_id": asset.case_id,
            "ordinal": _ordinal(asset.id),
            "kind": asset.kind.value,
            "role": asset.role,
            "comparison": asset.comparison.kind,
            "verdict": asset.verdict.value,
            "digest_blind": self._digest_blind(_known_by(asset)),
        }
        sealed = await self._seal(_ASSETS, asset.case_id, asset.id, asset)
        await self._put(_ASSETS, {"id": asset.id}, {**clear, "sealed": sealed})

    async def assets(self, case_id: str) -> list[Asset]:
        """List the assets of a case in order of their ids' ordinals."""
        await self._case_key(case_id)
        query = select(_ASSETS).where(_ASSETS.c.case_id == case_id)
        rows = await self._rows(query.order_by(_ASSETS.c.ordinal, _ASSETS.c.id))
        return [await self._open(_ASSETS, case_id, row.id, row.sealed, Asset) for row in rows]

    async def add_observation(self, observation: Observation) -> None:
        """Append an observation."""
        row_id = secrets.token_hex(16)
        case_id = observation.case_id
        self._insert(
            _OBSERVATIONS,
            id=row_id,
            case_id=case_id,
            asset_id=observation.asset_id,
            at=observation.at,
            egress=observation.egress,
            presence=observation.presence.value,
            rule=observation.rule,
            control=observation.control,
            error=observation.error,
            sealed=await self._seal(_OBSERVATIONS, case_id, row_id, observation),
        )

    async def observations(self, case_id: str, asset_id: str | None = None) -> list[Observation]:
        """List observations, oldest first."""
        await self._case_key(case_id)
        column = _OBSERVATIONS.c
        query = select(_OBSERVATIONS).where(column.case_id == case_id)
        if asset_id is not None:
            query = query.where(column.asset_id == asset_id)
        return [
            await self._open(_OBSERVATIONS, case_id, row.id, row.sealed, Observation)
            for row in await self._rows(query.order_by(column.at, column.row))
        ]

    async def add_snapshot(self, snapshot: HostingSnapshot) -> None:
        """Append a hosting snapshot. Raises `StaleWrite` if its id is taken."""
        self._insert(
            _SNAPSHOTS,
            id=snapshot.id,
            case_id=snapshot.case_id,
            asset_id=snapshot.asset_id,
            taken_at=snapshot.taken_at,
            country=snapshot.country,
            sealed=await self._seal(_SNAPSHOTS, snapshot.case_id, snapshot.id, snapshot),
        )

    async def snapshot(self, snapshot_id: str) -> HostingSnapshot:
        """Return a snapshot. Raises `UnknownRecord`."""
        row = await self._row(select(_SNAPSHOTS).where(_SNAPSHOTS.c.id == snapshot_id))
        if row is None:
            raise UnknownRecord(f"There is no hosting snapshot {snapshot_id[:80]}.")
        return await self._snapshot_of(row)

    async def snapshots(self, case_id: str) -> list[HostingSnapshot]:
        """Return every snapshot of a case, oldest first."""
        wanted = select(_SNAPSHOTS).where(_SNAPSHOTS.c.case_id == case_id)
        rows = await self._rows(wanted.order_by(_SNAPSHOTS.c.taken_at, _SNAPSHOTS.c.id))
        return [await self._snapshot_of(row) for row in rows]

    async def latest_snapshot(self, case_id: str, asset_id: str) -> HostingSnapshot | None:
        """Return the newest snapshot of an asset."""
        row = await self._row(_newest_snapshot(case_id, asset_id))
        return await self._snapshot_of(row) if row else None

    async def add_assessment(self, assessment: Assessment) -> None:
        """Append an assessment. Raises `StaleWrite` if its ordinal is taken."""
        case_id, ordinal = assessment.case_id, assessment.ordinal
        self._insert(
            _ASSESSMENTS,
            case_id=case_id,
            ordinal=ordinal,
            at=assessment.at,
            illegal=assessment.illegal,
            sealed=await self._seal(_ASSESSMENTS, case_id, f"{case_id}/{ordinal}", assessment),
        )

    async def assessments(self, case_id: str) -> list[Assessment]:
        """List the assessments of a case, oldest first."""
        await self._case_key(case_id)
        column = _ASSESSMENTS.c
        rows = await self._rows(
            select(_ASSESSMENTS).where(column.case_id == case_id).order_by(column.ordinal)
        )
        return [
            await self._open(
                _ASSESSMENTS, case_id, f"{case_id}/{row.ordinal}", row.sealed, Assessment
            )
            for row in rows
        ]

    async def _snapshot_of(self, row: Row[Any]) -> HostingSnapshot:
        return await self._open(_SNAPSHOTS, row.case_id, row.id, row.sealed, HostingSnapshot)


def _known_by(asset: Asset) -> str | None:
    """Return the SHA-256 of its bytes, or of what a page reads like, if there is either."""
    return asset.digests.sha256 if asset.digests else asset.look


def _newest_snapshot(case_id: str, asset_id: str) -> Select[Any]:
    column = _SNAPSHOTS.c
    query = select(_SNAPSHOTS).where(column.case_id == case_id, column.asset_id == asset_id)
    return query.order_by(column.taken_at.desc(), column.row.desc()).limit(1)


def _ordinal(asset_id: str) -> int:
    """Read the number after the last hyphen; 0 where there is none."""
    digits = asset_id.rpartition("-")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0
