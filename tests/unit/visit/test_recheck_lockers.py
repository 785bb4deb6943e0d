"""Re-checks of cyberlockers: link-check first, the file itself last."""

from __future__ import annotations

import pytest
from recheck_parts import (
    CHECK,
    CYBERLOCKER,
    DEAD,
    FILE,
    HOME,
    LANDING,
    LOCKER,
    MENU,
    SITE,
    checkfiles,
    download,
    look,
    reported,
    said,
)
from scripted_web import (
    NOTHING,
    Say,
    ScriptedWeb,
    fails,
    page,
)  # fmt: skip

from cases.model import Presence
from crawler.fetch.contract import FetchCode


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
