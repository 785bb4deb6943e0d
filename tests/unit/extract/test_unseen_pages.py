"""Pages of sites that nobody described before: what is shown in full, and what is only beside it."""

from __future__ import annotations

import json

import pytest

from crawler.extract.read import extract
from crawler.extract.record import PageRecord

SITE = "https://site.example"
URL = f"{SITE}/notes/walk"


def read(body: str, *, url: str = URL, head: str = "") -> PageRecord:
    return extract(f"<html><head>{head}</head><body>{body}</body></html>", url)


def full(record: PageRecord) -> list[str]:
    """Return what is listed in full size, without its site."""
    shown = (c for c in record.candidates if c.role != "preview" and c.kind != "page")
    return [c.url.removeprefix(SITE) for c in shown]


@pytest.mark.parametrize(
    "ornament",
    [
        "<img src='/icons/image2.gif'>",
        "<img src='/_h5ai/public/images/file.png'>",
        "<img class='avatar' src='/u/ann.png'>",
        "<a class='avatar'><img src='/u/ann.png'></a>",
        "<img class='emoji' src='/i/smile.png'>",
        "<img src='/uploads/site-logo.png'>",
        "<div id='cookie-consent'><p><img src='/i/biscuit.png'></p></div>",
        "<table background='/i/paper.gif'></table>",
    ],
)
def test_ornaments_of_any_site_are_previews(ornament):
    """They are no media of the page, and do not make a page without media one with content."""
    assert full(read(f"{ornament}<a href='/full/a.jpg'>a</a>")) == ["/full/a.jpg"]
    assert read(ornament).state == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        "<img id='img' src='/c/5.png'>",
        "<img src='/c/5.png' width='1280'>",
        "<img src='/c/5.png' style='height:900px;width:800px'>",
    ],
)
def test_a_main_picture_may_lead_to_the_next_page(body):
    """Readers of comics and galleries link each picture to the page of the following one."""
    assert full(read(f"<a href='/c/6'>{body}</a>")) == ["/c/5.png"]


def test_a_picture_in_a_link_to_the_next_page_is_what_its_page_shows():
    """The relation of the link says so; in a link without it a picture is a preview."""
    assert full(read("<a rel='next' href='/c/6'><img src='/c/5.png'></a>")) == ["/c/5.png"]
    assert full(read("<a href='/c/6'><img src='/c/5.png'></a>")) == []


@pytest.mark.parametrize(
    ("link", "shown", "kept"),
    [
        ("/image.php?id=5", "/image.php?id=5&thumb=1", True),
        ("/image.php?id=5", "/image.php?id=5&w=200&h=150", True),
        ("/image.php?id=5", "/image.php?id=5&delete=1", False),
        ("/image.php?id=5", "/image.php?id=6&thumb=1", False),
        ("/album.php?id=5", "/image.php?id=5&thumb=1", False),
    ],
)
def test_the_address_of_a_smaller_form_tells_that_its_link_is_a_picture(link, shown, kept):
    """A link is the picture itself when the picture shown adds nothing but a size to it."""
    record = read(f"<a href='{link}'><img src='{shown}'></a>")
    assert (link in full(record)) is kept


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<a href='/view_image.php?fn=%2Fdata%2Fa.jpg'><img src='/t/a.jpg'></a>", "/data/a.jpg"),
        ("<a href='/redirect/x/https%3A%2F%2Fsite.example%2Fb.jpg'>b</a>", "/b.jpg"),
        ("<amp-img src='/i/a.jpg' width='900'></amp-img>", "/i/a.jpg"),
        ("<amp-video src='/i/v.mp4'></amp-video>", "/i/v.mp4"),
        ("<img data-orig-file='/a.jpg' data-large-file='/b.jpg' src='/c-150x150.jpg'>", "/a.jpg"),
        ("<section data-file-url='/o/a.jpg' data-large-file-url='/s/a.jpg'></section>", "/o/a.jpg"),
        ("<script>location.replace('/full/a.jpg')</script>", "/full/a.jpg"),
        ('<script>var d="{\\"url\\":\\"/full/a.jpg\\"}"</script>', "/full/a.jpg"),
    ],
)
def test_full_sizes_are_found_where_sites_keep_them(page, expected):
    """Viewers, pages that pass on, AMP, attributes of libraries, and quoted JSON are understood."""
    assert full(read(page)) == [expected]


@pytest.mark.parametrize(
    "script",
    [
        "var pages = ['/g/1.jpg', '/g/2.jpg', '/g/3.jpg'];",
        'pages: ["\\/g\\/1.jpg","\\/g\\/2.jpg","\\/g\\/3.jpg"]',
        "p = new Array('/g/1.jpg','/g/2.jpg','/g/3.jpg')",
        "p.push('/g/1.jpg'); p.push('/g/2.jpg'); p[2] = '/g/3.jpg';",
    ],
)
def test_lists_of_pictures_in_scripts_are_read(script):
    """Readers and slide shows name their pictures in a list; one of thumbnails is left alone."""
    body = f"<script>{script} var thumbs = ['/t/1.jpg', '/t/2.jpg'];</script>"
    assert full(read(body)) == ["/g/1.jpg", "/g/2.jpg", "/g/3.jpg"]


@pytest.mark.parametrize(
    "beside",
    [
        "<img src='/p/a-300x200.jpg'>",
        "<img src='/360x360/p/a.jpg'>",
        "<img src='/samples/a.jpg'>",
        "<img src='/x/sample-0a1b.jpg'>",
    ],
)
def test_forms_in_other_sizes_are_previews_beside_the_whole(beside):
    """A name tells a smaller form only where the page shows the larger one too."""
    assert full(read(f"<a href='/p/a.jpg'>a</a>{beside}")) == ["/p/a.jpg"]
    assert len(full(read(beside))) == 1


def test_metadata_that_repeats_a_thumbnail_is_a_preview():
    """What a page links or names in a larger form is small wherever else it is named."""
    head = "<meta property='og:image' content='/t/5.jpg'>"
    shown = "<a href='/full/5.jpg'><img src='/t/5.jpg'></a>"
    assert full(read(shown, head=head)) == ["/full/5.jpg"]
    listed = "<img srcset='/t/5.jpg 300w, /full/5.jpg 900w'>"
    assert full(read(listed, head=head)) == ["/full/5.jpg"]


@pytest.mark.parametrize("member", ["logo", "publisher", "author"])
def test_linked_data_about_the_site_is_not_the_pages_content(member):
    """Its logo is a picture of the site; what the page shows stands beside it."""
    data = {member: {"@type": "ImageObject", "url": "/brand.png"}, "contentUrl": "/full/a.jpg"}
    body = f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    assert full(read(body)) == ["/full/a.jpg"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"cooked": '<p><img src="/u/a.jpg"></p>'}, ["/u/a.jpg"]),
        ({"file_url": "/o/a.jpg", "large_file_url": "/s/a.jpg"}, ["/o/a.jpg"]),
        ({"large_file_url": "/s/a.jpg"}, ["/s/a.jpg"]),
        ({"original": {"url": "uploads/o/a.jpg"}}, ["/uploads/o/a.jpg"]),
        ({"account": {"header": "/h.png"}, "url": "/o/a.jpg"}, ["/o/a.jpg"]),
        ({"advert_link_image": "/banner.png", "path": "/o/a.jpg"}, ["/o/a.jpg"]),
        ({"post_stream": {"posts": [{"cooked": '<a href="/u/a.jpg">a</a>'}]}}, ["/u/a.jpg"]),
    ],
)
def test_answers_of_interfaces_are_read_as_their_pages_are(data, expected):
    """Text with markup is read like a page; other sizes, headers and adverts are left out."""
    assert full(extract(json.dumps(data), f"{SITE}/api/1")) == expected


@pytest.mark.parametrize(
    ("form", "step"),
    [
        (
            "<form method='post'><input type='submit' name='go' value='Continue to image ...'></form>",
            ("POST", URL, (("go", "Continue to image ..."),)),
        ),
        (
            (
                "<form method='get' action='/get?x=1'><input type='hidden' name='id' value='5'>"
                "<input type='hidden' name='ok' value='t'><input type='submit' value='Download'></form>"
            ),
            ("GET", f"{SITE}/get?id=5&ok=t", ()),
        ),
        (
            (
                "<form method='post' action='/f'><p>Premium costs 5</p><input type='hidden' name='a' "
                "value='1'><input type='submit' value='Free Download'><a href='/premium'>P</a></form>"
            ),
            ("POST", f"{SITE}/f", (("a", "1"),)),
        ),
    ],
)
def test_steps_of_unknown_landing_pages(form, step):
    """A form that is not posted becomes the query that a browser asks for."""
    record = read(form)
    assert record.state == "countdown"
    assert record.next is not None
    assert (record.next.method, record.next.url, record.next.form) == step


@pytest.mark.parametrize(
    "action", ["/f/5/delete", "/vote", "/unsubscribe", "/ban.php", "/edit/5", "/premium", "/reply"]
)
def test_forms_that_change_something_are_no_step(action):
    """However their button is named, they are not sent and do not make a page a landing page."""
    record = read(f"<form method='post' action='{action}'><button>Continue</button></form>")
    assert (record.state, record.next) == ("unknown", None)


@pytest.mark.parametrize(
    "field", [("_method", "delete"), ("action", "delete"), ("op", "report_file")]
)
@pytest.mark.parametrize("method", ["post", "get"])
def test_a_form_that_names_its_deed_in_a_field_is_no_step(method, field):
    """Neither method makes it one, though its address says nothing of it."""
    hidden = "".join(
        f"<input type='hidden' name='{n}' value='{v}'>" for n, v in (field, ("t", "1"))
    )
    body = f"<form method='{method}' action='/f/5'>{hidden}<button>Continue</button></form>"
    record = read(body)
    assert (record.state, record.next) == ("unknown", None)


@pytest.mark.parametrize("path", ["/users/5/follow", "/newsletter", "/consent", "/signup"])
def test_forms_that_serve_something_else_are_no_step(path):
    """A button that only says to go on does not make a form a file's."""
    form = f"<form method='post' action='{path}'><input type='hidden' name='a' value='1'>"
    assert read(f"{form}<button>Continue</button></form>").next is None


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<div data-g=\'[{"src":"/u/a.jpg","thumb":"/t/a.jpg"}]\'></div>', ["/u/a.jpg"]),
        ("<svg><image xlink:href='/u/a.jpg'></image></svg>", ["/u/a.jpg"]),
        ("<enclosure url='/u/v.mp4' type='video/mp4'></enclosure>", ["/u/v.mp4"]),
        ("<img src='{{url}}'><img src='${src}'><img src='/u/a.jpg'>", ["/u/a.jpg"]),
        ("<pre>[url=https://site.example/u/a.jpg]name[/url]</pre>", ["/u/a.jpg"]),
    ],
)
def test_addresses_in_other_forms_are_read_and_templates_are_none(page, expected):
    """Settings as JSON, drawings, feeds and BBCode hold media; what a template leaves open does not."""
    assert full(read(page)) == expected


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        ("/vote.php?id=5", "vote"),
        ("/posts/5/like", "vote"),
        ("/edit/5", "edit"),
        ("/ban.php?u=1", "ban"),
        ("/newreply.php?t=1", "reply"),
        ("/list/unsubscribe?x=1", "unsubscribe"),
        ("/premium", "payment"),
    ],
)
def test_links_that_write_or_sell_are_named_as_refused(link, rule):
    """They are listed with their rule; a picture of such a name is a picture."""
    record = read(f"<a href='{link}'>x</a><img src='/a/vote.jpg'>")
    assert [(one.url, one.why) for one in record.refused] == [(SITE + link, rule)]
    assert full(record) == ["/a/vote.jpg"]


@pytest.mark.parametrize(
    "said",
    [
        "Η σελίδα δεν βρέθηκε",
        "ไม่พบไฟล์",
        "הקובץ לא נמצא",
        "فایل یافت نشد",
        "Không tìm thấy tệp",
        "삭제된 게시물입니다",
        "Begärt ämne existerar inte.",
        "Emnet eksisterer ikke.",
        "Viestiketjua ei ole olemassa.",
        "Stránka sa nenašla",
        "Stranica nije pronađena",
        "指定的主题不存在或已被删除",
        "That page doesn\u2019t exist",
    ],
)
def test_removal_is_understood_in_more_languages(said):
    """A heading says it, and nothing else is on the page."""
    assert read(f"<h1>{said}</h1>").state == "gone"


@pytest.mark.parametrize(
    "said",
    [
        "That page doesn\u2019t exist or is private.",
        "The topic has been removed or is off limits to you.",
    ],
)
def test_what_may_only_be_closed_is_not_called_gone(said):
    """A site that leaves open which it is says nothing of removal."""
    assert read(f"<h1>{said}</h1>").state != "gone"


def test_a_page_that_bars_robots_by_its_frame_is_a_challenge():
    """The frame of Imperva's page holds nothing of the site."""
    frame = "<iframe id='main-iframe' src='/_Incapsula_Resource?incident_id=1'>x</iframe>"
    assert read(frame).state == "challenge"


def test_a_redirect_to_the_hosters_suspension_page_is_told():
    """The page itself is empty; where it leads says what happened."""
    head = "<meta http-equiv='refresh' content='0; url=/cgi-sys/suspendedpage.cgi'>"
    record = read("", head=head)
    assert "suspended" in record.signs
    assert record.state == "unknown"


def test_the_words_of_a_menu_say_nothing_of_a_short_page():
    """A page without content of its own is not for members only because its menu sells."""
    assert read("<p>You need scripts</p><a href='/premium'>Premium</a>").state == "unknown"


def test_an_archive_that_keeps_only_thumbnails_still_shows_something():
    """A thumbnail that leads nowhere is all that is left of a file, so it is a preview."""
    post = (
        "<article class='thread' id='5'><div class='thread_image_box'>"
        "<a class='thread_image_link' href='#'><img class='post_image' src='/thumb/5s.jpg'></a>"
        "</div><div class='text'>x</div></article>"
    )
    head = "<meta name='generator' content='FoolFuuka 2.2.0'>"
    record = read(f"<div id='main'>{post}</div>", url=f"{SITE}/x/thread/5/", head=head)
    assert record.engine == "foolfuuka"
    assert [(c.url, c.role) for c in record.candidates] == [(f"{SITE}/thumb/5s.jpg", "preview")]


def test_the_image_viewer_of_yetishare_leads_to_the_whole_picture():
    """What its page shows is resized by a script of the same plugin."""
    viewer = "/plugins/imageviewer/site/direct.php?s=3fGh&/w.jpg"
    small = "/plugins/imageviewer/site/thumb.php?s=3fGh&w=800"
    body = (
        f"<a href='{viewer}'><img src='{small}'></a>"
        "<a href='/register.html'>register</a><a href='/report_file.html'>report</a>"
    )
    record = read(body, url=f"{SITE}/3fGh")
    assert (record.engine, record.state) == ("yetishare", "content")
    assert [c.url for c in record.candidates] == [SITE + viewer]
