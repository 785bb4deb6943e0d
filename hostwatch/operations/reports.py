"""Accept reports: seal, canonicalise, deduplicate, hand a reference back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.errors import InvalidInput
from cases.lifecycle import move
from cases.model import Case, CloseReason, Pathway, Priority, Report, Stage
from cases.ports import Transaction
from crawler.fetch.contract import FetchCode
from crawler.fetch.gate import Allowed, Refused, canonical, check
from hostwatch.desk import Desk
from hostwatch.intake.draft import Draft, Entered, Outcome
from hostwatch.permissions import Action

_REFERENCE_BYTES = 12
LONGEST_KEY = 200
"""Characters."""
_KEPT_FOR_AN_ANALYST = {
    FetchCode.REFUSED_HIDDEN_SERVICE: "hidden_service",
    FetchCode.REFUSED_USERINFO: "credentials_in_url",
    FetchCode.REFUSED_PORT: "unusual_port",
}


_PROVEN = (CloseReason.REMOVED, CloseReason.EXPIRED, CloseReason.SITE_DOWN)


async def add(desk: Desk, draft: Draft, *, idempotency_key: str | None = None) -> Entered:
    """
    Accept one report; it lies sealed in the store when this returns.

    Raises:
        InvalidInput: the idempotency key is empty or too long.
    """
    if idempotency_key is not None and not 0 < len(idempotency_key.strip()) <= LONGEST_KEY:
        raise InvalidInput(
            f"An idempotency key has 1 to {LONGEST_KEY} characters; without one, leave it out."
        )
    return (await add_all(desk, [(draft, idempotency_key)]))[0]


async def add_all(desk: Desk, drafts: Sequence[tuple[Draft, str | None]]) -> list[Entered]:
    """Accept several reports in one atomic step, in order; one verdict each."""
    desk.require(Action.REPORT_ADD)
    async with desk.store.transaction() as tx:
        await tx.hold_numbering()
        known = await _known(tx, drafts)
        return [await _enter(desk, tx, known, draft, key) for draft, key in drafts]


@dataclass(slots=True, kw_only=True)
class _Known:
    """What the store holds of the reports that are being entered, read in one go."""

    cases: dict[str, Case]
    """By canonical location."""
    reports: dict[str, Report]
    """By idempotency key."""


async def _known(tx: Transaction, drafts: Sequence[tuple[Draft, str | None]]) -> _Known:
    locations = {canonical(draft.url) for draft, _ in drafts if judge(draft) is None}
    keys = {key for _, key in drafts if key is not None}
    return _Known(
        cases=dict(await tx.cases_at(sorted(locations))),
        reports=dict(await tx.reports_by_idempotency(sorted(keys))),
    )


def judge(draft: Draft) -> Entered | None:
    """Say what is wrong with a draft before it is entered; none if nothing is."""
    if not draft.url:
        return Entered(outcome="insufficient", reason="The report names no URL.")
    verdict = check(draft.url, reported=True)
    if isinstance(verdict, Refused) and verdict.code not in _KEPT_FOR_AN_ANALYST:
        return Entered(
            outcome="insufficient", reason=f"The location is not usable: {verdict.reason}."
        )
    return None


async def _enter(
    desk: Desk, tx: Transaction, known: _Known, draft: Draft, key: str | None
) -> Entered:
    if key is not None and key in known.reports:
        return _repeated(draft, known.reports[key])
    entered, report = await _enter_fresh(desk, tx, known, draft, key)
    if key is not None:
        known.reports[key] = report
    return entered


async def _enter_fresh(
    desk: Desk, tx: Transaction, known: _Known, draft: Draft, key: str | None
) -> tuple[Entered, Report]:
    problem = judge(draft)
    if problem is not None:
        return await _enter_insufficient(desk, tx, draft, key, problem)
    location = canonical(draft.url)
    outcome: Outcome = "added"
    case = known.cases.get(location)
    if case is None:
        outcome, case = "new", await _open_case(desk, tx, draft, location)
    else:
        case = await _add_to(desk, tx, draft, case)
    known.cases[location] = case
    return await _enter_report(desk, tx, draft, key, case, outcome)


def _repeated(draft: Draft, earlier: Report) -> Entered:
    """Answer as the first time; another location under the same key must not pass for it."""
    if draft.url != earlier.url:
        return Entered(
            outcome="refused",
            reason="The idempotency key was used for another location; give this one its own.",
        )
    return Entered(outcome="repeated", case_id=earlier.case_id, reference=earlier.reference)


async def _enter_insufficient(
    desk: Desk, tx: Transaction, draft: Draft, key: str | None, problem: Entered
) -> tuple[Entered, Report]:
    now = desk.now()
    case_id = await tx.next_case_id(now)
    case = Case(
        id=case_id,
        version=1,
        stage=Stage.CLOSED,
        created_at=now,
        url=draft.url,
        canonical=f"insufficient:{case_id}",
        host="",
        priority=draft.priority,
        close_reason=CloseReason.INSUFFICIENT,
        closed_at=now,
        reason="insufficient",
    )
    await tx.add_case(case)
    entered, report = await _enter_report(desk, tx, draft, key, case, "insufficient")
    return replace(entered, reason=problem.reason), report


async def _open_case(desk: Desk, tx: Transaction, draft: Draft, location: str) -> Case:
    now = desk.now()
    verdict = check(draft.url, reported=True)
    needs = _KEPT_FOR_AN_ANALYST.get(verdict.code) if isinstance(verdict, Refused) else None
    case = Case(
        id=await tx.next_case_id(now),
        version=1,
        stage=Stage.RECEIVED,
        created_at=now,
        url=draft.url,
        canonical=location,
        host=verdict.host if isinstance(verdict, Allowed) else (verdict.host or ""),
        priority=draft.priority,
        pathway=Pathway(referrer=draft.referrer),
        needs=needs,
        reason=needs or "not_visited",
        next_action_at=None if needs else now,
    )
    await tx.add_case(case)
    return case


async def _add_to(desk: Desk, tx: Transaction, draft: Draft, case: Case) -> Case:
    changed = replace(
        case,
        reports=case.reports + 1,
        priority=_higher(case.priority, draft.priority),
        pathway=_with_referrer(case.pathway, draft.referrer),
    )
    if case.stage is Stage.CLOSED:
        changed = _reopen(changed, desk.now())
    elif case.needs is None and case.next_action_at is not None:
        changed = replace(changed, next_action_at=min(case.next_action_at, desk.now()))
    return await tx.save_case(changed)


def _with_referrer(pathway: Pathway, referrer: str | None) -> Pathway:
    """Take the page that a later report came from where none was named; a recipe is left alone."""
    if referrer is None or pathway != Pathway():
        return pathway
    return replace(pathway, referrer=referrer)


def _reopen(case: Case, now: datetime) -> Case:
    """
    Look again at a closed location that was reported again; its history stays.

    What was proven gone is re-checked with `closed_at` kept, so that the re-check knows whether it
    came back; anything else is visited as if new.
    """
    proven = case.close_reason in _PROVEN
    return move(
        case,
        Stage.MONITORING if proven else Stage.VISITING,
        close_reason=None,
        closed_at=case.closed_at if proven else None,
        next_action_at=now,
        attempts=0,
        reason="reported_again",
    )


async def _enter_report(
    desk: Desk, tx: Transaction, draft: Draft, key: str | None, case: Case, outcome: Outcome
) -> tuple[Entered, Report]:
    report = _report(desk, draft, case.id)
    await tx.add_report(report, idempotency_key=key)
    # The source stays out of the trail: a self-referral must not be told apart there.
    await desk.audit(tx, Action.REPORT_ADD, case.id, outcome=outcome)
    return Entered(outcome=outcome, case_id=case.id, reference=report.reference), report


def _report(desk: Desk, draft: Draft, case_id: str) -> Report:
    return Report(
        id=secrets.token_hex(16),
        reference=secrets.token_urlsafe(_REFERENCE_BYTES),
        case_id=case_id,
        received_at=desk.now(),
        source=draft.source,
        url=draft.url,
        referrer=draft.referrer,
        note=draft.note,
        reporter=draft.reporter,
        partner_reference=draft.partner_reference,
        entered_by=desk.actor.name,
    )


def _higher(one: Priority, other: Priority) -> Priority:
    return Priority.URGENT if Priority.URGENT in (one, other) else Priority.NORMAL
