"""
A month of re-checks at two lockers over real HTTP, with every request counted by the host.

The dates of the looks are those of the real schedule; they only date the observations, no clock
is turned.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from recheck_yard import yard

from cases.model import Presence, SiteType
from cases.schedule import next_recheck
from crawler.visit import SiblingMemory, first_visit
from sandbox.rechecks.answers import Heard, thing
from sandbox.rechecks.course import CADENCE, assets_of, case_of
from sandbox.rechecks.situation import Situation, Truth
from sandbox.reply import PictureBody, Reply, not_found, page
from sandbox.sites import locker

pytestmark = pytest.mark.asyncio(loop_scope="module")
START = datetime(2026, 3, 1, tzinfo=UTC)
XFS, YETI, FORUM = "xfs.rechecks.test", "yeti.rechecks.test", "forum.rechecks.test"
FILE = Reply(body=PictureBody(name="situation"), content_type="image/jpeg")
YETI_PATH = "/Ab12Cd34/scenery.jpg"
CAP = 4
PROOFS = 8


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place():
    async with yard() as made:
        made.server.hosts[XFS] = xfilesharing
        made.server.hosts[YETI] = yetishare
        made.server.hosts[locker.FILES_HOST] = lambda _: Heard(reply=FILE)
        yield made


def xfilesharing(visit):
    """A living file with landing page, form and link-check."""
    item = thing("locker", XFS)
    if "checkfiles" in (visit.query.get("op"), visit.form.get("op")):
        return Heard(reply=locker.check_files(dict.fromkeys(locker.parts(item), True), visit))
    if visit.path not in locker.parts(item):
        return Heard(reply=locker.other(visit))
    return Heard(reply=locker.answer(item, "landing", item.life.start, visit))


def yetishare(visit):
    """A living file behind a page whose next step is a link; no link-check."""
    if visit.path != YETI_PATH:
        return Heard(reply=not_found())
    if visit.query.get("d") == "1":
        return Heard(reply=FILE)
    return Heard(
        reply=page(
            "scenery.jpg",
            "<a href='/register.html'>Join</a><a href='/report_file.html'>Report</a>"
            "<div class='download-timer'>Wait <span class='download-timer-seconds'>0</span></div>"
            f"<a class='btn-free' href='{YETI_PATH}?d=1'>Download</a>",
        )
    )


def looks():
    """Dates of a month of looks at an open case."""
    case, now = case_at(XFS, "/", "xfilesharing"), START
    while now < START + timedelta(days=30):
        yield now
        now = next_recheck(case, opened=START, confirming=False, cadence=CADENCE, now=now)


def case_at(host, path, engine):
    situation = Situation(seed=2, kind="locker", ways=("home",), chapters=((0.0, Truth.SHOWN),))
    case = case_of(situation, host)
    return replace(case, url=f"http://{host}{path}", engine=engine)


def file_of(place, case, engine):
    """The listed file behind a landing page, downloaded once so far."""
    file = assets_of(case, "locker", digests=place.judge.digests())[1]
    return replace(file, why=f"{engine}:direct_link", referer=case.url)


async def a_month(place, case, asset):
    """Look for a month, with fresh proofs for some notices; return asset and presences."""
    memory, seen = SiblingMemory(), []
    dates = list(looks())
    proofs = {dates[n * len(dates) // PROOFS] for n in range(PROOFS)}
    place.server.asked.clear()
    for date in dates:
        found = await place.again(
            case, [asset], "home", siblings=memory, prove=date in proofs,
            now=lambda date=date: date, downloads_per_asset=CAP,
        )  # fmt: skip
        asset = found.assets[0]
        seen.append(found.observations[0].presence)
    return asset, Counter(seen), len(dates)


async def test_a_month_at_an_xfilesharing_host_downloads_up_to_the_cap(place):
    """The link-check answers for nearly every look; the file is taken for proof, up to the cap."""
    case = case_at(XFS, locker.page_path(thing("locker", XFS)), "xfilesharing")
    asset, seen, dates = await a_month(place, case, file_of(place, case, "xfilesharing"))
    assert set(seen) == {Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_EXACT}
    assert asset.downloads == CAP
    asked = Counter()
    for (host, method, path), times in place.server.asked.items():
        asked[host, method, path == "/"] += times
    assert asked[locker.FILES_HOST, "GET", False] == CAP - 1
    assert asked[XFS, "POST", True] == dates - PROOFS
    # Landing pages: once for each proof, and once a day to hold the link-check against.
    assert PROOFS <= asked[XFS, "GET", False] <= PROOFS + 30
    assert asked[XFS, "POST", False] == CAP - 1
    assert set(asked) == {
        (locker.FILES_HOST, "GET", False), (XFS, "POST", True), (XFS, "GET", False),
        (XFS, "POST", False),
    }  # fmt: skip


async def test_a_month_at_a_yetishare_host_looks_at_the_landing_page(place):
    """Without a link-check the landing page answers; the file is taken for proof, up to the cap."""
    case = case_at(YETI, YETI_PATH, "yetishare")
    asset, seen, dates = await a_month(place, case, file_of(place, case, "yetishare"))
    assert set(seen) == {Presence.PRESENT_LISTED_ALIVE, Presence.PRESENT_EXACT}
    assert asset.downloads == CAP
    assert seen[Presence.PRESENT_EXACT] == CAP - 1
    assert place.server.asked == {(YETI, "GET", YETI_PATH): dates + CAP - 1}


async def test_several_links_to_one_file_are_one_download(place):
    """A page that links one file four times: downloaded once at first, and once for each proof."""
    code = thing("locker", XFS).token
    links = [
        f"http://{XFS}/{code}{tail}"
        for tail in ("/scenery.jpg.html", "", "#a", "/scenery.jpg.html#b")
    ]
    body = "".join(f"<a href='{link}'>scenery.zip</a>" for link in links)
    place.server.hosts[FORUM] = lambda visit: Heard(
        reply=page("Walks", f"<h1>Walks</h1>{body}") if visit.path == "/t" else not_found()
    )
    case = replace(case_at(FORUM, "/t", "generic"), site_type=SiteType.UNKNOWN)
    place.server.asked.clear()
    found = await first_visit(place.fetcher, case, place.judge, place.options("home"))
    files = [asset for asset in found.assets if asset.role == "download"]
    assert len(files) >= 2
    assert {asset.comparison.kind for asset in files} == {"match"}
    assert sum(asset.downloads for asset in files) == 1
    assert downloads(place) == 1
    for proof in range(2, 6):
        again = await place.again(case, found.assets, "home", prove=True, downloads_per_asset=CAP)
        found = replace(found, assets=again.assets)
        shown = [one.presence for one in again.observations if one.asset_id != f"{case.id}-0"]
        assert set(shown) <= {Presence.PRESENT_EXACT, Presence.PRESENT_LISTED_ALIVE}
        assert downloads(place) == min(proof, CAP)


def downloads(place):
    return sum(n for (host, _, _), n in place.server.asked.items() if host == locker.FILES_HOST)
