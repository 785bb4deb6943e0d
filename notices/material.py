"""What a notice is made from, and which of its assets are confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.model import (
    Assessment,
    Asset,
    Case,
    Channel,
    HostingSnapshot,
    Match,
    NotChecked,
    Notice,
    NoticeKind,
)
from config.settings import Hotline
from notices.xarf import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that one message says; nothing else can get into it."""

    notice: Notice
    case: Case
    assets: tuple[Asset, ...]
    """The assets that are named, in this order."""
    snapshots: Mapping[str, HostingSnapshot]
    """Asset id -> the trace that the message states."""
    hotline: Hotline
    sender: str
    """Envelope and From address; a role address."""
    assessment: Assessment | None
    answers_url: str
    proof_at: datetime
    """When the content was last verified or, for police and partners, traced."""
    now: datetime
    defang: bool
    gated_note: str | None
    """The last presence in words, where it is not plainly `present`."""
    earlier: Notice | None = None
    """The notice that this one reminds of, corrects or withdraws."""
    partner_reference: str | None = None
    """The partner's own number, where the report came from a partner."""
    police_informed: bool | None = None
    """What a partner is told of our police; none when it is not recorded."""
    practice: bool = False
    """Say in every part that this is an exercise."""

    @property
    def attempt(self) -> int:
        """The attempt that this message will be: one more than those claimed so far."""
        return self.notice.attempt + 1

    @property
    def law(self) -> str:
        """The statute under which the material was assessed."""
        assessed = self.assessment.law if self.assessment else ""
        return self.notice.law or assessed or self.hotline.statute


def is_confirmed(asset: Asset, assessment: Assessment | None) -> bool:
    """
    Return whether our digests of this asset may be told to others.

    Confirmed is what is on the hash list, and what a person assessed as illegal.
    """
    if isinstance(asset.comparison, Match):
        return True
    if assessment is None or not assessment.illegal or isinstance(asset.comparison, NotChecked):
        return False
    return not assessment.asset_ids or asset.id in assessment.asset_ids


def incidents(material: Material) -> tuple[Incident, ...]:
    """Return what is told in XARF: the confirmed assets of a notice to a provider by mail."""
    notice = material.notice
    if notice.recipient.channel is not Channel.XARF_MAIL or notice.kind is NoticeKind.WITHDRAWAL:
        return ()
    return tuple(
        _incident(material, asset)
        for asset in material.assets
        if is_confirmed(asset, material.assessment) and asset.id in material.snapshots
    )


def _incident(material: Material, asset: Asset) -> Incident:
    return Incident(
        serial=material.notice.serial,
        attempt=material.attempt,
        asset=asset,
        snapshot=material.snapshots[asset.id],
        hotline=material.hotline,
        classification=material.notice.classification,
        law=material.law,
        verified_at=material.proof_at,
        practice=material.practice,
    )
