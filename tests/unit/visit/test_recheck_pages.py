"""Re-checks of pages and the media they show."""

from __future__ import annotations

import pytest
from recheck_parts import (
    HOME,
    IMAGE,
    MATCH,
    SITE,
    direct,
    look,
    media,
    reported,
    said,
)
from scripted_web import (
    NOTHING,
    NOW,
    ScriptedWeb,
    digests,
    fails,
    page,
    picture,
)  # fmt: skip

from cases.model import NoMatch, Pathway, PathwayStep, Presence
from crawler.fetch.contract import FetchCode
from crawler.visit import SiblingMemory, that_matter


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
    """The thread lives on with another picture in its place, which is compared before."""
    web = ScriptedWeb({SITE: page("<h1>Walk</h1><img src='/other.jpg'>")})
    web.put("https://site.example/", HOME)
    web.put("https://img.example/", HOME)
    web.put("https://site.example/other.jpg", picture("other"))
    found = await look(web, SITE, [reported(), media()])
    assert said(found) == [Presence.GONE_NOTICE, Presence.GONE_HARD]
    assert found.observations[0].rule == "media_left_page"
    assert web.asked("embedded_media") == [IMAGE, "https://site.example/other.jpg"]


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
