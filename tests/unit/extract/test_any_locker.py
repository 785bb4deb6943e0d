"""Lockers and image hosts of no known engine: waits, forms, doors, and what merely stands beside."""

from __future__ import annotations

import plain_site_pages as pages
import pytest

from crawler.extract.read import extract

POST = (f"{pages.FILE}/get", (("_token", "Qx"),))


def read(inner, title="walk.zip - Files", url=pages.FILE):
    return extract(pages.site(inner, title), url)


def step(record):
    return record.next and (record.next.url, record.next.form, record.next.wait_s)


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        ("<div id='countdown'>Wait <span id='timer'>15</span> seconds</div>", 15),
        ("<p>Next free download in <span class='countdown'>01:30</span></p>", 90),
        ("<b id='timer'></b><script>var seconds = 12; tick();</script>", 12),
        ("<div class='bar' data-seconds='8'></div>", 8),
        ("<table><td><span class='wait'>60 s</span></table><span class='seconds'>5</span>", 5),
        ("", 0),
    ],
)
def test_the_free_form_and_its_wait_are_the_next_step(wait, seconds):
    """Whether the figure is shown, counted as a clock or set by a script; else there is no wait."""
    record = read(f"<h1>walk.zip</h1>{wait}{pages.download_form()}")
    assert (record.state, record.site_type) == ("countdown", "cyberlocker")
    assert step(record) == (*POST, seconds)


def test_a_link_that_opens_after_the_wait_is_the_next_step():
    """Its address is taken as it stands."""
    record = read(
        "<b id='countdown'>10</b><a id='download-link' href='/get/x8?t=1%2Bx'>Download</a>"
    )
    assert record.state == "countdown"
    assert step(record) == (f"{pages.S}/get/x8?t=1%2Bx", (), 10)


def test_a_script_that_leads_to_the_file_after_the_wait_is_the_next_step():
    """Only to a file; other redirects are not followed."""
    script = "<script>c=8;function f(){window.location='https://s1.files.example/g/walk.zip?k=1'}</script>"
    record = read(f"<div id='wait'>Starts in 8 seconds</div>{script}")
    assert step(record) == ("https://s1.files.example/g/walk.zip?k=1", (), 8)


@pytest.mark.parametrize(
    "form",
    [
        "<form method='post' action='/pricing'><button>Premium download</button></form>",
        "<form method='post' action='/f/x/mail'><input name='to'><button>Download by mail</button></form>",
        "<form method='post' action='/register'><button>Download</button></form>",
        "<form method='post' action='/checkout'><button>Download now</button></form>",
        "<nav><form method='post' action='/all'><button>Download</button></form></nav>",
    ],
)
def test_what_sells_registers_or_asks_is_no_next_step(form):
    """Nor is what stands in the menu."""
    record = read(f"<h1>walk.zip</h1><span id='countdown'>9</span>{form}")
    assert record.next is None


def test_a_picture_beside_a_download_form_is_content():
    """The form offers what the page shows."""
    record = read(f"<img src='https://i.files.example/full/hill.jpg'>{pages.download_form()}")
    assert (record.state, record.next) == ("content", None)


def test_a_button_whose_address_has_no_extension_is_a_download():
    """Told by its name; the app that the site offers is not."""
    record = read(
        "<a class='btn download-btn' href='/apps/android/get'>Download our app</a>"
        "<a id='download-btn' class='btn' href='/d/x81kd9/17abc'>Download</a>"
    )
    found = [(c.url, c.kind, c.role) for c in record.candidates if c.role != "preview"]
    assert (record.state, found) == ("content", [(f"{pages.S}/d/x81kd9/17abc", "file", "download")])


@pytest.mark.parametrize(
    "guard",
    ["<div class='h-captcha'></div>", "<img src='/captcha.php?s=1'><input name='captcha_code'>",
     ("<div id='c1'></div><script>grecaptcha.render('c1')</script><script src='https://www.google.com/recaptcha/api.js'>"
     "</script>")],
)  # fmt: skip
def test_a_captcha_in_the_files_own_form_is_a_door(guard):
    """The form is named with its hidden fields, for the analyst."""
    record = read(pages.download_form(guard))
    assert (record.state, step(record)) == ("captcha", (*POST, 0))


@pytest.mark.parametrize(
    "aside",
    ["<div class='g-recaptcha' style='display: none'></div>",
     "<div class='modal'><div class='h-captcha'></div></div>",
     "<form method='post' action='/'><input type='hidden' name='op' value='report_file'><div class='h-captcha'></div></form>",
     "<form id='comment-form' method='post'><div class='g-recaptcha'></div></form>"],
)  # fmt: skip
def test_a_captcha_of_something_else_is_no_door(aside):
    """Those of the login box and the report form stand on every page already."""
    record = read(f"<a href='https://dl.files.example/walk.zip'>Get</a>{aside}")
    assert (record.state, "captcha" in record.signs) == ("content", False)


@pytest.mark.parametrize(
    "field",
    ["<input type='password' name='file_password'>", "<input name='pass' placeholder='Password'>",
     "<input type='password' name='pw'><input type='checkbox' name='keep' value='1'>"],
)  # fmt: skip
def test_a_password_for_a_file_names_its_form(field):
    """Whether the field hides what is typed or not."""
    form = f"<form method='post' action='/unlock'><input type='hidden' name='t' value='1'>{field}<button>Open</button></form>"
    record = read(f"<h1>Protected folder</h1>{form}", "Protected")
    assert (record.state, step(record)) == ("password", (f"{pages.S}/unlock", (("t", "1"),), 0))


def test_a_login_box_beside_the_content_is_no_wall():
    """Its heading is not the page's; without any content it is believed."""
    box = "<aside><h2>Login</h2><form method='post' action='/in'><input name='u'><input type='password' name='p'></form></aside>"
    assert read(f"<h1>Hill</h1><img src='/full/hill.jpg'>{box}", "Hill").state == "content"
    assert read(f"<h1>Files</h1>{box}", "Files").state == "login"


def test_a_box_that_asks_to_log_in_is_a_wall():
    """Without media and without a login word in the title."""
    record = read("<div class='alert'>You must be logged in to view this content.</div>", "Files")
    assert (record.state, record.state_rule) == ("login", "sign:members_only")


@pytest.mark.parametrize("text", pages.PREMIUM)
def test_premium_walls_are_told_in_several_languages(text):
    """By the site's own box, beside which no free form stands."""
    assert read(f"<h1>walk.zip</h1><div class='notice'>{text}</div>").state == "premium"
    assert read(f"<div class='notice'>{text}</div>{pages.download_form()}").state == "countdown"


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        ("<div class='warn'>Vous devez attendre encore 3 minutes.</div>", 180),
        ("<div class='alert'>Bitte warten Sie 1 Stunde 2 Minuten 3 Sekunden</div>", 3723),
        ("<div class='alert'>Подождите ещё 20 секунд</div>", 20),
        ("<div class='alert'>Espere 45 segundos</div>", 45),
    ],
)
def test_a_wait_may_be_said_in_other_languages(wait, seconds):
    """Hours, minutes and seconds, in the site's own box."""
    record = read(f"{wait}{pages.download_form(button='<button>Télécharger</button>')}")
    assert (record.state, step(record)) == ("countdown", (*POST, seconds))


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("<a class='btn btn-lg' href='/start/AbC'>Download</a>", (f"{pages.S}/start/AbC", "file", "download")),
        ("<a id='downloadButton' href='#' data-scrambled-url='aHR0cHM6Ly9kbC5maWxlcy5leGFtcGxlL3gvd2Fsay56aXA='>Get</a>",
         ("https://dl.files.example/x/walk.zip", "archive", "download")),
        ("<a href='javascript:void(0)' onclick=\"window.open('/full/hill.jpg')\"><img src='/preview/hill.jpg'></a>",
         (f"{pages.S}/full/hill.jpg", "picture", "original")),
    ],
)  # fmt: skip
def test_a_button_may_hide_where_it_leads(link, found):
    """In an attribute as Base64, or in the call of a script around a picture."""
    record = read(link)
    shown = [(c.url, c.kind, c.role) for c in record.candidates if c.role != "preview"]
    assert (record.state, shown) == ("content", [found])


def test_addresses_in_a_scripts_data_may_escape_their_slashes():
    """As frameworks write them into a page, without one plain slash."""
    script = '<script>x={files:[{url:"https:\\u002F\\u002Fi.files.example\\u002Fa.jpg"}]}</script>'
    record = extract(f"<div id='__nuxt'></div>{script}", f"{pages.S}/a/1")
    assert [c.url for c in record.candidates] == ["https://i.files.example/a.jpg"]


def test_what_members_alone_may_write_is_no_wall():
    """Everybody may look."""
    record = read("<h1>Walk</h1><div class='alert'>You must log in to reply here.</div>")
    assert record.state != "login"


def test_a_password_for_deleting_opens_nothing():
    """Its button, its field or its address says so."""
    form = "<form method='post' action='/f/x/del'><input type='password' name='delkey'><button>Delete</button></form>"
    record = read(f"<h1>walk.zip</h1>{form}")
    assert (record.state, record.next) == ("unknown", None)


@pytest.mark.parametrize(
    "note",
    ["This file expires in 3 days. Files are removed when expired.", "This link will be expired on 1 May",
     "Files that violate copyright are removed"],
)  # fmt: skip
def test_what_will_be_removed_one_day_is_still_there(note):
    """A note beside the file, or before its form."""
    box = f"<h1>walk.zip</h1><div class='alert'>{note}</div>"
    assert (
        read(f"{box}<a class='btn' href='https://dl.files.example/walk.zip'>Get</a>").state
        == "content"
    )
    assert read(box + pages.download_form()).state == "countdown"


def test_the_frames_of_a_frameset_are_read():
    """As those within a page."""
    html = "<frameset><frame src='/top'><frame src='https://i.files.example/a.jpg'></frameset>"
    record = extract(html, f"{pages.S}/go")
    assert ("https://i.files.example/a.jpg", "picture") in [
        (c.url, c.kind) for c in record.candidates
    ]
