"""A thousand generated re-check situations, through the real re-check, schedule and verdict."""

from __future__ import annotations

import pytest

from sandbox.rechecks.compose import compose
from sandbox.rechecks.course import follow
from sandbox.rechecks.report import as_json, summed
from sandbox.rechecks.situation import DAYS, DOWN, REMOVED, Situation, Spell, Trouble, Truth

COUNT = 1000


async def followed(first, count):
    known = {}
    return [await follow(compose(seed), known) for seed in range(first, first + count)]


async def test_a_thousand_situations_hold_no_false_removal():
    """No false removal, at most 1 % missed, and a person asked where nothing can be proven."""
    sums = summed(await followed(0, COUNT))
    report = as_json(sums)
    assert sums.situations == COUNT
    assert sums.false_removed == []
    assert sums.wrong_credit == []
    assert sums.over >= 250
    assert len(sums.missed) <= sums.over / 100
    assert sums.proven >= 0.75 * sums.over
    assert report["analyst_load"]["two"] <= 0.25
    # The same observations, read by "three errors or a changed hash".
    assert sums.naive_false >= COUNT / 4


async def test_the_shortcut_of_the_report_changes_nothing():
    """With every look really made, the verdicts are the same at every moment."""
    known = {}
    for seed in range(40):
        short, whole = await follow(compose(seed), known), await follow(compose(seed))
        assert [(look.hour, look.proof.verdict, look.question) for look in short.looks] == [
            (look.hour, look.proof.verdict, look.question) for look in whole.looks
        ]


def test_a_situation_is_a_function_of_its_seed():
    """The same seed gives the same situation, and a thousand of them meet every truth and trouble."""
    made = [compose(seed) for seed in range(COUNT)]
    assert made == [compose(seed) for seed in range(COUNT)]
    assert {truth for one in made for _, truth in one.chapters} == set(Truth)
    assert {spell.trouble for one in made for spell in one.spells} == set(Trouble)
    assert {len(one.ways) for one in made} == {1, 2}


def one(kind="picture", ways=("home", "abroad"), truth=None, spells=()):
    chapters = ((0.0, Truth.SHOWN),) if truth is None else ((0.0, Truth.SHOWN), (30.0, truth))
    return Situation(seed=1, kind=kind, ways=ways, chapters=chapters, spells=spells)


@pytest.mark.parametrize("truth", sorted(REMOVED - {Truth.GONE_HOME}))
async def test_each_manner_of_removal_is_proven_without_a_person(truth):
    """404, 410, notice, known and unknown placeholder, soft 404."""
    end = (await follow(one(truth=truth))).looks[-1]
    assert (end.proof.verdict, end.question) == ("removed", None)


@pytest.mark.parametrize("truth", [Truth.GONE_HOME, Truth.WILDCARD])
async def test_what_cannot_be_told_from_a_barrier_is_left_to_a_person(truth):
    """A redirect of everything home and a default page for everything look like a gate."""
    end = (await follow(one(truth=truth))).looks[-1]
    assert (end.proof.verdict, end.question) == ("present", "not_proven")


@pytest.mark.parametrize("truth", sorted(DOWN - {Truth.WILDCARD}))
async def test_each_manner_of_going_down_is_proven(truth):
    """No name, parked, suspended."""
    end = (await follow(one(truth=truth))).looks[-1]
    assert (end.proof.verdict, end.question) == ("site_down", None)


@pytest.mark.parametrize("trouble", sorted(set(Trouble) - {Trouble.STORAGE_404}))
@pytest.mark.parametrize("kind", ["picture", "page", "thread", "locker"])
async def test_no_trouble_alone_ever_closes_a_case(kind, trouble):
    """A month of any trouble in front of living content ends in no verdict that closes."""
    ways = (
        frozenset({"abroad"}) if trouble in {Trouble.FILTER_404, Trouble.DEEP_WALL} else frozenset()
    )
    spell = Spell(trouble=trouble, start_h=20, end_h=DAYS * 24, ways=ways)
    course = await follow(one(kind, spells=(spell,)), {})
    assert {look.proof.verdict for look in course.looks} <= {
        "present", "gated", "unknown", "changed", "not_visible_from_here",
    }  # fmt: skip


@pytest.mark.parametrize("ways", [("home",), ("filtered",), ("filtered", "home")])
async def test_without_two_unfiltered_ways_out_nothing_is_removed(ways):
    """It stays `not_visible_from_here`, the host is not asked every hour for ever, a person is."""
    course = await follow(one(ways=ways, truth=Truth.GONE_404))
    end = course.looks[-1]
    assert (end.proof.verdict, end.question) == ("not_visible_from_here", "not_proven")
    assert len(course.looks) < 150


async def test_a_link_check_that_always_says_alive_is_found_out():
    """The landing page is held against it once a day, and a person learns of it."""
    lie = Spell(trouble=Trouble.LINK_CHECK_ALIVE, start_h=0, end_h=DAYS * 24)
    course = await follow(one("locker", truth=Truth.GONE_NOTICE, spells=(lie,)))
    rules = {seen.rule for seen in course.observations}
    assert "link_check_contradicted" in rules
    assert course.looks[-1].question == "not_proven"
