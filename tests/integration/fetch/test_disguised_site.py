"""A site that shows its pictures only to visitors who come the right way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web
from practice_hosts import JPEG, Answer, Hosts

from cases.model import (
    Asset,
    AssetKind,
    Case,
    Cookie,
    Digests,
    ListEntry,
    Match,
    NoMatch,
    Pathway,
    PathwayStep,
    Presence,
    Stage,
)
from crawler.fetch.contract import FetchLimits
from crawler.visit import SiblingMemory, VisitOptions, first_visit, recheck

PAGES = {"page": "crawler.extract.job:read_page"}
ENTRY = ListEntry(hash_list="practice", version="1", tier="baseline", signal_type="sha256")
PORTAL = "http://site.test/portal"
HIDDEN = "http://site.test/gallery"
PICTURE = b"<html><body><h1>Walks</h1><a href='/full.jpg'><img src='/small.jpg'></a></body></html>"
LEGAL = b"<html><body><h1>Garden shop</h1><p>Spades and seeds.</p></body></html>"
AGENT = "Mozilla/5.0 (practice)"
RECIPE = Pathway(
    steps=(PathwayStep(url=PORTAL, referrer="http://search.test/"),),
    user_agent=AGENT,
    accept_language="de",
    cookies=(Cookie(name="age", value="18", host="site.test"),),
)


class Listed:
    """The one listed picture."""

    def exact(self, digests: Digests):
        known = digests.length == len(JPEG)
        return Match(strength="strong", entry=ENTRY) if known else NoMatch()

    def perceptual(self, record, *, digests=None):
        return NoMatch(), None, None

    def near(self, record):
        return False

    def near_members(self, record):
        return ()

    def parts(self, kind, record, finer=None):
        return NoMatch()


async def portal(request):
    """Give a session to whoever comes from the search."""
    if request.headers.get("Referer") != "http://search.test/":
        return web.Response(status=404)
    answer = web.Response(body=b"<html><h1>Portal</h1></html>", content_type="text/html")
    answer.set_cookie("way", "right")
    return answer


async def gallery(request):
    """Show the pictures only to a visitor with both cookies, the agent and the referrer."""
    right = (
        request.cookies.get("way") == "right"
        and request.cookies.get("age") == "18"
        and request.headers.get("Referer") == PORTAL
        and request.headers.get("User-Agent") == AGENT
        and request.headers.get("Accept-Language") == "de"
    )
    return web.Response(body=PICTURE if right else LEGAL, content_type="text/html")


def case(pathway):
    return Case(
        id="HW-2026-000001", version=1, stage=Stage.VISITING, created_at=datetime.now(UTC),
        url=HIDDEN, canonical=HIDDEN, host="site.test", pathway=pathway,
    )  # fmt: skip


def options():
    return VisitOptions(
        egress="home", fetch_media=True, candidates=20, countdown_s=5, downloads_per_asset=3,
        limits=FetchLimits(connect_s=2, read_s=2, total_s=4), now=lambda: datetime.now(UTC),
        sleep=asyncio.sleep, outside_control=lambda: True,
    )  # fmt: skip


@pytest.fixture
async def hosts():
    async with Hosts() as made:
        made.routes.update(
            {
                "/portal": portal,
                "/gallery": gallery,
                "/full.jpg": Answer(JPEG, content_type="image/jpeg"),
                "/": Answer(b"<html>home</html>"),
            }
        )
        yield made


async def test_the_recipe_shows_what_a_direct_visit_does_not(hosts):
    """Steps, referrers, cookies of both kinds, agent and language, at the visit and at re-checks."""
    async with hosts.fetcher(jobs=PAGES) as fetcher:
        direct = await first_visit(fetcher, case(Pathway()), Listed(), options())
        assert not any(isinstance(one.comparison, Match) for one in direct.assets)
        found = await first_visit(fetcher, case(RECIPE), Listed(), options())
        assert any(isinstance(one.comparison, Match) for one in found.assets)
        again = await recheck(
            fetcher, case(RECIPE), found.assets, Listed(), options(), siblings=SiblingMemory()
        )
    assert Presence.PRESENT_EXACT in {one.presence for one in again.observations}
    asked = [(one.derivation, one.url) for one in found.observations[0].requests]
    assert asked == [("pathway_step", PORTAL), ("reported_url", HIDDEN)]


async def test_cookies_set_by_hand_go_to_their_own_host_only(hosts):
    """Another host on the way never sees them."""
    hosts.names.zone["other.test"] = hosts.names.zone["site.test"]
    way = Pathway(steps=(PathwayStep(url="http://other.test/portal"),), cookies=RECIPE.cookies)
    async with hosts.fetcher(jobs=PAGES) as fetcher:
        await first_visit(fetcher, case(way), Listed(), options())
    sent = [one for one in hosts.seen if one.host == "other.test"]
    assert sent
    assert all("Cookie" not in one.headers for one in sent)


@pytest.mark.parametrize(
    ("answer", "presence", "word"),
    [
        (Answer(status=404), Presence.PATHWAY_BROKEN, "pathway_step_1:status_404"),
        (
            Answer(
                b"<html><title>Log in</title><form action='/login' method='post'>"
                b"<input name='user'><input type='password' name='pass'></form></html>"
            ),
            Presence.PATHWAY_BROKEN,
            "pathway_step_1:login",
        ),
        (Answer(status=503), Presence.TEMPORARY, "pathway_step_1:status_503"),
    ],
)
async def test_a_step_that_does_not_lead_on_is_never_read_as_gone(hosts, answer, presence, word):
    """The location itself is not asked, and the evidence names the step and why."""
    hosts.routes["/portal"] = answer
    asset = Asset(
        id="HW-2026-000001-0", case_id="HW-2026-000001", kind=AssetKind.PAGE, role="reported",
        url=HIDDEN, host="site.test",
    )  # fmt: skip
    async with hosts.fetcher(jobs=PAGES) as fetcher:
        seen = await recheck(
            fetcher, case(RECIPE), [asset], Listed(), options(), siblings=SiblingMemory()
        )
    [observation] = seen.observations
    assert (observation.presence, observation.evidence) == (presence, (word,))
    assert [one.path for one in hosts.seen] == ["/portal"]
