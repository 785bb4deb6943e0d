"""Exact look-up against the obvious implementation, and how signals become rows."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from cases.errors import ConfigurationProblem
from matchers.index import build
from matchers.index.build import Spill, write_exact, write_hamming
from matchers.index.classes import classes
from matchers.index.exact import ExactIndex, radix_bits


def spilled(path: Path, width: int, pairs: list[tuple[bytes, int]]) -> Spill:
    spill = Spill(path / "spill", width=width)
    for value, number in pairs:
        spill.add(value, number)
    spill.close()
    return spill


def exact(path: Path, width: int, pairs: list[tuple[bytes, int]]) -> tuple[ExactIndex, bytes]:
    write_exact(spilled(path, width, pairs), path, "k")
    index = ExactIndex.open(path, "k", width=width)
    return index, (path / "k.classes").read_bytes()


def class_of(column: bytes, row: int) -> int:
    return int.from_bytes(column[2 * row : 2 * row + 2], "little")


@pytest.mark.parametrize("width", [16, 20, 32])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 100, 5000])
def test_exact_equals_a_dictionary(tmp_path: Path, width: int, count: int) -> None:
    """Every key is found with its own class, the first of repeats holds, no other is found."""
    rng = random.Random(count * width)
    pairs = [(rng.randbytes(width), rng.randrange(65_536)) for _ in range(count)]
    pairs += [(value, 9) for value, _ in pairs[::3]]
    expected: dict[bytes, int] = {}
    for value, number in pairs:
        expected.setdefault(value, number)
    index, column = exact(tmp_path, width, pairs)
    assert len(index) == len(expected)
    for value, number in expected.items():
        row = index.row(value)
        assert row is not None
        assert class_of(column, row) == number
    assert all(index.row(rng.randbytes(width)) is None for _ in range(1000))


def test_exact_with_keys_that_overlap(tmp_path: Path) -> None:
    """A key that only appears across two neighbours is not found; look-alikes are told apart."""
    keys = [
        bytes([1] * 16),
        bytes([1] * 15 + [2]),
        bytes([1] * 14 + [2, 1]),
        bytes(16),
        b"\xff" * 16,
    ]
    index, _ = exact(tmp_path, 16, [(key, 0) for key in keys])
    assert sorted(index.row(key) for key in keys) == [0, 1, 2, 3, 4]
    assert index.row(bytes([1] * 13 + [2, 1, 1])) is None


def test_sorting_in_parts_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files built one range of leading bytes at a time are the same as in one go."""
    rng = random.Random(5)
    pairs = [(rng.randbytes(20), number % 7) for number in range(3000)]
    pairs += pairs[:500]
    whole = tmp_path / "whole"
    parts = tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    exact(whole, 20, pairs)
    monkeypatch.setattr(build, "_ROWS_AT_ONCE", 100)
    exact(parts, 20, pairs)
    for name in ("k.keys", "k.radix", "k.classes"):
        assert (whole / name).read_bytes() == (parts / name).read_bytes()


def test_radix_grows_with_the_list() -> None:
    """The table stays in proportion and ends at 2^24 buckets."""
    assert [radix_bits(count) for count in (1, 4, 1000, 10_000_000, 10**9)] == [0, 1, 8, 22, 24]


@pytest.mark.parametrize("suffix", ["keys", "radix", "classes", "meta.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "longer", "foreign"])
def test_damaged_files_are_refused(tmp_path: Path, suffix: str, damage: str) -> None:
    """A missing, cut or exchanged file is a sentence, never an index that finds nothing."""
    other = tmp_path / "other"
    other.mkdir()
    rng = random.Random(2)
    for place in (tmp_path, other):
        exact(place, 16, [(rng.randbytes(16), rng.randrange(9)) for number in range(4000)])
    file = tmp_path / f"k.{suffix}"
    content = file.read_bytes()
    changed_to = {
        "empty": b"",
        "cut": content[:-16],
        "longer": content + bytes(16),
        "foreign": (other / file.name).read_bytes(),
    }
    file.unlink()
    if damage != "missing":
        file.write_bytes(changed_to[damage])
    with pytest.raises(ConfigurationProblem, match="import this hash list again"):
        ExactIndex.open(tmp_path, "k", width=16)


def test_another_width_is_refused(tmp_path: Path) -> None:
    """MD5 files are not taken for SHA-1 files, nor a key of one length for another's."""
    index, _ = exact(tmp_path, 16, [(bytes([number] * 16), 0) for number in range(100)])
    with pytest.raises(ConfigurationProblem):
        ExactIndex.open(tmp_path, "k", width=20)
    for key in (b"", bytes(15), bytes(20)):
        with pytest.raises(ValueError, match="16 bytes"):
            index.row(key)


@pytest.mark.parametrize("crowded", [False, True])
def test_many_keys_with_one_beginning(tmp_path: Path, crowded: bool) -> None:
    """Keys that share their first bytes fill one bucket, and one part of the sort."""
    rng = random.Random(4)
    begin = b"same" if crowded else b"s"
    pairs = [(begin + rng.randbytes(16 - len(begin)), number) for number in range(3000)]
    index, column = exact(tmp_path, 16, pairs + pairs[::-1])
    assert len(index) == 3000
    assert all(class_of(column, index.row(value)) == number for value, number in pairs)
    assert index.row(begin + bytes(16 - len(begin))) is None


def test_keys_are_listed_in_order(tmp_path: Path) -> None:
    """For compaction: ascending, each with its row."""
    rng = random.Random(7)
    values = [rng.randbytes(20) for _ in range(500)]
    index, _ = exact(tmp_path, 20, [(value, 0) for value in values])
    listed = [key.tobytes() for key in index.keys(0, len(index))]
    assert listed == sorted(values)
    assert [index.row(key) for key in listed] == list(range(500))
    assert index.keys(490, 700).shape == (10, 20)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """A version that only removes has no keys."""
    index, column = exact(tmp_path, 32, [])
    assert (len(index), index.row(bytes(32)), column) == (0, None, b"")
    assert index.keys(0, 1).shape == (0, 32)


def test_damage_between_the_samples_is_a_sentence(tmp_path: Path) -> None:
    """Offsets that point outside the keys are damage, not a miss."""
    rng = random.Random(8)
    pairs = [(rng.randbytes(32), 0) for _ in range(70_000)]
    exact(tmp_path, 32, pairs)
    file = tmp_path / "k.radix"
    content = bytearray(file.read_bytes())
    for place in range(4096, len(content) // 3 - 4096):
        content[place] = 255
    file.write_bytes(content)
    index = ExactIndex.open(tmp_path, "k", width=32)
    with pytest.raises(ConfigurationProblem, match="import this hash list again"):
        list(map(index.row, (value for value, _ in pairs)))


def test_rows_that_come_together_are_as_if_one_by_one(tmp_path: Path) -> None:
    """`extend` spills what `add` does."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 256, (50, 16), dtype=np.uint8)
    numbers = rng.integers(0, 65_536, 50).astype(np.uint16)
    one, other = Spill(tmp_path / "one", width=16), Spill(tmp_path / "other", width=16)
    for value, number in zip(values, numbers, strict=True):
        one.add(value.tobytes(), int(number))
    other.extend(values, numbers)
    one.close()
    other.close()
    assert one.path.read_bytes() == other.path.read_bytes()
    assert one.count == other.count == 50


def test_an_index_of_another_size_is_not_written(tmp_path: Path) -> None:
    """The spill's width and the bits asked for agree, and are 64 or 256."""
    for width, bits in ((32, 64), (16, 128), (8, 256)):
        spill = spilled(tmp_path, width, [(bytes(width), 0)])
        with pytest.raises(ValueError, match="another width"):
            write_hamming(spill, tmp_path, "p", bits=bits)


def test_classes_are_two_bytes_a_row(tmp_path: Path) -> None:
    """Beside either index, by row; a missing column is a sentence."""
    exact(tmp_path, 16, [(bytes([number] * 16), number) for number in (3, 1, 2)])
    column = classes(tmp_path, "k")
    assert [class_of(bytes(column), row) for row in range(3)] == [1, 2, 3]
    with pytest.raises(ConfigurationProblem):
        classes(tmp_path, "other")
