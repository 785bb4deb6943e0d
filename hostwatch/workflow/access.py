"""What the sealed pathway and the notes of a case's reports say that its visits need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cases.model import Case
from crawler.visit import VisitOptions
from hostwatch.engine import Engine

_MOST = 10
_LONGEST = 200
"""What the locked worker takes; more is not tried."""


async def options_for(engine: Engine, case: Case, egress: str) -> VisitOptions:
    """Give a visit to a case its options, with the passwords of its archives."""
    async with engine.store.reading() as tx:
        notes = [report.note for report in await tx.reports(case.id)]
    passwords = dict.fromkeys((*case.pathway.passwords, *passwords_in(notes)))
    return replace(engine.options(egress), passwords=tuple(passwords)[:_MOST])


def passwords_in(notes: Iterable[str | None]) -> tuple[str, ...]:
    """
    Return the passwords that notes give on lines of their own, the first 10, each once.

    >>> passwords_in(["From the forum post.", "Password: open sesame"])
    ('open sesame',)
    """
    found = dict.fromkeys(one for note in notes if note for one in _in_note(note))
    return tuple(found)[:_MOST]


def _in_note(note: str) -> Iterator[str]:
    for line in note.splitlines():
        name, _, value = line.partition(":")
        password = value.strip()
        fits = 0 < len(password) <= _LONGEST and password.isprintable()
        if name.strip().lower() == "password" and fits:
            yield password
