"""
Who is told about the listed assets of a case, by policy (DESIGN: notices and partners).

Pure: the same facts and policy give the same plan. What cannot be planned is named in `waiting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.model import (
    Asset,
    Case,
    Classification,
    Confidence,
    Hold,
    HostingSnapshot,
    NoticeKind,
    PartyRole,
    Recipient,
    SiteType,
)
from config.policy import Policy
from config.settings import Hotline, Police
from notices.contacts import (
    NoContact,
    host_recipients,
    owner_recipient,
    partner_recipient,
    party_recipient,
    police_recipient,
)
from notices.partners.registry import Partners
from notices.planned import Planned, merged
from notices.policy import Rule, rule_for

__all__ = ["Facts", "Plan", "Planned", "plan"]

_SURE = frozenset({Confidence.HIGH, Confidence.MEDIUM})
_TEMPLATES = {SiteType.CYBERLOCKER: "cyberlocker", SiteType.IMAGE_BOARD: "image_board"}
_ELSEWHERE = frozenset({"linked"})
"""Roles of assets that lie at a service of their own, not at the reported site."""
_HOLD_OWNER = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the plan is made from."""

    case: Case
    listed: tuple[Asset, ...]
    """The assets that the notices concern: matched, or assessed as illegal."""
    snapshots: Mapping[str, HostingSnapshot]
    """Asset id -> its newest trace."""
    classification: Classification | None
    law: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everyone who is told now, and why others are not."""

    planned: tuple[Planned, ...]
    waiting: tuple[str, ...]
    """Machine words: `no_trace`, `country_unknown`, `country_unsure`, `no_contact`,
    `guessed_contact_only`, `bounced_contact_only`, `no_police`, `do_not_notify:XX`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every route needs beside the asset."""

    facts: Facts
    policy: Policy
    hotline: Hotline
    police: Police | None
    partners: Partners
    kind: NoticeKind


_Step = Planned | str
"""Someone who is told, or the word that says why not."""


def plan(
    facts: Facts,
    *,
    policy: Policy,
    hotline: Hotline,
    police: Police | None,
    partners: Partners,
    kind: NoticeKind = NoticeKind.FIRST,
) -> Plan:
    """
    Decide who is told: each asset by its own host, one notice per mailbox, kind and hold.

    `kind` is what providers receive: `first`, `moved` or `reappearance`.
    """
    desk = _Desk(
        facts=facts, policy=policy, hotline=hotline, police=police, partners=partners, kind=kind
    )
    steps = [step for asset in facts.listed for step in _for_asset(desk, asset)]
    planned = [step for step in steps if isinstance(step, Planned)]
    waiting = dict.fromkeys(step for step in steps if isinstance(step, str))
    return Plan(planned=merged(planned), waiting=tuple(waiting))


def _for_asset(desk: _Desk, asset: Asset) -> Iterator[_Step]:
    snapshot = desk.facts.snapshots.get(asset.id)
    if snapshot is None:
        yield "no_trace"
    elif _is_masked(snapshot):
        yield from _masked(desk, asset, snapshot)
    elif snapshot.country is None or snapshot.country_confidence not in _SURE:
        yield from _country_open(desk, asset, snapshot)
    else:
        rule = rule_for(desk.policy, country=snapshot.country, home=desk.hotline.country)
        yield from _by_order(desk, asset, snapshot, snapshot.country, rule)


def _is_masked(snapshot: HostingSnapshot) -> bool:
    fronted = snapshot.party(PartyRole.FRONT) is not None
    return snapshot.masked_by is not None or (
        fronted and snapshot.party(PartyRole.CONTENT_HOST) is None
    )


# ------------------------------------------------------------------ routes without a country


def _masked(desk: _Desk, asset: Asset, snapshot: HostingSnapshot) -> Iterator[_Step]:
    """Ask the front for the origin; a known site owner waits, for the country is unknown."""
    classification = desk.facts.classification
    front = party_recipient(snapshot, PartyRole.FRONT, classification)
    if isinstance(front, NoContact):
        yield front.reason
    else:
        yield _planned(
            desk, asset, snapshot, front, rule="masked:front", kind=NoticeKind.FRONT_REVEAL
        )
    owner = owner_recipient(snapshot, classification)
    if owner is not None:
        hold = _hold(desk, "country_unknown", None)
        yield _planned(desk, asset, snapshot, owner, rule="masked:site_owner", hold=hold)
    if snapshot.party(PartyRole.CONTENT_HOST) is not None:
        # DNS gives another network beside the front
        yield from _hosts_on_hold(desk, asset, snapshot, "country_unknown")


def _country_open(desk: _Desk, asset: Asset, snapshot: HostingSnapshot) -> Iterator[_Step]:
    """Name the doubt, and draft for the content host under a hold that a person releases."""
    word = "country_unknown" if snapshot.country is None else "country_unsure"
    yield word
    yield from _hosts_on_hold(desk, asset, snapshot, word)


def _hosts_on_hold(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, word: str
) -> Iterator[_Step]:
    for host in host_recipients(snapshot, desk.facts.classification):
        if isinstance(host, Recipient):
            yield _planned(desk, asset, snapshot, host, rule=word, hold=_hold(desk, word, None))
        else:
            yield host.reason


# ------------------------------------------------------------------ routes by country


def _by_order(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, country: str, rule: Rule
) -> Iterator[_Step]:
    match rule.rule.order:
        case "do_not_notify":
            yield f"do_not_notify:{country}"
        case "police_only":
            yield _police(desk, asset, snapshot, rule)
        case "partner":
            yield _partner(desk, asset, snapshot, country, rule)
        case "police_first":
            yield from _police_first(desk, asset, snapshot, rule)
        case "host_first":
            yield from _host_first(desk, asset, snapshot, country, rule)


def _police_first(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, rule: Rule
) -> Iterator[_Step]:
    """Tell the police now and the provider after the hold, whatever the priority."""
    yield _police(desk, asset, snapshot, rule)
    until = desk.facts.now + desk.policy.notices.police_first_hold
    told = desk.police is not None
    hold = _hold(desk, "police_first", until) if told else _hold(desk, "police_not_told", None)
    yield from _providers(desk, asset, snapshot, rule, hold)


def _host_first(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, country: str, rule: Rule
) -> Iterator[_Step]:
    """Tell the provider at once; at home the police learn of it at the same time."""
    yield from _providers(desk, asset, snapshot, rule, None)
    if country == desk.hotline.country and desk.police is not None:
        yield _police(desk, asset, snapshot, rule)


def _providers(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, rule: Rule, hold: Hold | None
) -> Iterator[_Step]:
    classification = desk.facts.classification
    hosts = host_recipients(snapshot, classification)
    found = [*hosts, owner_recipient(snapshot, classification)]
    for recipient in found:
        if isinstance(recipient, NoContact):
            yield recipient.reason
        elif recipient is not None:
            name = f"{rule.name}:{rule.rule.order}"
            yield _planned(
                desk, asset, snapshot, recipient, rule=name, hold=hold, deadline=rule.deadline
            )


def _partner(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, country: str, rule: Rule
) -> _Step:
    partner = desk.partners.for_country(country, desk.facts.classification)
    if partner is None:
        return _police(desk, asset, snapshot, rule, why="no_partner_for_class")
    return _planned(
        desk,
        asset,
        snapshot,
        partner_recipient(partner, country),
        rule=f"{rule.name}:partner",
        kind=NoticeKind.PARTNER,
        deadline=rule.deadline,
    )


def _police(
    desk: _Desk, asset: Asset, snapshot: HostingSnapshot, rule: Rule, why: str = ""
) -> _Step:
    if desk.police is None:
        return "no_police"
    name = ":".join(part for part in (rule.name, rule.rule.order, why) if part)
    return _planned(
        desk,
        asset,
        snapshot,
        police_recipient(desk.police, desk.hotline),
        rule=name,
        kind=NoticeKind.POLICE,
        deadline=rule.deadline,
    )


# ------------------------------------------------------------------ one planned notice


def _planned(
    desk: _Desk,
    asset: Asset,
    snapshot: HostingSnapshot,
    recipient: Recipient,
    *,
    rule: str,
    kind: NoticeKind | None = None,
    hold: Hold | None = None,
    deadline: timedelta | None = None,
) -> Planned:
    what = kind or desk.kind
    contact = f"{recipient.kind} by {recipient.source} ({recipient.confidence})"
    return Planned(
        recipient=recipient,
        kind=what,
        template=_template(what, desk.facts.case, asset),
        why=f"{rule}; {contact}",
        asset_ids=(asset.id,),
        snapshot_ids=(snapshot.id,),
        hold=hold,
        deadline=deadline or desk.policy.notices.deadline,
    )


def _template(kind: NoticeKind, case: Case, asset: Asset) -> str:
    special = {
        NoticeKind.FRONT_REVEAL: "front",
        NoticeKind.POLICE: "police",
        NoticeKind.PARTNER: "partner",
    }
    if kind in special:
        return special[kind]
    if asset.role in _ELSEWHERE:
        return "generic"
    return _TEMPLATES.get(case.site_type, "generic")


def _hold(desk: _Desk, reason: str, until: datetime | None) -> Hold:
    return Hold(reason=reason, owner=_HOLD_OWNER, since=desk.facts.now, until=until)
