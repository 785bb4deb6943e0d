"""
Self-referrals: digests of a child's own pictures, handed over by a service that the child trusts.

They are assessed by one person and listed by another. The service is told the outcome by its own
reference; the trail names a referral by a short digest of it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cases.errors import ConfigurationProblem, InvalidInput, TemporaryFailure
from cases.model import Classification, NotChecked
from config.policy import Matching
from hostwatch.desk import Desk
from hostwatch.operations.hashlists import refuse_own_name
from hostwatch.operations.people import check_name
from hostwatch.operations.sightings import Sightings, look_up
from hostwatch.permissions import Action
from isolation.pool import Pool, WorkerDownError
from matchers.hashlist import publish, versions
from matchers.hashlist import selfreferrals as register
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats import Options, read_candidates
from matchers.hashlist.selfreferrals import Intake, Judged, Referral, State
from matchers.hashlist.source import Source
from matchers.records import read_record
from matchers.verdict import usable_views

PICTURE_JOB = "picture"
_AT_FULL_SIZE = {"size": "full"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralJudgement:
    """What an authorised analyst decided in the hotline's own assessment tool."""

    illegal: bool
    classification: Classification
    law: str
    second_assessor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the service is told about a reference; no location."""

    reference: str
    state: State
    found: int
    removed: int


async def import_referrals(desk: Desk, source: Path, *, name: str, options: Options) -> Intake:
    """
    Take digests with their references in; they are compared with nothing until listed.

    Raises:
        InvalidInput: the file cannot be used, or the name is that of an ordinary list.
    """
    desk.require(Action.SELF_REFERRAL_ADD)
    _check_service(desk, name)
    candidates = read_candidates(Source(source), options=options)
    intake = await asyncio.to_thread(_take_in, desk, name, candidates)
    await _note(desk, Action.SELF_REFERRAL_ADD, name, new=intake.new, added=intake.added)
    return intake


async def hash_referral(
    desk: Desk, body: AsyncIterator[bytes], *, name: str, reference: str, pool: Pool
) -> tuple[Candidate, ...]:
    """
    Digest one file that is handed over in chunks, and take its digests in.

    The bytes are counted, digested and fed to a locked worker as they pass; nothing else of them
    is kept. What is no picture has exact digests only.

    Raises:
        ConfigurationProblem: the mandate does not allow it.
        InvalidInput: the file is empty or too large, or the reference is not one.
    """
    desk.require(Action.SELF_REFERRAL_ADD)
    require_hashing(desk)
    _check_service(desk, name)
    found = await _digest(desk, body, reference, pool)
    intake = await asyncio.to_thread(_take_in, desk, name, found)
    if intake.refused and not (intake.new or intake.added or intake.known):
        raise InvalidInput(f"Nothing of this file can be listed: {', '.join(intake.refused)}.")
    await _note(desk, Action.SELF_REFERRAL_ADD, name, reference, digests=len(found))
    return found


def require_hashing(desk: Desk) -> None:
    """Refuse where the mandate does not allow to digest files. Raises `ConfigurationProblem`."""
    mandate = desk.settings.mandate
    if mandate is None or not mandate.hash_self_referrals:
        raise ConfigurationProblem(
            "The mandate does not allow to digest self-referrals here; ask the service for "
            "digests, or have mandate.hash_self_referrals set by who answers for the mandate."
        )


async def assess_referral(
    desk: Desk, name: str, reference: str, judgement: ReferralJudgement
) -> Referral:
    """
    Record an assessment; what is illegal waits for another person to list it.

    Raises:
        UnknownRecord: no such service or reference.
        InvalidInput: it is not pending, or the second assessor is the first.
    """
    desk.require(Action.SELF_REFERRAL_ASSESS)
    second = judgement.second_assessor
    if second is not None:
        check_name(second)
    if second == desk.actor.name:
        raise InvalidInput("The second assessor is another person than the one who acts.")
    judged = Judged(
        classification=judgement.classification,
        law=judgement.law,
        assessor=desk.actor.name,
        at=desk.now(),
        second_assessor=second,
    )
    with register.changing(desk.settings.paths.hash_lists, name) as referrals:
        known = register.require(referrals, reference, State.PENDING, State.ASSESSED)
        changed = register.judge(known, judged, illegal=judgement.illegal)
        referrals[reference] = changed
    await _note(
        desk, Action.SELF_REFERRAL_ASSESS, name, reference, illegal=judgement.illegal, second=second
    )
    return changed


async def list_referrals(desk: Desk, name: str, references: tuple[str, ...]) -> list[Referral]:
    """
    Put assessed referrals into force; who assessed one cannot list it.

    Raises:
        UnknownRecord: no such service or reference.
        InvalidInput: one is not assessed, or was assessed by the same person.
    """
    desk.require(Action.SELF_REFERRAL_LIST)
    if not references:
        raise InvalidInput("Name what is listed: --reference R, once or more.")
    done = await asyncio.to_thread(_list, desk, name, references)
    for one in done:
        await _note(desk, Action.SELF_REFERRAL_LIST, name, one.reference, digests=len(one.digests))
    return done


async def referrals(desk: Desk, name: str | None = None) -> dict[str, list[Referral]]:
    """Return the referrals of one service or of all, by service."""
    desk.require(Action.LIST_READ)
    into = desk.settings.paths.hash_lists
    names = [name] if name is not None else register.names(into)
    return {one: list(register.read_register(into, one).values()) for one in names}


async def outcomes(desk: Desk, name: str) -> list[Outcome]:
    """Return what became of each reference of a service. Raises `UnknownRecord`."""
    desk.require(Action.LIST_READ)
    known = register.read_register(desk.settings.paths.hash_lists, name)
    async with desk.store.reading() as tx:
        seen = await look_up(tx)
    return [_outcome(name, one, seen) for one in known.values()]


def short(reference: str) -> str:
    """Return by what the trail names a reference: nobody reads it back from there."""
    return hashlib.sha256(reference.encode()).hexdigest()[:16]


def _outcome(name: str, one: Referral, seen: Sightings) -> Outcome:
    if one.state is State.WITHDRAWN:
        found, removed = one.found, one.removed
    else:
        found, removed = seen.of(register.key_of(name, one.reference), one.digests)
    return Outcome(reference=one.reference, state=one.state, found=found, removed=removed)


def _check_service(desk: Desk, name: str) -> None:
    into = desk.settings.paths.hash_lists
    versions.check_name(name)
    if register.is_register(into, name):
        return
    refuse_own_name(desk, name)
    if (into / name).is_dir() and versions.version_directories(into / name):
        raise InvalidInput(f"{name!r} is a hash list already; choose another name for the service")


def _take_in(desk: Desk, name: str, candidates: Iterable[Candidate]) -> Intake:
    into = desk.settings.paths.hash_lists
    with register.changing(into, name, create=True) as referrals:
        return register.take_in(referrals, candidates, desk.now())


def _list(desk: Desk, name: str, references: tuple[str, ...]) -> list[Referral]:
    into = desk.settings.paths.hash_lists
    with register.changing(into, name) as referrals:
        chosen = [register.require(referrals, one, State.ASSESSED) for one in references]
        _refuse_same_person(desk, chosen)
        publish.apply_delta(
            into,
            register.LISTED_AS,
            additions=[made for one in chosen for made in register.candidates_of(name, one)],
            removals=(),
            now=desk.now(),
            checkpoint=None,
            source=register.LISTED_AS,
            tier="local",
        )
        done = [replace(one, state=State.LISTED, listed_by=desk.actor.name) for one in chosen]
        referrals.update({one.reference: one for one in done})
    return done


def _refuse_same_person(desk: Desk, chosen: list[Referral]) -> None:
    for one in chosen:
        judged = one.judged
        if judged is not None and desk.actor.name in (judged.assessor, judged.second_assessor):
            raise InvalidInput(f"{desk.actor.name} assessed one of these; another person lists it.")


async def _digest(
    desk: Desk, body: AsyncIterator[bytes], reference: str, pool: Pool
) -> tuple[Candidate, ...]:
    hashes = {kind: hashlib.new(kind, usedforsecurity=False) for kind in ("md5", "sha1", "sha256")}
    length, most = 0, pool.plan.body_bytes
    try:
        held = await pool.open(PICTURE_JOB, _AT_FULL_SIZE)
    except (WorkerDownError, OSError):
        raise TemporaryFailure("No locked worker could be started; see hostwatch doctor.") from None
    try:
        async for chunk in body:
            length += len(chunk)
            if length > most:
                raise InvalidInput(f"The file is larger than {most} bytes; nothing was kept.")
            for one in hashes.values():
                one.update(chunk)
            await held.feed(chunk)
        record = await held.run() if length else {}
    finally:
        await held.drop()
    if not length:
        raise InvalidInput("Nothing came in; pipe one file to the command.")
    found = [(kind, one.hexdigest()) for kind, one in hashes.items()]
    pdq = _usable_pdq(record, desk.policy.matching)
    pairs = [*found, ("pdq", pdq)] if pdq is not None else found
    return tuple(Candidate(1, kind, text, reference=reference) for kind, text in pairs)


def _usable_pdq(record: Mapping[str, object], matching: Matching) -> str | None:
    """Return the upright picture's code, if it carries enough to stand for the picture."""
    measured = read_record(record)
    if isinstance(measured, NotChecked) or "partial" in measured.flags:
        return None
    upright = measured.views[0]
    return upright.pdq if upright in usable_views(measured, matching) else None


async def _note(
    desk: Desk, action: Action, name: str, reference: str | None = None, **detail: object
) -> None:
    named = {} if reference is None else {"referral": short(reference)}
    async with desk.store.transaction() as tx:
        await desk.audit(tx, action, None, service=name, **named, **detail)
