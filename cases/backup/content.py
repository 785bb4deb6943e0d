"""
The content of a backup: every table, then the manifest that all of it is held against.

    {"table":"cases","columns":[["id","plain"],["sealed","bytes"],...]}
    ["HW-2026-000001",...]                                             one line a row
    {"manifest":{"tables":{"cases":{"rows":1,"digest":...}},"audit":{...}}}

A table's digest is the sum of the SHA-256 of its rows: it says nothing of their order, which the
two stores see differently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from cases.errors import InvalidInput
from cases.ports import Transaction

_ROWS_AT_ONCE = 500
_MODULUS = 1 << 256
Put = Callable[[str, list[tuple[str, str]], list[list[object]]], Awaitable[None]]
"""Takes rows of a table with the names and kinds of its columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSum:
    """How many rows a table has, and their digest."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    tables: Mapping[str, TableSum]
    audit_sequence: int
    audit_head: str
    """Digest of the newest audit entry; empty without any."""

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.tables.values())


@dataclass(slots=True)
class Summing:
    """Sums the rows of one table up."""

    rows: int = 0
    total: int = field(default=0)

    def add(self, line: bytes) -> None:
        """Take one row, as it is written."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest(), "big")) % _MODULUS

    def done(self) -> TableSum:
        """Return the sum."""
        return TableSum(rows=self.rows, digest=f"{self.total:064x}")


async def content_of(step: Transaction) -> AsyncIterator[str]:
    """Yield the lines of a backup of what one consistent view shows."""
    sums = {}
    for name in step.copied_tables():
        columns = [list(one) for one in step.columns_of(name)]
        yield _line({"table": name, "columns": columns})
        summing = Summing()
        async for row in step.rows_of(name):
            line = _line(row)
            summing.add(line.encode())
            yield line
        sums[name] = summing.done()
    yield _line({"manifest": await _manifest(step, sums)})


async def sums_of(step: Transaction) -> dict[str, TableSum]:
    """Sum the tables of a store up, to be compared with a manifest."""
    sums = {}
    for name in step.copied_tables():
        summing = Summing()
        async for row in step.rows_of(name):
            summing.add(_line(row).encode())
        sums[name] = summing.done()
    return sums


async def read_content(lines: Iterator[bytes], name: str, put: Put | None = None) -> Manifest:
    """
    Read a backup to its end, handing the rows on, and hold it against its manifest.

    Raises:
        InvalidInput: it does not hold what its manifest says.
    """
    reading = _Reading(name=name, put=put)
    for line in lines:
        found = _parsed(line, name)
        if isinstance(found, list):
            await reading.row(line, found)
        elif "manifest" in found:
            await reading.flush()
            return _compared(reading.sums(), found["manifest"], name, lines)
        else:
            await reading.table(found)
    raise InvalidInput(f"{name}: the backup has no manifest; it was not finished.")


class _Reading:
    """The rows that were read, and those that wait to be handed on."""

    def __init__(self, *, name: str, put: Put | None) -> None:
        self._name, self._put = name, put
        self._table = ""
        self._columns: list[tuple[str, str]] = []
        self._waiting: list[list[object]] = []
        self._sums: dict[str, Summing] = {}

    async def table(self, found: Mapping[str, object]) -> None:
        await self.flush()
        try:
            self._table = str(found["table"])
            columns: Sequence[Sequence[str]] = found["columns"]  # type: ignore[assignment]
            self._columns = [(str(one), str(kind)) for one, kind in columns]
        except (KeyError, TypeError, ValueError):
            raise InvalidInput(f"{self._name}: the backup holds an unknown line.") from None
        self._sums[self._table] = Summing()

    async def row(self, line: bytes, found: list[object]) -> None:
        if len(found) != len(self._columns) or not self._columns:
            raise InvalidInput(f"{self._name}: the backup holds a row without its table.")
        self._sums[self._table].add(line)
        if self._put is not None:
            self._waiting.append(found)
            if len(self._waiting) >= _ROWS_AT_ONCE:
                await self.flush()

    async def flush(self) -> None:
        if self._put is not None and self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._put(self._table, self._columns, waiting)

    def sums(self) -> dict[str, TableSum]:
        return {name: one.done() for name, one in self._sums.items()}


async def _manifest(step: Transaction, sums: Mapping[str, TableSum]) -> dict[str, object]:
    head = await step.trail_head()
    return {
        "tables": {name: asdict(one) for name, one in sums.items()},
        "audit_sequence": head.sequence if head else 0,
        "audit_head": head.digest if head else "",
    }


def _compared(
    sums: Mapping[str, TableSum], found: object, name: str, rest: Iterator[bytes]
) -> Manifest:
    if next(rest, None) is not None:
        raise InvalidInput(f"{name}: something stands behind the manifest of the backup.")
    try:
        if not isinstance(found, dict):
            raise TypeError
        told = {one: TableSum(**members) for one, members in found["tables"].items()}
        manifest = Manifest(
            tables=told,
            audit_sequence=int(found["audit_sequence"]),
            audit_head=str(found["audit_head"]),
        )
    except (KeyError, TypeError, ValueError):
        raise InvalidInput(f"{name}: the manifest of the backup cannot be read.") from None
    wrong = sorted(one for one in {*told, *sums} if told.get(one) != sums.get(one))
    if wrong:
        raise InvalidInput(
            f"{name}: the backup does not hold what its manifest says of {', '.join(wrong)}."
        )
    return manifest


def _parsed(line: bytes, name: str) -> list[object] | dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, list | dict):
        raise InvalidInput(f"{name}: the backup holds an unknown line.")
    return found


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
