"""Negative lists, canaries, quarantine, small codes and reduced records in the matcher."""

from __future__ import annotations

import hashlib
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cases.errors import ConfigurationProblem, InvalidInput, UnknownRecord
from cases.model import Digests, Match, NoMatch, NotChecked, Possible
from config.policy import Matching
from matchers.decode.job import measure
from matchers.decode.known_answers import encoded
from matchers.hashlist.publish import About, explain, import_list, verify
from matchers.hashlist.quarantine import FILE_NAME, Quarantine
from matchers.matcher import Matcher

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MATCHING = Matching(confident=31, review=52, quality=50, quarantine_hosts=3)


def digests(content: bytes) -> Digests:
    return Digests(
        md5=hashlib.md5(content).hexdigest(),
        sha1=hashlib.sha1(content).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        length=len(content),
    )


def publish(into: Path, name: str, *lines: str, tier: str = "national", **about: object):
    source = into.parent / f"{name}.txt"
    source.write_text("\n".join(lines))
    return import_list(
        source,
        into=into,
        name=name,
        tier=tier,
        classification=None,
        version=None,
        now=NOW,
        about=About(**about),
    ).manifest


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "lists"


@pytest.fixture(scope="module")
def picture() -> dict[str, object]:
    return measure({}, encoded("PNG"))


def code(record: dict[str, object]) -> str:
    return record["views"][0]["pdq"]


def flipped(digits: str, bits: int, start: int = 1) -> str:
    step = len(digits) * 4 // 64
    mask = sum(1 << ((number * step + start) % (len(digits) * 4)) for number in range(bits))
    return f"{int(digits, 16) ^ mask:0{len(digits)}x}"


# --------------------------------------------------------------------------- negative lists


@pytest.mark.parametrize(
    ("listed", "negative", "suppressed"),
    [(20, 0, True), (20, 20, True), (10, 20, False), (40, 31, True), (40, 32, False), (0, 0, True)],
)
def test_a_negative_entry_suppresses_what_is_no_nearer(
    into: Path, picture, listed: int, negative: int, suppressed: bool
) -> None:
    """It must be within 31 bits and at least as near as the listed one; the suppression is told."""
    publish(into, "list", f"pdq:{flipped(code(picture), listed)}")
    publish(into, "benign", f"pdq:{flipped(code(picture), negative, 2)}", role="negative")
    matcher = Matcher.open(into, MATCHING)
    with capture_logs() as logs:
        found = matcher.perceptual(picture)[0]
    assert isinstance(found, NoMatch) is suppressed
    assert isinstance(found, Possible) is not suppressed
    told = [one for one in logs if one["event"] == "possible_match_suppressed"]
    assert [one["negative_list"] for one in told] == (["benign"] if suppressed else [])


def test_the_very_bytes_on_a_negative_list(into: Path, picture) -> None:
    """With the digests of the body, a negative list that holds them suppresses all that is near."""
    publish(into, "list", f"pdq:{code(picture)}")
    publish(into, "benign", digests(b"logo").sha256, role="negative")
    matcher = Matcher.open(into, MATCHING)
    assert isinstance(matcher.perceptual(picture)[0], Possible)
    assert isinstance(matcher.perceptual(picture, digests=digests(b"x"))[0], Possible)
    assert matcher.perceptual(picture, digests=digests(b"logo"))[0] == NoMatch()


def test_a_negative_list_never_suppresses_an_exact_match(into: Path) -> None:
    """The same bytes on both lists are a match; the conflict is logged and explained."""
    one = digests(b"1")
    publish(into, "base", one.sha1, tier="baseline")
    publish(into, "benign", one.sha1, one.sha256, role="negative")
    matcher = Matcher.open(into, MATCHING)
    with capture_logs() as logs:
        found = matcher.exact(one)
    assert isinstance(found, Match)
    assert found.entry.hash_list == "base"
    assert logs[0]["event"] == "negative_list_conflict"
    assert one.sha1 not in str(logs)
    assert {entry.hash_list for entry in matcher.explain(one.sha1)} == {"base", "benign"}
    assert {said.standing for said in explain(into, one.sha1)} == {"listed", "negative"}


def test_a_negative_list_alone_matches_nothing(into: Path, picture) -> None:
    """With negative lists only, nothing was compared."""
    publish(into, "benign", digests(b"1").sha1, role="negative")
    matcher = Matcher.open(into, MATCHING)
    none = NotChecked(reason="list_unavailable")
    assert matcher.exact(digests(b"1")) == none
    assert matcher.perceptual(picture)[0] == none
    publish(into, "list", digests(b"2").sha1)
    matcher.reload_if_changed()
    assert matcher.exact(digests(b"1")) == NoMatch()


def test_single_entries_may_be_negative(into: Path, tmp_path: Path, picture) -> None:
    """A source that says of an entry that it is not meant makes that entry negative."""
    from matchers.hashlist.entry import Candidate
    from matchers.hashlist.publish import apply_delta

    one = digests(b"1")
    apply_delta(
        into,
        "list",
        additions=[
            Candidate(1, "sha1", one.sha1, negative=True),
            Candidate(2, "sha1", digests(b"2").sha1),
        ],
        removals=[],
        now=NOW,
        checkpoint=None,
        source="s",
        tier="national",
    )
    matcher = Matcher.open(into, MATCHING)
    assert matcher.exact(one) == NoMatch()
    assert isinstance(matcher.exact(digests(b"2")), Match)


# --------------------------------------------------------------------------- canaries


def test_canaries_prove_look_up_and_never_match(into: Path, picture) -> None:
    """They are found, exactly and perceptually, and are not checked for that reason."""
    benign = digests(b"benign")
    made = publish(
        into, "list", digests(b"1").sha1, canaries=(f"sha1:{benign.sha1}", f"pdq:{code(picture)}")
    )
    assert made.counts == {"sha1": 1}
    assert verify(into, "list") == made
    matcher = Matcher.open(into, MATCHING)
    assert matcher.exact(benign) == NotChecked(reason="canary")
    assert matcher.perceptual(picture)[0] == NotChecked(reason="canary")
    assert isinstance(matcher.exact(digests(b"1")), Match)
    assert [said.standing for said in explain(into, benign.sha1)] == ["canary"]
    publish(into, "other", benign.sha256, f"pdq:{flipped(code(picture), 9)}")
    matcher.reload_if_changed()
    assert isinstance(matcher.exact(benign), Match)
    assert isinstance(matcher.perceptual(picture)[0], Possible)


def test_a_listed_canary_is_refused_as_an_entry(into: Path) -> None:
    """What the hotline knows to be benign is left out of the list, and counted."""
    benign = digests(b"benign").sha1
    made = publish(into, "list", benign, digests(b"1").sha1, canaries=(f"sha1:{benign}",))
    assert (made.counts, made.refused) == ({"sha1": 1}, {"canary": 1})


@pytest.mark.parametrize(
    "text", ["", "sha1", "sha1:zz", "md5:" + "0" * 32, "color:ab", ":" + "a" * 40]
)
def test_unusable_canaries_are_refused(into: Path, text: str) -> None:
    """A sentence that does not repeat the digest; nothing is imported."""
    with pytest.raises(InvalidInput, match="canary 1"):
        publish(into, "list", digests(b"1").sha1, canaries=(text,))


# --------------------------------------------------------------------------- quarantine


def test_a_signal_that_matches_everywhere_is_set_aside(into: Path) -> None:
    """On the fourth unrelated domain within the hour it is; a person lets it go on again."""
    publish(into, "list", digests(b"logo").sha1, digests(b"1").sha1)
    matcher = Matcher.open(into, MATCHING)
    found = matcher.exact(digests(b"logo"))
    for number in range(3):
        for _ in range(2):
            assert not matcher.note(found, f"host-{number}.example", NOW)
    assert matcher.exact(digests(b"logo")) == found
    with capture_logs() as logs:
        assert matcher.note(found, "host-3.example", NOW + timedelta(minutes=59))
    assert logs[0]["event"] == "signal_quarantined"
    assert "example" not in str(logs)
    assert matcher.exact(digests(b"logo")) == NotChecked(reason="signal_quarantined")
    assert isinstance(matcher.exact(digests(b"1")), Match)
    assert [said.standing for said in explain(into, digests(b"logo").sha1)] == ["quarantined"]
    (held,) = matcher.quarantine.held()
    assert (held.hash_list, held.signal_type, held.hosts) == ("list", "sha1", 4)
    matcher.quarantine.release(held.key, by="a.analyst", now=NOW)
    assert matcher.exact(digests(b"logo")) == found
    for number in range(9):
        assert not matcher.note(found, f"host-{number}.example", NOW + timedelta(hours=23))
    later = NOW + timedelta(hours=25)
    assert [matcher.note(found, f"host-{n}.example", later) for n in range(4)] == [False] * 3 + [
        True
    ]
    with pytest.raises(UnknownRecord):
        matcher.quarantine.release("nothing", by="a.analyst", now=NOW)


def test_old_sightings_do_not_count(into: Path) -> None:
    """Four domains in a day are no flood."""
    publish(into, "list", digests(b"1").sha1)
    matcher = Matcher.open(into, MATCHING)
    found = matcher.exact(digests(b"1"))
    for number in range(12):
        at = NOW + timedelta(minutes=21 * number)
        assert not matcher.note(found, f"host-{number}.example", at)


def test_another_list_still_matches(into: Path) -> None:
    """What is set aside in one list is a match by another; weaker digests of the first are not."""
    one = digests(b"1")
    publish(into, "a", one.sha256, one.sha1, one.md5)
    matcher = Matcher.open(into, MATCHING)
    found = matcher.exact(one)
    for number in range(4):
        matcher.note(found, f"host-{number}.example", NOW)
    assert matcher.exact(one) == NotChecked(reason="signal_quarantined")
    publish(into, "b", one.md5, tier="local")
    matcher.reload_if_changed()
    assert matcher.exact(one).entry.hash_list == "b"


def test_perceptual_signals_are_set_aside_one_by_one(into: Path, picture) -> None:
    """A flooding code is; another near one still is possible. New versions keep it aside."""
    publish(into, "list", f"pdq:{flipped(code(picture), 5)}")
    matcher = Matcher.open(into, MATCHING)
    found = matcher.perceptual(picture)[0]
    for number in range(4):
        matcher.note(found, f"host-{number}.example", NOW)
    assert matcher.perceptual(picture)[0] == NotChecked(reason="signal_quarantined")
    publish(into, "list", f"pdq:{flipped(code(picture), 5)}", f"pdq:{flipped(code(picture), 20)}")
    matcher.reload_if_changed()
    assert matcher.perceptual(picture)[0].distance == 20
    assert matcher.note(NoMatch(), "host.example", NOW) is False


def _note_many(into: Path, start: int) -> None:
    matcher = Matcher.open(into, MATCHING.model_copy(update={"quarantine_hosts": 39}))
    for number in range(start, start + 10):
        matcher.note(matcher.exact(digests(b"1")), f"host-{number}.example", NOW)


def test_processes_share_the_quarantine(into: Path) -> None:
    """Sightings of several processes add up, and no domain can be read from the file."""
    publish(into, "list", digests(b"1").sha1)
    context = multiprocessing.get_context("spawn")
    noting = [context.Process(target=_note_many, args=(into, start)) for start in (0, 10, 20, 30)]
    for process in noting:
        process.start()
    matcher = Matcher.open(into, MATCHING)
    for process in noting:
        process.join(60)
    assert [process.exitcode for process in noting] == [0] * 4
    assert matcher.exact(digests(b"1")) == NotChecked(reason="signal_quarantined")
    assert b"host" not in (into / FILE_NAME).read_bytes().replace(b'"hosts"', b"")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"held": {"a": 1}}', '{"other": {}}'])
def test_a_damaged_quarantine_is_told(into: Path, text: str) -> None:
    """It is never read as "nothing is set aside"."""
    publish(into, "list", digests(b"1").sha1)
    (into / FILE_NAME).write_text(text)
    with pytest.raises(ConfigurationProblem, match="damaged"):
        Matcher.open(into, MATCHING)
    with pytest.raises(ConfigurationProblem, match="damaged"):
        Quarantine(into, MATCHING).held()


# --------------------------------------------------------------------------- codes of 64 bits


@pytest.mark.parametrize(("bits", "near"), [(0, True), (6, True), (7, False)])
@pytest.mark.parametrize("kind", ["phash", "dhash"])
def test_small_codes_of_local_lists_are_for_review(
    into: Path, picture, kind: str, bits: int, near: bool
) -> None:
    """Up to six bits, and never confident."""
    publish(into, "own", f"{kind}:{flipped(str(picture[kind]), bits)}", tier="local")
    found = Matcher.open(into, MATCHING).perceptual(picture)[0]
    assert isinstance(found, Possible) is near
    if near:
        assert (found.tier, found.distance, found.entry.signal_type) == ("review", bits, kind)


def test_small_codes_of_other_lists_only_corroborate(into: Path, picture) -> None:
    """They never match alone; of equally near entries the list that has one is named."""
    small = f"phash:{flipped(str(picture['phash']), 3)}"
    publish(into, "b", small)
    matcher = Matcher.open(into, MATCHING)
    assert matcher.perceptual(picture)[0] == NoMatch()
    publish(into, "a", f"pdq:{flipped(code(picture), 9)}")
    publish(into, "b", small, f"pdq:{flipped(code(picture), 9)}")
    matcher.reload_if_changed()
    found = matcher.perceptual(picture)[0]
    assert (found.entry.hash_list, found.distance) == ("b", 9)


def test_pdq_goes_before_small_codes(into: Path, picture) -> None:
    """A PDQ code within reach is named even if a small code is nearer in bits."""
    publish(
        into,
        "own",
        f"phash:{picture['phash']}",
        f"pdq:{flipped(code(picture), 40)}",
        tier="local",
    )
    found = Matcher.open(into, MATCHING).perceptual(picture)[0]
    assert (found.entry.signal_type, found.distance) == ("pdq", 40)


# --------------------------------------------------------------------------- scale, producers


@pytest.mark.parametrize(("bits", "near"), [(0, True), (52, True), (60, True), (61, False)])
def test_a_reduced_record_is_measured_again(into: Path, picture, bits: int, near: bool) -> None:
    """Within eight bits more than the review tier; no distance is reported from it."""
    publish(into, "list", f"pdq:{flipped(code(picture), bits)}")
    matcher = Matcher.open(into, MATCHING)
    reduced = {**picture, "scale": 4}
    assert matcher.near(reduced) is near
    assert not matcher.near(picture)
    expected = NotChecked(reason="reduced_scale") if near else NoMatch()
    assert matcher.perceptual(reduced)[0] == expected
    assert matcher.near(reduced, extra=0) is (bits <= 52)
    assert matcher.near({"error": "timeout"}) is False


def test_negative_neighbours_need_no_second_look(into: Path, picture) -> None:
    """Negative entries alone do not ask for a measurement at full size; a canary does."""
    publish(into, "list", digests(b"1").sha1)
    publish(into, "benign", f"pdq:{code(picture)}", role="negative")
    matcher = Matcher.open(into, MATCHING)
    assert not matcher.near({**picture, "scale": 2})
    assert matcher.perceptual({**picture, "scale": 2})[0] == NoMatch()
    publish(into, "list", digests(b"1").sha1, canaries=(f"pdq:{code(picture)}",))
    matcher.reload_if_changed()
    assert matcher.near({**picture, "scale": 2})


def test_a_reduced_small_code_is_measured_again(into: Path, picture) -> None:
    """A pHash within eleven bits of one of a local list as well."""
    publish(into, "own", f"phash:{flipped(str(picture['phash']), 11)}", tier="local")
    matcher = Matcher.open(into, MATCHING)
    assert matcher.near({**picture, "scale": 8})
    assert matcher.perceptual(picture)[0] == NoMatch()


@pytest.mark.parametrize(
    ("extra", "bits", "tier"), [(8, 60, "review"), (8, 61, None), (0, 60, None)]
)
def test_another_producer_widens_the_review_tier(
    into: Path, picture, extra: int, bits: int, tier: str | None
) -> None:
    """By the list's own setting, and never the confident tier."""
    publish(
        into, "list", f"pdq:{flipped(code(picture), bits)}", review_extra=extra, producer="other"
    )
    found = Matcher.open(into, MATCHING).perceptual(picture)[0]
    assert (found.tier if isinstance(found, Possible) else None) == tier
    publish(into, "near", f"pdq:{flipped(code(picture), 32)}", review_extra=extra)
    assert Matcher.open(into, MATCHING).perceptual(picture)[0].tier == "review"


def test_settings_out_of_range_are_refused(into: Path) -> None:
    """More than 16 bits, or a flag that is not a word."""
    for about in ({"review_extra": 17}, {"review_extra": -1}, {"licence_flags": ("No Sharing",)}):
        with pytest.raises(InvalidInput):
            publish(into, "list", digests(b"1").sha1, **about)
