"""
Attack cases of re-checks over real HTTP: what looks removed, is removed, or was only altered.

Each begins with the listed picture shown through both ways out.
"""

from __future__ import annotations

import pytest
import pytest_asyncio
from recheck_scene import Scene
from recheck_yard import yard

from cases.model import Presence, TakedownVerdict
from cases.takedown import naive_gone
from sandbox.rechecks import pages
from sandbox.rechecks.situation import Trouble, Truth
from sandbox.reply import PictureBody, Reply, not_found, page

pytestmark = pytest.mark.asyncio(loop_scope="module")
V, P = TakedownVerdict, Presence
LOOKS = ("home", "abroad", "home", "abroad")
PICTURE = Reply(body=PictureBody(name="situation"), content_type="image/jpeg")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place():
    async with yard() as made:
        yield made


def removal_redirect(visit):
    """Send visitors of a removed file to an error page that says so."""
    if visit.path == "/error.html":
        return page("Error", "<h1>Sorry</h1><div class='pageErrors'>File has been removed.</div>")
    if visit.path in pages.SHALLOW:
        return pages.ROOT
    return Reply(status=302, headers={"location": "/error.html?e=File+has+been+removed."})


def many_to_one(visit):
    """Send everything that is not there to one page."""
    if visit.path == "/overview":
        return page("Overview", "<h1>All our walks</h1><p>Choose one of them, and off you go.</p>")
    return pages.ROOT if visit.path == "/" else Reply(status=302, headers={"location": "/overview"})


REMOVED = [
    ("soft-404 200", Truth.GONE_SOFT, {P.GONE_PLACEHOLDER}),
    ("placeholder image", Truth.GONE_KNOWN_PICTURE, {P.GONE_PLACEHOLDER}),
    ("removal redirect", removal_redirect, {P.GONE_NOTICE}),
    ("many-to-one redirect", many_to_one, {P.GONE_PLACEHOLDER}),
]
NOT_REMOVED = [
    ("403 geo", Trouble.FORBIDDEN, {P.BLOCKED_HERE}),
    ("geo notice", Trouble.GEO, {P.BLOCKED_HERE}),
    ("challenge", Trouble.CHALLENGE, {P.BLOCKED_HERE}),
    ("Tor-only", Trouble.TOR_ONLY, {P.TEMPORARY, P.NO_VERDICT}),
    ("everything redirects home", Trouble.ALL_HOME, {P.NO_VERDICT}),
    ("age gate", Trouble.AGE_GATE, {P.NO_VERDICT}),
    ("maintenance with 200", Trouble.MAINTENANCE, {P.NO_VERDICT}),
    ("429", Trouble.BUSY, {P.TEMPORARY, P.NO_VERDICT}),
    ("304", Trouble.NOT_MODIFIED, {P.TEMPORARY}),
    ("default page of a wildcard name", Truth.WILDCARD, {P.NO_VERDICT}),
]


@pytest.mark.parametrize(
    ("after", "presences"), [row[1:] for row in REMOVED], ids=[r[0] for r in REMOVED]
)
async def test_case_26_what_is_removed_is_said_to_be(place, after, presences):
    """A removal in the host's own manner is a removal, from two networks."""
    scene = await Scene(place).shown()
    scene.says(after) if callable(after) and not isinstance(after, Truth) else scene.becomes(after)
    assert set(await scene.look(*LOOKS)) == presences
    assert scene.verdict is V.REMOVED


@pytest.mark.parametrize(
    ("after", "presences"), [row[1:] for row in NOT_REMOVED], ids=[r[0] for r in NOT_REMOVED]
)
async def test_case_26_what_only_looks_removed_is_not(place, after, presences):
    """Never removed, expired or down from both ways out; the rule of thumb would close each."""
    scene = await Scene(place).shown()
    if isinstance(after, Trouble):
        scene.becomes(trouble=after)
    else:
        scene.becomes(after)
    assert set(await scene.look(*LOOKS)) <= presences
    assert scene.verdict is V.PRESENT
    assert scene.question is not None
    assert naive_gone(scene.seen)


async def test_case_27_a_re_encoded_image_at_the_same_url_is_similar(place):
    """`present_similar`, never removed."""
    scene = await Scene(place).shown()
    scene.becomes(Truth.REENCODED)
    assert set(await scene.look(*LOOKS)) == {P.PRESENT_SIMILAR}
    assert scene.verdict is V.PRESENT


async def test_one_neighbour_is_asked_a_day_for_each_shape(place):
    """Ten looks at a soft 404 ask one invalid neighbour, as the asset was asked."""
    scene = await Scene(place).shown()
    scene.becomes(Truth.GONE_SOFT)
    place.server.asked.clear()
    case, assets = scene.case, place.assets(scene.case, "picture")
    place.memories.pop(scene.host, None)
    for way in ("home", "abroad") * 5:
        found = await place.again(case, assets, way)
        assert found.observations[0].presence is P.GONE_PLACEHOLDER
    asked = {path: times for (host, _, path), times in place.server.asked.items()}
    others = {
        path: n
        for path, n in asked.items()
        if path not in {"/", assets[0].url.partition(scene.host)[2]}
    }
    assert list(others.values()) == [1]


async def test_a_living_page_with_words_of_parking_is_not_parked(place):
    """A notice of sale on one page, while other paths answer otherwise, is not the whole host's."""
    scene = await Scene(place, "page").shown()

    def answer(visit):
        if visit.path.startswith("/media/") or visit.path.startswith("/notes/"):
            return page("Walks", "<h1>This domain is for sale</h1><p>Also a walk.</p>")
        return pages.ROOT if visit.path == "/" else not_found()

    scene.says(
        lambda visit: (
            answer(visit) if "1699000000001" in visit.path or visit.path == "/" else not_found()
        )
    )
    assert P.HOST_GONE not in await scene.look(*LOOKS)
    assert scene.verdict in {V.GATED, V.PRESENT, V.UNKNOWN}
