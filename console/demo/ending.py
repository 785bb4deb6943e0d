"""How the demo ended: per case what was found, who hosts it where, who was told, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TextIO

from cases.model import CloseReason, Match, Notice, NoticeState, TakedownVerdict
from cases.ports import CaseFilter
from console.demo.naive import wrongly_closed
from console.demo.stage import Stage
from console.output import print_table
from hostwatch.engine import Engine
from hostwatch.operations.cases import Dossier, load_dossier
from sandbox.description import Expectation

_TOLD = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED)
_COLUMNS = ("case", "scenario", "found", "hosted by", "where", "told", "what happened")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One case at the end, beside what is right to say of it."""

    dossier: Dossier
    expectation: Expectation
    reports: int

    @property
    def as_expected(self) -> bool:
        """Whether comparison, verdict, recipients and events are right."""
        return not self.deviations()

    def deviations(self) -> list[str]:
        """Say what is not as it should be."""
        case, wanted = self.dossier.case, self.expectation
        found = []
        if case.comparison != wanted.comparison:
            found.append(f"compared as {case.comparison}, should be {wanted.comparison}")
        if case.verdict.value not in wanted.verdicts:
            found.append(f"verdict {case.verdict.value}, should be {' or '.join(wanted.verdicts)}")
        told = {one.recipient.kind.value for one in self.dossier.notices if one.state in _TOLD}
        missing = set(wanted.recipients) - told
        if missing:
            found.append(f"not told: {', '.join(sorted(missing))}")
        if wanted.needs and case.needs is None and wanted.needs != "assessment":
            found.append(f"should wait for an analyst: {wanted.needs}")
        events = _events(self.dossier)
        found += [f"event {event} missing" for event in wanted.events if event not in events]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Everything the demo's report says."""

    cases: tuple[Ended, ...]
    stats: Mapping[str, object]
    mail_delivered: int
    mailed_twice: tuple[str, ...]
    requests_refused: int
    media_bytes: int
    seconds: float
    notice_text: str
    why_text: str

    @property
    def as_expected(self) -> bool:
        """Whether every case ended where it should and nothing was sent twice."""
        reached = int(str(self.stats.get("forbidden_hits", 0)))
        return all(one.as_expected for one in self.cases) and not self.mailed_twice and not reached

    @property
    def naive_false(self) -> int:
        """Cases that the naive rule would have closed wrongly."""
        return sum(1 for one in self.cases if wrongly_closed(one.dossier))

    @property
    def duplicates(self) -> int:
        """Reports that were added to a known case."""
        return sum(one.reports - 1 for one in self.cases)


def _events(found: Dossier) -> set[str]:
    names = {"case_moved": "moved", "case_reappeared": "reappeared"}
    return {names[entry.action] for entry in found.trail if entry.action in names}


async def load(stage: Stage, engine: Engine) -> list[Ended]:
    """Read every case and put it beside its expectation."""
    wanted = {one.reference: one for one in stage.sandbox.description.expectations}
    ended = []
    async with engine.store.reading() as tx:
        for case in reversed(await tx.cases(CaseFilter(limit=100_000))):
            dossier = await load_dossier(tx, case.id)
            first = wanted.get(dossier.reports[0].partner_reference or "")
            if first is not None:
                ended.append(
                    Ended(dossier=dossier, expectation=first, reports=len(dossier.reports))
                )
    return ended


async def is_settled(stage: Stage, engine: Engine) -> int:
    """Count the reports whose case stands where it should."""
    return sum(one.reports for one in await load(stage, engine) if one.as_expected)


async def collect(stage: Stage, engine: Engine) -> Ending:
    """Gather the ending from the store, the sandbox and two real commands."""
    from console.demo.setting import ANALYST

    cases = tuple(await load(stage, engine))
    sent = await stage.sandbox.relay_log()
    return Ending(
        cases=cases,
        stats=await stage.sandbox.stats(),
        mail_delivered=len(sent),
        mailed_twice=tuple(sorted({one for one in sent if sent.count(one) > 1})),
        requests_refused=engine.counters.get("requests_refused"),
        media_bytes=engine.counters.get("media_bytes"),
        seconds=stage.seconds,
        notice_text=await _notice_text(stage, cases, ANALYST),
        why_text=await _why_text(stage, cases, ANALYST),
    )


async def _notice_text(stage: Stage, cases: tuple[Ended, ...], account: str) -> str:
    serial = next(
        (
            notice.serial
            for one in cases
            for notice in one.dossier.notices
            if notice.template == "cyberlocker" and notice.state in _TOLD
        ),
        None,
    )
    if serial is None:
        return ""
    return await stage.command(account, "notices", "show", serial, "--reveal", "shown by the demo")


async def _why_text(stage: Stage, cases: tuple[Ended, ...], account: str) -> str:
    removed = next(
        (
            one.dossier.case.id
            for one in cases
            if one.dossier.case.close_reason is CloseReason.REMOVED
        ),
        None,
    )
    return await stage.command(account, "cases", "why", removed) if removed else ""


def print_ending(ending: Ending, out: TextIO) -> None:
    """Print the table, one notice, one explanation and the comparison with the naive rule."""
    print_table([_row(one) for one in ending.cases], _COLUMNS, "how every case ended", out)
    print(f"\nOne notice as it was sent:\n\n{ending.notice_text}", file=out)
    print(f"Why a case counts as removed:\n\n{ending.why_text}", file=out)
    for one in ending.cases:
        for deviation in one.deviations():
            case = one.dossier.case.id
            print(f"NOT AS EXPECTED {case} ({one.expectation.scenario}): {deviation}", file=out)
    print(
        f"{len(ending.cases)} cases from {sum(one.reports for one in ending.cases)} reports, "
        f"{ending.mail_delivered} mails delivered, {ending.requests_refused} requests refused, "
        f"{ending.media_bytes} bytes of media compared and none kept, {ending.seconds:.0f} s.",
        file=out,
    )
    print(
        "the rule 'three errors or a changed hash = gone' would have wrongly closed "
        f"{ending.naive_false} of {len(ending.cases)}; hostwatch {_own_false(ending)}",
        file=out,
    )


def _own_false(ending: Ending) -> int:
    gone = {TakedownVerdict.REMOVED, TakedownVerdict.EXPIRED, TakedownVerdict.SITE_DOWN}
    return sum(
        1
        for one in ending.cases
        if one.dossier.case.verdict in gone
        and one.dossier.case.verdict.value not in one.expectation.verdicts
    )


def _row(one: Ended) -> dict[str, object]:
    case = one.dossier.case
    return {
        "case": case.id,
        "scenario": one.expectation.scenario,
        "found": _found(one),
        "hosted by": case.provider or (f"masked by {case.masked_by}" if case.masked_by else ""),
        "where": f"{case.country} {case.country_confidence}" if case.country else "",
        "told": ", ".join(_told(notice) for notice in one.dossier.notices),
        "what happened": _happened(one),
    }


def _found(one: Ended) -> str:
    case = one.dossier.case
    listed = [asset.comparison for asset in one.dossier.assets if asset.listed]
    if listed and isinstance(listed[0], Match):
        return f"on the hash list (same {listed[0].entry.signal_type.upper()})"
    words = {
        "possible": "similar to a listed picture, assessed by a person",
        "no_match": "on no list; back to the hotline's own assessment",
    }
    return words.get(case.comparison, f"not compared: {case.reason.replace('_', ' ')}")


def _told(notice: Notice) -> str:
    return f"{notice.recipient.kind.value} ({notice.state.value})"


def _happened(one: Ended) -> str:
    case = one.dossier.case
    words = [case.verdict.value if case.verdict_rule else case.stage.value]
    if case.needs:
        words.append(f"waits for an analyst: {case.needs}")
    if case.reappearances:
        words.append(f"reappeared {case.reappearances}x")
    if len(case.legs) > 1 and not case.reappearances:
        words.append("moved")
    return ", ".join(words)


def report_value(ending: Ending) -> dict[str, object]:
    """Return the demo's report with its stable keys."""
    return {
        "version": version("hostwatch"),
        "cases": [_case_value(one) for one in ending.cases],
        "mail_delivered": ending.mail_delivered,
        "duplicates_merged": ending.duplicates,
        "requests_refused": ending.requests_refused,
        "bytes_of_media_fetched": ending.media_bytes,
        "naive_rule_false_removals": ending.naive_false,
        "seconds": round(ending.seconds, 1),
    }


def _case_value(one: Ended) -> dict[str, object]:
    case = one.dossier.case
    confidence = case.country_confidence
    return {
        "case": case.id,
        "scenario": one.expectation.scenario,
        "asset_count": len(one.dossier.assets),
        "comparison": case.comparison,
        "reason": case.reason,
        "hosting": {
            "provider": case.provider,
            "country": case.country,
            "confidence": confidence.value if confidence is not None else None,
            "masked_by": case.masked_by,
        },
        "notices": [_notice_value(notice) for notice in one.dossier.notices],
        "verdict": case.verdict.value,
    }


def _notice_value(notice: Notice) -> dict[str, object]:
    return {
        "serial": notice.serial,
        "recipient_kind": notice.recipient.kind.value,
        "channel": notice.recipient.channel.value,
        "state": notice.state.value,
    }
