"""Pages of which not everything was compared: nothing that was left out reads as `no_match`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from recheck_parts import HOME, look, media, reported, said
from recheck_parts import SITE as REPORTED
from scripted_web import NOW, ListedJudge, Say, ScriptedWeb, case, fails, options, page, picture

from cases.model import NotChecked, Presence
from crawler.extract.sorting import CANDIDATES
from crawler.fetch.contract import FetchCode
from crawler.visit import first_visit

SITE = "https://site.example/notes/1"
GOOD = "https://site.example/good.jpg"
OTHER = "https://site.example/other.jpg"
LOCKER = "https://locker.example/a1b2c3d4e5f6/walk.zip.html"
LATE = fails(FetchCode.TIMEOUT)
BOARD = (
    "<body class='vichan'><div class='thread' id='thread_100'><div class='post op' id='op_100'>"
    f"<p class='fileinfo'><a href='{GOOD}'>1</a></p></div></div>{{}}</body>"
)
EMBEDDED = "<img src='data:image/png;base64," + "A" * 20_000 + "'>"


async def visit(html, *, judge=None, other=LATE, **changes):
    web = ScriptedWeb({SITE: page(html), GOOD: picture("good"), OTHER: other, LOCKER: LATE})
    web.put("https://site.example/x.pdf", Say(body="p", kind="other"))
    found = await first_visit(web, case(SITE), judge or ListedJudge(), options(**changes))
    web.assert_tidy()
    return found


@pytest.mark.parametrize(
    "html",
    [
        f"<img src='{GOOD}'><img src='{OTHER}'>",
        f"<a href='{GOOD}'>1</a><a href='{OTHER}'>2</a>",
        f"<img src='{GOOD}'><a href='{OTHER}'>2</a>",
        f"<img src='{GOOD}'>{EMBEDDED}",
        f"<img src='{GOOD}'>" + " " * 2_200_000,
        f"<img src='{GOOD}'><a href='{LOCKER}'>file</a>",
        f"<a download href='{GOOD}'>1</a><img src='{OTHER}'>",
        f"<a download href='{GOOD}'>1</a>{EMBEDDED}",
        f"<h1>film</h1><iframe src='https://player.example/embed/1'></iframe><img src='{GOOD}'>",
        f"<meta http-equiv='refresh' content='0;url=/real/1'><img src='{GOOD}'>",
        f"<a href='/view/1'><img src='{GOOD}'></a>",
        f"<a href='/view/1'><img src='{GOOD}'></a><script type='module' src='/a.js'></script>",
        f"<img src='{GOOD}'><script>player.setup({{file: '/v/master.m3u8'}})</script>",
    ],
    ids=[
        "shown",
        "linked",
        "linked-beside-shown",
        "embedded",
        "too-long",
        "locker",
        "shown-beside-a-file",
        "embedded-beside-a-file",
        "page-in-the-page",
        "leads-on",
        "previews-only",
        "made-by-scripts",
        "playlist-in-a-script",
    ],
)
async def test_a_medium_that_could_not_be_compared_is_said_beside_one_that_could(html):
    """One picture is not listed, the other was never seen: a person looks."""
    found = await visit(html)
    assert (found.needs, found.reason) == ("partly_compared", "partly_compared")


@pytest.mark.parametrize(
    ("html", "other"),
    [
        (f"<img src='{GOOD}'><img src='{OTHER}'>", page("gone", 404)),
        (f"<a href='{GOOD}'>1</a><a href='{OTHER}'>2</a>", page("<h1>an album</h1>")),
        (BOARD.format(f"<img src='{OTHER}'>"), LATE),
        (BOARD.format(EMBEDDED), LATE),
        (f"<img src='{GOOD}'><a href='/x.pdf'>p</a>", LATE),
        (f"<img src='{GOOD}'><a href='/view/1'><img src='{OTHER}'></a>", LATE),
    ],
    ids=["not-there", "a-page", "ornament", "embedded-ornament", "document", "preview"],
)
async def test_what_holds_no_medium_and_what_only_decorates_needs_nobody(html, other):
    """A dead link shows nothing; beside a board's own files the pictures around are ornaments."""
    found = await visit(html, other=other)
    assert (found.needs, found.reason) == (None, "no_match")


async def test_what_is_listed_is_acted_on_whatever_else_was_left_out():
    """The rest of the page does not hold up a notice."""
    found = await visit(f"<img src='{GOOD}'><img src='{OTHER}'>", judge=ListedJudge({"good"}))
    assert (found.needs, found.reason) == (None, "match")


async def test_media_beyond_the_cap_are_assets_that_were_not_checked():
    """They are named, not asked for, and the case does not close."""
    html = "".join(f"<img src='/{n}.jpg'>" for n in range(30))
    web = ScriptedWeb({SITE: page(html)})
    for n in range(5):
        web.put(f"https://site.example/{n}.jpg", picture(str(n)))
    found = await first_visit(web, case(SITE), ListedJudge(), options(candidates=5))
    beyond = [a for a in found.assets if a.comparison == NotChecked(reason="beyond_cap")]
    assert (len(found.assets), len(beyond), len(web.log)) == (31, 25, 6)
    assert (found.answered, found.needs) == (True, "partly_compared")


async def test_a_page_with_more_media_than_can_be_named_is_no_clean_answer():
    """All that was named is compared; there was more."""
    html = "".join(f"<a href='/{n}.jpg'>{n}</a>" for n in range(CANDIDATES + 1))
    web = ScriptedWeb({SITE: page(html)})
    for n in range(CANDIDATES + 1):
        web.put(f"https://site.example/{n}.jpg", picture("same"))
    found = await first_visit(web, case(SITE), ListedJudge(), options(candidates=CANDIDATES))
    assert found.needs == "partly_compared"


async def test_a_visit_that_takes_too_long_begins_with_no_further_media():
    """What was compared stands; what was not begun is an asset that was not checked."""
    clock = [NOW]

    def now():
        clock[0] += timedelta(seconds=10)
        return clock[0]

    html = "".join(f"<img src='/{n}.jpg'>" for n in range(30))
    web = ScriptedWeb({SITE: page(html)})
    for n in range(30):
        web.put(f"https://site.example/{n}.jpg", picture(str(n)))
    found = await first_visit(web, case(SITE), ListedJudge(), options(now=now, media_s=100))
    late = [a for a in found.assets if a.comparison == NotChecked(reason="out_of_time")]
    assert 20 <= len(late) < 30
    assert len(web.log) == 31 - len(late)
    assert found.needs == "partly_compared"


@pytest.mark.parametrize(
    ("rest", "presence", "picture_is"),
    [
        ("", Presence.GONE_NOTICE, Presence.GONE_HARD),
        (" " * 2_200_000, Presence.PRESENT_UNVERIFIED, Presence.GONE_HARD),
        (
            "".join(f"<a href='/{n}.jpg'>{n}</a>" for n in range(1001)),
            Presence.PRESENT_UNVERIFIED,
            Presence.NO_VERDICT,
        ),
    ],
    ids=["whole", "too-long", "too-many"],
)
async def test_media_have_not_left_a_page_that_was_not_read_whole(rest, presence, picture_is):
    """The listed picture may stand in the part that nobody read."""
    web = ScriptedWeb({REPORTED: page(f"<h1>Walk</h1><img src='/other.jpg'>{rest}")})
    web.put("https://site.example/", HOME)
    web.put("https://img.example/", HOME)
    web.put("https://site.example/other.jpg", picture("other"))
    found = await look(web, REPORTED, [reported(), media()])
    assert said(found) == [presence, picture_is]
