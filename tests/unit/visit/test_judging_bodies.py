"""How a held body is judged: exact first, a second look at what comes near, and always given back."""

from __future__ import annotations

import asyncio

import pytest
from scripted_web import (
    ListedJudge,
    Say,
    ScriptedWeb,
    case,
    options,
    page,
    picture,
)

from cases.model import Match, NoMatch, NotChecked, Possible
from crawler.visit import first_visit

IMAGE = "https://img.example/i/hills.jpg"
SITE = "https://site.example/notes/1"
FULL = {"size": "full"}


async def judged(web, judge=None, url=IMAGE, **changes):
    found = await first_visit(web, case(url), judge or ListedJudge(), options(**changes))
    web.assert_tidy()
    return found.assets[0].comparison


async def test_a_picture_that_comes_near_is_measured_at_full_size_before_it_is_reported():
    """The second record decides; a picture that is far from all is looked at once."""
    web = ScriptedWeb({IMAGE: picture("hills2")})
    assert isinstance(await judged(web, ListedJudge(alike={"hills2": 12})), Possible)
    assert web.decoded == [("hills2", {}), ("hills2", FULL)]
    web = ScriptedWeb({IMAGE: picture("lake")})
    assert await judged(web) == NoMatch()
    assert web.decoded == [("lake", {})]


async def test_a_picture_that_is_near_only_when_reduced_is_no_match():
    """What the reduced size seemed to show is not reported."""
    web = ScriptedWeb({IMAGE: picture("lake")})
    assert await judged(web, ListedJudge(reduced={"lake"})) == NoMatch()
    assert web.decoded == [("lake", {}), ("lake", FULL)]


async def test_a_second_look_that_fails_leaves_the_picture_not_checked():
    """Near, but never measured in full: neither possible nor clean."""
    web = ScriptedWeb({IMAGE: picture("hills2")}, undecodable_in_full={"hills2"})
    found = await judged(web, ListedJudge(alike={"hills2": 12}))
    assert found == NotChecked(reason="undecodable")


@pytest.mark.parametrize("kind", ["picture", "archive", "video"])
async def test_a_lost_fetcher_leaves_a_body_not_checked(kind):
    """The process ends amid the look."""
    web = ScriptedWeb({IMAGE: Say(body="x", kind=kind)}, holds={kind}, raises={"x"})
    assert await judged(web) == NotChecked(reason="worker_down")


@pytest.mark.parametrize("kind", ["archive", "video"])
async def test_what_is_listed_inside_an_archive_or_film_is_a_match(kind):
    """The body's own digests are unknown; its parts decide."""
    web = ScriptedWeb({IMAGE: Say(body="box", kind=kind)}, holds={kind})
    assert isinstance(await judged(web, ListedJudge(inside={"box": ""})), Match)
    web = ScriptedWeb({IMAGE: Say(body="empty", kind=kind)}, holds={kind})
    assert await judged(web) == NoMatch()


async def test_an_archive_that_is_listed_itself_is_not_opened():
    """Exact digests settle it."""
    web = ScriptedWeb({IMAGE: Say(body="box", kind="archive")}, holds={"archive"})
    assert isinstance(await judged(web, ListedJudge({"box"})), Match)
    assert web.decoded == []


async def test_a_locked_archive_is_opened_with_the_passwords_of_the_case_only():
    """Without the right one it is `encrypted`, never clean; films and pictures get none."""
    judge = ListedJudge(inside={"box": "open sesame"})
    answers = {IMAGE: Say(body="box", kind="archive")}
    web = ScriptedWeb(answers, holds={"archive"})
    assert await judged(web, judge) == NotChecked(reason="encrypted")
    web = ScriptedWeb(answers, holds={"archive"})
    assert isinstance(await judged(web, judge, passwords=("wrong", "open sesame")), Match)
    assert web.decoded == [("box", {"passwords": ["wrong", "open sesame"]})]
    for kind in ("picture", "video"):
        web = ScriptedWeb({IMAGE: Say(body="x", kind=kind)}, holds={kind})
        await judged(web, passwords=("open sesame",))
        assert web.decoded == [("x", {})]


def test_passwords_do_not_show_in_what_may_be_logged():
    """The options of a visit do not print them."""
    assert "sesame" not in repr(options(passwords=("open sesame",)))


async def test_a_visit_that_is_given_up_gives_every_body_back():
    """Cancelled amid a look, nothing stays held."""
    looking = asyncio.Event()

    class Slow(ScriptedWeb):
        async def decode(self, ticket, ask=None):
            looking.set()
            await asyncio.sleep(60)

    links = "".join(f"<img src='https://img.example/{n}.jpg'>" for n in range(6))
    web = Slow(
        {SITE: page(links), **{f"https://img.example/{n}.jpg": picture(f"p{n}") for n in range(6)}}
    )
    visit = asyncio.create_task(first_visit(web, case(SITE), ListedJudge(), options()))
    await looking.wait()
    visit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visit
    assert web.tickets
    web.assert_tidy()


async def test_a_judge_that_fails_costs_no_held_body():
    """An error of ours amid the comparison still gives the body back."""

    class Broken(ListedJudge):
        def perceptual(self, record, *, digests=None):
            raise ZeroDivisionError

    web = ScriptedWeb({IMAGE: picture("lake")})
    with pytest.raises(ZeroDivisionError):
        await first_visit(web, case(IMAGE), Broken(), options())
    web.assert_tidy()


async def test_what_comes_near_in_an_archive_is_looked_at_again():
    """The second look names the members and has the same passwords."""
    judge = ListedJudge(inside={"finer box": "open sesame"})
    web = ScriptedWeb({IMAGE: Say(body="finer box", kind="archive")}, holds={"archive"})
    assert isinstance(await judged(web, judge, passwords=("open sesame",)), Match)
    first = {"passwords": ["open sesame"]}
    assert web.decoded == [("finer box", first), ("finer box", first | {"full": [1]})]
