"""
The register of self-referrals: what a child's service handed over, by its opaque reference.

    INTO/.self-referrals/SERVICE.jsonl   one referral per line

Only digests arrive here, never a picture and never who sent it. They are compared with nothing
until a person has assessed them and another has listed them; a withdrawal drops them for good and
keeps the reference with its outcome, which is all that the service is told.

What is listed stands in one list of the local tier, whatever service it came from, under a key
that only this register leads back from. So neither the service nor its reference can reach a
match, a case, a notice or a statistic.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cases.errors import ConfigurationProblem, InvalidInput, StoreProblem, UnknownRecord
from cases.model import Classification
from matchers.hashlist.entry import Candidate, Signal
from matchers.hashlist.hygiene import examine
from matchers.hashlist.versions import check_name

LISTED_AS = "assessed"
"""Name of the list that assessed self-referrals join; not for imports."""
FOLDER = ".self-referrals"
_KEY_DIGITS = 32
MOST_DIGESTS = 1000
"""Of one referral."""
NO_REFERENCE = "no_reference"
TOO_MANY = "too_many_digests"
WITHDRAWN_BEFORE = "withdrawn_before"


class State(StrEnum):
    """How far a referral has come."""

    PENDING = "pending"
    ASSESSED = "assessed"
    NOT_ILLEGAL = "not_illegal"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An authorised analyst's assessment, made in the hotline's own tool."""

    classification: Classification
    law: str
    assessor: str
    """Account name; never leaves the hotline."""
    at: datetime
    second_assessor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Everything known under one reference."""

    reference: str
    state: State
    received_at: datetime
    digests: tuple[tuple[str, str], ...] = ()
    """(type, hexadecimal digits); empty once it is withdrawn or assessed as not illegal."""
    judged: Judged | None = None
    listed_by: str | None = None
    found: int = 0
    """Locations found under it, as of its withdrawal."""
    removed: int = 0


@dataclass(slots=True)
class Intake:
    """What an import brought; counts only."""

    new: int = 0
    added: int = 0
    """Known references that got further digests and are pending again."""
    known: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    first_refused: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """Count an entry that is left out."""
        self.refused[reason] = self.refused.get(reason, 0) + 1
        if len(self.first_refused) < 20:
            self.first_refused.append((line, reason))


Register = dict[str, Referral]
_LINE = TypeAdapter(Referral)


def is_register(into: Path, name: str) -> bool:
    """Tell whether a name is that of a service."""
    return _path(into, name).exists()


def names(into: Path) -> list[str]:
    """Return the names of all services."""
    return sorted(path.stem for path in (into / FOLDER).glob("*.jsonl"))


def read_register(into: Path, name: str) -> Register:
    """
    Return the referrals of a service by their reference.

    Raises:
        UnknownRecord: nothing came from a service of this name.
        ConfigurationProblem: the register is damaged.
    """
    check_name(name)
    path = _path(into, name)
    try:
        lines = path.read_bytes().splitlines()
        referrals = [_LINE.validate_json(line) for line in lines]
    except FileNotFoundError:
        raise UnknownRecord(f"no self-referral came under the name {name!r}") from None
    except (OSError, ValidationError):
        raise ConfigurationProblem(f"{path}: damaged; restore it from the backup") from None
    return {one.reference: one for one in referrals}


@contextmanager
def changing(into: Path, name: str, *, create: bool = False) -> Iterator[Register]:
    """
    Hold the register's lock, yield its content, and write it back whole if the block ends well.

    Raises:
        UnknownRecord: there is none, and `create` is false.
        StoreProblem: it cannot be written.
    """
    check_name(name)
    path = _path(into, name)
    if not create and not path.exists():
        raise UnknownRecord(f"no self-referral came under the name {name!r}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            register = read_register(into, name) if path.exists() else {}
            yield register
            _replace(path, register.values())
    except OSError as problem:
        raise StoreProblem(f"{path}: cannot be written ({problem.strerror})") from None


def take_in(register: Register, candidates: Iterable[Candidate], now: datetime) -> Intake:
    """
    Put the digests of candidates into the register under their references.

    A referral that gets a further digest must be assessed again. One that was withdrawn stays so.
    """
    intake = Intake()
    fresh: dict[str, dict[tuple[str, str], None]] = {}
    for candidate in candidates:
        signal = examine(candidate._replace(classification=None, negative=False))
        reason = _unfit(register, signal, fresh)
        if reason is not None or not isinstance(signal, Signal):
            intake.refuse(candidate.line, reason or str(signal))
        else:
            digests = fresh.setdefault(str(signal.reference), {})
            digests[(signal.kind, signal.value.hex())] = None
    for reference, digests in fresh.items():
        _add(register, reference, tuple(digests), intake, now)
    return intake


def require(register: Register, reference: str, *states: State) -> Referral:
    """
    Return a referral that is in one of the states.

    Raises:
        UnknownRecord: no such reference.
        InvalidInput: it is in another state.
    """
    found = register.get(reference)
    if found is None:
        raise UnknownRecord("There is no self-referral with this reference.")
    if found.state not in states:
        wanted = " or ".join(state.value for state in states)
        raise InvalidInput(f"This self-referral is {found.state.value}; it must be {wanted}.")
    return found


def judge(referral: Referral, judged: Judged, *, illegal: bool) -> Referral:
    """Record an assessment; what is not illegal keeps no digest."""
    if illegal:
        return replace(referral, state=State.ASSESSED, judged=judged)
    return replace(referral, state=State.NOT_ILLEGAL, judged=judged, digests=())


def key_of(name: str, reference: str) -> str:
    """Return under which opaque key a referral is listed."""
    return hashlib.sha256(f"{name}\n{reference}".encode()).hexdigest()[:_KEY_DIGITS]


def candidates_of(name: str, referral: Referral) -> Iterator[Candidate]:
    """Yield what is listed of an assessed referral."""
    assert referral.judged is not None
    for number, (kind, text) in enumerate(referral.digests, start=1):
        yield Candidate(
            number,
            kind,
            text,
            referral.judged.classification,
            reference=key_of(name, referral.reference),
        )


def withdrawn(referral: Referral, *, found: int, removed: int) -> Referral:
    """Drop the digests for good; the reference and the outcome stay."""
    return replace(
        referral, state=State.WITHDRAWN, digests=(), judged=None, found=found, removed=removed
    )


def _unfit(
    register: Register, signal: Signal | str, fresh: dict[str, dict[tuple[str, str], None]]
) -> str | None:
    if isinstance(signal, str):
        return signal
    if signal.reference is None:
        return NO_REFERENCE
    known = register.get(signal.reference)
    if known is not None and known.state is State.WITHDRAWN:
        return WITHDRAWN_BEFORE
    return TOO_MANY if len(fresh.get(signal.reference, ())) >= MOST_DIGESTS else None


def _add(
    register: Register,
    reference: str,
    digests: tuple[tuple[str, str], ...],
    intake: Intake,
    now: datetime,
) -> None:
    known = register.get(reference)
    if known is None:
        intake.new += 1
        register[reference] = Referral(
            reference=reference, state=State.PENDING, received_at=now, digests=digests
        )
        return
    every = tuple(dict.fromkeys((*known.digests, *digests)))[:MOST_DIGESTS]
    if known.state is State.NOT_ILLEGAL or every == known.digests:
        intake.known += 1
        return
    intake.added += 1
    register[reference] = replace(known, state=State.PENDING, digests=every, judged=None)


def _replace(path: Path, referrals: Iterable[Referral]) -> None:
    """Write the register anew beside the old one, then put it in its place."""
    descriptor, fresh = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for one in referrals:
                file.write(_LINE.dump_json(one) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path(into: Path, name: str) -> Path:
    return into / FOLDER / f"{name}.jsonl"
