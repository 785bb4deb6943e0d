"""Exact and Hamming look-up against the obvious implementations."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from cases.errors import ConfigurationProblem
from matchers.index import build
from matchers.index.build import Spill, write_exact, write_hamming
from matchers.index.exact import ExactIndex, radix_bits
from matchers.index.hamming import HammingIndex


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


def class_of(classes: bytes, row: int) -> int:
    return int.from_bytes(classes[2 * row : 2 * row + 2], "little")


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
    index, classes = exact(tmp_path, width, pairs)
    assert len(index) == len(expected)
    for value, number in expected.items():
        row = index.row(value)
        assert row is not None
        assert class_of(classes, row) == number
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


@pytest.mark.parametrize("damage", ["missing", "empty", "short", "radix"])
def test_damaged_files_are_refused(tmp_path: Path, damage: str) -> None:
    """A missing, empty or cut file is a sentence, never an index that finds nothing."""
    exact(tmp_path, 16, [(bytes([number] * 16), 0) for number in range(100)])
    keys, radix = tmp_path / "k.keys", tmp_path / "k.radix"
    match damage:
        case "missing":
            keys.unlink()
        case "empty":
            keys.write_bytes(b"")
        case "short":
            keys.write_bytes(keys.read_bytes()[:-16])
        case _:
            radix.write_bytes(radix.read_bytes()[:-4])
    with pytest.raises(ConfigurationProblem, match="import this hash list again"):
        ExactIndex.open(tmp_path, "k", width=16)


@pytest.mark.parametrize("count", [1, 63, 3000])
def test_hamming_equals_brute_force(
    tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row within the radius is found with its distance, at every radius, across blocks."""
    monkeypatch.setattr("matchers.index.hamming._SCAN_ROWS", 512)
    rng = np.random.default_rng(count)
    codes = rng.integers(0, 256, (count, 32), dtype=np.uint8)
    for row in range(0, count, 5):
        near = np.unpackbits(codes[0].copy())
        near[rng.choice(256, int(rng.integers(0, 60)), replace=False)] ^= 1
        codes[row] = np.packbits(near)
    write_hamming(
        spilled(tmp_path, 32, [(code.tobytes(), 0) for code in codes]), tmp_path, "p", bits=256
    )
    index = HammingIndex.open(tmp_path, "p")
    unique = sorted({code.tobytes() for code in codes})
    assert len(index) == len(unique)
    query = codes[0].tobytes()
    wanted = int.from_bytes(query)
    distances = [(int.from_bytes(code) ^ wanted).bit_count() for code in unique]
    for radius in (0, 1, 16, 31, 40, 52, 80, 256):
        expected = {(row, far) for row, far in enumerate(distances) if far <= radius}
        found = index.query(query, radius)
        assert set(found) == expected
        assert [far for _, far in found] == sorted(far for _, far in found)
