"""Removed rows: a bitmap beside a segment that is never changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import ConfigurationProblem
from matchers.index.tombstones import Tombstones, write_tombstones


def written(path: Path, rows: list[int], count: int) -> Tombstones:
    write_tombstones(path / "t", rows, count)
    return Tombstones.open(path / "t")


@given(st.integers(1, 3000), st.data())
def test_they_hold_the_rows_named_and_no_other(tmp_path_factory, count: int, data) -> None:
    """Each row once, however often it was named, and nothing outside the segment."""
    rows = data.draw(st.lists(st.integers(0, count - 1)))
    stones = written(tmp_path_factory.mktemp("t"), rows, count)
    assert [row for row in range(-9, count + 9) if row in stones] == sorted(set(rows))
    assert stones.rows().tolist() == sorted(set(rows))
    assert (len(stones), stones.count) == (len(set(rows)), count)


def test_none_are_removed_at_first() -> None:
    """A segment without the file has all its rows."""
    stones = Tombstones.empty()
    assert len(stones) == 0
    assert not any(row in stones for row in range(100))
    assert stones.rows().tolist() == []


def test_an_empty_segment_has_none(tmp_path: Path) -> None:
    """No rows, no marks."""
    stones = written(tmp_path, [], 0)
    assert (len(stones), 0 in stones, stones.rows().tolist()) == (0, False, [])


@pytest.mark.parametrize("rows", [[-1], [10], [3, 10**12]])
def test_a_row_of_another_segment_is_refused(tmp_path: Path, rows: list[int]) -> None:
    """Before anything is written."""
    with pytest.raises(ValueError, match="not one of the segment"):
        write_tombstones(tmp_path / "t", rows, 10)
    assert not (tmp_path / "t").exists()


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    """A removed entry that matches again, or a listed one that no longer does, would be wrong."""
    path = tmp_path / "t"
    write_tombstones(path, [1, 5, 99], 100)
    content = path.read_bytes()
    damages = [content[:place] for place in range(len(content))]
    damages += [content + b"\0", bytes(len(content)), b"other"]
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 4
        damages.append(bytes(changed))
    for damage in damages:
        path.write_bytes(damage)
        with pytest.raises(ConfigurationProblem, match="import this hash list again"):
            Tombstones.open(path)
    path.unlink()
    with pytest.raises(ConfigurationProblem):
        Tombstones.open(path)
