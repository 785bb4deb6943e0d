"""Media that a page shows under another address at the next look: moved is not gone."""

from __future__ import annotations

import pytest
from recheck_parts import HOME, IMAGE, SITE, look, media, reported, said
from scripted_web import ListedJudge, ScriptedWeb, fails, page, picture

from cases.model import Presence
from crawler.fetch.contract import FetchCode
from crawler.visit.newcomers import NEWCOMERS

NEW = "https://cdn7.img.example/x9/1.jpg"
LONG = "https://img.example/full/1699000000001_hills.jpg"
SMALL = "https://img.example/other/1699000000001_hills.jpg"


def web_with(html, **answers):
    web = ScriptedWeb({SITE: page(html), **answers})
    for host in ("site", "img", "cdn7.img"):
        web.put(f"https://{host}.example/", HOME)
    return web


async def test_the_same_bytes_under_a_new_address_of_the_page_are_still_there():
    """The site names its files anew at every look; the old address is not found."""
    web = web_with(f"<h1>Walk</h1><img src='/ad.jpg'><img src='{NEW}'>")
    web.put(NEW, picture("hills"))
    web.put("https://site.example/ad.jpg", picture("ad"))
    found = await look(web, SITE, [reported(), media()])
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_EXACT]
    assert (found.assets[1].url, found.assets[1].host) == (NEW, "cdn7.img.example")
    assert "url_refreshed" in found.observations[1].evidence
    asked = [request.url for request in found.observations[1].requests]
    assert asked[0] == IMAGE, "the look at the old address is not forgotten"
    assert asked[-1] == NEW


async def test_the_same_picture_under_a_new_address_is_still_there():
    """Re-encoded as well: its bytes differ, its looks do not."""
    web = web_with(f"<img src='{NEW}'>", **{NEW: picture("again")})
    judge = ListedJudge({"hills"}, pdq={"again": "f" * 64})
    found = await look(web, SITE, [reported(), media()], judge)
    assert said(found)[1] is Presence.PRESENT_SIMILAR


@pytest.mark.parametrize(
    ("answer", "presence"),
    [
        (picture("another"), Presence.GONE_HARD),
        (page("nothing", 404), Presence.GONE_HARD),
        (page("no", 403), Presence.GONE_HARD),
        (fails(FetchCode.TIMEOUT), Presence.NO_VERDICT),
        (page("busy", 503), Presence.NO_VERDICT),
    ],
)
async def test_gone_is_said_only_when_the_newcomers_were_seen(answer, presence):
    """One that fails for now may be the picture; one that is forbidden or absent says nothing."""
    found = await look(web_with(f"<img src='{NEW}'>", **{NEW: answer}), SITE, [reported(), media()])
    assert said(found)[1] is presence


async def test_a_listed_newcomer_leaves_open_what_is_gone_beside_it():
    """Other listed material stands on the page: a person looks before anything counts as gone."""
    web = web_with(f"<img src='{NEW}'>", **{NEW: picture("another")})
    found = await look(web, SITE, [reported(), media()], ListedJudge({"hills", "another"}))
    seen = found.observations[1]
    assert (seen.presence, seen.rule) == (Presence.NO_VERDICT, "newcomer_listed")


async def test_more_newcomers_than_one_look_compares_leave_it_open():
    """And no more are asked."""
    html = "".join(f"<img src='/new/{n}.jpg'>" for n in range(NEWCOMERS + 5))
    web = web_with(html)
    for n in range(NEWCOMERS + 5):
        web.put(f"https://site.example/new/{n}.jpg", picture(f"new{n}"))
    found = await look(web, SITE, [reported(), media()])
    assert (said(found)[1], found.observations[1].rule) == (
        Presence.NO_VERDICT,
        "newcomers_unseen",
    )
    assert len(web.asked("embedded_media")) == NEWCOMERS + 1


async def test_what_the_case_knows_already_is_no_newcomer():
    """Pictures that were compared at the first visit are not downloaded to look for another."""
    other = media(2, url="https://site.example/other.jpg", label="other")
    web = web_with("<h1>Walk</h1><img src='/other.jpg'>")
    web.put(other.url, picture("other"))
    found = await look(web, SITE, [reported(), media(), other], ListedJudge({"hills"}))
    assert said(found)[1] is Presence.GONE_HARD
    assert web.asked("embedded_media").count(other.url) == 1


async def test_a_present_picture_is_not_sought_elsewhere():
    """Nothing is asked of the others while it answers."""
    web = web_with(f"<img src='{IMAGE}'><img src='{NEW}'>", **{IMAGE: picture("hills")})
    found = await look(web, SITE, [reported(), media()])
    assert said(found)[1] is Presence.PRESENT_EXACT
    assert NEW not in web.urls


async def test_a_namesake_that_is_another_file_does_not_replace_the_address():
    """The page links another file under the same name; the listed one still answers."""
    web = web_with(f"<a href='{SMALL}'>x</a>", **{SMALL: picture("odd"), LONG: picture("hills")})
    found = await look(web, SITE, [reported(), media(url=LONG)])
    assert said(found)[1] is Presence.PRESENT_EXACT
    assert found.assets[1].url == LONG
    assert "namesake_differs" in found.observations[1].evidence
    asked = [one.url for one in found.observations[1].requests]
    assert (asked[0], asked[-1]) == (SMALL, LONG)


async def test_a_namesake_that_is_gone_does_not_make_the_listed_file_gone():
    """Its old address is asked too."""
    web = web_with(f"<a href='{SMALL}'>x</a>", **{LONG: picture("hills")})
    found = await look(web, SITE, [reported(), media(url=LONG)])
    assert said(found)[1] is Presence.PRESENT_EXACT


@pytest.mark.parametrize(
    ("answer", "presence"),
    [
        (fails(FetchCode.TIMEOUT), Presence.NO_VERDICT),
        (page("busy", 503), Presence.NO_VERDICT),
        (page("no", 403), Presence.NO_VERDICT),
        (page("<script>_cf_chl_opt</script>"), Presence.NO_VERDICT),
        (page("<title>Log in</title><form><input type=password></form>"), Presence.NO_VERDICT),
        (page("<h1>Not Found</h1>", 404), Presence.GONE_HARD),
        (page("<h1>Walk</h1><p>The picture left.</p>"), Presence.GONE_HARD),
    ],
)
async def test_an_outdated_signature_behind_a_page_that_was_not_seen_is_no_removal(
    answer, presence
):
    """Who may read the page is given an address that works; where the page is gone, nobody is."""
    signed = f"{IMAGE}?sig=old"
    web = web_with("", **{signed: page("expired", 410)})
    web.put(SITE, answer)
    assert said(await look(web, SITE, [reported(), media(url=signed)]))[1] is presence
    web.put(IMAGE, page("expired", 410))
    plain = said(await look(web, SITE, [reported(), media()]))[1]
    assert plain is Presence.GONE_HARD, "an address of its own does not hang on the page"
