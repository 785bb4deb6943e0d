"""First visits in which what was reported was not seen: none of them ends as `no_match`."""

from __future__ import annotations

import pytest
from scripted_web import (
    ListedJudge,
    Say,
    ScriptedWeb,
    case,
    digests,
    fails,
    options,
    page,
    picture,
)

from cases.model import Asset, AssetKind, Match, NoMatch, NotChecked, Presence
from crawler.fetch.contract import FetchCode
from crawler.visit import SiblingMemory, first_visit

SITE = "https://site.example/notes/1"
GOOD = "https://site.example/good.jpg"
OTHER = "https://site.example/other.jpg"
LOCKER = "https://locker.example/a1b2c3d4e5f6/walk.zip.html"
FILE = "https://s3.locker.example/d/abcdefgh12345/walk.zip"
SECOND = "https://s3.locker.example/d/abcdefgh12345/walk2.zip"
MENU = "<a href='/?op=login'>Login</a>"
OFFER = f"<span id='direct_link'><a href='{FILE}'>x</a></span>"
SHOWN = f"<img src='{GOOD}'>"
PLACEHOLDER = frozenset({digests("removed").sha256})


async def visit(url, answers, *, judge=None, siblings=None, holds=None, **changes):
    web = ScriptedWeb({GOOD: picture("good"), **answers}, holds=holds or {"picture"})
    found = await first_visit(
        web, case(url), judge or ListedJudge(), options(**changes), siblings=siblings
    )
    web.assert_tidy()
    return found, web


# ------------------------------------------------------------------------------ files


async def test_a_file_of_an_unknown_format_is_for_a_person():
    """Of a document or a locked container the exact digests alone were compared."""
    found, _ = await visit(OTHER, {OTHER: Say(body="x", kind="other")})
    assert (found.needs, found.reason) == ("unknown_format", "unknown_format")
    assert found.assets[0].digests == digests("x")
    found, _ = await visit(OTHER, {OTHER: Say(body="x", kind="other")}, judge=ListedJudge({"x"}))
    assert isinstance(found.assets[0].comparison, Match)


async def test_an_offered_file_of_an_unknown_format_is_said_beside_a_picture():
    """A linked document is not; what is offered for download is."""
    html = f"{SHOWN}<a download href='/plan.psd'>plan</a>"
    plan = Say(body="plan", kind="other")
    found, _ = await visit(SITE, {SITE: page(html), "https://site.example/plan.psd": plan})
    assert found.needs == "partly_compared"


async def test_a_reported_playlist_is_a_film_in_pieces():
    """The list of its pieces was digested, not the film."""
    url = "https://tube.example/v/master.m3u8"
    found, _ = await visit(url, {url: Say(body="m3u", kind="other")})
    assert found.needs == "film_in_pieces"


async def test_a_removed_picture_is_not_compared_in_the_place_of_the_reported_one():
    """A known placeholder is not listed; that says nothing of what it replaced."""
    found, _ = await visit(OTHER, {OTHER: picture("removed")}, placeholders=PLACEHOLDER)
    assert found.assets[0].comparison == NotChecked(reason="placeholder")
    assert found.observations[0].presence is Presence.GONE_PLACEHOLDER
    assert found.reason != "no_match"
    html = f"{SHOWN}<a href='{OTHER}'><img src='/t.jpg'></a>"
    answers = {SITE: page(html), OTHER: picture("removed")}
    found, _ = await visit(SITE, answers, placeholders=PLACEHOLDER)
    assert found.needs == "partly_compared"


# ------------------------------------------------------------------------------ pages


@pytest.mark.parametrize(
    ("url", "answer", "needs"),
    [
        (OTHER, page(f"<h1>Hills</h1>{SHOWN}"), "page_instead_of_media"),
        (OTHER, Say(html=f"<h1>Home</h1>{SHOWN}", to="https://site.example/"), "redirected_home"),
        (SITE, Say(html=f"<h1>Home</h1>{SHOWN}", to="https://site.example/"), "redirected_home"),
        (
            SITE,
            page(f"<h1>This domain is for sale</h1><p>Buy this domain</p>{SHOWN}"),
            "not_checked:parked",
        ),
        (
            SITE,
            page(
                f"<title>Account Suspended</title><h1>This account has been suspended</h1>{SHOWN}"
            ),
            "not_checked:suspended",
        ),
        (
            SITE,
            page(f"<h1>Age verification</h1><p>You must be 18 years or older to enter</p>{SHOWN}"),
            "age_gate",
        ),
    ],
    ids=["page-for-a-picture", "picture-home", "page-home", "parked", "suspended", "age-gate"],
)
async def test_what_a_site_shows_instead_of_the_content_is_not_the_content(url, answer, needs):
    """Its own pictures are not listed; the reported ones were not seen."""
    found, _ = await visit(url, {url: answer})
    assert (found.needs, found.reason) == (needs, needs)


async def test_a_site_whose_entrance_was_reported_may_lead_to_its_entrance():
    """`/index.html` and `/` are one place."""
    url = "https://site.example/index.html"
    home = Say(html=f"<h1>Home</h1>{SHOWN}", to="https://site.example/")
    found, _ = await visit(url, {url: home})
    assert (found.needs, found.reason) == (None, "no_match")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (page("<script>_cf_chl_opt</script>"), "challenge"),
        (page("<title>Log in</title><form><input><input type=password></form>"), "login"),
        (page("<img src='/full.jpg'>"), "page_with_media"),
        (Say(html="<p>x", record_error="decode_crashed"), "decode_crashed"),
        (page(""), "empty_answer"),
    ],
)
async def test_a_page_that_comes_for_a_linked_picture_is_named_by_what_it_is(other, reason):
    """A door, a viewer, a page that could not be read: each may stand before the picture."""
    answers = {SITE: page(f"{SHOWN}<a href='{OTHER}'>2</a>"), OTHER: other}
    found, _ = await visit(SITE, answers)
    assert found.assets[2].comparison == NotChecked(reason=reason)
    assert found.needs == "partly_compared"


async def test_a_twin_that_names_more_than_fits_makes_the_page_partly_compared():
    """The files beyond the cap stand nowhere on the page."""
    board = "https://board.example/b/res/100.html"
    html = (
        "<body class='vichan'><div class='thread' id='thread_100'><div class='post op' "
        "id='op_100'><p class='fileinfo'><a href='/b/src/1.jpg'>1</a></p></div></div></body>"
    )
    posts = ",".join(f'{{"no":{100 + n},"tim":"{n}","ext":".jpg"}}' for n in range(1001))
    web = ScriptedWeb(
        {board: page(html), board.replace("html", "json"): page(f'{{"posts":[{posts}]}}')}
    )
    for n in range(1001):
        web.put(f"https://board.example/b/src/{n}.jpg", picture("same"))
    found = await first_visit(web, case(board), ListedJudge(), options(candidates=2000))
    assert found.needs == "partly_compared"


# ------------------------------------------------------------------------------ lockers


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(f"{MENU}<h2>File Not Found</h2>"), "gone"),
        (page("busy", 503), "status_503"),
        (page("nothing", 404), "status_404"),
    ],
)
async def test_a_locker_whose_file_does_not_come_is_never_compared_by_its_pictures(answer, reason):
    """The landing page offers it, its preview is not listed, and the file itself fails."""
    found, _ = await visit(LOCKER, {LOCKER: page(MENU + OFFER + SHOWN), FILE: answer})
    assert found.assets[1].role == "download"
    assert found.assets[1].comparison == NotChecked(reason=reason)
    assert found.assets[1].downloads == 0
    assert found.needs == "partly_compared"


async def test_every_file_that_a_landing_page_offers_is_compared():
    """The second one is listed."""
    second = f"<span id='direct_link'><a href='{SECOND}'>y</a></span>"
    answers = {LOCKER: page(MENU + OFFER + second), FILE: Say(body="a", kind="archive")}
    answers[SECOND] = Say(body="b", kind="archive")
    found, _ = await visit(LOCKER, answers, judge=ListedJudge({"b"}))
    assert [(a.id[-2:], a.role) for a in found.assets[1:]] == [
        ("-1", "download"),
        ("-2", "download"),
    ]
    assert found.reason == "match"


async def test_the_files_of_a_reported_folder_are_walked():
    """Each has a landing page of its own; the second is listed."""
    folder = "https://locker.example/users/walks/all"
    one, two = (f"https://locker.example/{c}1b2c3d4e5f6/walk.zip.html" for c in "ab")
    listing = f"{MENU}<table><tr><td><a href='{one}'>1</a></td><td><a href='{two}'>2</a></td></tr></table>"
    xfs = "<form><input type='hidden' name='op' value='search'></form>"
    answers = {
        folder: page(f"<!-- xfs -->{xfs}{listing}"),
        one: page(MENU + f"<span id='direct_link'><a href='{FILE}'>x</a></span>"),
        two: page(MENU + f"<span id='direct_link'><a href='{SECOND}'>x</a></span>"),
        FILE: Say(body="a", kind="archive"),
        SECOND: Say(body="b", kind="archive"),
    }
    found, web = await visit(folder, answers, judge=ListedJudge({"b"}))
    assert web.asked("locker_hop") == [one, two]
    assert found.reason == "match"


# ------------------------------------------------------------------------------ beside a match


async def test_what_is_similar_beside_what_is_listed_stays_a_question():
    """The notice goes out for the one; a person still confirms the other."""
    html = f"{SHOWN}<img src='{OTHER}'>"
    judge = ListedJudge({"good"}, alike={"near": 12})
    found, _ = await visit(SITE, {SITE: page(html), OTHER: picture("near")}, judge=judge)
    assert (found.needs, found.reason, found.beside) == (None, "match", "possible_beside")


async def test_what_was_not_compared_beside_what_is_listed_stays_a_question():
    """One picture of the thread is listed, the locker it links was never reached."""
    html = f"{SHOWN}<a href='{LOCKER}'>all of them</a>"
    answers = {SITE: page(html), LOCKER: fails(FetchCode.TIMEOUT)}
    found, _ = await visit(SITE, answers, judge=ListedJudge({"good"}))
    assert (found.needs, found.reason, found.beside) == (None, "match", "partly_compared")
    found, _ = await visit(SITE, {SITE: page(SHOWN)}, judge=ListedJudge({"good"}))
    assert found.beside is None


# ------------------------------------------------------------------------------ soft answers


async def test_a_picture_that_a_host_serves_for_everything_is_not_the_reported_one():
    """One invalid neighbour is asked, before the visit ends with nothing listed."""
    web_answers = {OTHER: picture("sorry")}
    web = ScriptedWeb(web_answers, hosts={"site.example": picture("sorry")})
    found = await first_visit(web, case(OTHER), ListedJudge(), options(), siblings=SiblingMemory())
    assert found.assets[0].comparison == NotChecked(reason="same_as_sibling")
    assert found.assets[0].digests is None
    assert found.observations[0].presence is Presence.GONE_PLACEHOLDER
    assert found.observations[0].requests[-1].derivation == "soft_404_sibling"
    assert found.reason != "no_match"
    web.assert_tidy()


async def test_a_page_that_a_site_serves_for_everything_is_not_the_reported_one():
    """A shop window that stands under every address of the site."""
    home = page(f"<h1>Welcome to our hills and lakes</h1>{SHOWN}")
    web = ScriptedWeb({GOOD: picture("good")}, hosts={"site.example": home})
    found = await first_visit(web, case(SITE), ListedJudge(), options(), siblings=SiblingMemory())
    assert (found.needs, found.answered) == ("not_checked:same_as_sibling", True)


async def test_embedded_pictures_of_one_host_are_doubted_with_one_request():
    """Both were removed; the host says so with one picture for all."""
    html = "".join(
        f"<a href='https://img.example/i/{n}.jpg'><img src='/t{n}.jpg'></a>" for n in (1, 2)
    )
    web = ScriptedWeb({SITE: page(html)}, hosts={"img.example": picture("sorry")})
    memory = SiblingMemory()
    found = await first_visit(web, case(SITE), ListedJudge(), options(), siblings=memory)
    assert {a.comparison for a in found.assets[1:]} == {NotChecked(reason="same_as_sibling")}
    asked = [url for url in web.asked("soft_404_sibling") if "img.example" in url]
    assert len(asked) == 1
    assert found.needs is not None


async def test_a_host_that_knows_what_it_has_is_not_doubted_further():
    """Its random neighbour is not found: the pictures are its own, and nothing is listed."""
    web = ScriptedWeb({SITE: page(SHOWN), GOOD: picture("good")})
    found = await first_visit(web, case(SITE), ListedJudge(), options(), siblings=SiblingMemory())
    assert (found.needs, found.reason) == (None, "no_match")
    assert len(web.asked("soft_404_sibling")) == 2
    listed = ScriptedWeb({SITE: page(SHOWN), GOOD: picture("good")})
    await first_visit(
        listed, case(SITE), ListedJudge({"good"}), options(), siblings=SiblingMemory()
    )
    assert listed.asked("soft_404_sibling") == []


# ------------------------------------------------------------------------------ another try


def known(role="inline", url=GOOD, **members):
    return Asset(
        id="HW-2026-000001-7", case_id="HW-2026-000001", kind=AssetKind.PICTURE, role=role,
        url=url, host="site.example", digests=digests("good"), comparison=NoMatch(), **members,
    )  # fmt: skip


async def test_what_failed_for_now_beside_what_was_compared_may_be_tried_again():
    """And what a try before compared is not downloaded once more."""
    html = f"{SHOWN}<img src='{OTHER}'>"
    found, _ = await visit(SITE, {SITE: page(html), OTHER: fails(FetchCode.TIMEOUT)})
    assert (found.needs, found.again) == ("partly_compared", True)
    answers = {SITE: page(html), OTHER: picture("other")}
    found, web = await visit(SITE, answers, known=(known(),))
    assert (found.needs, found.reason) == (None, "no_match")
    assert web.urls == [SITE, OTHER]
    assert [one.asset_id[-2:] for one in found.observations] == ["-0", "-2"]


async def test_what_will_not_change_is_not_tried_again():
    """A link that our rules refuse, and media beyond the cap."""
    html = f"{SHOWN}<a href='{OTHER}'>2</a>"
    found, _ = await visit(SITE, {SITE: page(html), OTHER: fails(FetchCode.REFUSED_ADDRESS)})
    assert (found.needs, found.again) == ("partly_compared", False)


async def test_a_lockers_file_that_was_compared_is_not_downloaded_by_another_try():
    """Neither where the landing page was reported nor where another page links it."""
    asset = known("download", FILE, referer=LOCKER)
    found, web = await visit(LOCKER, {LOCKER: page(MENU + OFFER)}, known=(asset,))
    assert (web.urls, found.reason) == ([LOCKER], "no_match")
    linked = page(f"<a href='{LOCKER}'>all</a>")
    found, web = await visit(SITE, {SITE: linked}, known=(asset,))
    assert (web.urls, found.assets[1].downloads) == ([SITE], 0)
