"""Members and key frames become one comparison of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations

import pytest

from cases.model import Comparison, Digests, ListEntry, Match, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.parts import compare_archive, compare_video, near_members

MATCHING = Matching(confident=31, review=52, quality=50)
ENTRY = ListEntry(hash_list="list", version="1", tier="national", signal_type="sha256")
STRONG = Match(strength="strong", entry=ENTRY)
WEAK = Match(strength="weak", entry=ENTRY)
PARTLY = NotChecked(reason="archive_partly_checked")


def possible(distance: int = 4) -> Possible:
    tier = "confident" if distance <= 31 else "review"
    return Possible(tier=tier, distance=distance, quality=90, view="upright", entry=ENTRY)


@dataclass
class Told:
    """A matcher that was told its answers: by SHA-256, by picture record, by PDQ."""

    listed: dict[str, Comparison] = field(default_factory=dict)
    pictures: dict[str, Comparison] = field(default_factory=dict)
    codes: dict[str, Comparison] = field(default_factory=dict)

    def exact(self, digests: Digests) -> Comparison:
        return self.listed.get(digests.sha256, NoMatch())

    def near(self, record: Mapping[str, object]) -> bool:
        return record.get("scale") == 8

    def perceptual(
        self, record: Mapping[str, object], *, digests: Digests | None = None
    ) -> tuple[Comparison, str | None, int]:
        assert digests is not None
        if self.near(record):
            return NotChecked(reason="reduced_scale"), None, 0
        if "error" in record:
            return NotChecked(reason=str(record["error"])), None, 0
        return self.pictures.get(str(record["name"]), NoMatch()), None, 90

    def code(self, pdq: str, quality: int) -> Comparison:
        assert quality >= MATCHING.quality
        return self.codes.get(pdq, NoMatch())


def member(ordinal: int, kind: str = "other", record: object = None, **more: object) -> dict:
    return {
        "ordinal": ordinal, "md5": "0" * 32, "sha1": "0" * 40, "sha256": sha(ordinal),
        "length": 5, "kind": kind, "complete": True, "record": record,
    } | more  # fmt: skip


def sha(ordinal: int) -> str:
    return f"{ordinal:064x}"


def archive(*members: dict, **more: object) -> dict:
    return {
        "kind": "archive", "format": "zip", "members": list(members), "total": len(members),
        "skipped": {}, "encrypted": False, "opened": True, "partial": False,
    } | more  # fmt: skip


def film(*qualities: int, **more: object) -> dict:
    frames = [
        {"at_s": float(place), "pdq": sha(place), "quality": quality}
        for place, quality in enumerate(qualities)
    ]
    return {
        "kind": "video", "format": "mov", "duration_s": 9.0, "frames": frames, "partial": False
    } | more  # fmt: skip


def test_a_listed_member_makes_the_archive_match() -> None:
    """The member is named, whatever else could not be read."""
    matcher = Told(listed={sha(2): STRONG})
    record = archive(member(1), member(2), partial=True, skipped={"encrypted": 3}, opened=False)
    assert compare_archive(matcher, record, MATCHING) == replace(STRONG, part="member_2")


def test_the_strongest_member_decides_in_any_order() -> None:
    """Strong before weak before confident before review, the nearest first."""
    found: list[Comparison] = [STRONG, WEAK, possible(3), possible(9), possible(40), NoMatch()]
    for place in range(len(found)):
        for order in permutations(range(1, len(found) - place + 1)):
            matcher = Told()
            for ordinal, comparison in zip(order, found[place:], strict=True):
                if isinstance(comparison, Match):
                    matcher.listed[sha(ordinal)] = comparison
                else:
                    matcher.pictures[str(ordinal)] = comparison
            pictures = (member(n, "picture", {"name": str(n)}) for n in sorted(order))
            best = compare_archive(matcher, archive(*pictures), MATCHING)
            if isinstance(found[place], NoMatch):
                assert best == NoMatch()
            else:
                assert best == replace(found[place], part=f"member_{order[0]}")


def test_all_members_compared_and_none_listed_is_no_match() -> None:
    """Pictures by what they show, films by their frames, the rest by digest."""
    record = archive(
        member(1), member(2, "picture", {"name": "a"}), member(3, "video", film(90)),
        member(4, "archive"),
    )  # fmt: skip
    assert compare_archive(Told(), record, MATCHING) == NoMatch()


@pytest.mark.parametrize(
    "record",
    [
        archive(member(1), partial=True),
        archive(member(1), skipped={"too_deep": 1}),
        archive(member(1), opened=False),
        archive(member(1, complete=False)),
        archive(member(1, "picture")),
        archive(member(1, "picture", {"error": "unsupported_format"})),
        archive(member(1, "video")),
        archive(member(1, "video", {"error": "undecodable"})),
        archive(member(1, "video", film(10))),
        archive(member(1, "video", film(90, partial=True))),
        archive(member(1, "video", {"kind": "video"})),
        archive(partial=True),
    ],
)
def test_a_member_that_was_not_checked_is_never_no_match(record: dict) -> None:
    """Whatever was left out: the archive was checked partly."""
    assert compare_archive(Told(), record, MATCHING) == PARTLY


def test_an_archive_of_neither_pictures_nor_films_is_not_checked() -> None:
    """Of documents, locked containers and unknown files the exact digests alone were compared."""
    record = archive(member(1), member(2, "archive"), member(3))
    assert compare_archive(Told(), record, MATCHING) == NotChecked(reason="unknown_format")
    listed = Told(listed={sha(3): STRONG})
    assert compare_archive(listed, record, MATCHING) == replace(STRONG, part="member_3")


def test_a_near_member_is_measured_again_before_it_is_reported() -> None:
    """The second look's record goes before the first one's, if it is of the same bytes."""
    reduced = {"name": "a", "scale": 8}
    first = archive(member(1), member(2, "picture", reduced), member(3, "picture", {"name": "b"}))
    matcher = Told(pictures={"a": possible(5)})
    assert near_members(matcher, first) == (2,)
    assert compare_archive(matcher, first, MATCHING) == PARTLY
    full = archive(member(2, "picture", {"name": "a", "scale": 1}), partial=True)
    found = compare_archive(matcher, first, MATCHING, full)
    assert found == replace(possible(5), part="member_2")
    for other in (
        archive(member(2, "picture", {"name": "a"}, sha256=sha(9))),
        archive(member(2, "picture", {"error": "out_of_memory"})),
        archive(member(2, "picture")),
        {"error": "time_limit"},
        {"nonsense": 1},
    ):
        assert compare_archive(matcher, first, MATCHING, other) == PARTLY


def test_no_second_look_where_a_digest_is_listed() -> None:
    """An exact match says more; of very many near members some are looked at."""
    reduced = {"name": "a", "scale": 8}
    record = archive(*(member(n + 1, "picture", reduced) for n in range(100)))
    assert near_members(Told(listed={sha(7): STRONG}), record) == ()
    assert len(near_members(Told(), record)) == 40
    assert near_members(Told(), {"error": "encrypted"}) == ()


def test_an_archive_without_members_is_not_checked() -> None:
    """Nothing was compared, so nothing is said."""
    assert compare_archive(Told(), archive(), MATCHING) == NotChecked(reason="archive_empty")


def test_without_a_list_nothing_is_checked() -> None:
    """The reason is the missing list, not the archive."""
    missing = NotChecked(reason="list_unavailable")
    matcher = Told(listed={sha(1): missing}, codes={sha(0): missing})
    assert compare_archive(matcher, archive(member(1)), MATCHING) == missing
    assert compare_video(matcher, film(90), MATCHING) == missing


def test_most_of_a_film_near_listed_pictures_is_confident() -> None:
    """vPDQ's share of 80 %, counted over frames of enough quality."""
    codes = {sha(place): possible(3 + place) for place in range(4)}
    found = compare_video(Told(codes=codes), film(90, 90, 90, 90, 90, 10, 10), MATCHING)
    assert found == replace(possible(3), view="80%_of_5_frames", part="video")


def test_a_few_frames_are_for_review() -> None:
    """Less than the share, or one frame alone, or frames of the review tier only."""
    near = Told(codes={sha(0): possible(3)})
    some = compare_video(near, film(90, 90, 90), MATCHING)
    assert some == replace(possible(3), tier="review", view="33%_of_3_frames", part="video")
    alone = compare_video(near, film(90), MATCHING)
    assert (alone.kind, alone.tier, alone.view) == ("possible", "review", "100%_of_1_frames")
    far = Told(codes={sha(place): possible(40) for place in range(3)})
    assert compare_video(far, film(90, 90, 90), MATCHING).tier == "review"


def test_a_partly_decoded_film_may_be_possible_but_never_no_match() -> None:
    """As a partly decoded picture."""
    record = film(90, 90, partial=True)
    assert compare_video(Told(), record, MATCHING) == NotChecked(reason="video_partly_checked")
    near = Told(codes={sha(0): possible(), sha(1): possible()})
    assert compare_video(near, record, MATCHING).tier == "confident"


def test_a_film_of_poor_frames_is_not_checked() -> None:
    """Dark and plain frames carry too little."""
    assert compare_video(Told(), film(0, 49), MATCHING) == NotChecked(reason="low_quality")
    assert compare_video(Told(), film(50), MATCHING) == NoMatch()


@pytest.mark.parametrize("error", ["encrypted", "wrong_password", "missing_volume"])
def test_the_workers_word_is_the_reason(error: str) -> None:
    """What could not be opened says why."""
    assert compare_archive(Told(), {"error": error}, MATCHING) == NotChecked(reason=error)
    assert compare_video(Told(), {"error": error}, MATCHING) == NotChecked(reason=error)


BAD = NotChecked(reason="bad_record")


@pytest.mark.parametrize(
    "record",
    [
        {}, {"error": "Text with a name.jpg"}, {"error": 7},
        archive(name="a.jpg"), archive(member(1, name="a.jpg")), archive(member(0)),
        archive(member(1, md5="0" * 31)), archive(member(1, sha256="g" * 64)),
        archive(member(1, length=-1)), archive(member(1, complete=1)), archive(member(1, "page")),
        archive(member(1, record=[])), archive(skipped={"a name.jpg": 1}),
        archive(skipped={"damaged": 0}), archive(format="a.jpg/../"), archive(kind="video"),
        archive(*(member(n + 1) for n in range(2001))),
    ],
)  # fmt: skip
def test_a_hostile_archive_record_is_refused(record: dict) -> None:
    """Nothing that the worker does not measure gets in."""
    assert compare_archive(Told(), record, MATCHING) == BAD


@pytest.mark.parametrize(
    "record",
    [
        film(), film(101), film(-1), film(90, format="Title"), film(90, duration_s=float("inf")),
        film(90, title="x"), film(*[90] * 1001), film(90, frames=[{"at_s": 0.0, "pdq": "0"}]),
        film(90, partial="no"), film(90, kind="archive"),
    ],
)  # fmt: skip
def test_a_hostile_film_record_is_refused(record: dict) -> None:
    """Nothing that the worker does not measure gets in."""
    assert compare_video(Told(), record, MATCHING) == BAD
