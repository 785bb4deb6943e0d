"""
One update of a list: every page read, then what it adds and what it takes away.

Nothing may change before the last page was read, so entries wait in a file without a name, which
the kernel forgets with the process.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cases.errors import InvalidInput, StoreProblem
from cases.model import Classification
from matchers.hashlist.entry import Candidate
from matchers.hashlist.ncmec.candidates import Choice, candidates, reference_of
from matchers.hashlist.ncmec.pages import FetchPage, read_pages
from matchers.hashlist.ncmec.xml import Entry

_MOST_DELETED = 5_000_000
_BUFFER = 1 << 20


class Gathered:
    """What the pages of one update said."""

    def __init__(self, spool: IO[bytes]) -> None:
        self.pages = 0
        self.entries = 0
        self.left_out: Counter[str] = Counter()
        """Whole entries that are not listed, by reason."""
        self._spool = spool
        self._deleted: dict[str, str] = {}
        """Reference -> when it was deleted, as written."""

    def take(self, entry: Entry, choice: Choice) -> None:
        """Keep an entry or its tombstone until the last page was read."""
        self.entries += 1
        if entry.deleted:
            self._take_tombstone(entry)
            return
        found = list(candidates(entry, choice))
        if found[0].problem is not None:
            self.left_out[found[0].problem] += 1
            found = []
        if entry.member and entry.id:
            self._write(reference_of(entry), entry.at, found)

    def removals(self, listed: Callable[[str], bool]) -> Iterator[Candidate]:
        """Yield a removal of all that is listed under what the update speaks of."""
        spoken_of = itertools.chain(self._deleted, (one[0] for one in self._read()))
        for reference in spoken_of:
            if listed(reference):
                yield Candidate(0, None, "", reference=reference)

    def additions(self) -> Iterator[Candidate]:
        """Yield the candidates of all entries that were not deleted later."""
        for reference, at, found in self._read():
            if self._deleted.get(reference, "") < at or reference not in self._deleted:
                yield from found

    def _take_tombstone(self, entry: Entry) -> None:
        if entry.member and entry.id:
            reference = reference_of(entry)
            self._deleted[reference] = max(entry.at, self._deleted.get(reference, ""))
        if len(self._deleted) > _MOST_DELETED:
            raise InvalidInput(
                f"the server names more than {_MOST_DELETED} deleted entries; nothing was changed"
            )

    def _write(self, reference: str, at: str, found: list[Candidate]) -> None:
        kept = [[one.line, one.kind, one.text, *_pair(one.classification)] for one in found]
        self._spool.write(json.dumps([reference, at, kept]).encode() + b"\n")

    def _read(self) -> Iterator[tuple[str, str, list[Candidate]]]:
        self._spool.seek(0)
        for line in self._spool:
            reference, at, kept = json.loads(line)
            yield reference, at, [_candidate(one, reference) for one in kept]


@asynccontextmanager
async def gather(
    fetch_page: FetchPage,
    *,
    name: str,
    since: datetime | None,
    until: datetime,
    choice: Choice,
    folder: Path,
    progress: Callable[[int], None] = lambda _entries: None,
) -> AsyncIterator[Gathered]:
    """
    Read all pages of an update, and yield what they said; it is forgotten at the end.

    `folder` lies on the volume of the hash lists. `progress` is told the entries so far.

    Raises:
        InvalidInput: a page is damaged or leads elsewhere.
        StoreProblem: the disk is full.
        and whatever `fetch_page` raises.
    """
    with _spool(folder) as spool:
        gathered = Gathered(spool)
        async for page in read_pages(fetch_page, since, until, name=name):
            gathered.pages += 1
            for entry in page:
                gathered.take(entry, choice)
            progress(gathered.entries)
        yield gathered


@contextmanager
def _spool(folder: Path) -> Iterator[IO[bytes]]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, buffering=_BUFFER) as spool:
            yield spool
    except OSError as problem:
        raise StoreProblem(f"{folder}: cannot be written ({problem.strerror})") from None


def write_checkpoint(moment: datetime) -> str:
    """Write where the next update begins, as a manifest holds it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def read_checkpoint(text: str | None) -> datetime | None:
    """Read a checkpoint; none, or one that is not ours, begins anew."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def _pair(made: Classification | None) -> tuple[str | None, str | None]:
    return (made.scheme, made.value) if made is not None else (None, None)


def _candidate(kept: list[object], reference: str) -> Candidate:
    line, kind, text, scheme, value = kept
    made = Classification(scheme=str(scheme), value=str(value)) if scheme and value else None
    return Candidate(int(str(line)), str(kind), str(text), made, reference=reference)
