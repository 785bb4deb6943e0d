"""What is doubted before something counts as gone: neighbour, root page, words of doors."""

from __future__ import annotations

import pytest
from recheck_parts import HOME, IMAGE, SITE, direct, look, media, reported, said
from scripted_web import NOTHING, ListedJudge, Say, ScriptedWeb, page, picture

from cases.model import AssetKind, Presence
from crawler.visit import SiblingMemory

ROOT = "https://img.example/"
GATE = page("<title>Enter</title><h1>Please tell us your age</h1><p>Are you old enough?</p>")


async def test_a_neighbour_is_asked_as_the_asset_was():
    """With the same referrer: hosts answer strangers otherwise."""
    web = ScriptedWeb(
        {SITE: page(f"<img src='{IMAGE}'>"), ROOT: HOME, "https://site.example/": HOME},
        {"img.example": picture("sorry")},
    )
    found = await look(web, SITE, [reported(), media()])
    assert said(found)[1] is Presence.GONE_PLACEHOLDER
    siblings = [r for r in web.log if r.permit.derivation == "soft_404_sibling"]
    assert {r.permit.url.split("/")[2]: r.referer for r in siblings}["img.example"] == SITE


async def test_a_neighbour_asked_through_another_way_out_only_confirms():
    """One that answered otherwise there says nothing here."""
    memory = SiblingMemory()
    web = ScriptedWeb({IMAGE: picture("sorry"), ROOT: HOME}, {"img.example": NOTHING})
    first = await look(web, IMAGE, [direct()], siblings=memory)
    assert "soft404_sibling_differs" in first.observations[0].evidence
    other = await look(web, IMAGE, [direct()], siblings=memory, egress="two")
    assert "soft404_sibling_elsewhere" in other.observations[0].evidence
    assert len(web.asked("soft_404_sibling")) == 1


@pytest.mark.parametrize(
    ("root", "presence"),
    [
        (HOME, Presence.GONE_PLACEHOLDER),
        (GATE, Presence.NO_VERDICT),
        (page("x", 403), Presence.NO_VERDICT),
        (picture("sorry"), Presence.NO_VERDICT),
        (page("<h1>Blocked by court order</h1>"), Presence.NO_VERDICT),
    ],
)
async def test_after_a_silent_success_only_another_root_page_vouches(root, presence):
    """robots.txt is served beside an age gate too, so it is not even asked."""
    robots = "https://img.example/robots.txt"
    web = ScriptedWeb({ROOT: root, robots: page("x", 200)}, {"img.example": GATE})
    found = await look(web, IMAGE, [direct()])
    assert said(found) == [presence]
    assert robots not in web.urls


async def test_a_gate_with_a_word_of_the_address_in_it_is_known_again():
    """The digest of a text leaves out words of the address, and so differs from page to page."""
    gate = page("<h1>Enter</h1><p>I am old enough and want to go on to the pictures</p>")
    web = ScriptedWeb({ROOT: gate}, {"img.example": gate})
    assert said(await look(web, IMAGE, [direct()])) == [Presence.NO_VERDICT]


@pytest.mark.parametrize("words", ["This domain is for sale", "Account suspended"])
async def test_a_whole_host_is_gone_only_if_a_random_neighbour_says_the_same(words):
    """A notice on one page alone is no notice of the host."""
    notice = page(f"<title>{words}</title><h1>{words}</h1>")
    web = ScriptedWeb({SITE: notice}, {"site.example": notice})
    assert said(await look(web, SITE, [reported()])) == [Presence.HOST_GONE]
    alone = ScriptedWeb({SITE: notice, "https://site.example/": HOME}, {"site.example": NOTHING})
    assert said(await look(alone, SITE, [reported()])) != [Presence.HOST_GONE]


@pytest.mark.parametrize(
    ("html", "word"),
    [
        ("<form><input name=u><input type=password></form><title>Log in</title>", "login"),
        ("<div class='g-recaptcha'></div>", "captcha"),
        ("<title>Just a moment...</title><script>_cf_chl_opt</script>", "challenge"),
    ],
)
async def test_a_door_is_named_in_the_evidence(html, word):
    """So that an analyst, and ICCAM, learn which."""
    found = await look(ScriptedWeb({IMAGE: page(html)}), IMAGE, [direct()])
    assert word in found.observations[0].evidence


async def test_an_archive_that_stays_locked_names_its_password():
    """Other bytes than the reference, and no password of the case opens them."""
    asset = direct(kind=AssetKind.ARCHIVE)
    web = ScriptedWeb({IMAGE: Say(body="locked", kind="archive")}, holds={"archive"})
    judge = ListedJudge({"hills"}, inside={"locked": "meadow"})
    found = await look(web, IMAGE, [asset], judge)
    assert (said(found), found.observations[0].evidence) == (
        [Presence.PRESENT_GATED],
        ("password",),
    )
