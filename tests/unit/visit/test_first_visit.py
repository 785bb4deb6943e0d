"""The first visit of a reported location."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_web import (
    ListedJudge,
    Say,
    ScriptedWeb,
    Sleeps,
    case,
    digests,
    fails,
    options,
    page,
    picture,
)

from cases.model import (
    AssetKind,
    Match,
    NoMatch,
    NotChecked,
    Pathway,
    PathwayStep,
    Possible,
    Presence,
)
from crawler.fetch.contract import FetchCode
from crawler.visit import first_visit

SITE = "https://site.example/notes/1"
IMAGE = "https://img.example/i/hills.jpg"
LOCKER = "https://locker.example/a1b2c3d4e5f6/walk.zip.html"
FILE = "https://s3.locker.example/d/abcdefgh12345/walk.zip"
BOARD = "https://board.example/b/res/100.html"

MENU = "<a href='/?op=login'>Login</a>"
FORM = (
    "<form name='F1' method='POST' action=''><input type='hidden' name='op' value='{op}'>"
    "<input type='hidden' name='id' value='a1b2c3d4e5f6'><input type='hidden' name='rand' value='r'>"
    "<input type='submit' name='method_free' value='Free'>{extra}"
    "<span id='countdown_str'>Wait <span id='cxc'>{wait}</span> s</span></form>"
)
DIRECT = f"{MENU}<span id='direct_link'><a href='{FILE}'>x</a></span>"


def landing(op="download2", wait=45, extra=""):
    return page(MENU + FORM.format(op=op, wait=wait, extra=extra))


def by_method(get, post):
    return lambda request: post if request.method == "POST" else get


async def visit(web, url, judge=None, pathway=None, **changes):
    found = await first_visit(
        web, case(url, pathway=pathway or Pathway()), judge or ListedJudge(), options(**changes)
    )
    web.assert_tidy()
    return found


async def test_a_reported_picture_that_is_listed_is_dropped_unopened():
    """Exact digests settle it; the bytes are never decoded."""
    web = ScriptedWeb({IMAGE: picture("hills")})
    found = await visit(web, IMAGE, ListedJudge({"hills"}))
    asset = found.assets[0]
    assert (asset.id, asset.kind) == ("HW-2026-000001-0", AssetKind.PICTURE)
    assert isinstance(asset.comparison, Match)
    assert asset.digests == digests("hills")
    assert web.decoded == []
    assert web.dropped == ["t0"]
    assert found.observations[0].presence is Presence.PRESENT_EXACT
    assert (found.answered, found.needs, found.reason) == (True, None, "match")
    assert found.media_bytes == 5


async def test_a_reported_picture_that_is_near_is_possible():
    """No exact match: the worker measures it, the judge decides."""
    web = ScriptedWeb({IMAGE: picture("hills2")})
    found = await visit(web, IMAGE, ListedJudge(alike={"hills2": 12}))
    assert isinstance(found.assets[0].comparison, Possible)
    assert found.assets[0].pdq is not None
    assert found.reason == "possible"


async def test_an_undecodable_picture_is_not_checked_and_needs_a_person():
    """A failure never reads as no match."""
    web = ScriptedWeb({IMAGE: picture("odd")}, undecodable={"odd"})
    found = await visit(web, IMAGE)
    assert found.assets[0].comparison == NotChecked(reason="undecodable")
    assert (found.answered, found.needs) == (True, "undecodable")


@pytest.mark.parametrize(
    ("kind", "comparison"),
    [
        ("archive", NotChecked(reason="archive_not_opened")),
        ("video", NotChecked(reason="video_frames_not_compared")),
        ("other", NotChecked(reason="unknown_format")),
    ],
)
async def test_a_body_that_was_not_opened_is_never_a_clean_answer(kind, comparison):
    """Archives and films have their exact digests only."""
    web = ScriptedWeb({IMAGE: Say(body="x", kind=kind)})
    assert (await visit(web, IMAGE)).assets[0].comparison == comparison


async def test_a_page_gives_its_media_as_assets_in_order_each_with_its_own_observation():
    """The page is -0; the media follow with their own hosts, requests and comparisons."""
    web = ScriptedWeb(
        {
            SITE: page(f"<img src='/a.jpg'><a href='{IMAGE}'><img src='/small.jpg'></a>"),
            IMAGE: picture("hills"),
            "https://site.example/a.jpg": picture("lake"),
        }
    )
    found = await visit(web, SITE, ListedJudge({"hills"}))
    assert [(a.id[-2:], a.host, a.role) for a in found.assets] == [
        ("-0", "site.example", "reported"),
        ("-1", "site.example", "inline"),
        ("-2", "img.example", "original"),
    ]
    assert [o.asset_id[-2:] for o in found.observations] == ["-0", "-1", "-2"]
    assert [o.presence for o in found.observations] == [
        Presence.PRESENT_LISTED_ALIVE,
        Presence.PRESENT_EXACT,
        Presence.PRESENT_EXACT,
    ]
    assert found.observations[2].requests[0].derivation == "embedded_media"
    assert {r.referer for r in web.log[1:]} == {SITE}
    assert (found.site_type, found.engine, found.reason) == ("website", "generic", "match")


async def test_forbidden_links_are_never_requested():
    """Reverse searches, report and delete links of a board reach nobody."""
    html = (
        "<body class='vichan'><div class='thread' id='thread_100'><div class='post op' id='op_100'>"
        "<p class='fileinfo'><a href='/b/src/1.jpg'>1</a>"
        "<a href='http://imgops.com/https://board.example/b/src/1.jpg'>o</a></p>"
        "<a href='/delete/1.jpg'>d</a><img src='/report/1.jpg'></div></div></body>"
    )
    web = ScriptedWeb({BOARD: page(html), "https://board.example/b/src/1.jpg": picture("x")})
    await visit(web, BOARD)
    assert web.urls == [
        BOARD,
        "https://board.example/b/res/100.json",
        "https://board.example/b/src/1.jpg",
    ]


async def test_the_json_twin_is_preferred_and_keeps_the_post():
    """A twin that knows the reported post gives its files; one that does not is not used."""
    html = (
        "<div class='thread' id='thread_100'><p class='intro'></p><div class='post reply' id='reply_101'>"
        "<p class='fileinfo'><a href='/b/src/1.jpg'>1</a></p></div></div>"
    )
    twin = '{"posts":[{"no":101,"tim":"1","ext":".jpg","md5":"1B2M2Y8AsgTpgAmY7PhCfg=="},{"no":102,"tim":"2","ext":".jpg"}]}'
    web = ScriptedWeb({BOARD: page(html), BOARD.replace("html", "json"): page(twin)})
    found = await visit(web, BOARD + "#q101")
    assert [a.why for a in found.assets] == ["reported", "vichan:json"]
    assert web.asked("json_twin") == ["https://board.example/b/res/100.json#q101"]
    web.put(BOARD.replace("html", "json"), page(twin.replace("101", "777")))
    found = await visit(web, BOARD + "#q101")
    assert [a.why for a in found.assets] == ["reported", "vichan:file"]


async def test_the_page_says_on_which_host_the_files_of_its_twin_lie():
    """A twin knows a file's name only; the address under that name on the page is asked."""
    html = (
        "<body class='vichan'><div class='thread' id='thread_100'><div class='post op' id='op_100'>"
        "<p class='fileinfo'><a href='https://media.example/b/src/1.jpg'>1</a></p></div></div></body>"
    )
    media = "https://media.example/b/src/1.jpg"
    twin = '{"posts":[{"no":100,"tim":"1","ext":".jpg"}]}'
    web = ScriptedWeb(
        {BOARD: page(html), BOARD.replace("html", "json"): page(twin), media: picture("x")}
    )
    found = await visit(web, BOARD)
    assert [a.url for a in found.assets] == [BOARD, media]


async def test_a_locker_is_walked_honestly_to_its_file():
    """First form, countdown, second form, direct link: the file is an asset at its own host."""
    web = ScriptedWeb(
        {
            LOCKER: lambda r: (
                {
                    "download1": landing(),
                    "download2": page(DIRECT),
                }[dict(r.form)["op"]]
                if r.method == "POST"
                else landing("download1", wait=0)
            ),
            FILE: Say(body="walk", kind="archive"),
        }
    )
    sleeps = Sleeps()
    found = await visit(web, LOCKER, ListedJudge({"walk"}), sleep=sleeps)
    assert sleeps == [0, 45, 0]
    asset = found.assets[1]
    assert (asset.role, asset.host, asset.referer, asset.downloads) == (
        "download",
        "s3.locker.example",
        LOCKER,
        1,
    )
    assert asset.why == "xfilesharing:direct_link"
    assert isinstance(asset.comparison, Match)
    assert [r.permit.derivation for r in web.log] == ["reported_url"] + ["download_step"] * 3
    assert found.site_type == "cyberlocker"
    assert found.observations[0].presence is Presence.PRESENT_LISTED_ALIVE


@pytest.mark.parametrize(
    ("answer", "needs"),
    [
        (landing(extra="<input type=password name=password>"), "password"),
        (landing(extra="<div class='g-recaptcha'></div>"), "captcha"),
        (landing(wait=900), "countdown_too_long"),
        (
            page(MENU + "<div class='err'>This file is available for Premium Users only</div>"),
            "premium",
        ),
        (
            page(MENU + "<div class='err'>You have to wait 2 hours till next download</div>"),
            "countdown_too_long",
        ),
        (by_method(landing(wait=1), landing(wait=1)), "file_not_offered"),
    ],
)
async def test_what_stands_before_a_locker_file_goes_to_an_analyst(answer, needs):
    """No captcha is solved, no password guessed, nothing paid, no long wait sat out."""
    web = ScriptedWeb({LOCKER: answer})
    found = await visit(web, LOCKER)
    assert (found.needs, found.answered) == (needs, True)
    assert len(found.assets) == 1
    assert len(web.log) <= 5


async def test_a_listed_preview_before_a_gate_is_acted_on():
    """The file is behind a captcha, but what the landing page shows is listed already."""
    html = MENU + FORM.format(op="download2", wait=1, extra="<div class='g-recaptcha'></div>")
    web = ScriptedWeb({LOCKER: page(html + f"<img src='{IMAGE}'>"), IMAGE: picture("hills")})
    found = await visit(web, LOCKER, ListedJudge({"hills"}))
    assert (found.needs, found.reason) == (None, "match")
    assert [a.role for a in found.assets] == ["reported", "inline"]


async def test_a_removed_locker_file_is_seen_at_the_first_visit():
    """A page that says so with status 200."""
    web = ScriptedWeb({LOCKER: page(f"{MENU}<h2>File Not Found</h2>")})
    found = await visit(web, LOCKER)
    assert found.observations[0].presence is Presence.GONE_NOTICE
    assert (found.needs, found.reason) == (None, "removal_text")


async def test_a_locker_linked_from_a_page_is_one_hop():
    """The forum's page leads to the file; nothing further is followed from there."""
    web = ScriptedWeb(
        {
            SITE: page(f"<a href='{LOCKER.removesuffix('.html')}'>file</a><a href='/other'>x</a>"),
            LOCKER.removesuffix(".html"): by_method(landing(), Say(body="walk", kind="archive")),
        }
    )
    found = await visit(web, SITE, ListedJudge({"walk"}))
    assert [a.role for a in found.assets] == ["reported", "download"]
    assert isinstance(found.assets[1].comparison, Match)
    assert [r.permit.derivation for r in web.log] == ["reported_url", "locker_hop", "download_step"]


async def test_the_pathway_is_replayed_with_its_referrers_and_one_jar():
    """Steps first, then the reported URL as the analyst wrote it down."""
    step = PathwayStep(url="https://portal.example/in", referrer="https://search.example/")
    way = Pathway(steps=(step,), user_agent="Old/1.0", accept_language="de")
    web = ScriptedWeb({step.url: page("<p>in</p>"), IMAGE: picture("hills")})
    found = await visit(web, IMAGE, pathway=way)
    assert [(r.permit.derivation, r.referer) for r in web.log] == [
        ("pathway_step", "https://search.example/"),
        ("reported_url", "https://portal.example/in"),
    ]
    assert {(r.user_agent, r.accept_language, r.jar) for r in web.log} == {
        ("Old/1.0", "de", "HW-2026-000001/one")
    }
    assert web.forgotten == ["HW-2026-000001/one"]
    assert [r.derivation for r in found.observations[0].requests] == [
        "pathway_step",
        "reported_url",
    ]


async def test_a_broken_pathway_needs_an_analyst_and_asks_nothing_more():
    """Without its recipe the content cannot show; the reported URL is not asked."""
    way = Pathway(steps=(PathwayStep(url="https://portal.example/in"),))
    web = ScriptedWeb({IMAGE: picture("hills")})
    found = await visit(web, IMAGE, pathway=way)
    assert found.needs == "pathway_broken"
    assert found.observations[0].presence is Presence.PATHWAY_BROKEN
    assert len(web.log) == 1


@pytest.mark.parametrize(
    ("answer", "needs", "answered", "presence"),
    [
        (fails(FetchCode.REFUSED_ADDRESS), "refused_address", True, Presence.REFUSED_BY_POLICY),
        (fails(FetchCode.REFUSED_HIDDEN_SERVICE), "hidden_service", True, Presence.REFUSED_BY_POLICY),
        (fails(FetchCode.REFUSED_MANDATE), None, False, Presence.NO_VERDICT),
        (fails(FetchCode.PAUSED), None, False, Presence.NO_VERDICT),
        (Say(raises=True), None, False, Presence.NO_VERDICT),
        (fails(FetchCode.TIMEOUT), None, False, Presence.TEMPORARY),
        (fails(FetchCode.NXDOMAIN), None, True, Presence.HOST_GONE),
        (fails(FetchCode.TOO_LARGE), "too_large", True, Presence.INCOMPLETE),
        (fails(FetchCode.TRUNCATED), None, False, Presence.INCOMPLETE),
        (page("x", 503), None, False, Presence.TEMPORARY),
        (page("x", 403), "blocked", True, Presence.BLOCKED_HERE),
        (page("<script>_cf_chl_opt</script>"), "challenge", True, Presence.BLOCKED_HERE),
        (page("<title>Log in</title><form><input><input type=password></form>"), "login", True, Presence.PRESENT_GATED),
        (page("x", 401), "gated", True, Presence.PRESENT_GATED),
        (page("", 200), None, False, Presence.INCOMPLETE),
        (page("<p>only words</p>"), "no_media_found", True, Presence.PRESENT_UNVERIFIED),
        (page("x", 404), None, True, Presence.GONE_HARD),
        (Say(html="<p>x</p>", record_error="decode_crashed"), None, False, Presence.NO_VERDICT),
    ],
)  # fmt: skip
async def test_every_other_answer_says_what_is_to_be_done(answer, needs, answered, presence):
    """Try again, ask a person, or know that it is gone; never a clean answer."""
    web = ScriptedWeb({SITE: answer})
    found = await visit(web, SITE)
    assert (found.needs, found.answered) == (needs, answered)
    assert found.observations[0].presence is presence
    assert isinstance(found.assets[0].comparison, NotChecked)


async def test_a_page_whose_media_all_fail_for_now_is_tried_again():
    """The page answered but nothing could be compared, for a reason that may pass."""
    web = ScriptedWeb({SITE: page(f"<img src='{IMAGE}'>"), IMAGE: fails(FetchCode.TIMEOUT)})
    found = await visit(web, SITE)
    assert found.answered is False
    assert found.assets[1].comparison == NotChecked(reason="timeout")


async def test_a_main_medium_left_out_is_said_beside_no_match():
    """One picture compared, one film not: that is not `no_match`."""
    html = "<img src='/a.jpg'><a href='/v.mp4' download>v</a>"
    web = ScriptedWeb(
        {
            SITE: page(html),
            "https://site.example/a.jpg": picture("a"),
            "https://site.example/v.mp4": Say(body="v", kind="video"),
        }
    )
    found = await visit(web, SITE)
    assert (found.needs, found.reason) == ("partly_compared", "partly_compared")


async def test_an_html_page_in_place_of_a_picture_is_not_compared():
    """A soft answer of a picture's host never reads as no match."""
    web = ScriptedWeb({SITE: page(f"<img src='{IMAGE}'>"), IMAGE: page("<p>hotlinking is off</p>")})
    found = await visit(web, SITE)
    assert found.assets[1].comparison == NotChecked(reason="page_instead_of_media")


async def test_an_error_picture_is_no_reference():
    """A picture served with 404 is neither compared away nor kept as the asset's first body."""
    web = ScriptedWeb({IMAGE: picture("sorry", 404)})
    found = await visit(web, IMAGE)
    assert found.assets[0].comparison == NotChecked(reason="status_404")
    assert found.observations[0].presence is Presence.GONE_HARD


async def test_no_media_mode_fetches_pages_only():
    """Lists of URLs are made, not one media body is read."""
    web = ScriptedWeb(
        {
            SITE: page(f"<img src='{IMAGE}'>"),
            LOCKER: landing(),
            "https://img.example/x": picture("x"),
        }
    )
    found = await visit(web, SITE, fetch_media=False)
    assert [a.comparison for a in found.assets[1:]] == [NotChecked(reason="no_media_mode")]
    assert (await visit(web, IMAGE, fetch_media=False)).needs == "no_media_mode"
    assert (await visit(web, LOCKER, fetch_media=False)).needs == "no_media_mode"
    sniffed = await visit(web, "https://img.example/x", fetch_media=False)
    assert (sniffed.needs, sniffed.answered) == ("no_media_mode", True)
    assert web.urls == [SITE, LOCKER, "https://img.example/x"]
    assert web.tickets == {}


async def test_refused_requests_are_counted():
    """A candidate that the gate refuses is an asset that was not checked."""
    web = ScriptedWeb({SITE: page("<img src='http://intranet.local/a.jpg'><img src='/b.jpg'>")})
    web.put("https://site.example/b.jpg", picture("b"))
    found = await visit(web, SITE)
    assert found.requests_refused == 1
    assert "refused" in found.assets[1].comparison.reason
    assert len(web.log) == 2


async def test_the_fetcher_dying_in_the_middle_is_our_fault():
    """Nothing is concluded about the host."""
    web = ScriptedWeb({SITE: page(f"<img src='{IMAGE}'>"), IMAGE: Say(raises=True)})
    found = await visit(web, SITE)
    assert found.observations[1].presence is Presence.NO_VERDICT
    assert found.assets[1].comparison == NotChecked(reason="fetcher_down")
    assert found.answered is False


async def test_the_redirected_address_is_the_referer_and_base():
    """A page that moved gives its media relative to where it is now."""
    web = ScriptedWeb({SITE: replace(page("<img src='a.jpg'>"), to="https://new.example/x/")})
    web.put("https://new.example/x/a.jpg", picture("a"))
    found = await visit(web, SITE)
    assert found.assets[1].url == "https://new.example/x/a.jpg"
    assert found.assets[1].referer == "https://new.example/x/"
    assert isinstance(found.assets[1].comparison, NoMatch)
    assert found.reason == "no_match"
