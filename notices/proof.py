"""
The last look before a notice leaves (DESIGN: fresh proof or no notice).

Pure. A notice to a provider goes only if its content was seen and traced at most `fresh_proof`
ago and is still hosted where the approver saw it. Police, partners and fronts are told on a fresh
trace alone; the presence is then said in words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.model import (
    GONE,
    SHOWING,
    HostingSnapshot,
    Notice,
    NoticeKind,
    NoticeState,
    PartyRole,
    Presence,
)
from config.policy import NoticeRules
from notices.wording import utc

_NEEDS_NOTHING = frozenset({NoticeKind.WITHDRAWAL})
_NEEDS_TRACE = frozenset({NoticeKind.FRONT_REVEAL, NoticeKind.POLICE, NoticeKind.PARTNER})
_HARMLESS_DIFFERENCES = frozenset({"moved_ip"})
"""Another address of the same network, as round-robin DNS gives; every other word holds."""
_WORDS = {
    Presence.PRESENT_EXACT: "the content was there",
    Presence.PRESENT_SIMILAR: "the content was there, in another encoding",
    Presence.PRESENT_LISTED_ALIVE: "the host's own link check said that the object was there",
    Presence.PRESENT_UNVERIFIED: "something was served there that we could not identify",
    Presence.PRESENT_GATED: "a log-in, captcha, password or payment stood before the content",
    Presence.BLOCKED_HERE: "the host refused access from our network",
    Presence.TEMPORARY: "the host did not answer properly",
    Presence.PATHWAY_BROKEN: "the way to the content no longer worked",
    Presence.REFUSED_BY_POLICY: "our own rules did not allow the request",
    Presence.INCOMPLETE: "the content was only partly received",
    Presence.NO_VERDICT: "we could not look, by a fault of ours",
    Presence.GONE_HARD: "the host answered that the content was not there",
    Presence.GONE_NOTICE: "the host showed a removal message",
    Presence.GONE_PLACEHOLDER: "the host showed a placeholder",
    Presence.EXPIRED: "the content had expired",
    Presence.HOST_GONE: "the host's name or address was gone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """The notice may leave now."""

    note: str | None
    """The presence in words, where it is not plainly there."""
    asset_ids: tuple[str, ...]
    """The assets to name: those of the notice that are not gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldIt:
    """The notice waits, for a new proof or for an analyst."""

    reason: str
    """`proof_missing`, `proof_stale` (prove again); `on_hold`, `hosting_changed`,
    `gone_before_notice`, or the presence that an analyst has to judge."""
    detail: str
    """Asset ids and machine words; never a location."""

    @property
    def prove_again(self) -> bool:
        """Whether a new visit and trace may settle it without a person."""
        return self.reason in {"proof_missing", "proof_stale"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The notice must not leave at all."""

    reason: str
    """`not_approved` or `no_assets`."""


Gate = Send | HoldIt | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is known of the assets at this moment."""

    notice: Notice
    approved: Mapping[str, HostingSnapshot]
    fresh: Mapping[str, HostingSnapshot]
    presences: Mapping[str, tuple[Presence, datetime]]
    differences: Mapping[str, tuple[str, ...]]
    accepted: Collection[str]
    oldest: timedelta
    now: datetime

    def is_fresh(self, at: datetime) -> bool:
        """Return whether a time is near enough; a clock that jumped ahead proves nothing."""
        return abs(self.now - at) <= self.oldest


def gate(
    notice: Notice,
    *,
    approved: Mapping[str, HostingSnapshot],
    fresh: Mapping[str, HostingSnapshot],
    presences: Mapping[str, tuple[Presence, datetime]],
    rules: NoticeRules,
    differences: Mapping[str, tuple[str, ...]],
    now: datetime,
    accepted: Collection[str] = (),
) -> Gate:
    """
    Decide whether an approved notice may leave at `now`.

    All mappings are by asset id. `approved` is the trace that the approver saw, `fresh` the newest
    one, `differences` the words of their diff, `accepted` presences (such as `present_gated`) that
    are sent all the same, beside those that the notice's approver accepted.
    """
    if notice.state is not NoticeState.APPROVED:
        return Drop(reason="not_approved")
    if not notice.asset_ids:
        return Drop(reason="no_assets")
    if notice.hold is not None and (notice.hold.until is None or notice.hold.until > now):
        return HoldIt(reason="on_hold", detail=notice.hold.reason)
    if notice.kind in _NEEDS_NOTHING:
        return Send(note=None, asset_ids=notice.asset_ids)
    look = _Look(
        notice=notice,
        approved=approved,
        fresh=fresh,
        presences=presences,
        differences=differences,
        accepted={*accepted, *notice.accepted},
        oldest=rules.fresh_proof,
        now=now,
    )
    return _trace_trouble(look) or (
        _in_words(look) if notice.kind in _NEEDS_TRACE else _by_presence(look)
    )


# ------------------------------------------------------------------ trace


def _trace_trouble(look: _Look) -> HoldIt | None:
    for asset_id in look.notice.asset_ids:
        trouble = _one_trace(look, asset_id)
        if trouble is not None:
            return trouble
    return None


def _one_trace(look: _Look, asset_id: str) -> HoldIt | None:
    approved, fresh = look.approved.get(asset_id), look.fresh.get(asset_id)
    if approved is None or fresh is None:
        return HoldIt(reason="proof_missing", detail=f"{asset_id}: trace")
    if not look.is_fresh(fresh.taken_at):
        return HoldIt(reason="proof_stale", detail=f"{asset_id}: trace")
    told = set(look.differences.get(asset_id, ())) - _HARMLESS_DIFFERENCES
    changed = sorted(told | _own_difference(approved, fresh))
    if changed:
        return HoldIt(reason="hosting_changed", detail=f"{asset_id}: {', '.join(changed)}")
    return None


def _own_difference(approved: HostingSnapshot, fresh: HostingSnapshot) -> set[str]:
    """Compare host, front and country here too, so that a missing diff lets nothing through."""
    changed: set[str] = set()
    if approved.country != fresh.country:
        changed.add("country_changed")
    if approved.masked_by != fresh.masked_by:
        changed.add("front_added" if fresh.masked_by else "front_removed")
    if _host_keys(approved) != _host_keys(fresh):
        changed.add("moved_host")
    return changed


def _host_keys(snapshot: HostingSnapshot) -> frozenset[tuple[str, int | None]]:
    """Return every host, for which of several answers first is chance."""
    return frozenset((host.key, host.asn) for host in snapshot.all_of(PartyRole.CONTENT_HOST))


# ------------------------------------------------------------------ presence


def _in_words(look: _Look) -> Send:
    """Police, partners and fronts are told whatever the last look showed."""
    said = [words for a in look.notice.asset_ids if (words := _words(look, a)) is not None]
    note = "; ".join(dict.fromkeys(said)) or None
    return Send(note=note, asset_ids=look.notice.asset_ids)


def _words(look: _Look, asset_id: str) -> str | None:
    seen = look.presences.get(asset_id)
    if seen is None:
        return "the content itself was not looked at again"
    presence, at = seen
    return None if presence is Presence.PRESENT_EXACT else f"{_WORDS[presence]} ({utc(at)})"


def _by_presence(look: _Look) -> Gate:
    """Tell a provider of what is there now; what is doubtful waits for an analyst."""
    there: list[str] = []
    gone: list[str] = []
    for asset_id in look.notice.asset_ids:
        seen = look.presences.get(asset_id)
        if seen is None:
            return HoldIt(reason="proof_missing", detail=f"{asset_id}: presence")
        presence, at = seen
        if not look.is_fresh(at):
            return HoldIt(reason="proof_stale", detail=f"{asset_id}: presence")
        if presence in GONE:
            gone.append(asset_id)
        elif presence in SHOWING or presence.value in look.accepted:
            there.append(asset_id)
        else:
            return HoldIt(reason=presence.value, detail=asset_id)
    if not there:
        return HoldIt(reason="gone_before_notice", detail=", ".join(gone))
    return Send(note=_note(look, there), asset_ids=tuple(there))


def _note(look: _Look, there: list[str]) -> str | None:
    said = (words for asset_id in there if (words := _words(look, asset_id)) is not None)
    return "; ".join(dict.fromkeys(said)) or None
