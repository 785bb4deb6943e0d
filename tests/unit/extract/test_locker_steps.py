"""The next step of known lockers is the file's own form, as a browser sends it; folders list files."""

from __future__ import annotations

import locker_pages as pages
import pytest

from crawler.extract.read import extract

LOGIN = (
    "<form method='post' action='/login.html'><input name='loginUsername'><input type='password' name='loginPassword'>"
    "<input type='hidden' name='submitme' value='1'></form>"
)


def step(record):
    return record.next and (record.next.url, dict(record.next.form))


@pytest.mark.parametrize("name", ["filePassword", "folderPassword"])
def test_a_yetishare_password_step_is_not_the_login_box_above_it(name):
    """Both forms carry the same hidden field."""
    html = pages.yeti(
        f"{LOGIN}<form method='post' action='{pages.YETI}'><input type='password' name='{name}'>"
        "<input type='hidden' name='submitme' value='1'></form>"
    )
    record = extract(html, pages.YETI)
    assert record.state == "password"
    assert step(record) == (pages.YETI, {"submitme": "1"})


def test_a_yetishare_captcha_step_is_the_form_around_the_captcha():
    """Not the login box, whatever hidden fields that has."""
    html = pages.yeti(
        f"{LOGIN}<form method='post' action='{pages.YETI}?d=1'><noscript><textarea name='recaptcha_challenge_field'>"
        "</textarea></noscript><input type='hidden' name='d' value='1'></form>"
    )
    record = extract(html, pages.YETI)
    assert record.state == "captcha"
    assert step(record) == (f"{pages.YETI}?d=1", {"d": "1"})


def test_a_yetishare_folder_lists_the_pages_of_its_files():
    """The cut pictures of the list are no files."""
    html = pages.yeti(
        f"<ul><li class='fileItem' fileId='1' dtfullurl='{pages.Y}/7aB/pond.jpg' dtstatsurl='{pages.Y}/7aB~s'><img "
        f"src='{pages.Y}/cache/plugins/filepreviewer/1/9f/180x150_cropped.jpg'></li></ul>"
    )
    record = extract(html, f"{pages.Y}/folder/45/8bd2/Garden")
    assert (record.engine, record.state) == ("yetishare", "content")
    shown = [(c.url, c.kind, c.role) for c in record.candidates if c.role != "preview"]
    assert shown == [(f"{pages.Y}/7aB/pond.jpg", "page", "locker")]


def test_a_yetishare_button_may_hold_its_link_in_a_script():
    """The address is in `onclick`."""
    link = f"{pages.YETI}?download_token=aa%2Bbb"
    html = pages.yeti(f"<button onclick=\"window.location='{link}'\">Download</button>")
    record = extract(html, pages.YETI)
    assert [(c.url, c.role) for c in record.candidates] == [(link, "download")]


def test_the_address_of_this_file_is_no_other_file():
    """Copy boxes and share links repeat it, with and without its query."""
    share = "<a href='https://social.example/s?u=https%3A%2F%2Flocker.example%2Fa1b2c3d4e5f6'>s</a>"
    assert extract(pages.pro_form(share), pages.PRO).candidates == ()
    box = f"<input type='text' value='{pages.YETI}'><div class='h-captcha'></div>"
    assert extract(pages.yeti(box), f"{pages.YETI}?pt=a").candidates == ()


def test_a_ticked_box_is_sent_with_the_form():
    """As are the hidden fields and the one button; what a person must type is not."""
    html = pages.pro_form(
        "<input type='checkbox' name='agree' value='1' checked><input name='code2'>"
    )
    record = extract(html, pages.PRO)
    assert record.next is not None
    assert dict(record.next.form)["agree"] == "1"
    assert "code2" not in dict(record.next.form)


def test_the_countdown_is_not_the_wait_of_the_price_table():
    """What an id names comes before what a class names."""
    table = "<div class='waiting'>Wait: 0 seconds</div><span class='wait'>120 s</span>"
    html = pages.pro_form(f"{table}<div id='countdown'>Wait <span class='seconds'>30</span></div>")
    record = extract(html, pages.PRO)
    assert record.next is not None
    assert record.next.wait_s == 30


def test_a_captcha_of_the_report_form_settles_no_state():
    """A page in maintenance with a report form is no captcha wall."""
    report = "<form method='post'><input type='hidden' name='op' value='report_file'><div class='h-captcha'></div></form>"
    record = extract(pages.box("The server is in maintenance mode") + report, pages.PRO)
    assert (record.state, "captcha" in record.signs) == ("unknown", False)


@pytest.mark.parametrize(
    ("script", "url"),
    [
        ("hls.loadSource('https://c.locker.example/h/,a1,.urlset/master.m3u8?e=1')",
         "https://c.locker.example/h/,a1,.urlset/master.m3u8?e=1"),
        ("x({file:'[720p]https://c.locker.example/7.mp4,[360p]https://c.locker.example/3.mp4'})",
         "https://c.locker.example/7.mp4"),
        ("play('https:\\/\\/c.locker.example\\/v.mp4?t=1')", "https://c.locker.example/v.mp4?t=1"),
    ],
)  # fmt: skip
def test_a_film_is_found_under_any_name_or_call(script, url):
    """Also the list of its pieces, and one of several sizes in one value."""
    record = extract(f"<div id='v'></div><script>{script}</script>", "https://tube.example/v/1")
    assert record.state == "content"
    assert (url, "video") in [(c.url, c.kind) for c in record.candidates]


@pytest.mark.parametrize(
    "opener",
    ["<input type='button' value='Go' onclick=\"window.location.href='{}'\">",
     '<script>setTimeout(function(){{ window.location = "{}"; }}, 500);</script>'],
)  # fmt: skip
def test_the_direct_link_may_be_opened_by_a_script(opener):
    """By a button, or by itself."""
    url = "https://fs2.locker.example/d/abcdefghijklmnop/walk.rar"
    record = extract(pages.pro(opener.format(url)), pages.PRO)
    assert record.state == "content"
    assert [(c.url, c.role) for c in record.candidates] == [(url, "download")]


def test_a_gallery_lists_the_pages_of_its_files():
    """A file's own page lists nothing of its neighbours."""
    link = f"<a href='{pages.L}/w1e2r3t4y5u6/p1.jpg.html'><img src='{pages.L}/i/00412/w1e2r3t4y5u6_t.jpg'></a>"
    record = extract(pages.pro(link, "Walk"), f"{pages.L}/g/ab12cd34")
    assert (record.engine, record.state) == ("xfilesharing", "content")
    shown = [(c.url, c.kind, c.role) for c in record.candidates if c.role != "preview"]
    assert shown == [(f"{pages.L}/w1e2r3t4y5u6/p1.jpg.html", "page", "locker")]
    assert extract(pages.pro(link, "Walk"), pages.PRO).state == "unknown"


def test_a_banned_file_is_gone_and_a_limit_for_free_users_is_premium():
    """Both in the site's own box."""
    said = {"This file was banned by copyright owner's report": "gone",
            "Free users can not download this file": "premium"}  # fmt: skip
    for text, state in said.items():
        assert extract(pages.box(text), pages.PRO).state == state
