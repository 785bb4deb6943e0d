"""Forums: attachments in full size, embedded pictures at their own hosts, walls and errors."""

from __future__ import annotations

import pytest
from board_pages import BOARDS
from forum_pages import FORUMS
from test_boards import themed

from crawler.extract.read import extract

NAMES = sorted(FORUMS)


def urls(record):
    return [candidate.url for candidate in record.candidates]


@pytest.mark.parametrize("dress", [str, themed], ids=["plain", "themed"])
@pytest.mark.parametrize("name", NAMES)
def test_a_topic_gives_attachments_and_embedded_pictures(name, dress):
    """Each once and in full size; no thumbnail, avatar, smiley, proxy, report or delete link."""
    engine, url, html, _, first, second = FORUMS[name]
    record = extract(dress(html), url)
    assert (record.engine, record.site_type, record.state) == (engine, "forum", "content")
    assert sorted(urls(record)) == sorted([*first, *second])


@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_selects_one_post(name):
    """Only the reported post's attachments and pictures are candidates."""
    _, url, html, fragment, first, _ = FORUMS[name]
    record = extract(html, url + fragment)
    assert (record.post_found, sorted(urls(record))) == (True, sorted(first))
    missing = extract(html, url + fragment.replace("5", "99"))
    assert (missing.post_found, missing.state, urls(missing)) == (False, "unknown", [])


@pytest.mark.parametrize("name", NAMES)
def test_links_that_change_something_are_refused(name):
    """Logout, report and delete links are named by rule and are never candidates."""
    record = extract(FORUMS[name][2], FORUMS[name][1])
    rules = {link.why for link in record.refused}
    if name != "vbulletin5":
        assert rules & {"logout", "report", "delete"}
    assert not {link.url for link in record.refused} & set(urls(record))


def test_an_attachment_that_is_only_shown_small_is_named_in_full_size():
    """The same address without the wish for a thumbnail."""
    html = VB_HEAD + (
        "<li class='postcontainer' id='post_5'><blockquote class='postcontent'><a href='album.php?x=1'>"
        "<img src='attachment.php?attachmentid=12&amp;d=1&amp;thumb=1'></a></blockquote></li>"
    )
    record = extract(html, "https://forum.example/showthread.php?t=1")
    assert urls(record) == ["https://forum.example/attachment.php?attachmentid=12&d=1"]


def test_kinds_come_from_names_that_stand_beside_an_attachment():
    """An address without an extension says nothing; its slug, text or alternative text does."""
    record = extract(FORUMS["xenforo"][2], FORUMS["xenforo"][1])
    assert [c.kind for c in record.candidates][:3] == ["picture", "archive", "picture"]


PHPBB_HEAD = "<body id='phpbb'><a href='./ucp.php?mode=login'>Login</a><div id='page-body'>"
XF_HEAD = "<html id='XF'><body><div class='p-body'>"
VB_HEAD = "<body><a href='forumdisplay.php?f=1'>f</a><a href='showthread.php?t=2'>s</a>"
MYBB_HEAD = (
    "<head><script src='/jscripts/general.js'></script></head><body><a href='misc.php'>h</a>"
    "<div id='panel'></div><table><tr><td class='tcat'>x</td></tr><tr><td class='trow1'>"
)
SMF_HEAD = (
    "<body><a href='/index.php?action=help'>h</a><div id='fatal_error'><div class='windowbg'>"
)


@pytest.mark.parametrize(
    ("html", "state"),
    [
        (PHPBB_HEAD + "<div id='message'><p>The requested topic does not exist.</p></div>", "gone"),
        (PHPBB_HEAD + "<form id='login'><h2>Login</h2><p>You need to login in order to view this "
         "forum.</p><input name=u><input type=password></form>", "login"),
        (XF_HEAD + "<div class='blockMessage'>The requested thread could not be found.</div>", "gone"),
        (XF_HEAD + "<div class='blockMessage'>You must be logged-in to do that.</div>", "login"),
        (VB_HEAD + "<div class='standard_error'>Invalid Thread specified.</div>", "gone"),
        (VB_HEAD + "<div class='standard_error'>You are not logged in or you do not have "
         "permission to access this page.</div>", "login"),
        (MYBB_HEAD + "The specified thread does not exist.", "gone"),
        (MYBB_HEAD + "You are either not logged in or do not have permission to view this page.",
         "login"),
        (SMF_HEAD + "Only registered members are allowed to access this section.", "login"),
        (SMF_HEAD + "The topic or board appears to be missing or off limits to you.", "unknown"),
    ],
)  # fmt: skip
def test_error_pages_and_walls_are_told_apart(html, state):
    """What a forum without posts says; what may mean either stays unknown."""
    assert extract(html, "https://forum.example/x").state == state


def test_attachments_for_members_only_are_a_login_wall():
    """The post is there, its attachments are not shown to guests."""
    html = PHPBB_HEAD + (
        "<div id='p5' class='post'><div class='postbody'><div class='content'>hi</div><div class='rules'>"
        "You do not have the required permissions to view the files attached to this post.</div></div></div>"
    )
    assert extract(html, "https://forum.example/viewtopic.php?t=1").state == "login"


def test_boards_and_forums_are_not_taken_for_each_other():
    """Each page has one engine, by structure and not by its address."""
    for name, (_, html, _) in BOARDS.items():
        assert extract(html, "https://neutral.example/x").engine == name
    for engine, _, html, *_ in FORUMS.values():
        assert extract(html, "https://neutral.example/x").engine == engine
