"""The matcher over real lists and really measured pictures."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.errors import InvalidInput
from cases.model import Classification, Digests, ListEntry, Match, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.decode.job import measure
from matchers.decode.known_answers import drawn_picture, encoded
from matchers.hashlist.publish import import_list
from matchers.matcher import Matcher

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MATCHING = Matching(confident=31, review=52, quality=50)


def digests(content: bytes) -> Digests:
    return Digests(
        md5=hashlib.md5(content).hexdigest(),
        sha1=hashlib.sha1(content).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        length=len(content),
    )


def publish(into: Path, name: str, tier: str, *lines: str) -> None:
    source = into.parent / f"{name}.txt"
    source.write_text("\n".join(lines))
    own = Classification(scheme="test", value=name)
    import_list(source, into=into, name=name, tier=tier, classification=own, version="1", now=NOW)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "lists"


def png() -> dict[str, object]:
    return measure({}, encoded("PNG"))


def pdq_of(record: dict[str, object]) -> str:
    return record["views"][0]["pdq"]


def flipped(code: str, bits: int) -> str:
    """Change so many bits, spread over the code."""
    mask = sum(1 << (number * 4 + 1) for number in range(bits))
    return f"{int(code, 16) ^ mask:064x}"


def test_without_a_list_nothing_is_checked(into: Path) -> None:
    """No list at all is never "no match"."""
    matcher = Matcher.open(into, MATCHING)
    none = NotChecked(reason="list_unavailable")
    assert matcher.lists() == ()
    assert matcher.exact(digests(b"a")) == none
    assert matcher.perceptual(png())[0] == none


def test_exact_strength_and_tier(into: Path) -> None:
    """SHA-1 and SHA-256 beat MD5, whatever the tier; then baseline beats national beats local."""
    one = digests(b"1")
    publish(into, "a", "baseline", one.md5)
    publish(into, "b", "local", one.sha256)
    matcher = Matcher.open(into, MATCHING)
    found = matcher.exact(one)
    assert found == Match(
        strength="strong",
        entry=ListEntry(
            hash_list="b",
            version="1",
            tier="local",
            signal_type="sha256",
            classification=Classification(scheme="test", value="b"),
        ),
    )
    publish(into, "c", "national", one.sha1)
    assert matcher.reload_if_changed()
    assert not matcher.reload_if_changed()
    assert matcher.exact(one).entry.hash_list == "c"
    publish(into, "d", "baseline", one.sha1)
    matcher.reload_if_changed()
    assert matcher.exact(one).entry.hash_list == "d"
    assert matcher.exact(digests(b"2")) == NoMatch()
    assert [made.name for made in matcher.lists()] == ["a", "d", "c", "b"]


def test_md5_alone_is_weak(into: Path) -> None:
    """Only MD5 agrees: a match that no rule approves by itself."""
    publish(into, "a", "baseline", digests(b"1").md5)
    assert Matcher.open(into, MATCHING).exact(digests(b"1")).strength == "weak"


def test_explain_names_every_list(into: Path) -> None:
    """A digest is explained by all entries that hold it; 64 digits may be SHA-256 or PDQ."""
    one, code = digests(b"1"), pdq_of(png())
    publish(into, "a", "baseline", one.sha1, f"pdq:{code}")
    publish(into, "b", "local", one.sha1.upper(), one.sha256)
    matcher = Matcher.open(into, MATCHING)
    assert [entry.hash_list for entry in matcher.explain(one.sha1)] == ["a", "b"]
    assert [entry.signal_type for entry in matcher.explain(code)] == ["pdq"]
    assert matcher.explain(flipped(code, 1)) == ()
    assert matcher.explain(one.md5) == ()
    for bad in ("", "zz" * 16, one.md5[:-1], "a" * 65):
        with pytest.raises(InvalidInput):
            matcher.explain(bad)


@pytest.mark.parametrize(
    ("bits", "tier"), [(0, "confident"), (31, "confident"), (32, "review"), (52, "review")]
)
def test_a_listed_picture_is_possible(into: Path, bits: int, tier: str) -> None:
    """Within 31 bits confident, within 52 for review; the answer explains itself."""
    record = png()
    publish(into, "a", "national", f"pdq:{flipped(pdq_of(record), bits)}")
    found, kept, quality = Matcher.open(into, MATCHING).perceptual(record)
    assert isinstance(found, Possible)
    assert (found.tier, found.distance, found.view, found.quality) == (tier, bits, "upright", 100)
    assert (found.entry.hash_list, found.entry.signal_type) == ("a", "pdq")
    assert (kept, quality) == (pdq_of(record), 100)


def test_a_distant_picture_is_no_match(into: Path) -> None:
    """53 bits is no match."""
    record = png()
    publish(into, "a", "national", f"pdq:{flipped(pdq_of(record), 53)}")
    assert Matcher.open(into, MATCHING).perceptual(record)[0] == NoMatch()


def test_a_mirrored_copy_is_possible_by_that_view(into: Path) -> None:
    """The view that agreed is named."""
    from io import BytesIO

    from PIL import ImageOps

    stream = BytesIO()
    ImageOps.mirror(drawn_picture()).save(stream, "JPEG", quality=80)
    publish(into, "a", "national", f"pdq:{pdq_of(png())}")
    found = Matcher.open(into, MATCHING).perceptual(measure({}, stream.getvalue()))[0]
    assert isinstance(found, Possible)
    assert found.view == "mirrored"


def test_lists_without_pdq_decide_by_exact_digests(into: Path) -> None:
    """Where no list holds a perceptual code, there is no neighbour to be found."""
    publish(into, "a", "national", digests(b"1").sha1)
    assert Matcher.open(into, MATCHING).perceptual(png())[0] == NoMatch()


def test_failures_of_the_worker_are_not_checked(into: Path) -> None:
    """A worker's reason or nonsense is never a "no match"."""
    publish(into, "a", "national", f"pdq:{pdq_of(png())}")
    matcher = Matcher.open(into, MATCHING)
    assert matcher.perceptual({"error": "too_many_pixels"}) == (
        NotChecked(reason="too_many_pixels"),
        None,
        0,
    )
    assert matcher.perceptual({"views": 1})[0] == NotChecked(reason="bad_record")


def test_what_must_not_stand_for_a_picture_is_not_kept(into: Path) -> None:
    """The digest of a partial, flat or poor picture is not handed on."""
    publish(into, "a", "national", f"pdq:{flipped(pdq_of(png()), 60)}")
    matcher = Matcher.open(into, MATCHING)
    for flags, reason in ((["partial"], "partial_decode"), (["flat"], "low_quality")):
        found, kept, _ = matcher.perceptual({**png(), "flags": flags})
        assert (found, kept) == (NotChecked(reason=reason), None)


def test_digests_of_a_wrong_length_are_refused(into: Path) -> None:
    """A digest that is cut is an error of the caller, not "no match"."""
    publish(into, "a", "national", digests(b"1").sha1)
    broken = Digests(md5="ab", sha1="cd", sha256="", length=3)
    with pytest.raises(InvalidInput):
        Matcher.open(into, MATCHING).exact(broken)
