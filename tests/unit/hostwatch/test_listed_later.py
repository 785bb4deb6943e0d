"""What a case becomes when a list holds later what was measured there before."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.model import (
    Assessment,
    Asset,
    AssetKind,
    Case,
    Classification,
    CloseReason,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    NotChecked,
    Possible,
    Stage,
)
from hostwatch.workflow.judging import basis
from hostwatch.workflow.listed_later import (
    LISTED_LATER,
    News,
    Round,
    begun,
    compare_again,
    follow,
    passed,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "contract"))
from store_samples import a_case, an_asset, an_observation

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ENTRY = ListEntry(hash_list="n", version="2", tier="national", signal_type="sha256")
STRONG, WEAK = (Match(strength=one, entry=ENTRY) for one in ("strong", "weak"))
NEAR = Possible(tier="confident", distance=4, quality=90, view="upright", entry=ENTRY)
OWN = "local"


class Lists:
    """Answers the same for everything."""

    def __init__(self, exact=None, near=None) -> None:
        self._exact, self._near = exact or NoMatch(), near or NoMatch()

    def exact(self, digests: Digests):
        return self._exact

    def code(self, pdq: str, quality: int, *, digests: Digests | None = None):
        return self._near


def picture(case: Case, number: int = 1, **changes) -> Asset:
    body = Digests(md5="0" * 32, sha1="1" * 40, sha256=f"{number}" * 64, length=9)
    known = {"kind": AssetKind.PICTURE, "role": "original", "digests": body, "pdq": "ab" * 32}
    return an_asset(case, number, **(known | {"comparison": NoMatch()} | changes))


def assessed(case: Case, *, illegal: bool) -> Assessment:
    return Assessment(
        case_id=case.id, ordinal=1, classification=Classification(scheme="a", value="b"),
        law="Act", illegal=illegal, assessor="ana", at=NOW, asset_ids=(f"{case.id}-1",),
    )  # fmt: skip


def followed(case: Case, lists: Lists, *assets: Asset, said=(), untold=True, **more) -> Case:
    news = compare_again(assets or (picture(case),), said, lists, own=OWN)
    ground = basis(news.assets, said, "Act")
    return follow(case, news, ground, more.get("seen", ()), untold=untold, now=NOW)


def closed(reason: CloseReason, **changes) -> Case:
    known = {"stage": Stage.CLOSED, "close_reason": reason, "closed_at": NOW}
    return a_case(**(known | changes))


# ------------------------------------------------------------------ comparing


@pytest.mark.parametrize(
    ("known", "lists", "after"),
    [
        (NoMatch(), Lists(STRONG), STRONG),
        (NotChecked(reason="undecodable"), Lists(STRONG), STRONG),
        (NEAR, Lists(STRONG), STRONG),
        (WEAK, Lists(STRONG), STRONG),
        (NoMatch(), Lists(near=NEAR), NEAR),
        (WEAK, Lists(WEAK), WEAK),
        (STRONG, Lists(), STRONG),
        (NEAR, Lists(), NEAR),
        (NoMatch(), Lists(NotChecked(reason="canary"), NotChecked(reason="canary")), NoMatch()),
    ],
)
def test_a_list_only_ever_adds_to_what_is_known(known, lists, after):
    """A digest that fell off a list, or a canary, takes no match away."""
    case = a_case()
    news = compare_again((picture(case, comparison=known),), (), lists, own=OWN)
    assert news.assets[0].comparison == after
    assert bool(news.changed) is (known != after)


def test_what_was_never_fetched_whole_is_not_compared():
    """There is nothing to compare."""
    case = a_case()
    page = an_asset(case, 0, digests=None, comparison=NotChecked(reason="page"))
    assert compare_again((page,), (), Lists(STRONG), own=OWN).changed == ()


def test_a_person_who_saw_the_bytes_is_not_asked_about_a_similar_picture():
    """Exact bytes on a list are another matter."""
    case = a_case()
    said = (assessed(case, illegal=False),)
    assert compare_again((picture(case),), said, Lists(near=NEAR), own=OWN).changed == ()
    assert compare_again((picture(case),), said, Lists(STRONG), own=OWN).listed


def test_an_assessment_is_no_news_to_the_asset_that_it_is_about():
    """Only to the copies of it."""
    case = a_case()
    local = replace(STRONG, entry=replace(ENTRY, hash_list=OWN))
    said = (assessed(case, illegal=True),)
    news = compare_again((picture(case), picture(case, 2)), said, Lists(local), own=OWN)
    assert news.listed == {f"{case.id}-2"}


# ------------------------------------------------------------------ what follows


@pytest.mark.parametrize(
    ("reason", "stage", "needs", "due"),
    [
        (CloseReason.NO_MATCH_RETURNED, Stage.ASSESSED, None, True),
        (CloseReason.REMOVED, Stage.CLOSED, None, True),
        (CloseReason.EXPIRED, Stage.CLOSED, None, True),
        (CloseReason.SITE_DOWN, Stage.CLOSED, None, True),
        (CloseReason.CHANGED, Stage.CLOSED, None, True),
        (CloseReason.SPAM, Stage.CLOSED, LISTED_LATER, False),
        (CloseReason.INSUFFICIENT, Stage.CLOSED, LISTED_LATER, False),
        (CloseReason.WITHDRAWN, Stage.CLOSED, LISTED_LATER, False),
    ],
)
def test_a_closed_case_by_why_it_was_closed(reason, stage, needs, due):
    """Returned: goes on. Proven gone: looked at. Closed by hand: asked about."""
    after = followed(closed(reason, next_action_at=None), Lists(STRONG))
    assert (after.stage, after.needs, after.next_action_at == NOW) == (stage, needs, due)
    assert after.comparison == "match"


@pytest.mark.parametrize("question", ["gated", "certificate", "notice_held:manual"])
def test_other_questions_stay_asked(question):
    """A list answers none of them."""
    case = a_case(stage=Stage.MONITORING, needs=question)
    assert followed(case, Lists(STRONG)).needs == question
    assert followed(case, Lists(near=NEAR)).needs == question


def test_what_a_possible_match_asked_is_answered_by_a_listed_digest():
    """Unless another picture is still only similar."""
    case = a_case(stage=Stage.ASSESSED, needs="possible_match")
    near = picture(case, comparison=NEAR)
    assert followed(case, Lists(STRONG), near).needs is None
    other = picture(case, 2, comparison=NEAR, digests=None)
    assert followed(case, Lists(STRONG), near, other).needs == "possible_beside"


@pytest.mark.parametrize("needs", ["not_checked:undecodable", "no_answer", None])
def test_a_visit_that_could_not_compare_all_goes_on_with_what_is_listed(needs):
    """As it would have, had the list been there; a part that was left out stays asked."""
    case = a_case(stage=Stage.VISITING, needs=needs, next_action_at=None)
    after = followed(case, Lists(STRONG))
    assert (after.stage, after.needs, after.next_action_at) == (Stage.ASSESSED, None, NOW)
    partly = replace(case, needs="partly_compared")
    assert followed(partly, Lists(STRONG)).needs == "partly_compared"


def test_what_was_seen_behind_a_bad_certificate_waits_for_a_person():
    """It alone is not fit to send."""
    case = a_case(stage=Stage.VISITING, needs=None)
    asset = picture(case)
    seen = an_observation(asset, at=NOW, tls_verified=False, digests=asset.digests)
    after = followed(case, Lists(STRONG), asset, seen=(seen,))
    assert (after.stage, after.needs) == (Stage.VISITING, "certificate")


@pytest.mark.parametrize("stage", [Stage.NOTIFIED, Stage.MONITORING])
def test_a_noticed_case_is_traced_again_only_for_what_nobody_was_told(stage):
    """What a notice names already changes nothing."""
    case = a_case(stage=stage, next_action_at=None)
    assert followed(case, Lists(STRONG)).stage is Stage.TRACED
    assert followed(case, Lists(STRONG), untold=False).stage is stage


def test_nothing_new_changes_nothing():
    """Not even the version of the row would be worth writing."""
    case = a_case(stage=Stage.MONITORING, comparison="no_match")
    assert followed(case, Lists()) == case
    assert compare_again((picture(case),), (), Lists(), own=OWN) == News(assets=(picture(case),))


# ------------------------------------------------------------------ rounds


def _page(known: Round, ids: list[str], size: int) -> list[str]:
    after, last = known.left[0]
    return [one for one in ids if one > after and (last is None or one <= last)][:size]


@given(
    count=st.integers(0, 12),
    size=st.integers(1, 4),
    changes=st.lists(st.integers(0, 6), max_size=5),
)
def test_every_case_is_compared_with_the_newest_lists_before_a_round_ends(count, size, changes):
    """However often lists change while it is under way, and it does end."""
    ids = [f"HW-2026-{number:06d}" for number in range(count)]
    met = dict.fromkeys(ids, -1)
    known = begun(None, {"n": "0"})
    for version, pages in enumerate([*changes, 100]):
        known = begun(known, {"n": str(version)})
        for _ in range(pages):
            if not known.left:
                break
            page = _page(known, ids, size)
            met.update(dict.fromkeys(page, version))
            known = passed(known, page)
    assert known.left == ()
    assert set(met.values()) <= {len(changes)}
    assert begun(known, known.lists) == known
