"""Re-checks of a picture reported by its own address."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from recheck_parts import (
    HOME,
    IMAGE,
    direct,
    look,
    said,
)
from scripted_web import (
    NOTHING,
    ListedJudge,
    ScriptedWeb,
    digests,
    fails,
    page,
    picture,
)  # fmt: skip

from cases.model import Presence
from crawler.fetch.contract import FetchCode


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
