"""Lockers in their editions and themes: states, waits, forms, films, and nothing that is forbidden."""

from __future__ import annotations

import locker_pages as pages
import pytest

from crawler.extract.read import extract


def outcome(html, url):
    record = extract(html, url)
    return record.engine, record.state


@pytest.mark.parametrize("name", pages.CAPTCHAS)
@pytest.mark.parametrize("form", [pages.free_form, pages.pro_form])
def test_every_kind_of_captcha_is_told_in_both_editions(name, form):
    """A person's task in whatever form it comes; its picture is never a candidate."""
    html = form(pages.CAPTCHAS[name])
    url = pages.FREE if form is pages.free_form else pages.PRO
    record = extract(html, url)
    assert (record.engine, record.state) == ("xfilesharing", "captcha")
    assert not [c for c in record.candidates if "captcha" in c.url]


def test_a_captcha_of_the_login_box_does_not_guard_the_file():
    """It stands in another form than the download."""
    html = pages.pro_form().replace(
        "<input name='login'>", "<input name='login'><div class='g-recaptcha'></div>"
    )
    assert outcome(html, pages.PRO) == ("xfilesharing", "countdown")


def test_the_free_edition_names_its_operation_differently():
    """Its form is posted to the root of the site, with every hidden field as it stands."""
    record = extract(pages.free_form(), pages.FREE)
    assert (record.engine, record.state) == ("xfilesharing", "countdown")
    assert record.next is not None
    assert (record.next.url, record.next.wait_s) == ("https://locker.example/", 30)
    assert ("act", "download2") in record.next.form
    assert ("fname", "walk.zip") in record.next.form


@pytest.mark.parametrize(("name", "wait"), [("seconds", 45), ("dl-countdown-num", 7)])
def test_a_countdown_may_be_marked_by_a_class(name, wait):
    """Newer themes give the figure a class instead of an id."""
    record = extract(pages.pro_form(f"<span class='{name}'>{wait}</span>"), pages.PRO)
    assert record.next is not None
    assert (record.state, record.next.wait_s) == ("countdown", wait)


@pytest.mark.parametrize("form", [pages.free_form, pages.pro_form])
def test_a_password_outranks_the_countdown(form):
    """The field stands in the same form."""
    html = form("<input type='password' name='password'>")
    url = pages.FREE if form is pages.free_form else pages.PRO
    assert outcome(html, url) == ("xfilesharing", "password")


@pytest.mark.parametrize(("text", "state"), pages.SAID.items())
def test_what_a_newer_theme_says_in_its_box(text, state):
    """Served with status 200, told by the words in the site's own box."""
    assert outcome(pages.box(text), pages.PRO) == ("xfilesharing", state)


@pytest.mark.parametrize("tag", ["b", "h2", "font"])
def test_a_file_that_is_gone_is_told_without_any_box(tag):
    """The free edition writes it in bold, and then lists what may have happened."""
    html = pages.free_edition(
        f"<{tag}>File Not Found</{tag}><div>Possible causes: the file expired; it was deleted.</div>"
    )
    assert outcome(html, pages.FREE) == ("xfilesharing", "gone")


@pytest.mark.parametrize(
    "url",
    ["https://s3.locker.example:183/d/abcdefghijklmnop/walk.zip",
     "https://cdn7.other.example/d/tok3ntok3n/walk.zip?fp=YWJj",
     "https://cdn7.other.example/cgi-bin/dl.cgi/abcdefghijklmnop/walk.zip"],
)  # fmt: skip
def test_the_direct_link_is_the_download_as_it_stands(url):
    """Its token and its query are not touched."""
    record = extract(pages.pro(f"<a class='btn' href='{url}'>Get it</a>"), pages.PRO)
    found = [(c.url, c.role) for c in record.candidates if c.role == "download"]
    assert (record.state, found) == ("content", [(url, "download")])


PACKED = (
    "<script>eval(function(p,a,c,k,e,d){while(c--)if(k[c])p=p.replace(new RegExp('x'),k[c]);return p}"
    '(\'0("1").2({3:[{4:"5://6.7.8/9/a.b"}],c:"5://6.7.8/i/d.e"});\',36,15,\'play|box|setup|sources|file|https|'
    "cdn|locker|example|abcdefghijklmnop|v|mp4|image|p|jpg'.split('|')))</script>"
)
PLAIN = (
    "<script>play('box').setup({sources:[{file:'https://cdn.locker.example/abcdefghijklmnop/v.mp4'}],"
    "image:'https://cdn.locker.example/i/p.jpg'})</script>"
)


@pytest.mark.parametrize("script", [PACKED, PLAIN])
@pytest.mark.parametrize("url", [pages.PRO, f"{pages.L}/embed-a1b2c3d4e5f6.html"])
def test_a_film_is_read_from_its_players_script(script, url):
    """Packed scripts are put together again as text; the still is only a preview."""
    record = extract(pages.pro(f"<div id='vplayer'></div>{script}"), url)
    assert (record.engine, record.state) == ("xfilesharing", "content")
    assert [(c.url, c.kind, c.role) for c in record.candidates] == [
        ("https://cdn.locker.example/abcdefghijklmnop/v.mp4", "video", "original"),
        ("https://cdn.locker.example/i/p.jpg", "picture", "preview"),
    ]


def test_links_back_to_the_same_file_are_no_candidates():
    """Payment links and embed codes of the same page lead to nothing new."""
    html = pages.pro(
        "<img class='pic' src='https://img1.locker.example/i/00123/a1b2c3d4e5f6.jpg'><a href='?op=payments'>pay</a>"
        "<input type='text' value='https://locker.example/a1b2c3d4e5f6/walk.jpg'>"
    )
    record = extract(html, f"{pages.PRO}/walk.jpg.html")
    assert [c.url for c in record.candidates] == [
        "https://img1.locker.example/i/00123/a1b2c3d4e5f6.jpg"
    ]


def test_a_yetishare_timer_gives_its_next_step():
    """Version 5 hands out a token; the page opens the session."""
    record = extract(pages.yeti_timer(10, f"{pages.YETI}?pt=abc%3D"), pages.YETI)
    assert (record.engine, record.state) == ("yetishare", "countdown")
    assert record.next is not None
    assert (record.next.url, record.next.wait_s) == (f"{pages.YETI}?pt=abc%3D", 10)


@pytest.mark.parametrize("kind", ["text", "password"])
def test_a_yetishare_password_field_may_show_its_text(kind):
    """Themes differ in the kind of field; its name is the same."""
    html = pages.yeti(
        f"<form method='POST' action='{pages.YETI}?pt=abc'><input type='{kind}' name='filePassword'>"
        "<input type='hidden' name='submitted' value='1'><button>Open</button></form>"
    )
    record = extract(html, pages.YETI)
    assert (record.engine, record.state) == ("yetishare", "password")
    assert record.next is not None
    assert (record.next.url, record.next.form) == (f"{pages.YETI}?pt=abc", (("submitted", "1"),))


def test_a_yetishare_captcha_step_is_the_files_own_form():
    """Not the search box above it."""
    html = pages.yeti(
        "<form action='/search'><input name='q'></form>"
        f"<form method='POST' action='{pages.YETI}?pt=abc'><div class='h-captcha'></div>"
        "<input type='hidden' name='submitted' value='1'><input type='hidden' name='d' value='1'></form>"
    )
    record = extract(html, pages.YETI)
    assert (record.engine, record.state) == ("yetishare", "captcha")
    assert record.next is not None
    assert record.next.url == f"{pages.YETI}?pt=abc"


@pytest.mark.parametrize(("said", "state"), pages.YETI_ERRORS.items())
@pytest.mark.parametrize("path", ["/error", "/error.html", "/error.php"])
def test_yetishare_errors_stand_in_the_address(said, state, path):
    """Each version has its own path; the words behind it say what happened."""
    html = pages.yeti("<h1>Error</h1>", "Error")
    assert outcome(html, f"{pages.Y}{path}?e={said}") == ("yetishare", state)


@pytest.mark.parametrize(
    ("status", "state"),
    [("User Removed", "gone"), ("Copyright Removed", "gone"), ("System Expired", "expired")],
)
def test_a_yetishare_information_page_names_the_status(status, state):
    """The page behind `~i` tells what became of a file."""
    html = pages.yeti(f"<table><tr><td>Status</td><td>{status}</td></tr></table>")
    assert outcome(html, f"{pages.Y}/1aB~i") == ("yetishare", state)


def test_a_file_decrypted_in_the_browser_needs_a_person():
    """Lufi's key stands in the fragment; nothing can be compared without its scripts."""
    html = (
        "<html><head><link href='/css/lufi.css' rel='stylesheet'></head><body><div id='pb'></div><p>Please wait</p>"
        "<script src='/js/sjcl.js'></script><script src='/js/lufi-down.js'></script></body></html>"
    )
    record = extract(html, "https://lufi.example/r/abc#key")
    assert (record.engine, record.state) == ("lufi", "unknown")
    assert "encrypted_in_browser" in record.signs
