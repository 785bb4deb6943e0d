"""When the parts of a hash list are merged, and how questions for the self-test are chosen."""

from __future__ import annotations

import pytest

from matchers.hashlist.manifest import SegmentInfo
from matchers.hashlist.merging import Growth, to_merge

GROWTH = Growth(small=1000, deltas=3, share=0.25)


def parts(*sizes: tuple[int, int]) -> list[SegmentInfo]:
    return [
        SegmentInfo(name=f"s{number:06}", rows={"md5": rows}, dead={"md5": dead} if dead else {})
        for number, (rows, dead) in enumerate(sizes, start=1)
    ]


@pytest.mark.parametrize(
    ("sizes", "start"),
    [
        ([], None),
        ([(5000, 0)], None),
        ([(10, 0)], None),
        ([(500, 0), (10, 0)], 0),
        ([(500, 3)], 0),
        ([(5000, 0), (10, 0)], None),
        ([(5000, 10), (10, 5)], None),
        ([(5000, 1251)], 0),
        ([(5000, 600), (660, 0)], 0),
        ([(5000, 0), *[(9, 0)] * 3], None),
        ([(5000, 0), *[(9, 0)] * 4], 1),
        ([(0, 0), (5000, 0)], 0),
    ],
)
def test_when_parts_are_merged(sizes: list[tuple[int, int]], start: int | None) -> None:
    """Small lists at once, large ones when deltas weigh a quarter; many deltas into one before."""
    assert to_merge(parts(*sizes), GROWTH) == start
