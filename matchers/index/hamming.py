"""
Search of 256-bit and 64-bit codes by distance, exact at every radius.

Codes are kept with their bits in a fixed random order, in two planes: 128 bits each, one after
the other, or all 64 at once. Rows that may be near come from the tables of `tables`, or, where
that would cost more, from the whole first plane; most fall after that plane was compared.
Nothing is loaded; any number of processes may share the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from matchers.index.chunks import CANDIDATE_NS, SCAN_NS, permutation, split, starts
from matchers.index.segment import Meta, Segment, damaged, meta_path, open_segment
from matchers.index.tables import CELLS_AT_ONCE, Probe, Tables, Words, probe

FORM: Final = "hamming-1"
SIZES = (64, 256)
PLANE_BYTES = 16
"""Of the first plane, or the whole code if that is shorter."""
FEWEST_TABLED = 20_000
"""Below, a scan of all rows costs no more than a look-up in tables."""

_COPIED_BYTES = 8
_SCAN_ROWS = 1 << 16
_KEPT_PROBES = 8

Codes = npt.NDArray[np.uint8]
Found = list[tuple[int, int]]
_Survivors = tuple[npt.NDArray[np.intp], npt.NDArray[np.uint32], npt.NDArray[np.int64]]
"""Which query, which row, at which distance; repeats are possible."""


class HammingIndex:
    """Rows of codes of one size; row numbers ascend with the listed values."""

    def __init__(self, segment: Segment, path: Path) -> None:
        meta = segment.meta
        self.bits = meta.width * 8
        self._path = path
        self._count = meta.count
        self._order = permutation(self.bits, meta.seed)
        plane = min(PLANE_BYTES, meta.width) // 8
        self._near: Words = np.frombuffer(segment.files["near"], dtype="<u8").reshape(-1, plane)
        self._far: Words | None = None
        if "far" in segment.files:
            self._far = np.frombuffer(segment.files["far"], dtype="<u8").reshape(-1, plane)
        self._chunks = tuple(meta.chunks)
        self._weights = _weights(self._order, self._chunks)
        self._tables = _tables(segment) if meta.chunks else None
        self._probes: dict[int, Probe | None] = {}

    @classmethod
    def open(cls, directory: Path, name: str) -> HammingIndex:
        """
        Map the segment `name` of a directory.

        Raises:
            ConfigurationProblem: a file is missing, damaged or of another segment.
        """
        path = meta_path(directory, name)
        segment = open_segment(directory, name, form=FORM)
        if not _consistent(segment.meta):
            raise damaged(path)
        return cls(segment, path)

    def __len__(self) -> int:
        return self._count

    def query(self, code: bytes, radius: int) -> Found:
        """
        Return (row, distance) of all codes within `radius` bits, nearest first.

        Raises:
            ValueError: the code has not the index's length, or the radius is not 0 to `bits`.
            ConfigurationProblem: the files were damaged since they were opened.
        """
        if len(code) * 8 != self.bits:
            raise ValueError(f"a code of this index has {self.bits // 8} bytes")
        return self.query_many(np.frombuffer(code, dtype=np.uint8).reshape(1, -1), radius)[0]

    def query_many(self, codes: Codes, radius: int) -> list[Found]:
        """
        Answer many queries, shape (queries, bits / 8), as `query` does each.

        Raises:
            ValueError: the codes have not that shape, or the radius is not 0 to `bits`.
            ConfigurationProblem: the files were damaged since they were opened.
        """
        if codes.ndim != 2 or codes.shape[1] * 8 != self.bits or codes.dtype != np.uint8:
            raise ValueError(f"codes of this index have {self.bits // 8} bytes each")
        if not 0 <= radius <= self.bits:
            raise ValueError(f"a radius is 0 to {self.bits} bits")
        wanted = self._probe(radius)
        answers: list[Found] = []
        for group in _groups(codes, wanted):
            answers += self._answers(group, radius, wanted)
        return answers

    def codes(self, start: int, stop: int) -> Codes:
        """Return rows `start` to `stop` as they are listed, shape (rows, bits / 8)."""
        rows = range(self._count)[start:stop]
        codes = np.empty((len(rows), self.bits // 8), dtype=np.uint8)
        for done in range(0, len(rows), _SCAN_ROWS):
            at = slice(rows.start + done, min(rows.start + done + _SCAN_ROWS, rows.stop))
            codes[done : done + _SCAN_ROWS] = self._listed(at)
        return codes

    def _listed(self, rows: slice) -> Codes:
        planes = [self._near[rows]] + ([] if self._far is None else [self._far[rows]])
        kept = np.concatenate(planes, axis=1).view(np.uint8)
        bits = np.empty((len(kept), self.bits), dtype=np.uint8)
        bits[:, self._order] = np.unpackbits(kept, axis=1, bitorder="little")
        return np.packbits(bits, axis=1)

    def _probe(self, radius: int) -> Probe | None:
        """Return the cells to look at; none where a scan is cheaper."""
        if radius not in self._probes:
            if len(self._probes) >= _KEPT_PROBES:
                self._probes.clear()
            shared = split(self._chunks, self._count, radius) if self._chunks else None
            tabled = shared is not None and shared.cost_ns < SCAN_NS * self._count
            self._probes[radius] = probe(self._chunks, shared) if shared and tabled else None
        return self._probes[radius]

    def _answers(self, codes: Codes, radius: int, wanted: Probe | None) -> list[Found]:
        bits = np.unpackbits(codes, axis=1)
        words = _packed(bits, self._order)
        found: list[dict[int, int]] = [{} for _ in codes]
        for survivors in self._survivors(bits, words, radius, wanted):
            for query, row, distance in self._measured(words, survivors):
                if distance <= radius:
                    found[query][row] = distance
        return [sorted(pairs.items(), key=itemgetter(1, 0)) for pairs in found]

    def _measured(self, words: Words, survivors: _Survivors) -> Iterator[tuple[int, int, int]]:
        """Yield query, row and the distance over all planes."""
        queries, rows, distances = survivors
        if self._far is not None and len(rows):
            far = self._far.take(rows, axis=0)
            far ^= words[:, self._near.shape[1] :].take(queries, axis=0)
            distances = distances + np.bitwise_count(far).sum(axis=1, dtype=np.int64)
        yield from zip(queries.tolist(), rows.tolist(), distances.tolist(), strict=True)

    def _survivors(
        self, bits: Codes, words: Words, radius: int, wanted: Probe | None
    ) -> Iterator[_Survivors]:
        """Yield the rows whose first plane is within the radius."""
        near = np.ascontiguousarray(words[:, : self._near.shape[1]])
        if wanted is None or self._tables is None:
            yield from self._scanned(near, radius)
            return
        values = bits @ self._weights
        room = int(self._count * SCAN_NS / CANDIDATE_NS)
        if len(near) > 1:
            room = max(room, 4 * CELLS_AT_ONCE)
        for cells in wanted.parts:
            try:
                found = self._tables.places(values, cells, most=room)
                if found is None:
                    yield from self._crowded(bits, words, radius, wanted)
                    return
                yield self._compared(self._tables, near, *found, radius)
            except IndexError:
                raise damaged(self._path) from None
            room -= len(found[0])

    def _crowded(
        self, bits: Codes, words: Words, radius: int, wanted: Probe
    ) -> Iterator[_Survivors]:
        """Answer queries whose cells hold more rows than expected: one by one, that one by scan."""
        if len(words) == 1:
            yield from self._scanned(words[:, : self._near.shape[1]], radius)
            return
        for number in range(len(words)):
            one = slice(number, number + 1)
            for survivors in self._survivors(bits[one], words[one], radius, wanted):
                queries, rows, distances = survivors
                yield queries + number, rows, distances

    def _compared(
        self,
        tables: Tables,
        near: Words,
        places: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
        radius: int,
    ) -> _Survivors:
        if tables.copies is not None:
            rows, differing = None, tables.copies.take(places)[:, None]
        else:
            rows = tables.rows.take(places)
            differing = self._near.take(rows, axis=0)
        totals = ends.copy()
        totals[1:] -= ends[:-1]
        differing ^= near.repeat(totals, axis=0)
        distances = _ones(differing)
        kept = (distances <= radius).nonzero()[0]
        queries = ends.searchsorted(kept, side="right")
        kept_rows = tables.rows.take(places[kept]) if rows is None else rows[kept]
        return queries, kept_rows, distances[kept].astype(np.int64)

    def _scanned(self, near: Words, radius: int) -> Iterator[_Survivors]:
        for number, word in enumerate(near):
            for rows, distances in self._scan(word, radius):
                yield np.full(len(rows), number), rows, distances

    def _scan(
        self, word: Words, radius: int
    ) -> Iterator[tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]]:
        repeated = np.tile(word, (min(_SCAN_ROWS, self._count), 1))
        for start in range(0, self._count, _SCAN_ROWS):
            rows = self._near[start : start + _SCAN_ROWS]
            distances = _ones(rows ^ repeated[: len(rows)])
            kept = np.flatnonzero(distances <= radius)
            if len(kept):
                yield (kept + start).astype(np.uint32), distances[kept].astype(np.int64)


def planes(codes: Codes, order: npt.NDArray[np.intp]) -> Words:
    """Return listed codes, shape (rows, bytes), as words in the order in which they are kept."""
    return _packed(np.unpackbits(codes, axis=1), order)


def _packed(bits: Codes, order: npt.NDArray[np.intp]) -> Words:
    return np.packbits(bits.take(order, axis=1), axis=1, bitorder="little").view("<u8")


def _ones(differing: Words) -> npt.NDArray[np.uint8]:
    """Count the set bits of each row of one or two words; at most 128."""
    counts = np.bitwise_count(differing)
    if counts.shape[1] == 1:
        return counts[:, 0]
    pairs = counts.view(np.uint16)[:, 0]
    return (pairs + (pairs >> 8)).astype(np.uint8)


def _weights(order: npt.NDArray[np.intp], chunks: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Return what each listed bit adds to the value of each chunk, shape (bits, chunks)."""
    weights = np.zeros((len(order), len(chunks)), dtype=np.int64)
    for number, (start, width) in enumerate(zip(starts(chunks), chunks, strict=True)):
        weights[order[start : start + width], number] = 1 << np.arange(width)
    return weights


def _groups(codes: Codes, wanted: Probe | None) -> Iterator[Codes]:
    """Cut queries so that the temporary arrays of a group stay in the processor's cache."""
    each = 1 if wanted is None else wanted.split.lookups + int(wanted.split.candidates)
    size = max(1, 2 * CELLS_AT_ONCE // max(1, each))
    for start in range(0, len(codes), size):
        yield codes[start : start + size]


def _tables(segment: Segment) -> Tables:
    files, cell = segment.files, f"<u{segment.meta.cell_bytes}"
    return Tables(
        widths=segment.meta.chunks,
        cells=np.frombuffer(files["cells"], dtype=cell),
        blocks=np.frombuffer(files["blocks"], dtype="<u4"),
        rows=np.frombuffer(files["rows"], dtype="<u4"),
        copies=np.frombuffer(files["copies"], dtype="<u8") if "copies" in files else None,
    )


def _consistent(meta: Meta) -> bool:
    return meta.width * 8 in SIZES and expected_sizes(meta) == {
        suffix: size for suffix, size in meta.sizes.items() if suffix != "classes"
    }


def expected_sizes(meta: Meta) -> dict[str, int]:
    """Return the length of every file that follows from what a segment holds."""
    sizes = {"near": meta.count * min(meta.width, PLANE_BYTES)}
    if meta.width > PLANE_BYTES:
        sizes["far"] = meta.count * (meta.width - PLANE_BYTES)
    if meta.chunks:
        blocks = sum(1 << width for width in meta.chunks) >> 8
        sizes |= {
            "cells": blocks * 257 * meta.cell_bytes,
            "blocks": blocks * 4,
            "rows": meta.count * len(meta.chunks) * 4,
        }
        if meta.width <= _COPIED_BYTES:
            sizes["copies"] = meta.count * len(meta.chunks) * meta.width
    return sizes
