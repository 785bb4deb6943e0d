from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_web import (
    ENTRY,
    NOTHING,
    NOW,
    ListedJudge,
    Say,
    ScriptedWeb,
    case,
    digests,
    fails,
    options,
    page,
    picture,
)  # fmt: skip

from cases.model import Asset, AssetKind, Match, NoMatch, Pathway, PathwayStep, Presence, SiteType
from crawler.fetch.contract import FetchCode
from crawler.outcome import GONE
from crawler.visit import SiblingMemory, recheck, that_matter

SITE = "https://site.example/notes/walk-over-the-hills"
IMAGE = "https://img.example/i/1699000000001.jpg"
LOCKER = "https://locker.example/a1b2c3d4e5f6/walk.zip.html"
CHECK = "https://locker.example/?op=checkfiles"
FILE = "https://s3.locker.example/d/abcdefgh12345/walk.zip"
MATCH = Match(strength="strong", entry=ENTRY)
HOME = page("<h1>Welcome home</h1><p>Upload and share.</p>")


def reported(url=SITE, kind=AssetKind.PAGE, **members) -> Asset:
    given = {
        "id": "HW-2026-000001-0", "case_id": "HW-2026-000001", "kind": kind, "role": "reported",
        "url": url, "host": url.split("/")[2],
    }  # fmt: skip
    return Asset(**{**given, **members})


def media(number=1, url=IMAGE, label="hills", referer=SITE, **members) -> Asset:
    given = {
        "id": f"HW-2026-000001-{number}", "case_id": "HW-2026-000001", "kind": AssetKind.PICTURE,
        "role": "inline", "url": url, "host": url.split("/")[2], "referer": referer,
        "digests": digests(label), "pdq": "f" * 64, "comparison": MATCH, "why": "generic:img",
    }  # fmt: skip
    return Asset(**{**given, **members})


def download(**members) -> Asset:
    return media(
        url=FILE, label="walk", referer=LOCKER, kind=AssetKind.ARCHIVE, role="download",
        why="xfilesharing:direct_link", pdq=None, downloads=1, **members,
    )  # fmt: skip


def direct(url=IMAGE, **members) -> Asset:
    return replace(media(url=url, **members), id="HW-2026-000001-0", role="reported", referer=None)


async def look(web, url, assets, judge=None, siblings=None, case_members=None, **changes):
    keys = {k: changes.pop(k) for k in ("prove", "assessed") if k in changes}
    found = await recheck(
        web,
        case(url, **(case_members or {})),
        assets,
        judge or ListedJudge({"hills", "walk"}),
        options(**changes),
        siblings=siblings if siblings is not None else SiblingMemory(),
        **keys,
    )
    web.assert_tidy()
    return found


def said(found):
    return [o.presence for o in found.observations]


# ------------------------------------------------------------------------- direct pictures


async def test_the_same_bytes_are_present_exact_and_not_decoded():
    """One request, no control, no sibling."""
    web = ScriptedWeb({IMAGE: picture("hills")})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.PRESENT_EXACT]
    assert web.decoded == []
    assert len(web.log) == 1
    assert found.results["HW-2026-000001-0"].status == 200


async def test_a_re_encoded_copy_is_present_similar():
    """Other bytes, the same picture to the eye: where other tools say removed."""
    web = ScriptedWeb({IMAGE: picture("hills-again")})
    judge = ListedJudge(pdq={"hills-again": "f" * 60 + "0000"})
    found = await look(web, IMAGE, [direct()], judge)
    assert said(found) == [Presence.PRESENT_SIMILAR]
    assert found.observations[0].distance == 16
    assert len(web.log) == 1


async def test_another_listed_picture_at_the_address_is_present():
    """Replaced by something that is listed as well."""
    web = ScriptedWeb({IMAGE: picture("lake")})
    found = await look(web, IMAGE, [direct()], ListedJudge({"lake"}))
    assert said(found) == [Presence.PRESENT_SIMILAR]


async def test_a_different_picture_is_unverified_and_the_sibling_is_asked():
    """It answers, nothing is listed, and it is not the host's stand-in."""
    web = ScriptedWeb({IMAGE: picture("lake")})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.PRESENT_UNVERIFIED]
    assert found.observations[0].evidence == ("soft404_sibling_differs",)
    assert web.asked("liveness_control") == []


async def test_the_picture_that_stands_for_everything_is_a_placeholder():
    """An invalid neighbour in the same folder gets the same bytes."""
    web = ScriptedWeb({"https://img.example/": HOME}, {"img.example": picture("sorry")})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.GONE_PLACEHOLDER]
    assert found.observations[0].control == "normal"
    [sibling] = web.asked("soft_404_sibling")
    assert re.fullmatch(
        r"https://img\.example/i/\d{26}\.jpg|https://img\.example/i/\d{14,}\.jpg", sibling
    )
    assert sibling != IMAGE


async def test_a_known_placeholder_needs_no_sibling():
    """Its digest is in the configuration's list."""
    web = ScriptedWeb({IMAGE: picture("sorry"), "https://img.example/": HOME})
    known = frozenset({digests("sorry").sha256})
    found = await look(web, IMAGE, [direct()], placeholders=known)
    assert said(found) == [Presence.GONE_PLACEHOLDER]
    assert web.asked("soft_404_sibling") == []


async def test_a_404_is_gone_when_the_host_is_alive():
    """The root page answers as a living host's does."""
    web = ScriptedWeb({"https://img.example/": HOME})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.GONE_HARD]
    assert found.observations[0].control == "normal"
    assert web.urls == [IMAGE, "https://img.example/"]
    assert [r.derivation for r in found.observations[0].requests] == [
        "reported_url",
        "liveness_control",
    ]


async def test_a_host_that_answers_404_to_everything_gives_no_verdict():
    """A filter before the whole host looks just like that."""
    web = ScriptedWeb()
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.NO_VERDICT]
    assert found.observations[0].control == "failed"
    assert [url.split("/", 3)[3] for url in web.urls[1:]] == ["", "robots.txt", "favicon.ico"]


@pytest.mark.parametrize(
    "control",
    [fails(FetchCode.TIMEOUT), page("x", 502), page("<title>Just a moment</title><script>_cf_chl_opt</script>"),
     page("<h1>This site has been blocked by court order</h1>"), page("x", 429), page("x", 404)],
)  # fmt: skip
async def test_controls_that_show_no_living_host_fail(control):
    """Errors, blocks and the same 404 are no control."""
    web = ScriptedWeb({IMAGE: NOTHING}, {"img.example": control})
    assert said(await look(web, IMAGE, [direct()])) == [Presence.NO_VERDICT]


async def test_a_second_control_may_be_the_normal_one():
    """A root page that is forbidden does not decide; robots.txt does as well."""
    web = ScriptedWeb({IMAGE: NOTHING, "https://img.example/robots.txt": page("User-agent: *")})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.GONE_HARD]


@pytest.mark.parametrize("fine", [True, False, None])
async def test_an_unknown_host_asks_the_outside_control(fine):
    """NXDOMAIN is gone only while our own network works."""
    web = ScriptedWeb({IMAGE: fails(FetchCode.NXDOMAIN)})
    control = None if fine is None else (lambda: fine)
    found = await look(web, IMAGE, [direct()], outside_control=control)
    assert said(found) == [Presence.NO_VERDICT if fine is False else Presence.HOST_GONE]
    assert found.observations[0].evidence == {
        True: ("control_outside_ok",), False: ("control_outside_failed",), None: (),
    }[fine]  # fmt: skip
    assert len(web.log) == 1


async def test_an_unverified_connection_never_proves_gone():
    """A 404 over a certificate that nobody vouches for."""
    web = ScriptedWeb({IMAGE: replace(NOTHING, tls="unverified"), "https://img.example/": HOME})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.TEMPORARY]
    assert found.observations[0].tls_verified is False


async def test_a_parked_domain_is_host_gone_without_a_control():
    """Its other pages can say nothing else."""
    web = ScriptedWeb(hosts={"img.example": page("<title>This domain is for sale</title>")})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [Presence.HOST_GONE]
    assert found.observations[0].control == "not_needed"


# ------------------------------------------------------------------------- pages and their media


async def test_page_and_picture_are_observed_apart():
    """The page is gone, the picture is still served at its own host: both are said."""
    web = ScriptedWeb({IMAGE: picture("hills"), "https://site.example/": HOME})
    found = await look(web, SITE, [reported(), media()])
    assert said(found) == [Presence.GONE_HARD, Presence.PRESENT_EXACT]


async def test_a_host_that_still_shows_one_picture_needs_no_other_control():
    """The second picture of the same host is gone; the first is control enough."""
    one, two = (f"https://site.example/media/169900000000{n}.jpg" for n in "12")
    web = ScriptedWeb({SITE: page(f"<img src='{one}'><img src='{two}'>"), one: picture("hills")})
    assets = [reported(), media(url=one), media(2, url=two)]
    found = await look(web, SITE, assets)
    assert said(found) == [
        Presence.PRESENT_LISTED_ALIVE,
        Presence.PRESENT_EXACT,
        Presence.GONE_HARD,
    ]
    assert found.observations[2].control == "normal"
    assert web.urls == [SITE, one, two]


@pytest.mark.parametrize(
    ("image", "presence"),
    [
        (NOTHING, Presence.GONE_NOTICE),
        (picture("hills"), Presence.PRESENT_LISTED_ALIVE),
        (page("x", 403), Presence.PRESENT_LISTED_ALIVE),
        (fails(FetchCode.TIMEOUT), Presence.PRESENT_LISTED_ALIVE),
        (picture("lake"), Presence.PRESENT_UNVERIFIED),
    ],
)
async def test_a_page_shows_listed_media_only_while_they_answer(image, presence):
    """A page that still embeds a removed or replaced picture shows nothing listed any more."""
    web = ScriptedWeb({SITE: page(f"<img src='{IMAGE}'>"), IMAGE: image})
    web.put("https://site.example/", HOME)
    web.put("https://img.example/", HOME)
    assert said(await look(web, SITE, [reported(), media()]))[0] is presence


async def test_a_picture_taken_off_a_page_that_stays_is_gone_from_both():
    """The thread lives on without the picture."""
    web = ScriptedWeb({SITE: page("<h1>Walk</h1><img src='/other.jpg'>")})
    web.put("https://site.example/", HOME)
    web.put("https://img.example/", HOME)
    found = await look(web, SITE, [reported(), media()])
    assert said(found) == [Presence.GONE_NOTICE, Presence.GONE_HARD]
    assert found.observations[0].rule == "media_left_page"
    assert "https://site.example/other.jpg" not in web.urls


async def test_a_newly_signed_address_of_the_same_file_is_followed():
    """An expired signature is not a removal: the page says where the file is now."""
    signed = f"{IMAGE}?sig=new"
    web = ScriptedWeb({SITE: page(f"<img src='{signed}'>"), signed: picture("hills")})
    found = await look(web, SITE, [reported(), media(url=f"{IMAGE}?sig=old")])
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_EXACT]
    assert found.assets[1].url == signed
    assert "url_refreshed" in found.observations[1].evidence


async def test_soft_404_pages_are_gone_and_the_sibling_is_asked_once():
    """200 for everything: page and picture equal an invalid neighbour, asked once per shape and day."""
    nothing = page("<h1>Have a look around</h1><p>We could not bring you there.</p>")
    web = ScriptedWeb({"https://soft.example/": HOME}, {"soft.example": nothing})
    url, image = (
        "https://soft.example/notes/walk-over-hills",
        "https://soft.example/media/walk-0.jpg",
    )
    assets = [reported(url), media(url=image, referer=url)]
    memory = SiblingMemory()
    for _ in range(3):
        found = await look(web, url, assets, siblings=memory)
        assert said(found) == [Presence.GONE_PLACEHOLDER, Presence.GONE_PLACEHOLDER]
        assert {o.control for o in found.observations} == {"normal"}
    assert len(web.asked("soft_404_sibling")) == 2


async def test_a_sibling_is_forgotten_the_next_day():
    """Once a day, not once for ever."""
    web = ScriptedWeb({"https://img.example/": HOME}, {"img.example": picture("sorry")})
    memory = SiblingMemory()
    await look(web, IMAGE, [direct()], siblings=memory)
    await look(web, IMAGE, [direct()], siblings=memory, now=lambda: NOW.replace(day=2))
    assert len(web.asked("soft_404_sibling")) == 2
    assert len(memory.answers) == 1


async def test_a_failed_sibling_is_not_remembered():
    """A time-out says nothing of the host's manners."""
    web = ScriptedWeb({IMAGE: picture("lake")}, {"img.example": fails(FetchCode.TIMEOUT)})
    memory = SiblingMemory()
    found = await look(web, IMAGE, [direct()], siblings=memory)
    assert said(found) == [Presence.PRESENT_UNVERIFIED]
    assert memory.answers == {}


async def test_the_json_twin_is_asked_before_a_picture_is_said_to_have_left():
    """A board that shows its files only in JSON."""
    board = "https://board.example/b/res/100.html"
    file = "https://board.example/b/src/1699000000001.jpg"
    html = page("<div class='thread' id='thread_100'><p class='intro'></p></div>")
    twin = page('{"posts":[{"no":100,"tim":"1699000000001","ext":".jpg"}]}')
    web = ScriptedWeb({board: html, board.replace("html", "json"): twin, file: picture("hills")})
    found = await look(web, board, [reported(board), media(url=file, referer=board)])
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_EXACT]


async def test_a_broken_pathway_asks_nothing_and_concludes_nothing():
    """Each asset gets `pathway_broken`; our own fault is said as such."""
    way = {"pathway": Pathway(steps=(PathwayStep(url="https://portal.example/"),))}
    web = ScriptedWeb({IMAGE: NOTHING})
    found = await look(web, SITE, [reported(), media()], case_members=way)
    assert said(found) == [Presence.PATHWAY_BROKEN] * 2
    assert [o.pathway_ok for o in found.observations] == [False, False]
    assert len(web.log) == 1
    web.down = True
    assert (
        said(await look(web, SITE, [reported(), media()], case_members=way))
        == [Presence.NO_VERDICT] * 2
    )


async def test_the_fetcher_being_down_is_no_verdict():
    """Our own fault says nothing of the host."""
    web = ScriptedWeb({}, down=True)
    assert said(await look(web, SITE, [reported(), media()])) == [Presence.NO_VERDICT] * 2


async def test_an_asset_without_a_reference_gets_one():
    """What could not be fetched at first is compared now."""
    web = ScriptedWeb({SITE: page(f"<img src='{IMAGE}'>"), IMAGE: picture("hills")})
    blank = media(digests=None, pdq=None, comparison=NoMatch())
    found = await look(web, SITE, [reported(), blank], assessed=[blank.id])
    assert found.assets[1].digests == digests("hills")
    assert found.assets[1].comparison == MATCH
    assert said(found)[1] is Presence.PRESENT_SIMILAR


async def test_no_media_mode_looks_at_pages_only():
    """The page still shows it, or nothing is known; no media body is read."""
    web = ScriptedWeb({SITE: page(f"<img src='{IMAGE}'>")})
    found = await look(web, SITE, [reported(), media()], fetch_media=False)
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_LISTED_ALIVE]
    assert web.urls == [SITE]
    found = await look(web, IMAGE, [direct()], fetch_media=False)
    assert said(found) == [Presence.NO_VERDICT]
    assert web.urls == [SITE]


def test_what_matters_is_listed_possible_assessed_and_the_reported_page():
    """Decorations are passed over; an assessment without assets speaks of all compared media."""
    plain = media(2, comparison=NoMatch())
    assets = [reported(), media(1), plain]
    assert that_matter(assets) == (assets[0], assets[1])
    assert that_matter(assets, [plain.id]) == tuple(assets)
    assert that_matter([assets[0], plain]) == (assets[0], plain)


# ------------------------------------------------------------------------- lockers

CYBERLOCKER = {"site_type": SiteType.CYBERLOCKER, "engine": "xfilesharing"}
MENU = "<a href='/?op=login'>Login</a>"
LANDING = page(
    MENU
    + "<form method=POST><input type=hidden name=op value=download2><input type=hidden name=rand value=r>"
    "<span id='countdown_str'>Wait <span id='cxc'>3</span></span></form>"
)
DEAD = page(f"{MENU}<h2>File Not Found</h2>")


def checkfiles(word):
    return page(f"{MENU}<table><tr><td>{LOCKER}</td><td>{word}</td></tr></table>")


async def test_a_living_link_check_spares_the_host_everything_else():
    """No landing page, no download: the host's own word is enough for now."""
    web = ScriptedWeb({CHECK: checkfiles("Found"), LOCKER: LANDING})
    found = await look(web, LOCKER, [reported(LOCKER), download()], case_members=CYBERLOCKER)
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE] * 2
    assert web.urls == [CHECK]
    assert web.log[0].permit.derivation == "link_check"
    assert found.assets[1].downloads == 1


async def test_a_dead_link_check_is_confirmed_by_the_landing_page():
    """Gone only when the page says so as well, and the host lives."""
    web = ScriptedWeb(
        {CHECK: checkfiles("Not found!"), LOCKER: DEAD, "https://locker.example/": HOME}
    )
    found = await look(web, LOCKER, [reported(LOCKER), download()], case_members=CYBERLOCKER)
    assert said(found) == [Presence.GONE_NOTICE] * 2
    assert {o.control for o in found.observations} == {"normal"}
    assert "link_check:gone" in found.observations[1].evidence
    assert FILE not in web.urls


async def test_a_dead_link_check_beside_an_offered_file_is_not_believed():
    """The landing page still offers it."""
    web = ScriptedWeb({CHECK: checkfiles("Not found!"), LOCKER: LANDING})
    found = await look(web, LOCKER, [download()], case_members=CYBERLOCKER)
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE]


@pytest.mark.parametrize(
    "check", [NOTHING, page("x", 503), fails(FetchCode.TIMEOUT), HOME, checkfiles("?")]
)
async def test_without_a_clear_link_check_the_landing_page_decides(check):
    """Many lockers have none."""
    web = ScriptedWeb({CHECK: check, LOCKER: LANDING})
    found = await look(web, LOCKER, [reported(LOCKER), download()], case_members=CYBERLOCKER)
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE] * 2
    assert FILE not in web.urls
    assert web.tickets == {}


@pytest.mark.parametrize(
    ("extra", "presence"),
    [
        ("<input type=password name=password>", Presence.PRESENT_GATED),
        ("<div class='g-recaptcha'></div>", Presence.PRESENT_GATED),
    ],
)
async def test_a_gated_landing_page_is_gated(extra, presence):
    """Present behind a password or captcha, never gone."""
    web = ScriptedWeb(
        {CHECK: NOTHING, LOCKER: page(LANDING.html.replace("</form>", extra + "</form>"))}
    )
    assert said(await look(web, LOCKER, [download()], case_members=CYBERLOCKER)) == [presence]


async def test_proof_downloads_the_file_once_and_counts_it():
    """Fresh proof: the walk to the file, its digest, one more download."""
    direct_link = page(f"{MENU}<span id='direct_link'><a href='{FILE}'>x</a></span>")
    web = ScriptedWeb(
        {
            LOCKER: lambda r: direct_link if r.method == "POST" else LANDING,
            FILE: Say(body="walk", kind="archive"),
        }
    )
    found = await look(
        web, LOCKER, [reported(LOCKER), download()], case_members=CYBERLOCKER, prove=True
    )
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_EXACT]
    assert found.assets[1].downloads == 2
    assert CHECK not in web.urls
    assert found.media_bytes == 4


async def test_proof_stops_at_the_cap_of_downloads():
    """Do no favours: the landing page has to do."""
    web = ScriptedWeb({LOCKER: LANDING})
    found = await look(
        web, LOCKER, [download()], case_members=CYBERLOCKER, prove=True, downloads_per_asset=1
    )
    assert said(found) == [Presence.PRESENT_LISTED_ALIVE]
    assert "download_cap" in found.observations[0].evidence
    assert web.urls == [LOCKER]


async def test_a_linked_locker_is_looked_at_by_its_own_landing_page():
    """The forum's page is one thing, the locker behind its link another."""
    web = ScriptedWeb(
        {
            SITE: page(f"<a href='{LOCKER}'>x</a>"),
            CHECK: checkfiles("Not found!"),
            LOCKER: DEAD,
            "https://locker.example/": HOME,
        }
    )
    found = await look(web, SITE, [reported(), download()], case_members={"engine": "generic"})
    assert said(found) == [Presence.PRESENT_UNVERIFIED, Presence.GONE_NOTICE]
    assert web.asked("locker_hop") == [LOCKER]


# ------------------------------------------------------------------------- never wrongly gone

BAD = [
    fails(FetchCode.TIMEOUT), fails(FetchCode.RESET), fails(FetchCode.SERVFAIL), fails(FetchCode.TLS_FAILED),
    fails(FetchCode.CONNECT_REFUSED), fails(FetchCode.REFUSED_ADDRESS), fails(FetchCode.TOO_SLOW),
    fails(FetchCode.REDIRECT_LOOP), fails(FetchCode.NODATA), Say(raises=True),
    page("<title>File not found</title>", 403), page("<h1>Removed</h1>", 451), page("x", 429),
    page("<h1>404 Not Found</h1>", 500), page("<h1>Account suspended</h1>", 503),
    page("<title>Just a moment...</title><script>_cf_chl_opt</script>", 404),
    page("<h1>Access to this website is blocked by court order</h1>", 404),
    page("<title>Log in</title><form><input name=u><input type=password></form>", 200),
    page("<div class='g-recaptcha'></div>"), page("<p>hotlinking is off</p>"), page("", 200),
    Say(html="<p>x</p>", record_error="cpu_limit"), Say(body="half", complete=False),
    replace(NOTHING, tls="unverified"), picture("lake"), picture("hills"),
]  # fmt: skip
OTHERS = [
    NOTHING,
    HOME,
    page("x", 403),
    fails(FetchCode.TIMEOUT),
    picture("sorry"),
    page("<h1>Walks</h1>", 200),
]
SETTINGS = settings(max_examples=300, deadline=None)


@SETTINGS
@given(
    bad=st.sampled_from(BAD),
    page_says=st.sampled_from([*BAD, page(f"<img src='{IMAGE}'>")]),
    root=st.sampled_from(OTHERS),
    rest=st.sampled_from([NOTHING, HOME, page("x", 403), fails(FetchCode.TIMEOUT)]),
)
async def test_no_blocked_failing_or_changed_answer_is_ever_gone(bad, page_says, root, rest):
    """Hundreds of situations in which a naive tool says removed: the picture never reads as gone."""
    web = ScriptedWeb(
        {SITE: page_says, IMAGE: bad, "https://img.example/": root}, {"img.example": rest}
    )
    found = await look(web, SITE, [reported(), media()])
    assert found.observations[1].presence not in GONE


@SETTINGS
@given(
    check=st.sampled_from([*BAD, checkfiles("Not found!"), NOTHING]),
    landing=st.sampled_from([*BAD[:15], LANDING]),
    root=st.sampled_from(OTHERS),
    prove=st.booleans(),
)
async def test_no_failing_landing_page_is_ever_gone(check, landing, root, prove):
    """Even when the host's link-check says so, a failing page proves nothing."""
    web = ScriptedWeb({CHECK: check, LOCKER: landing}, {"locker.example": root})
    found = await look(web, LOCKER, [download()], case_members=CYBERLOCKER, prove=prove)
    assert found.observations[0].presence not in GONE
