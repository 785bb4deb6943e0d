"""Deltas, compaction and withdrawal on a real directory, against a plain dictionary."""

from __future__ import annotations

import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import InvalidInput, UnknownRecord
from cases.model import Classification
from matchers.hashlist.entry import WIDTHS, Candidate
from matchers.hashlist.publish import (
    Growth,
    active_lists,
    apply_delta,
    compact,
    list_lists,
    rollback,
    verify,
    withdraw,
)

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where writing to disk is quick; hundreds of versions are made."""
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CLASSES = (None, Classification(scheme="s", value="a"), Classification(scheme="s", value="b"))
KINDS = ("md5", "sha256", "pdq", "phash")
GROWTHS = (
    Growth(),
    Growth(small=0, deltas=100, share=1000.0),
    Growth(small=0, deltas=2, share=1000.0),
    Growth(small=0, deltas=3, share=0.5),
)


def signal(number: int) -> tuple[str, bytes]:
    kind = KINDS[number % len(KINDS)]
    return kind, random.Random(number).randbytes(WIDTHS[kind])


def candidate(number: int, made: int = 0, reference: int | None = None) -> Candidate:
    kind, value = signal(number)
    name = None if reference is None else f"ref-{reference}"
    return Candidate(number, kind, value.hex(), CLASSES[made], reference=name)


def delta(
    into: Path, additions=(), removals=(), *, step: int = 0, growth: Growth | None = None, **more
):
    return apply_delta(
        into,
        "feed",
        additions=additions,
        removals=removals,
        now=NOW + timedelta(hours=step),
        checkpoint=f"c{step}",
        source="service",
        tier="local",
        growth=growth or GROWTHS[1],
        **more,
    )


def contents(into: Path) -> dict[tuple[str, bytes], tuple[Classification | None, frozenset[str]]]:
    """Read everything that is in force, by walking over the segments."""
    (opened,) = active_lists(into)
    found = {}
    for segment in opened.segments:
        for kind in segment.info.rows:
            for row in range(segment.info.rows[kind]):
                if row in segment.dead[kind]:
                    continue
                value = segment.value(kind, row)
                assert (kind, value) not in found, "in force twice"
                assert opened.find(kind, value) is not None
                made = segment.entry_class(kind, row).classification
                found[kind, value] = (made, frozenset(segment.references.of_row(kind, row)))
    assert len(found) == opened.manifest.total
    return found


_NUMBERS = st.integers(0, 24)
_ADDED = st.tuples(_NUMBERS, st.integers(0, 2), st.none() | st.integers(0, 3))
_REMOVED = st.one_of(
    st.tuples(_NUMBERS, st.none() | st.integers(0, 3)), st.tuples(st.none(), st.integers(0, 3))
)
_STEP = st.tuples(st.lists(_REMOVED, max_size=5), st.lists(_ADDED, max_size=8))


class Model:
    """What deltas mean, in a dictionary."""

    def __init__(self) -> None:
        self.listed: dict = {}

    def apply(self, removed, added) -> None:
        for number, reference in removed:
            name = None if reference is None else f"ref-{reference}"
            if number is None:
                for key in [key for key, (_, names) in self.listed.items() if name in names]:
                    self._drop(key, name)
            elif signal(number) in self.listed:
                self._drop(signal(number), name)
        fresh: set = set()
        for number, made, reference in added:
            key = signal(number)
            names = {f"ref-{reference}"} if reference is not None else set()
            old, known = self.listed.get(key, (None, frozenset()))
            # Within one delta the first class of equal signals holds.
            chosen = old if key in fresh else CLASSES[made]
            unchanged = key in self.listed and key not in fresh and old == chosen and names <= known
            self.listed[key] = (chosen, known | names)
            if not unchanged:
                fresh.add(key)

    def _drop(self, key, name) -> None:
        made, names = self.listed[key]
        if name is None or not names:
            del self.listed[key]
        elif name in names:
            left = names - {name}
            if left:
                self.listed[key] = (made, left)
            else:
                del self.listed[key]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(_ADDED, min_size=1, max_size=12), st.lists(_STEP, max_size=6), st.sampled_from(GROWTHS)
)
def test_deltas_equal_a_dictionary(first, steps, growth) -> None:
    """Whatever the deltas and however the parts are merged, exactly what is listed is found."""
    model = Model()
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        into = Path(folder)
        delta(into, [candidate(*one) for one in first])
        model.apply([], first)
        assert contents(into) == model.listed
        for step, (removed, added) in enumerate(steps, start=1):
            removals = [
                Candidate(0, None, "", reference=f"ref-{reference}")
                if number is None
                else candidate(number, 0, reference)
                for number, reference in removed
            ]
            delta(into, [candidate(*one) for one in added], removals, step=step, growth=growth)
            model.apply(removed, added)
            assert contents(into) == model.listed
        verify(into, "feed")
        compact(into, "feed", now=NOW + timedelta(days=1))
        assert contents(into) == model.listed
        verify(into, "feed")
        count = withdraw(into, "feed", "ref-1", NOW + timedelta(days=2))
        gone = {key for key, (_, names) in model.listed.items() if names == {"ref-1"}}
        assert count == len(gone)
        left = {
            key: (made, names - {"ref-1"})
            for key, (made, names) in model.listed.items()
            if key not in gone
        }
        assert contents(into) == left


def test_a_delta_links_what_does_not_change(tmp_path: Path) -> None:
    """The files of the version before are stored once; only what changed is new."""
    delta(tmp_path, [candidate(number) for number in range(40)])
    made = delta(tmp_path, [candidate(100)], [candidate(0)], step=1).manifest
    versions = sorted(path for path in (tmp_path / "feed").iterdir() if path.is_dir())
    old, new = ({path.name: path.stat().st_ino for path in one.iterdir()} for one in versions)
    shared = {name for name in new if old.get(name) == new[name]}
    assert {name for name in old if name.startswith("s000001")} <= shared
    assert {name for name in new if name.endswith(".dead")} == {"s000001-md5.dead"}
    assert (made.added, made.removed, made.parent) == ({"md5": 1}, {"md5": 1}, versions[0].name)
    assert made.counts == {"md5": 10, "sha256": 10, "pdq": 10, "phash": 10}


def test_a_delta_reports(tmp_path: Path) -> None:
    """Repeats, removals of what is not listed and unusable entries are counted by reason."""
    delta(tmp_path, [candidate(0), candidate(1, 1)])
    bad = Candidate(7, "md5", "zz")
    report = delta(
        tmp_path, [candidate(0), candidate(1, 2), candidate(4), bad], [candidate(5)], step=1
    )
    assert report.refused == {"duplicate": 1, "not_listed": 1, "not_hexadecimal": 1}
    assert report.manifest.counts == {"md5": 2, "sha256": 1}
    assert report.manifest.added == {"md5": 1, "sha256": 1}
    assert report.manifest.removed == {"sha256": 1}
    assert (7, "not_hexadecimal") in report.first_refused


def test_the_checkpoint_moves_without_a_change(tmp_path: Path) -> None:
    """A delta without changes takes the place of its parent; roll-back is still a real step."""
    delta(tmp_path, [candidate(0)])
    delta(tmp_path, [candidate(1)], step=1)
    for step in (2, 3):
        assert delta(tmp_path, step=step).manifest.checkpoint == f"c{step}"
    assert len(list_lists(tmp_path)) == 2
    same = delta(tmp_path, step=3).manifest
    assert [one.manifest.version for one in list_lists(tmp_path) if one.active] == [same.version]
    assert rollback(tmp_path, "feed").counts == {"md5": 1}


def test_old_versions_go(tmp_path: Path) -> None:
    """Ten versions are kept, the active one always among them."""
    for step in range(14):
        delta(tmp_path, [candidate(4 * step)], step=step)
    assert len(list_lists(tmp_path)) == 10
    assert len(contents(tmp_path)) == 14


def test_a_delta_never_empties_a_shared_list(tmp_path: Path) -> None:
    """A baseline list that lost all its entries would read as "no match"; the old version stays."""
    first = {"now": NOW, "checkpoint": None, "source": "service"}
    apply_delta(tmp_path, "base", additions=[candidate(0)], removals=[], tier="baseline", **first)
    with pytest.raises(InvalidInput, match="no entry"):
        apply_delta(tmp_path, "base", additions=[], removals=[candidate(0)], **first)
    assert len(contents(tmp_path)) == 1


def test_a_delta_needs_a_list(tmp_path: Path) -> None:
    """Without a tier nothing is made up; nothing usable makes no list."""
    given_ = {"now": NOW, "checkpoint": None, "source": "service", "removals": []}
    with pytest.raises(UnknownRecord):
        apply_delta(tmp_path, "feed", additions=[candidate(0)], **given_)
    with pytest.raises(InvalidInput, match="no entry"):
        apply_delta(tmp_path, "feed", additions=[], tier="local", **given_)
    assert active_lists(tmp_path) == ()


def found_in(folder: Path, wanted: bytes) -> list[str]:
    """Search every file byte by byte, also in hexadecimal."""
    texts = (wanted, wanted.hex().encode(), wanted.hex().upper().encode())
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(text in path.read_bytes() for text in texts)
    ]


@pytest.mark.parametrize("growth", GROWTHS)
def test_what_is_withdrawn_stands_in_no_file(tmp_path: Path, growth: Growth) -> None:
    """Neither the digests nor the reference stay anywhere, whatever versions there were."""
    mine = [number for number in range(400, 440) if signal(number)[0] in ("md5", "sha256")]
    delta(tmp_path, [candidate(number) for number in range(40)])
    delta(tmp_path, [candidate(number, 0, 9) for number in mine], step=1, growth=growth)
    delta(tmp_path, [candidate(200, 0, 8)], [candidate(mine[0], 0, 9)], step=2, growth=growth)
    assert found_in(tmp_path, b"ref-9")
    assert withdraw(tmp_path, "feed", "ref-9", NOW + timedelta(days=1)) == len(mine) - 1
    assert found_in(tmp_path, b"ref-9") == []
    for number in mine:
        assert found_in(tmp_path, signal(number)[1]) == []
    assert len(list_lists(tmp_path)) == 1
    assert len(contents(tmp_path)) == 41
    assert withdraw(tmp_path, "feed", "ref-9", NOW + timedelta(days=1)) == 0
    with pytest.raises(InvalidInput):
        withdraw(tmp_path, "feed", "two words", NOW)


def test_the_last_reference_may_go(tmp_path: Path) -> None:
    """A list of self-referrals may be empty; it takes further ones later."""
    delta(tmp_path, [candidate(0, 0, 1)])
    assert withdraw(tmp_path, "feed", "ref-1", NOW) == 1
    assert contents(tmp_path) == {}
    delta(tmp_path, [candidate(4, 0, 2)], step=5)
    assert len(contents(tmp_path)) == 1
