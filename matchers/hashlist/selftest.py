"""
The proof that a new version finds what it holds and nothing else, before it goes live.

The obvious implementation, a walk over all rows, is asked the same questions.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

import numpy as np

from cases.errors import StoreProblem
from cases.model import SignalType
from matchers.hashlist.entry import PERCEPTUAL, WIDTHS
from matchers.hashlist.reader import OpenList
from matchers.hashlist.segment import OpenSegment

_RADIUS = {"pdq": 31, "phash": 6, "dhash": 6}
_COMPARED = 8
"""Questions of each type that are put to the walk over all rows as well."""

Planted = Mapping[SignalType, Iterable[bytes]]


def prove_planted(opened: OpenList, segment: str, planted: Planted, *, seed: str) -> None:
    """
    Look planted signals up, as they are and changed, in the segment that was just written.

    Raises:
        StoreProblem: an answer is wrong; the version must not become active.
    """
    tested = next((one for one in opened.segments if one.info.name == segment), None)
    chance = random.Random(seed)  # noqa: S311 - chooses questions of a test, nothing secret
    for kind, values in planted.items():
        answers = _answers_near if kind in PERCEPTUAL else _answers_exactly
        if tested is None or not answers(tested, kind, list(values), chance):
            raise _wrong(opened)


def prove_removed(
    opened: OpenList, removed: Iterable[tuple[SignalType, bytes]], *, but: str
) -> None:
    """
    Make sure that removed signals are not found, `but` in the segment that may list them anew.

    Raises:
        StoreProblem: one is; the version must not become active.
    """
    for kind, value in removed:
        row = opened.find(kind, value)
        if row is not None and row.segment.info.name != but:
            raise _wrong(opened)


def prove_canaries(opened: OpenList) -> bool:
    """Tell whether every canary of a version is found as what it is."""
    for text in opened.manifest.canaries:
        kind, value = read_canary(text)
        row = opened.find(kind, value)
        if row is None or opened.state(row) != "canary":
            return False
    return True


def read_canary(text: str) -> tuple[SignalType, bytes]:
    """Read `TYPE:DIGEST` as a manifest holds it; raises `StoreProblem` if it is damaged."""
    name, _, digits = text.partition(":")
    for kind, width in WIDTHS.items():
        if kind == name and len(digits) == 2 * width:
            try:
                return kind, bytes.fromhex(digits)
            except ValueError:
                break
    raise StoreProblem("a canary of a hash list is damaged; import the list again")


def _wrong(opened: OpenList) -> StoreProblem:
    return StoreProblem(
        f"hash list {opened.manifest.name}: the written index does not find its own entries; the "
        "version was not activated, check the disk and import again"
    )


def _answers_exactly(
    segment: OpenSegment, kind: SignalType, values: list[bytes], chance: random.Random
) -> bool:
    strangers = [_flipped(value, chance, 1) for value in values[:_COMPARED]]
    held = _walk_exactly(segment, kind, strangers)
    return all(_is_found(segment, kind, value) for value in values) and all(
        (segment.row(kind, stranger) is not None) == (stranger in held) for stranger in strangers
    )


def _answers_near(
    segment: OpenSegment, kind: SignalType, values: list[bytes], chance: random.Random
) -> bool:
    radius = _RADIUS[kind]
    bits = [chance.randint(1, radius) for _ in values]
    changed = [_flipped(value, chance, flips) for value, flips in zip(values, bits, strict=True)]
    found = [segment.near[kind].query(code, radius) for code in changed]
    for value, flips, near in zip(values, bits, found, strict=True):
        row = segment.row(kind, value)
        if row is None or (row, flips) not in near or not _is_found(segment, kind, value):
            return False
    walked = _walk(segment, kind, changed[:_COMPARED], radius)
    return [sorted(near) for near in found[:_COMPARED]] == walked


def _is_found(segment: OpenSegment, kind: SignalType, value: bytes) -> bool:
    row = segment.row(kind, value)
    return row is not None and segment.value(kind, row) == value


def _flipped(value: bytes, chance: random.Random, bits: int) -> bytes:
    mask = sum(1 << bit for bit in chance.sample(range(8 * len(value)), bits))
    return (int.from_bytes(value) ^ mask).to_bytes(len(value))


def _walk(
    segment: OpenSegment, kind: SignalType, codes: list[bytes], radius: int
) -> list[list[tuple[int, int]]]:
    """Return, for each code, (row, distance) within a radius, by measuring every row."""
    found: list[list[tuple[int, int]]] = [[] for _ in codes]
    wanted = [np.frombuffer(code, dtype=np.uint64) for code in codes]
    start = 0
    for values in segment.blocks(kind):
        words = np.ascontiguousarray(values).view(np.uint64)
        for code, near in zip(wanted, found, strict=True):
            distances = np.bitwise_count(words ^ code).sum(axis=1)
            rows = np.flatnonzero(distances <= radius)
            near.extend(zip((rows + start).tolist(), distances[rows].tolist(), strict=True))
        start += len(values)
    return found


def _walk_exactly(segment: OpenSegment, kind: SignalType, wanted: list[bytes]) -> set[bytes]:
    """Return which of the values any row holds, by comparing every row."""
    held: set[bytes] = set()
    for values in segment.blocks(kind):
        for value in wanted:
            same = values[values[:, 0] == value[0]]
            if (same == np.frombuffer(value, dtype=np.uint8)).all(axis=1).any():
                held.add(value)
    return held
