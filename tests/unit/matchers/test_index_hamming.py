"""The Hamming index finds what comparing every code finds, whatever the codes and the radius."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import ConfigurationProblem, InvalidInput
from matchers.index import hamming, tables
from matchers.index.build import Spill, write_hamming
from matchers.index.chunks import choose_widths, flips, permutation, split
from matchers.index.hamming import HammingIndex

Codes = npt.NDArray[np.uint8]

RADII = {256: (*range(53), 64, 80, 128, 255, 256), 64: (*range(21), 32, 63, 64)}


def random(bits: int, count: int, seed: int) -> Codes:
    return np.random.default_rng(seed).integers(0, 256, (count, bits // 8), dtype=np.uint8)


def changed(code: Codes, flipped: int, rng: np.random.Generator) -> Codes:
    values = np.unpackbits(code)
    values[rng.choice(len(values), flipped, replace=False)] ^= 1
    return np.packbits(values)


def clustered(bits: int, count: int, seed: int) -> Codes:
    """Codes around a few centres, as the pictures of one series are."""
    rng = np.random.default_rng(seed)
    centres = random(bits, 5, seed)
    return np.array([changed(centres[n % 5], rng.integers(bits // 4), rng) for n in range(count)])


def repeated(bits: int, count: int, seed: int) -> Codes:
    """Mostly the same codes again and again, and codes that share their first bytes."""
    codes = random(bits, count, seed)
    codes[::2] = codes[0]
    codes[1::4, : bits // 16] = 7
    codes[2::8] = codes[1]
    return codes


MAKERS = {"random": random, "clustered": clustered, "repeated": repeated}


def built(path: Path, codes: Codes, *, name: str = "p") -> HammingIndex:
    spill = Spill(path / "spill", width=codes.shape[1])
    spill.extend(codes, np.arange(len(codes)).astype(np.uint16))
    spill.close()
    write_hamming(spill, path, name, bits=codes.shape[1] * 8)
    return HammingIndex.open(path, name)


def expected(listed: Codes, query: Codes, radius: int) -> list[tuple[int, int]]:
    distances = np.unpackbits(listed ^ query, axis=1).sum(axis=1, dtype=int)
    rows = np.flatnonzero(distances <= radius).tolist()
    return sorted(((row, int(distances[row])) for row in rows), key=lambda pair: pair[::-1])


def queries_for(listed: Codes, seed: int) -> Codes:
    """A listed code, one a few bits off, one far off, and one that is not listed."""
    rng = np.random.default_rng(seed)
    bits = listed.shape[1] * 8
    near = [changed(listed[rng.integers(len(listed))], far, rng) for far in (0, 5, bits // 8)]
    return np.array([*near, random(bits, 1, seed)[0]])


def narrow(bits: int, count: int) -> tuple[int, ...]:
    """Cut codes finely, so that every radius has few cells."""
    return (9,) * (bits % 8) + (8,) * (bits // 8)


@pytest.mark.parametrize("bits", [64, 256])
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("way", ["tables", "scan", "as measured"])
def test_every_radius_equals_brute_force(
    tmp_path: Path, bits: int, kind: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every radius, by tables and by scan, one by one and together, in the right order."""
    if way == "tables":
        monkeypatch.setattr(hamming, "FEWEST_TABLED", 1)
        monkeypatch.setattr("matchers.index.build.choose_widths", narrow)
    codes = MAKERS[kind](bits, 700, seed=bits)
    index = built(tmp_path, codes)
    if way == "tables":
        monkeypatch.setattr(hamming, "SCAN_NS", 1e12)
    listed = np.unique(codes, axis=0)
    assert np.array_equal(index.codes(0, len(index)), listed)
    assert (index.bits, len(index)) == (bits, len(listed))
    queries = queries_for(listed, bits)
    for radius in RADII[bits]:
        if way == "tables" and radius > bits // 4:
            continue
        found = index.query_many(queries, radius)
        assert found == [expected(listed, query, radius) for query in queries]
        assert index.query(queries[1].tobytes(), radius) == found[1]
        assert (index._probe(radius) is not None) == (way == "tables")


@pytest.mark.parametrize("bits", [64, 256])
def test_a_list_with_tables_of_the_usual_widths(tmp_path: Path, bits: int) -> None:
    """Above the size from which tables are written, nothing is helped along."""
    codes = random(bits, 30_000, seed=3)
    codes[-3000:] = clustered(bits, 3000, seed=4)
    index = built(tmp_path, codes)
    listed = np.unique(codes, axis=0)
    queries = np.concatenate([queries_for(listed, 1), codes[-5:], queries_for(codes[-3000:], 2)])
    for radius in RADII[bits][::4]:
        found = index.query_many(queries, radius)
        assert found == [expected(listed, query, radius) for query in queries]
    design = {256: 31, 64: 8}[bits]
    assert index._probe(design) is not None
    assert index._probe(bits) is None


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_small_lists_of_any_codes(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    """One row, equal rows, rows of zeros or ones: hypothesis looks for what was not thought of."""
    width = data.draw(st.sampled_from([8, 32]))
    code = st.one_of(
        st.binary(min_size=width, max_size=width),
        st.sampled_from([bytes(width), b"\xff" * width, bytes(width - 1) + b"\1"]),
    )
    listed = sorted(set(data.draw(st.lists(code, min_size=1, max_size=30))))
    query = data.draw(st.one_of(code, st.sampled_from(listed)))
    radius = data.draw(st.integers(0, width * 8))
    codes = np.frombuffer(b"".join(listed), dtype=np.uint8).reshape(-1, width)
    with pytest.MonkeyPatch.context() as patch:
        if data.draw(st.booleans()):
            patch.setattr(hamming, "FEWEST_TABLED", 1)
            patch.setattr("matchers.index.build.choose_widths", narrow)
        index = built(tmp_path_factory.mktemp("any"), codes)
    wanted = expected(codes, np.frombuffer(query, dtype=np.uint8), radius)
    assert index.query(query, radius) == wanted


def test_crowded_cells_take_wider_offsets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than 65,535 codes in one block of cells: written again with four bytes, and found."""
    monkeypatch.setattr("matchers.index.build.choose_widths", narrow)
    codes = random(64, 70_000, seed=6)
    index = built(tmp_path, codes)
    assert index._tables is not None
    assert index._tables._cells.dtype == np.uint32
    listed = np.unique(codes, axis=0)
    for query in queries_for(listed, 9):
        assert index.query(query.tobytes(), 6) == expected(listed, query, 6)


def test_a_query_into_a_crowd_is_scanned(tmp_path: Path) -> None:
    """Where the cells hold more rows than a scan would read, the scan answers, the same."""
    rng = np.random.default_rng(1)
    centre = random(256, 1, seed=8)[0]
    crowd = np.array([changed(centre, int(rng.integers(3, 9)), rng) for _ in range(25_000)])
    index = built(tmp_path, crowd)
    listed = np.unique(crowd, axis=0)
    assert index._probe(8) is not None
    assert index.query(centre.tobytes(), 8) == expected(listed, centre, 8)
    queries = np.array([~centre, centre, listed[7], random(256, 1, seed=3)[0]] * 30)
    assert index.query_many(queries, 5) == [expected(listed, query, 5) for query in queries]


def test_more_rows_than_can_be_numbered_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence, never numbers that begin again at nought."""
    monkeypatch.setattr("matchers.index.build._MOST_PLACES", 16 * 20_000)
    with pytest.raises(InvalidInput, match="import it as several"):
        built(tmp_path, random(256, 20_001, seed=1))


def test_tables_sorted_in_parts_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded by sorting ranges of values; the files do not depend on it."""
    codes = random(256, 25_000, seed=2)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    built(whole, codes)
    monkeypatch.setattr(tables, "_ROWS_AT_ONCE", 3000)
    monkeypatch.setattr(tables, "_ROWS_PER_STEP", 700)
    monkeypatch.setattr(tables, "_CELLS_PER_STEP", 1 << 12)
    monkeypatch.setattr("matchers.index.build._ROWS_AT_ONCE", 999)
    built(parts, codes)
    names = sorted(path.name for path in whole.iterdir() if path.name != "spill")
    assert len(names) == 7
    for name in names:
        assert (whole / name).read_bytes() == (parts / name).read_bytes(), name


@pytest.mark.parametrize("bits", [64, 256])
def test_an_empty_segment_finds_nothing(tmp_path: Path, bits: int) -> None:
    """A version that only removes has an empty segment."""
    index = built(tmp_path, random(bits, 0, seed=1))
    assert len(index) == 0
    assert index.codes(0, 5).shape == (0, bits // 8)
    assert index.query(bytes(bits // 8), bits) == []
    assert index.query_many(random(bits, 3, seed=1), 4) == [[], [], []]


def test_wrong_questions_are_refused(tmp_path: Path) -> None:
    """A code of another length, or a radius that there is not, is never answered."""
    index = built(tmp_path, random(256, 50, seed=1))
    for code in (b"", bytes(8), bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            index.query(code, 3)
    for radius in (-1, 257):
        with pytest.raises(ValueError, match="0 to 256"):
            index.query(bytes(32), radius)
    for codes in (random(64, 2, seed=1), random(256, 2, seed=1)[0], np.zeros((2, 32))):
        with pytest.raises(ValueError, match="32 bytes"):
            index.query_many(codes, 3)
    assert index.query_many(np.empty((0, 32), dtype=np.uint8), 3) == []


SUFFIXES = ("near", "far", "rows", "cells", "blocks", "classes", "meta.json")


@pytest.fixture(scope="module")
def two_lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments of as many rows, so that all their files are of the same lengths."""
    path = tmp_path_factory.mktemp("lists")
    for name, seed in (("a", 1), ("b", 2)):
        built(path, random(256, 21_000, seed=seed), name=name)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "longer", "foreign", "zeros"])
def test_damaged_files_are_refused(
    two_lists: Path, tmp_path: Path, suffix: str, damage: str
) -> None:
    """A missing, cut, lengthened, exchanged or wiped file is a sentence, never a wrong answer."""
    for path in two_lists.glob("a.*"):
        shutil.copy(path, tmp_path)
    file = tmp_path / f"a.{suffix}"
    content = file.read_bytes()
    foreign = (two_lists / f"b.{suffix}").read_bytes()
    changed_to = {
        "empty": b"",
        "cut": content[:-8],
        "longer": content + b"12345678",
        "foreign": foreign,
        "zeros": bytes(len(content)),
    }
    file.unlink()
    if damage != "missing":
        file.write_bytes(changed_to[damage])
    with pytest.raises(ConfigurationProblem, match="import this hash list again"):
        HammingIndex.open(tmp_path, "a")


def test_copies_in_the_tables_are_the_codes(tmp_path: Path) -> None:
    """Codes of one word also stand in the tables; a file of others is refused."""
    index = built(tmp_path, random(64, 21_000, seed=1), name="a")
    built(tmp_path, random(64, 21_000, seed=2), name="b")
    tables = index._tables
    assert tables is not None
    assert tables.copies is not None
    assert np.array_equal(tables.copies, index._near[tables.rows, 0])
    shutil.copy(tmp_path / "b.copies", tmp_path / "a.copies")
    with pytest.raises(ConfigurationProblem):
        HammingIndex.open(tmp_path, "a")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"seed": 1', '"seed": 2'),
        ('"count": 21000', '"count": 20999'),
        ('"width": 32', '"width": 8'),
        ('"cell_bytes": 2', '"cell_bytes": 4'),
        ('"form": "hamming-1"', '"form": "exact-1"'),
        ('"form": "hamming-1"', '"form": "hamming-9"'),
        ('"chunks": [', '"chunks": [16, '),
        ('"seed": 1', '"seed": 1, "more": 1'),
        ('"seed"', '"sede"'),
    ],
)
def test_a_changed_description_is_refused(
    two_lists: Path, tmp_path: Path, before: str, after: str
) -> None:
    """What the files hold cannot be said otherwise, not even consistently."""
    for path in two_lists.glob("a.*"):
        shutil.copy(path, tmp_path)
    meta = tmp_path / "a.meta.json"
    said = meta.read_text()
    assert before in said
    meta.write_text(said.replace(before, after))
    with pytest.raises(ConfigurationProblem):
        HammingIndex.open(tmp_path, "a")


@pytest.mark.parametrize("suffix", ["rows", "cells"])
def test_damage_between_the_samples_never_crashes(
    two_lists: Path, tmp_path: Path, suffix: str
) -> None:
    """Numbers that point outside the files are damage; whatever is found has its true distance."""
    for path in two_lists.glob("a.*"):
        shutil.copy(path, tmp_path)
    file = tmp_path / f"a.{suffix}"
    content = bytearray(file.read_bytes())
    places = [*range(4200, len(content) // 3 - 8200, 8)]
    for place in places:
        content[place : place + 8] = b"\xfe\xff\xff\xff\xfd\xff\xff\xff"
    assert places
    file.write_bytes(bytes(content))
    index = HammingIndex.open(tmp_path, "a")
    listed = index.codes(0, len(index))
    for query in queries_for(listed, 3):
        try:
            found = index.query(query.tobytes(), 31)
        except ConfigurationProblem:
            continue
        assert set(found) <= set(expected(listed, query, 31))


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=6),
    st.integers(0, 20),
    st.integers(1, 10**7),
)
def test_a_split_radius_covers(widths: list[int], radius: int, count: int) -> None:
    """The sum of (r_i + 1) is r + 1, so no neighbour can hide in between."""
    radius = min(radius, sum(widths))
    shared = split(widths, count, radius)
    assert sum(shared.units) == radius + 1
    assert all(units <= width + 1 for units, width in zip(shared.units, widths, strict=True))
    assert shared.lookups == sum(
        len(flips(width, units)) for width, units in zip(widths, shared.units, strict=True)
    )


@pytest.mark.parametrize("units", range(5))
def test_flips_are_all_numbers_with_few_bits(units: int) -> None:
    """Every one, once, ascending."""
    numbers = [number for number in range(1 << 9) if number.bit_count() < units]
    assert flips(9, units).tolist() == numbers


@pytest.mark.parametrize("bits", [64, 256])
@pytest.mark.parametrize("count", [20_000, 100_000, 10**6, 10**7, 10**8])
def test_widths_cover_all_bits_and_files_stay_small(bits: int, count: int) -> None:
    """Each bit is in one chunk, the widest first; 10 million codes stay below 1.1 GB."""
    widths = choose_widths(bits, count)
    assert sum(widths) == bits
    assert list(widths) == sorted(widths, reverse=True)
    cells = sum(1 << width for width in widths) * 257 // 256 * 2
    assert cells + count * (bits // 8 + 4 * len(widths) + 2) <= count * 110 + (4 << 20)


def test_the_order_of_bits_never_changes() -> None:
    """Files that were written once are read with the same order by every later release."""
    order = permutation(256, 1).tolist()
    assert sorted(order) == list(range(256))
    assert order[:8] == ORDER_BEGINS
    assert permutation(256, 2).tolist() != order


ORDER_BEGINS = [208, 72, 252, 244, 195, 30, 100, 156]
