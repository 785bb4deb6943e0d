"""Overlapping ranges made disjoint: in every place the smallest range around it wins."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import pairwise

Ranged = tuple[int, int, int]
"""First and last address as integers, and a value number."""


def flatten(ranges: Sequence[Ranged]) -> list[Ranged]:
    """
    Return sorted, disjoint ranges; equal neighbours are joined.

    Of ranges of the same size the one stated first wins; identical ranges must be merged before.

    >>> flatten([(0, 9, 1), (3, 4, 2)])
    [(0, 2, 1), (3, 4, 2), (5, 9, 1)]
    """
    ordered = sorted(ranges, key=lambda one: one[0])
    disjoint = all(left[1] < right[0] for left, right in pairwise(ordered))
    return _joined(ordered if disjoint else _sweep(ordered))


def _sweep(ordered: Sequence[Ranged]) -> Iterator[Ranged]:
    """Walk over all boundaries with the open ranges in a heap, smallest first."""
    boundaries = sorted({edge for first, last, _ in ordered for edge in (first, last + 1)})
    open_ranges: list[tuple[int, int, int, int]] = []
    upcoming = 0
    for left, right in pairwise(boundaries):
        while upcoming < len(ordered) and ordered[upcoming][0] == left:
            first, last, value = ordered[upcoming]
            heapq.heappush(open_ranges, (last - first, upcoming, last, value))
            upcoming += 1
        while open_ranges and open_ranges[0][2] < left:
            heapq.heappop(open_ranges)
        if open_ranges:
            yield left, right - 1, open_ranges[0][3]


def _joined(ranges: Sequence[Ranged] | Iterator[Ranged]) -> list[Ranged]:
    joined: list[Ranged] = []
    for first, last, value in ranges:
        if joined and joined[-1][1] + 1 == first and joined[-1][2] == value:
            joined[-1] = (joined[-1][0], last, value)
        else:
            joined.append((first, last, value))
    return joined
