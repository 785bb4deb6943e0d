"""Landing pages of a cyberlocker: steps, waits, obstacles."""

from __future__ import annotations

import pytest

from crawler.extract.read import extract

URL = "https://locker.example/a1b2c3d4e5f6/walk.zip.html"
MENU = "<a href='/?op=registration'>Sign up</a> <a href='/?op=login'>Login</a>"

FIRST = f"""<html><title>Download walk.zip</title><body>{MENU}<h2>Download File walk.zip</h2>
<form method="POST" action=''>
<input type="hidden" name="op" value="download1"><input type="hidden" name="usr_login" value="">
<input type="hidden" name="id" value="a1b2c3d4e5f6"><input type="hidden" name="fname" value="walk.zip">
<input type="hidden" name="referer" value=""><input type="submit" name="method_free" value="Free Download">
<input type="submit" name="method_premium" value="Premium Download"></form></body></html>"""


def second(extra: str = "", box: str = "") -> str:
    return f"""<html><title>Download walk.zip</title><body>{MENU}{box}
<form name="F1" method="POST" action="">
<input type="hidden" name="op" value="download2"><input type="hidden" name="id" value="a1b2c3d4e5f6">
<input type="hidden" name="rand" value="k3jx9q"><input type="hidden" name="referer" value="">
<input type="hidden" name="method_free" value="Free Download">
<input type="hidden" name="method_premium" value="">{extra}
<span id="countdown_str">Wait <span id="cx7">60</span> seconds</span>
<input type="submit" id="btn_download" value="Create Download Link"></form>
<a href="/?op=report_file&amp;id=a1b2c3d4e5f6">Report abuse</a></body></html>"""


def box(text: str) -> str:
    return f"<html><title>Locker</title><body>{MENU}<div class='err'>{text}</div></body></html>"


NOT_FOUND = f"""<html><title>File Not Found</title><body>{MENU}<h2>File Not Found</h2>
<p>Possible causes: the file expired, or the file was deleted by its owner.</p></body></html>"""


def test_the_first_page_declares_the_free_form():
    """The hidden fields and the free button, never the premium one; no wait yet."""
    record = extract(FIRST, URL)
    assert (record.engine, record.site_type, record.state) == (
        "xfilesharing",
        "cyberlocker",
        "countdown",
    )
    assert record.next is not None
    assert (record.next.method, record.next.url, record.next.wait_s) == ("POST", URL, 0)
    assert ("op", "download1") in record.next.form
    assert ("method_free", "Free Download") in record.next.form
    assert not [name for name, _ in record.next.form if name == "method_premium"]


def test_the_second_page_declares_countdown_and_form():
    """Sixty seconds, then every hidden field as it stands."""
    record = extract(second(), URL)
    assert record.state == "countdown"
    assert record.next is not None
    assert record.next.wait_s == 60
    assert dict(record.next.form) == {
        "op": "download2",
        "id": "a1b2c3d4e5f6",
        "rand": "k3jx9q",
        "referer": "",
        "method_free": "Free Download",
        "method_premium": "",
    }


@pytest.mark.parametrize(
    ("page", "state"),
    [
        (second("<input type='password' name='password'>"), "password"),
        (second("<img src='/captchas/ab12.jpg'><input type='text' name='code'>"), "captcha"),
        (second("<div class='g-recaptcha' data-sitekey='k'></div>"), "captcha"),
        (
            second("<div><span style='padding-left:6px'>4</span></div><input name='code'>"),
            "captcha",
        ),
        (
            second(box="<div class='err'>This file is available for Premium Users only</div>"),
            "premium",
        ),
        (box("This file is available for Premium Users only"), "premium"),
        (box("You have to wait 29 minutes, 30 seconds till next download"), "countdown"),
        (box("Only registered users may download; please log in to download"), "login"),
        (NOT_FOUND, "gone"),
        (box("No such file with this filename"), "gone"),
        (box("File was removed by its uploader"), "gone"),
        (box("This link has expired"), "expired"),
        (box("Server maintenance, come back"), "unknown"),
    ],
)
def test_every_landing_state_is_told(page, state):
    """A page that is served with status 200 says by its structure what is behind it."""
    record = extract(page, URL)
    assert (record.engine, record.state) == ("xfilesharing", state)


def test_only_premium_on_the_first_page_is_premium():
    """No free button: only paying members get the file."""
    page = FIRST.replace('<input type="submit" name="method_free" value="Free Download">', "")
    assert extract(page, URL).state == "premium"


def test_the_direct_link_is_the_download():
    """After the form the page shows the link to the file itself."""
    page = f"""<body>{MENU}<h2>File Download Link Generated</h2><span id='direct_link'>
    <a href='https://s3.locker.example/d/abcdefgh12345/walk.zip'>link</a></span></body>"""
    record = extract(page, URL)
    assert record.state == "content"
    assert [(c.url, c.kind, c.role) for c in record.candidates] == [
        ("https://s3.locker.example/d/abcdefgh12345/walk.zip", "archive", "download")
    ]


def test_the_link_check_is_declared_for_the_landing_page():
    """The host is asked about this address alone."""
    check = extract(FIRST, URL).link_check
    assert check is not None
    assert (check.method, check.url) == ("POST", "https://locker.example/?op=checkfiles")
    assert dict(check.form)["list"] == URL


@pytest.mark.parametrize(
    ("row", "sign"),
    [
        ("<tr><td>{u}</td><td style='color:green'>Found</td></tr>", "link_check:alive"),
        ("<tr><td>{u}</td><td style='color:red'>Not found!</td></tr>", "link_check:gone"),
        ("<tr><td>{u}</td><td></td></tr>", "link_check:unclear"),
        ("", "link_check:unclear"),
    ],
)
def test_the_link_check_answer_is_read_by_row(row, sign):
    """Only a row that names an address and says one clear word counts."""
    form = "<form method=POST><input type=hidden name=op value=checkfiles><textarea name=list></textarea></form>"
    page = f"<body>{MENU}<table>{row.format(u='https://locker.example/deleted-found.zip')}</table>{form}</body>"
    record = extract(page, "https://locker.example/?op=checkfiles")
    assert record.signs == (sign,)
    bare = f"<body><font>{row.format(u=URL)}</font></body>"
    assert extract(bare, "https://locker.example/?op=checkfiles").engine == "xfilesharing"


def test_delete_and_report_links_are_refused():
    """Nothing that changes the evidence is ever a candidate."""
    record = extract(second(), URL)
    assert [link.why for link in record.refused] == ["report"]


def test_the_picture_of_an_image_host_of_this_family_is_in_full_size():
    """`img.pic`, or the numbered directory, behind a step that continues to it."""
    page = f"<body>{MENU}<img src='https://i.locker.example/i/00012/a1b2c3d4e5f6.jpg' class='pic'></body>"
    record = extract(page, URL)
    assert [(c.url, c.role) for c in record.candidates] == [
        ("https://i.locker.example/i/00012/a1b2c3d4e5f6.jpg", "original")
    ]
    step = f"""<body>{MENU}<form method=POST><input type=hidden name=op value=view>
    <input type=submit name=next value="Continue to image"></form></body>"""
    following = extract(step, URL).next
    assert following is not None
    assert dict(following.form) == {"op": "view", "next": "Continue to image"}


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("You can download files up to 500 Mb only. Upgrade your account to download bigger files.", "premium"),
        ("You have reached the download-limit: 500 Mb for last 1 days", "countdown"),
        ("Archive incomplete: part 2 is missing", "missing_part"),
        ("Files will be deleted after 30 days", "unknown"),
        ("File Not Found<br>Possible causes: the file expired", "gone"),
    ],
)  # fmt: skip
def test_what_a_locker_says_in_running_text_counts_when_it_shows_nothing_else(text, state):
    """General policy and possible causes are not about this file."""
    page = f"<html><title>Locker</title><body>{MENU}<div><b>{text}</b></div></body></html>"
    assert extract(page, URL).state == state
