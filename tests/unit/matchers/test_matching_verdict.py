"""Distances, quality and flags -> comparison."""

from __future__ import annotations

import pytest

from cases.model import ListEntry, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.decode.record import PictureRecord, View
from matchers.records import read_record
from matchers.verdict import Neighbour, compare, usable_views

MATCHING = Matching(confident=31, review=52, quality=50)
GOOD = View(name="upright", pdq="a" * 64, quality=80)
POOR = View(name="upright", pdq="a" * 64, quality=49)
TRIMMED = View(name="trimmed", pdq="b" * 64, quality=90)


def record(*views: View, flags: tuple[str, ...] = ()) -> PictureRecord:
    return PictureRecord(
        format="PNG",
        width=9,
        height=9,
        frames=1,
        views=views,
        phash="0" * 16,
        dhash="0" * 16,
        flags=flags,
    )


def near(distance: int, *, tier: str = "national", view: View = GOOD, name: str = "x") -> Neighbour:
    entry = ListEntry(hash_list=name, version="1", tier=tier, signal_type="pdq")
    return Neighbour(view=view, distance=distance, entry=entry)


@pytest.mark.parametrize(
    ("distance", "tier"), [(0, "confident"), (31, "confident"), (32, "review"), (52, "review")]
)
def test_tiers(distance: int, tier: str) -> None:
    """Up to 31 bits is confident, 32 to 52 is for review."""
    answer = compare(record(GOOD), [near(distance)], MATCHING)
    assert isinstance(answer, Possible)
    assert (answer.tier, answer.distance, answer.view, answer.quality) == (
        tier,
        distance,
        "upright",
        80,
    )


def test_beyond_the_review_tier() -> None:
    """53 bits away is no match."""
    assert compare(record(GOOD), [near(53)], MATCHING) == NoMatch()
    assert compare(record(GOOD), [], MATCHING) == NoMatch()


@pytest.mark.parametrize("flag", ["flat", "low_quality", "grid"])
def test_weak_pictures_are_not_checked(flag: str) -> None:
    """Flat, low-quality and regular pictures neither match nor count as clean."""
    assert compare(record(GOOD, flags=(flag,)), [near(0)], MATCHING) == NotChecked(
        reason="low_quality"
    )


def test_quality_gate() -> None:
    """A view below the policy's quality is not used; without any usable one nothing is decided."""
    assert usable_views(record(POOR, TRIMMED), MATCHING) == (TRIMMED,)
    assert compare(record(POOR), [], MATCHING) == NotChecked(reason="low_quality")
    assert isinstance(compare(record(POOR, TRIMMED), [near(3, view=TRIMMED)], MATCHING), Possible)


def test_partial_pictures() -> None:
    """A partly decoded picture may be possible, but is never no match."""
    partial = record(GOOD, flags=("partial",))
    assert isinstance(compare(partial, [near(20)], MATCHING), Possible)
    assert compare(partial, [near(60)], MATCHING) == NotChecked(reason="partial_decode")


def test_nearest_then_strongest_tier() -> None:
    """The nearest entry is named; of equally near ones the strongest tier."""
    found = [near(9, tier="local"), near(8, tier="local"), near(8, tier="baseline", name="b")]
    answer = compare(record(GOOD), found, MATCHING)
    assert isinstance(answer, Possible)
    assert (answer.distance, answer.entry.tier) == (8, "baseline")


PLAIN = {
    "format": "JPEG",
    "width": 640,
    "height": 480,
    "frames": 1,
    "views": [{"name": "upright", "pdq": "ab" * 32, "quality": 77}],
    "phash": "0" * 16,
    "dhash": "f" * 16,
    "flags": ["partial"],
}


def test_a_record_from_json_is_read() -> None:
    """Lists in place of tuples are what a pipe delivers."""
    read = read_record(PLAIN)
    assert isinstance(read, PictureRecord)
    assert read.views == (View(name="upright", pdq="ab" * 32, quality=77),)
    assert read.flags == ("partial",)


@pytest.mark.parametrize(
    "change",
    [
        {"views": []},
        {"views": [{"name": "mirrored", "pdq": "ab" * 32, "quality": 77}]},
        {"views": [{"name": "upright", "pdq": "AB" * 32, "quality": 77}]},
        {"views": [{"name": "upright", "pdq": "ab" * 32, "quality": 101}]},
        {"views": [{"name": "upright", "pdq": "ab" * 32, "quality": "77"}]},
        {"views": [{"name": "upright\n", "pdq": "ab" * 32, "quality": 7}]},
        {"views": [{"name": "upright", "pdq": "ab" * 32, "quality": 7, "pixels": "x"}]},
        {"views": PLAIN["views"] * 65},
        {"views": "upright"},
        {"width": 0},
        {"width": True},
        {"height": 20_001},
        {"frames": 0},
        {"phash": "0" * 17},
        {"flags": ["surprise"]},
        {"format": "<svg>"},
        {"extra": 1},
        {"error": "Nasty text of a file"},
        {"error": "undecodable"},
    ],
)
def test_a_hostile_record_is_not_checked(change: dict[str, object]) -> None:
    """Anything that a good worker would not say is `bad_record`."""
    assert read_record({**PLAIN, **change}) == NotChecked(reason="bad_record")
    assert read_record({}) == NotChecked(reason="bad_record")


def test_the_workers_reason_is_kept() -> None:
    """A failure's machine word becomes the reason."""
    assert read_record({"error": "undecodable"}) == NotChecked(reason="undecodable")
