"""Which assets the chain acts on, and what a case as a whole is compared as."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.model import (
    Assessment,
    Asset,
    AssetKind,
    Classification,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    NotChecked,
    Possible,
)
from hostwatch.workflow.judging import basis, explain, strongest

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STATUTE = "Statute, article 1"
BASELINE = Classification(scheme="interpol", value="baseline")
NATIONAL = Classification(scheme="national", value="B")


def entry(classification: Classification | None = BASELINE) -> ListEntry:
    return ListEntry(
        hash_list="list",
        version="1",
        tier="national",
        signal_type="sha256",
        classification=classification,
    )


STRONG = Match(strength="strong", entry=entry())
WEAK = Match(strength="weak", entry=replace(entry(), signal_type="md5"))
POSSIBLE = Possible(tier="review", distance=41, quality=80, view="trimmed", entry=entry())
NONE = NoMatch()
UNCHECKED = NotChecked(reason="timeout")


def asset(number: int, comparison=NONE, *, host: str = "files.test", **changes) -> Asset:
    made = Asset(
        id=f"HW-2026-000001-{number}",
        case_id="HW-2026-000001",
        kind=AssetKind.PICTURE,
        role="original",
        url=f"http://{host}/{number}.jpg",
        host=host,
        digests=Digests(md5="a" * 32, sha1="b" * 40, sha256=f"{number:064x}", length=1),
        comparison=comparison,
    )
    return replace(made, **changes)


def page(host: str = "files.test") -> Asset:
    return asset(0, UNCHECKED, host=host, kind=AssetKind.PAGE, role="reported", digests=None)


def assessed(ordinal: int, *numbers: int, illegal: bool = True, **changes) -> Assessment:
    made = Assessment(
        case_id="HW-2026-000001",
        ordinal=ordinal,
        classification=NATIONAL,
        law=f"Act, article {ordinal}",
        illegal=illegal,
        assessor="ana",
        at=NOW,
        asset_ids=tuple(f"HW-2026-000001-{number}" for number in numbers),
    )
    return replace(made, **changes)


def numbers(assets) -> list[int]:
    return [int(one.id.rpartition("-")[2]) for one in assets]


# --------------------------------------------------------------------------- strongest, explain


@pytest.mark.parametrize("order", list(permutations([STRONG, POSSIBLE, UNCHECKED, NONE])))
def test_the_strongest_comparison_decides_in_any_order(order):
    """Match before possible before not checked before no match."""
    left = list(order)
    for expected in (STRONG, POSSIBLE, UNCHECKED, NONE):
        assert strongest(left) == expected
        left.remove(expected)


def test_nothing_compared_is_not_checked_and_never_no_match():
    """A page without media says nothing about what was reported."""
    assert strongest([]) == NotChecked(reason="no_media_found")


def test_one_unchecked_asset_keeps_the_case_from_reading_as_clean():
    """`no match` is said only when everything was compared."""
    assert strongest([NONE, NONE, UNCHECKED, NONE]) == UNCHECKED


@pytest.mark.parametrize(
    ("comparison", "words"),
    [
        (STRONG, "strong:sha256:list"),
        (WEAK, "weak:md5:list"),
        (POSSIBLE, "review:41:trimmed"),
        (UNCHECKED, "timeout"),
        (NONE, "not_listed"),
    ],
)
def test_a_comparison_is_explained_in_machine_words(comparison, words):
    """Strength, signal and list; or tier, distance and view; or the reason."""
    assert explain(comparison) == words


# --------------------------------------------------------------------------- basis


def test_without_assessment_only_exact_matches_are_acted_on():
    """Similar, unlisted and unchecked ones are not, under the hotline's own statute."""
    ground = basis(
        [page(), asset(1, STRONG), asset(2, POSSIBLE), asset(3), asset(4, UNCHECKED)], [], STATUTE
    )
    assert numbers(ground.assets) == [1]
    assert (ground.law, ground.assessment) == (STATUTE, None)
    assert ground.classification == BASELINE
    assert ground.pages == ()


def test_a_person_adds_what_no_list_knows():
    """Law and class are those of the assessment; matches stay."""
    assessment = assessed(1, 2)
    ground = basis([page(), asset(1, STRONG), asset(2, POSSIBLE)], [assessment], STATUTE)
    assert numbers(ground.assets) == [1, 2]
    assert (ground.law, ground.classification) == ("Act, article 1", NATIONAL)
    assert ground.assessment == assessment


def test_a_person_overrules_the_list():
    """What was assessed as not illegal is not acted on, match or not."""
    ground = basis([asset(1, STRONG), asset(2, STRONG)], [assessed(1, 1, illegal=False)], STATUTE)
    assert numbers(ground.assets) == [2]
    assert (ground.law, ground.assessment, ground.classification) == (STATUTE, None, BASELINE)
    nothing = basis([asset(1, STRONG)], [assessed(1, 1, illegal=False)], STATUTE)
    assert nothing.assets == nothing.pages == nothing.told == ()
    assert nothing.classification is None


def test_the_latest_assessment_of_each_asset_holds():
    """One that speaks of another asset leaves it as it was; one that corrects it does not."""
    assets = [asset(1, POSSIBLE), asset(2, POSSIBLE)]
    other = basis(assets, [assessed(1, 1), assessed(2, 2, illegal=False)], STATUTE)
    assert numbers(other.assets) == [1]
    assert other.law == "Act, article 1"
    corrected = basis(assets, [assessed(1, 1, 2), assessed(2, 1, illegal=False)], STATUTE)
    assert numbers(corrected.assets) == [2]
    assert corrected.law == "Act, article 1"
    again = basis(assets, [assessed(1, 1, illegal=False), assessed(2, 1), assessed(3, 2)], STATUTE)
    assert numbers(again.assets) == [1, 2]
    assert again.law == "Act, article 3"


def test_an_assessment_without_assets_speaks_of_all_that_was_measured():
    """Not of the page, which has no digest of its own."""
    ground = basis([page(), asset(1), asset(2, UNCHECKED, digests=None)], [assessed(1)], STATUTE)
    assert numbers(ground.assets) == [1]


def test_conflicting_classes_are_no_class():
    """None is chosen over the other; agreeing ones and a single one stand."""

    def of(*found):
        matched = [
            asset(number, replace(STRONG, entry=entry(one))) for number, one in enumerate(found, 1)
        ]
        return basis(matched, [], STATUTE).classification

    assert of(BASELINE, BASELINE) == BASELINE
    assert of(BASELINE, NATIONAL) is None
    assert of(BASELINE, None) is None
    assert of(None) is None


def test_a_page_at_another_host_than_what_it_shows_is_told_too():
    """Its host can take the page down; at the same host it is one place and one notice."""
    elsewhere = basis([page("board.test"), asset(1, STRONG)], [], STATUTE)
    assert numbers(elsewhere.pages) == [0]
    assert numbers(elsewhere.told) == [1, 0]
    assert basis([page(), asset(1, STRONG)], [], STATUTE).pages == ()


def test_a_page_that_shows_nothing_listed_is_not_told():
    """Neither is one whose pictures were assessed as not illegal."""
    assert basis([page("board.test"), asset(1)], [], STATUTE).pages == ()
    refused = basis(
        [page("board.test"), asset(1, STRONG)], [assessed(1, 1, illegal=False)], STATUTE
    )
    assert refused.told == ()


COMPARISONS = st.sampled_from([STRONG, WEAK, POSSIBLE, NONE, UNCHECKED])
ASSESSMENTS = st.lists(st.tuples(st.booleans(), st.sets(st.integers(1, 4), max_size=4)), max_size=4)


@given(comparisons=st.lists(COMPARISONS, min_size=4, max_size=4), said=ASSESSMENTS)
def test_only_what_is_listed_or_assessed_is_ever_acted_on(comparisons, said):
    """And never what a person last called not illegal; the order of the rows changes nothing."""
    assets = [asset(number, one) for number, one in enumerate(comparisons, 1)]
    assessments = [
        assessed(ordinal, *sorted(chosen), illegal=illegal)
        for ordinal, (illegal, chosen) in enumerate(said, 1)
    ]
    ground = basis(assets, assessments, STATUTE)
    for one in assets:
        words = [a.illegal for a in assessments if not a.asset_ids or one.id in a.asset_ids]
        assert (one in ground.assets) is (words[-1] if words else one.listed)
    assert basis(assets, assessments[::-1], STATUTE) == ground
