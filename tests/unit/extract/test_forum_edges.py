"""What stands at the edges of forums: deleted posts beside live ones, old tables, signatures."""

from __future__ import annotations

import pytest

from crawler.extract.read import extract

F = "https://forum.example"
LOCKER = "https://locker.example/abcdef123456/set.zip.html"


def urls(record):
    return [candidate.url for candidate in record.candidates]


def xenforo(*posts: str, title: str = "walks") -> str:
    return (
        f'<html id="XF"><head><title>{title}</title></head><body><div class="p-body"><h1>{title}</h1>'
        f"{''.join(posts)}</div></body></html>"
    )


def message(number: int, text: str, attached: str = "") -> str:
    return (
        f'<article class="message message--post" id="js-post-{number}" data-content="post-{number}">'
        f'<div class="bbWrapper">{text}</div>{attached}<aside class="message-signature"><a'
        ' href="https://shop.example/"><img src="https://shop.example/s.png"></a></aside></article>'
    )


DELETED = (
    '<div class="message message--post message--deleted" id="js-post-9" data-content="post-9">'
    '<div class="messageNotice messageNotice--deleted">This message has been removed.</div></div>'
)


def test_a_deleted_post_is_gone_and_its_neighbour_is_not():
    """The notice speaks of the post that it stands in, never of the topic or another post."""
    page = xenforo(message(8, f"see {LOCKER}"), DELETED)
    states = {part: extract(page, f"{F}/threads/a.1/{part}").state for part in ("", "#post-8")}
    assert set(states.values()) == {"content"}
    record = extract(page, f"{F}/threads/a.1/#post-9")
    assert (record.state, record.state_rule) == ("gone", "xenforo:post_deleted")


@pytest.mark.parametrize("title", ["Image not found", "The file has been deleted", "Cannot log in"])
def test_the_title_of_a_topic_is_no_notice_of_the_site(title):
    """Somebody chose it; the topic stands below, whatever login box the page has."""
    login = '<form><input name="u"><input type="password" name="p"></form>'
    page = xenforo(login, message(8, f"see {LOCKER}"), title=title)
    assert extract(page, f"{F}/threads/a.1/").state == "content"
    assert extract(page, f"{F}/threads/a.1/#post-8").state == "content"


def test_a_comment_beside_a_deleted_one_is_not_gone():
    """Also on sites of no known kind, when the fragment names the comment."""
    page = (
        '<div class="comment deleted" id="c4"><div class="deleted">This post has been deleted.</div></div>'
        f'<div class="comment" id="c5"><a href="{LOCKER}">set</a></div>'
    )
    assert extract(page, f"{F}/walks#c5").state == "content"


def test_a_link_around_a_picture_of_a_signature_is_no_candidate():
    """What stands below every post of somebody says nothing of this one."""
    assert urls(extract(xenforo(message(8, "x")), f"{F}/threads/a.1/#post-8")) == []


def test_a_fragment_may_name_an_attachment():
    """It stands for the post that holds the attachment."""
    attached = (
        '<section class="message-attachments"><a id="attachment-31"></a><a class="file-preview"'
        ' href="/attachments/lake-jpg.31/"><img src="/data/attachments/0/31.jpg" alt="lake.jpg"></a>'
    )
    page = xenforo(message(8, "x"), message(9, "y", attached))
    record = extract(page, f"{F}/threads/a.1/#attachment-31")
    assert (record.post_found, urls(record)) == (True, [f"{F}/attachments/lake-jpg.31/"])


def mybb(number: int, picture: str) -> str:
    return (
        f'<a name="pid{number}" id="pid{number}"></a><div class="post " id="post_{number}"><div class="post_author">x</div>'
        f'<div class="post_body" id="pid_{number}"><img class="mycode_img" src="{picture}"></div></div>'
    )


def test_a_mark_before_its_post_is_not_taken_for_the_whole_topic():
    """MyBB writes the anchor of a post before the post's element."""
    page = f'<div id="posts">{mybb(8, f"{F}/a.png")}{mybb(9, f"{F}/b.png")}</div>'
    assert urls(extract(page, f"{F}/showthread.php?tid=1#pid8")) == [f"{F}/a.png"]
    assert urls(extract(page, f"{F}/showthread.php?tid=1#pid9")) == [f"{F}/b.png"]


def phpbb2(number: int, rest: str) -> str:
    return (
        f'<tr><td><span class="name"><a name="{number}"></a>x</span></td><td><a href="posting.php?mode=quote&p={number}">'
        f'<img src="templates/blue/images/quote.gif"></a><span class="postbody">y</span>{rest}</td></tr>'
    )


OLD = (
    '<a href="viewtopic.php?t=1">walks</a><a href="memberlist.php">m</a><table class="forumline">'
    + phpbb2(8, '<img src="https://img.example/a.jpg">')
    + phpbb2(
        9, '<a href="download.php?id=31"><img src="download.php?id=31&thumb=1" alt="b.jpg"></a>'
    )
    + "</table>"
)


@pytest.mark.parametrize(
    ("fragment", "wanted"),
    [
        ("#8", ["https://img.example/a.jpg"]),
        ("#9", [f"{F}/download.php?id=31"]),
        ("", [f"{F}/download.php?id=31", "https://img.example/a.jpg"]),
    ],
)
def test_old_forums_write_one_table_with_a_row_for_each_post(fragment, wanted):
    """phpBB 2 marks a post by an anchor alone; its buttons are no media."""
    record = extract(OLD, f"{F}/viewtopic.php?t=1{fragment}")
    assert (record.engine, urls(record)) == ("phpbb", wanted)


def test_what_people_wrote_in_old_tables_is_not_the_sites_word():
    """Rows of posts are posts, so that nothing in them is read as an error page."""
    page = OLD.replace("y</span>", "The topic does not exist</span>")
    assert extract(page, f"{F}/viewtopic.php?t=1").state == "content"


def test_an_error_page_of_vbulletin_is_known_by_what_made_it():
    """It links to nothing that would tell; its generator and its panel do."""
    page = (
        '<meta name="generator" content="vBulletin 3.8.7"><script src="clientscript/vbulletin_global.js"></script>'
        '<table class="tborder"><tr><td class="panelsurround"><div>Invalid Thread specified.</div></td></tr></table>'
    )
    record = extract(page, f"{F}/showthread.php?t=1")
    assert (record.engine, record.state) == ("vbulletin", "gone")
