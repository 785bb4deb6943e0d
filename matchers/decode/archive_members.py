"""
Members of an archive as they are unpacked: digests of all, records of what can be looked into.

Nothing of a member but its measures is kept, and its name is never asked for.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from matchers.decode import archive_kinds
from matchers.decode.archive_budget import Budget

Look = Callable[[Mapping[str, Any], bytes], dict[str, Any]]
"""A job's header and a body -> a record, or `{"error": word}`."""


class Collector:
    """All members of one job, in the order in which they are read."""

    def __init__(
        self,
        budget: Budget,
        *,
        looks: Mapping[str, Look],
        unpack: Callable[[bytes, int], str | None],
        only: Collection[int] | None = None,
    ) -> None:
        """
        Collect within a budget.

        Args:
            budget: shared by all levels.
            looks: how a member of a kind (`picture`, `video`) is measured.
            unpack: opens an inner archive at that depth; returns what was wrong with it.
            only: ordinals of the members that are measured, at full size; none for all, at the
                size that is cheap.

        """
        self.budget = budget
        self.members: list[dict[str, Any]] = []
        self.skipped: Counter[str] = Counter()
        self.total = 0
        self._looks = looks
        self._only = only
        self._unpack = unpack

    def start(self, depth: int) -> Member:
        """Begin a member. Raises `StopError`."""
        self.total += 1
        self.budget.spend_member()
        return Member(self, depth)

    def state(self) -> tuple[int, Counter[str], int]:
        """Return where the collection stands, for `back_to`."""
        return len(self.members), self.skipped.copy(), self.total

    def back_to(self, state: tuple[int, Counter[str], int]) -> None:
        """Forget what came after that state; what was spent stays spent."""
        count, self.skipped, self.total = state[0], state[1].copy(), state[2]
        del self.members[count:]

    def skip(self, reason: str) -> None:
        """Count something that was not read, or not wholly."""
        self.skipped[reason] += 1

    def add(self, member: Member, *, complete: bool) -> None:
        """Take a member over; look into it, and go into it if it is an archive itself."""
        entry = member.measures() | {"ordinal": len(self.members) + 1, "complete": complete}
        self.members.append(entry)
        if not complete:
            self.skip("damaged")
        if member.kind == "archive":
            self._go_into(member)
        elif member.kind in self._looks:
            entry["record"] = self._look(member, entry["ordinal"])

    def _go_into(self, member: Member) -> None:
        if member.depth >= self.budget.limits.depth:
            self.skip("too_deep")
        elif member.kept is None:
            self.skip("too_large_to_open")
        else:
            problem = self._unpack(bytes(member.kept), member.depth + 1)
            if problem is not None:
                self.skip(problem)

    def _look(self, member: Member, ordinal: int) -> dict[str, Any] | None:
        if member.kept is None:
            self.skip("too_large_to_open")
            return None
        left_out = self._only is not None and ordinal not in self._only
        if left_out or not self.budget.may_measure:
            self.skip("not_measured")
            return None
        before = time.process_time()
        size = {} if self._only is None else {"size": "full"}
        header = {"cpu_s": self.budget.measuring_left, **size}
        record = self._looks[member.kind](header, bytes(member.kept))
        length = len(json.dumps(record))
        fits = self.budget.record_fits(length)
        self.budget.spend_measuring(time.process_time() - before, length if fits else 0)
        if fits:
            return record
        self.skip("not_measured")
        return None


class Member:
    """One member while it is being unpacked; end it with `end`, or forget it."""

    def __init__(self, collector: Collector, depth: int) -> None:
        self.depth = depth
        self.kept: bytearray | None = bytearray()
        self.length = 0
        self.kind: archive_kinds.Kind = "other"
        self._collector = collector
        self._digests = [hashlib.new(name, usedforsecurity=False) for name in _ALGORITHMS]
        self._known = False

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Add bytes. Raises `StopError`."""
        budget = self._collector.budget
        budget.spend_bytes(len(chunk))
        self.length += len(chunk)
        for digest in self._digests:
            digest.update(chunk)
        if self.kept is not None:
            self.kept += chunk
            self._settle(budget.limits.kept)

    def end(self, *, complete: bool) -> None:
        """Hand the member over. Raises `StopError` from an inner archive."""
        self._classify()
        self._collector.add(self, complete=complete)
        self.kept = None

    def measures(self) -> dict[str, Any]:
        """Return what is known without looking into it."""
        hexadecimal = [digest.hexdigest() for digest in self._digests]
        known = dict(zip(_ALGORITHMS, hexadecimal, strict=True))
        return {**known, "length": self.length, "kind": self.kind, "record": None}

    def forget(self) -> None:
        """Give the member up, as if it had not been begun."""
        self.kept = None
        self._collector.total -= 1

    def _settle(self, most: int) -> None:
        """Let go of bytes that nobody will look into."""
        if self.kept is None:
            return
        if not self._known and len(self.kept) >= archive_kinds.NEEDED:
            self._classify()
        if len(self.kept) > most or (self._known and self.kind == "other"):
            self.kept = None

    def _classify(self) -> None:
        if not self._known and self.kept is not None:
            self.kind = archive_kinds.kind_of(bytes(self.kept[: archive_kinds.NEEDED]))
            self._known = True


_ALGORITHMS = ("md5", "sha1", "sha256")
