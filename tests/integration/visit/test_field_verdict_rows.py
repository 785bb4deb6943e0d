"""
The field's verdict table over real HTTP: each row under its own name, with verdict and ICCAM reason.

Every row begins with looks that show the content through both ways out; then the host changes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio
from recheck_scene import Scene
from recheck_yard import verdict, yard

from cases.iccam import IccamAction, iccam_action
from cases.model import Presence, TakedownVerdict
from cases.takedown import naive_gone
from sandbox.rechecks.server import MOVED_TO
from sandbox.rechecks.situation import Trouble, Truth
from sandbox.reply import page

pytestmark = pytest.mark.asyncio(loop_scope="module")
V, P = TakedownVerdict, Presence
HOME, AWAY = "home", "abroad"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place():
    async with yard() as made:
        yield made


GONE_LOOKS = (HOME, AWAY, HOME, AWAY)
UNAVAILABLE = IccamAction.UNAVAILABLE


async def test_direct_image_same_sha256(place):
    """PRESENT exact; nothing to report."""
    scene = await Scene(place).shown()
    assert await scene.look(HOME) == [P.PRESENT_EXACT]
    assert (scene.verdict, scene.reason, scene.question) == (V.PRESENT, (None, None), None)


async def test_same_picture_re_encoded(place):
    """PRESENT near; the rule of thumb closes it."""
    scene = await Scene(place).shown()
    scene.becomes(Truth.REENCODED)
    assert set(await scene.look(*GONE_LOOKS)) == {P.PRESENT_SIMILAR}
    assert scene.seen[-1].distance <= 31
    assert (scene.verdict, scene.reason) == (V.PRESENT, (None, None))
    assert naive_gone(scene.seen)


async def test_different_picture_at_the_same_url(place):
    """CHANGED after three looks, and a person is asked; reason 2."""
    scene = await Scene(place).shown()
    scene.becomes(Truth.CHANGED)
    assert set(await scene.look(HOME, HOME, HOME)) == {P.PRESENT_UNVERIFIED}
    assert (scene.verdict, scene.reason, scene.question) == (
        V.CHANGED,
        (UNAVAILABLE, 2),
        "changed",
    )


@pytest.mark.parametrize("truth", [Truth.GONE_404, Truth.GONE_410])
async def test_404_or_410_with_a_living_host_from_two_vantages(place, truth):
    """REMOVED; until it is proven, unavailable for reason 9."""
    scene = await Scene(place).shown()
    scene.becomes(truth)
    assert await scene.look(HOME) == [P.GONE_HARD]
    assert (scene.verdict, scene.reason) == (V.NOT_VISIBLE_FROM_HERE, (UNAVAILABLE, 9))
    await scene.look(AWAY, HOME)
    assert (scene.verdict, scene.reason) == (V.REMOVED, (IccamAction.REMOVED, None))


@pytest.mark.parametrize(
    ("kind", "truth"),
    [
        ("picture", Truth.GONE_KNOWN_PICTURE),
        ("picture", Truth.GONE_ANY_PICTURE),
        ("picture", Truth.GONE_NOTICE),
        ("picture", Truth.GONE_SOFT),
        ("page", Truth.GONE_SOFT),
    ],
)
async def test_200_with_a_removed_placeholder_or_text(place, kind, truth):
    """REMOVED (placeholder); until it is proven, unavailable for reason 2."""
    scene = await Scene(place, kind).shown()
    scene.becomes(truth)
    assert set(await scene.look(HOME)) <= {P.GONE_PLACEHOLDER, P.GONE_NOTICE}
    assert scene.reason == (UNAVAILABLE, 2)
    await scene.look(AWAY, HOME)
    assert scene.verdict is V.REMOVED


@pytest.mark.parametrize("trouble", [Trouble.LEGAL, Trouble.GEO, Trouble.FILTER_PAGE])
async def test_451_court_or_geo_notice_at_one_vantage_only(place, trouble):
    """BLOCKED_HERE, not closed; the other vantage sees it. 451 is reason 7."""
    scene = await Scene(place).shown()
    scene.becomes(trouble=trouble, ways=[HOME])
    assert await scene.look(HOME, HOME, HOME) == [P.BLOCKED_HERE] * 3
    if trouble is Trouble.LEGAL:
        last = scene.seen[-1]
        told = iccam_action(V.UNKNOWN, last.presence, status=last.status)
        assert told == (UNAVAILABLE, 7)
    assert await scene.look(AWAY) == [P.PRESENT_EXACT]
    assert (scene.verdict, scene.question) == (V.PRESENT, None)


@pytest.mark.parametrize("trouble", [Trouble.FORBIDDEN, Trouble.CAPTCHA, Trouble.CHALLENGE])
async def test_403_captcha_or_challenge_to_us(place, trouble):
    """UNREACHABLE_BY_US: never closed, a person is asked, reason 4."""
    scene = await Scene(place).shown()
    scene.becomes(trouble=trouble)
    assert set(await scene.look(*GONE_LOOKS)) <= {P.BLOCKED_HERE, P.PRESENT_GATED}
    assert scene.verdict in {V.PRESENT, V.GATED}
    last = scene.seen[-1]
    told = iccam_action(V.UNKNOWN, last.presence, status=last.status, evidence=last.evidence)
    assert told == (UNAVAILABLE, 4)
    assert scene.question in {"blocked", "gated"}


@pytest.mark.parametrize(
    ("trouble", "scheme"),
    [
        (Trouble.ERROR_500, "http"),
        (Trouble.ERROR_503, "http"),
        (Trouble.SILENCE, "http"),
        (Trouble.RESET, "http"),
        (None, "https"),
    ],
)
async def test_5xx_timeout_reset_or_bad_tls(place, trouble, scheme):
    """UNREACHABLE: never closes alone, whatever the rule of thumb says; reason 10."""
    scene = await Scene(place).shown()
    scene.case = Scene(place, scheme=scheme).case if scheme == "https" else scene.case
    scene.becomes(trouble=trouble)
    assert set(await scene.look(*GONE_LOOKS)) <= {P.TEMPORARY, P.NO_VERDICT}
    assert P.TEMPORARY in [one.presence for one in scene.seen]
    assert scene.verdict is V.PRESENT
    first = next(one for one in scene.seen if one.presence is P.TEMPORARY)
    assert iccam_action(V.UNKNOWN, first.presence, first.error) == (UNAVAILABLE, 10)
    assert scene.question in {"no_answer", "not_proven"}
    assert naive_gone(scene.seen)


@pytest.mark.parametrize("truth", [Truth.NAME_GONE, Truth.PARKED, Truth.SUSPENDED])
async def test_nxdomain_parked_or_suspended_page(place, truth):
    """DOMAIN_DOWN: closed only after the long span and with the registrar's status; reason 9."""
    scene = await Scene(place).shown()
    scene.becomes(truth)
    assert set(await scene.look(*GONE_LOOKS)) == {P.HOST_GONE}
    assert (scene.verdict, scene.reason) == (V.SITE_DOWN, (UNAVAILABLE, 9))
    unasked = [replace(one, evidence=("control_outside_ok",)) for one in scene.seen[2:]]
    assert verdict([*scene.seen[:2], *unasked]).verdict is V.NOT_VISIBLE_FROM_HERE


async def test_landing_page_alive_file_dead(place):
    """REMOVED (file), from the landing page and the host's own link-check."""
    scene = await Scene(place, "locker").shown()
    scene.becomes(Truth.GONE_NOTICE)
    assert set(await scene.look(*GONE_LOOKS)) == {P.GONE_NOTICE}
    assert scene.verdict is V.REMOVED


async def test_landing_page_alive_file_expired(place):
    """Expired is nobody's credit; reason 8."""
    scene = await Scene(place, "locker").shown()
    scene.becomes(Truth.EXPIRED)
    assert set(await scene.look(*GONE_LOOKS)) == {P.EXPIRED}
    assert (scene.verdict, scene.reason) == (V.EXPIRED, (UNAVAILABLE, 8))


NAV = "<div class='navbar'><a href='/?op=news'>News</a> <a href='/?op=checkfiles'>Links</a></div>"
FORM = "<form method=POST><input type=hidden name=op value=download2><input type=hidden name=rand>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (f"{FORM}<input type=password name=password></form>", 5),
        (
            "<h2>Download</h2><div class='err'>This file is available for premium users only</div>",
            11,
        ),
        ("<h2>Missing archive part</h2>", 12),
    ],
)
async def test_password_premium_or_missing_part(place, html, reason):
    """PRESENT_GATED: the notice goes on, a person is asked; reasons 5, 11 and 12."""
    scene = await Scene(place, "locker").shown()
    scene.says(page("Download", NAV + html))
    assert set(await scene.look(*GONE_LOOKS)) == {P.PRESENT_GATED}
    assert (scene.verdict, scene.reason, scene.question) == (
        V.GATED,
        (UNAVAILABLE, reason),
        "gated",
    )


async def test_thread_removed_but_full_image_still_served(place):
    """Verdicts per asset: the thread is gone, the picture is there, the case stays open."""
    scene = await Scene(place, "thread").shown()
    scene.becomes(trouble=Trouble.PAGE_DELETED)
    assert set(await scene.look(*GONE_LOOKS)) == {P.PRESENT_EXACT}
    assert (scene.verdict, scene.reason) == (V.PRESENT, (None, None))
    found = await place.again(scene.case, place.assets(scene.case, "thread"), HOME)
    assert [one.presence for one in found.observations] == [P.GONE_HARD, P.PRESENT_EXACT]


async def test_same_asset_at_another_address(place):
    """MOVED: still present, and the observation says from where."""
    scene = await Scene(place).shown()
    place.server.moved.add(scene.host)
    for _ in range(30):
        # The name's old address may be remembered for a second.
        await scene.look(HOME)
        if scene.seen[-1].address == MOVED_TO:
            break
        await asyncio.sleep(0.1)
    assert scene.seen[0].address != scene.seen[-1].address == MOVED_TO
    assert (scene.verdict, scene.reason) == (V.PRESENT, (None, None))


async def test_gone_then_present_again(place):
    """REAPPEARED: the removal is undone at the first look that shows it."""
    scene = await Scene(place).shown()
    scene.becomes(Truth.GONE_404)
    await scene.look(*GONE_LOOKS)
    assert scene.verdict is V.REMOVED
    scene.becomes()
    assert await scene.look(HOME) == [P.PRESENT_EXACT]
    assert (scene.verdict, scene.reason) == (V.PRESENT, (None, None))


@pytest.mark.parametrize("trouble", [Trouble.WHOLE_HOST_404, Trouble.MAINTENANCE])
async def test_control_on_the_same_host_fails_too(place, trouble):
    """NO_VERDICT: whatever it is, it is not a removal; nothing is reported, a person is asked."""
    scene = await Scene(place).shown()
    scene.becomes(trouble=trouble)
    assert set(await scene.look(*GONE_LOOKS)) == {P.NO_VERDICT}
    assert scene.verdict is V.PRESENT
    assert iccam_action(V.UNKNOWN, P.NO_VERDICT) == (None, None)
    assert scene.question == "not_proven"
    assert naive_gone(scene.seen)
