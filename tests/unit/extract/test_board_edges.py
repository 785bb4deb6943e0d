"""What stands at the edges of boards: their other pages, odd posts, addresses of files."""

from __future__ import annotations

import json

import pytest

from crawler.extract.read import extract

B = "https://board.example"
SHA = "0123456789abcdef" * 4
LOCKER = "https://locker.example/abcdef123456/set.zip.html"


def urls(record):
    return [candidate.url for candidate in record.candidates]


LYNX = """<html><head><link href="/.static/css/a.css" rel="stylesheet"></head><body>
<nav id="dynamicHeader"><a href="/boardManagement.js?boardUri=b">x</a></nav>
<img id="bannerImage" src="/randomBanner.js?boardUri=b">{}</body></html>"""
JSCHAN = """<html><body><nav><a class="nav-item" href="/index.html">Home</a></nav>
<h1 class="board-title">{}</h1>{}</body></html>"""
BYPASS = """<form action="{}" method="post"><iframe class="captcha" src="/captcha"></iframe>
<input class="captchafield" name="captcha" type="text"><input type="submit"></form>"""


@pytest.mark.parametrize(
    ("html", "engine", "state"),
    [
        (LYNX.format(BYPASS.format("/renewBypass.js")), "lynxchan", "captcha"),
        (LYNX.format('<table><a href="/b/res/3.html">3</a></table>'), "lynxchan", "unknown"),
        (JSCHAN.format("Block Bypass", BYPASS.format("/forms/blockbypass")), "jschan", "captcha"),
        (JSCHAN.format("404 Not Found", '<img src="/file/walk.gif">'), "jschan", "gone"),
    ],
)
def test_pages_beside_the_threads_are_known_by_their_furniture(html, engine, state):
    """A site's banner or drawing is no content, and a form against robots is nobody's next step."""
    record = extract(html, f"{B}/b/thread/7.html#8")
    assert (record.engine, record.state, urls(record), record.next) == (engine, state, [], None)


@pytest.mark.parametrize(
    "html",
    [
        '<title>Hold on...</title><script src="/.basedflare/js/challenge.min.js"></script>',
        "<title>Verifying your browser</title><body><noscript>Scripts are needed</noscript>",
    ],
)
def test_a_check_that_a_script_must_pass_is_a_challenge(html):
    """Also where no well-known service, but the board's own host, makes it."""
    assert extract(f"<html>{html}</html>", f"{B}/b/res/7.html").state == "challenge"


def test_a_drawing_on_an_error_page_is_no_content():
    """It belongs to the site, by its directory and name."""
    page = '<title>404 - Not Found</title><h1>404</h1><img src="/.static/images/404.png">'
    assert extract(page, f"{B}/b/res/7.html").state == "gone"


FLASH = """<div class="boardBanner"></div><form name="delform"><table class="flashListing"><tr><td>7
<td>[<a href="//i.board.example/f/Lake%20%281%29.swf">Lake (1)</a>]<td>[<a href="thread/7">Reply</a>]
</table></form>"""


def test_flash_films_of_4chan_keep_their_own_names():
    """On the page as it is linked, in the interface by the name that they were posted with."""
    wanted = ["https://i.board.example/f/Lake%20%281%29.swf"]
    page = extract(FLASH, "https://boards.board.example/f/")
    assert (page.engine, urls(page)) == ("4chan", wanted)
    post = {"no": 7, "now": "x", "filename": "Lake (1)", "ext": ".swf", "tim": 1700000000000001}
    data = json.dumps({"posts": [post]})
    assert urls(extract(data, "https://a.board.example/f/thread/7.json")) == wanted


def test_the_last_replies_of_a_catalogue_are_posts():
    """They are shown, so that their files are listed and a fragment may name them."""
    reply = {"no": 8, "now": "x", "filename": "a", "ext": ".png", "tim": 1700000000000002}
    thread = {"no": 7, "now": "x", "last_replies": [reply]}
    data = json.dumps([{"page": 1, "threads": [thread]}])
    record = extract(data, "https://a.board.example/b/catalog.json#p8")
    assert urls(record) == ["https://i.board.example/b/1700000000000002.png"]


WRAPPED = """<form id="delform" action="/b/wakaba.pl"><div id="t7_b"><a name="7"></a><span class="filesize">
<a href="/b/src/1.jpg">1.jpg</a></span><a href="/b/src/1.jpg"><img src="/b/thumb/1s.jpg"></a><label>
<input type="checkbox" name="delete" value="7"></label><span class="reflink">x</span>
<blockquote>x</blockquote><table><tr><td class="doubledash"></td><td class="reply" id="reply8"><a name="8"></a>
<a href="/b/src/2.gif"><img src="/b/thumb/2s.gif"></a></td></tr></table></div></form>"""


def test_an_opening_post_ends_where_the_replies_begin():
    """Also inside an element around its thread whose name tells nothing."""
    assert urls(extract(WRAPPED, f"{B}/b/res/7.html#7")) == [f"{B}/b/src/1.jpg"]
    assert urls(extract(WRAPPED, f"{B}/b/res/7.html#8")) == [f"{B}/b/src/2.gif"]


def vichan(path: str) -> str:
    return (
        '<body class="vichan"><form name="postcontrols"><div class="thread" id="thread_7"><div class="post op" id="op_7">'
        f'<p class="fileinfo"><a href="{path}">x</a></p><a href="{path}"><img class="post-image" src="/b/thumb/1.png">'
        "</a></div></div></form></body>"
    )


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/b/src/1700000000001", "/b/src/1700000000001"),
        ("/b/src/a{1}^2.jpg", "/b/src/a%7B1%7D%5E2.jpg"),
        ("/b/src/it's|1.jpg?t=it's{1}", "/b/src/it's|1.jpg?t=it%27s{1}"),
    ],
)
def test_files_are_addressed_as_a_browser_would(path, wanted):
    """Path and query have their own characters to encode; a file may have no extension."""
    assert urls(extract(vichan(path), f"{B}/b/res/7.html")) == [B + wanted]


def test_a_file_offered_under_another_directory_is_listed_once():
    """Some boards with LynxChan offer each file below `dl` as well, with its old name."""
    cell = (
        f'<a class="originalNameLink" href="/.media/dl/{SHA}.png" download="lake.png">x</a>'
        f'<a class="imgLink" href="/.media/{SHA}.png"><img src="/.media/t_{SHA}"></a>'
    )
    page = f'<div id="divThreads"><div class="opCell" id="7"><div class="innerOP"><div class="panelUploads">{cell}'
    assert urls(extract(page, f"{B}/b/res/7.html")) == [f"{B}/.media/{SHA}.png"]


def test_json_may_begin_with_a_byte_order_mark_and_may_speak_of_an_error():
    """A mark is no text; what an interface answers as its error is the site's own word."""
    data = {"posts": [{"no": 7, "ext": ".png", "tim": "1"}]}
    record = extract(b"\xef\xbb\xbf" + json.dumps(data).encode(), f"{B}/b/res/7.json")
    assert urls(record) == [f"{B}/b/src/1.png"]
    error = json.dumps({"status": "error", "data": "Thread not found"})
    assert extract(error, f"{B}/b/res/7.js?json=1").state == "gone"


def test_what_a_visitor_wrote_of_other_threads_says_nothing_of_this_one():
    """A page with texts of posts is no error page, even if nothing else of it is known."""
    page = (
        '<link rel="stylesheet" href="/css/tinyib.css"><span class="reflink">x</span>'
        "<blockquote><p>That thread does not exist</p></blockquote>"
    )
    assert extract(page, f"{B}/b/res/7.html").state != "gone"


def test_a_page_that_breaks_off_says_nothing_of_the_posts_behind_its_end():
    """A broken transfer is no removal; the same page with its end is."""
    page = f"<html><head></head>{vichan('/b/src/1.png')}"
    assert extract(page, f"{B}/b/res/7.html#9").state == "gone"
    broken = page.partition("</form>")[0]
    assert extract(broken, f"{B}/b/res/7.html#9").state == "unknown"


def test_a_mark_whose_post_is_not_known_does_not_take_in_the_posts_before_it():
    """Some boards write an empty mark before each post."""
    post = '<div class="anchor" id="{0}"></div><div class="post-container"{1}><a href="/file/{0}.png"><img></a></div>'
    known = post.format(8, ' data-post-id="8"')
    page = f'<h1 class="board-title">b</h1><section class="thread">{known}{post.format(9, "")}</section>'
    assert f"{B}/file/8.png" not in urls(extract(page, f"{B}/b/thread/8.html#9"))


@pytest.mark.parametrize(("text", "state"), [("x", "gone"), (f"see {LOCKER}", "content")])
def test_a_post_without_its_file_may_still_link_to_others(text, state):
    """Then it is not gone, on the page as in its interface."""
    page = vichan("#").replace(
        '<img class="post-image" src="/b/thumb/1.png">',
        f'<img class="post-image deleted" src="/static/deleted.png"><div class="body">{text}</div>',
    )
    assert extract(page, f"{B}/b/res/7.html#7").state == state
    data = {"posts": [{"no": 7, "ext": "deleted", "com": text}]}
    assert extract(json.dumps(data), f"{B}/b/res/7.json#7").state == state
