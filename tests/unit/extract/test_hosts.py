"""Image hosts, galleries and YetiShare lockers; their states and their next steps."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from crawler.extract.read import extract

G = "https://pics.example"


def urls(record, role="original"):
    return [c.url for c in record.candidates if c.role == role]


CHV = f"""<html><head><meta name="generator" content="Chevereto 4.1"><meta property="og:image" content="{G}/images/2024/01/02/hills.md.jpg">
<link rel="image_src" href="{G}/images/2024/01/02/hills.jpg"></head><body id="image"><div id="top-bar"></div>
<div id="image-viewer" class="image-viewer"><div id="image-viewer-container" class="image-viewer-main">
<img src="{G}/images/2024/01/02/hills.md.jpg" data-media="image" width="900"></div></div>{{rest}}</body></html>"""
CHV_DOWNLOAD = f'<a data-action="download" class="btn btn-download" href="{G}/images/2024/01/02/hills.jpg" download="hills.jpg">d</a>'
CHV_SCRIPT = (
    '<script>CHV.obj.image_viewer.image = {"name":"hills","url":"https:\\/\\/pics.example\\/images'
    '\\/2024\\/01\\/02\\/hills.jpg","medium":{"url":"https:\\/\\/x\\/y.md.jpg"}};</script>'
)


@pytest.mark.parametrize("rest", [CHV_DOWNLOAD, CHV_SCRIPT, "", "<a href='/image/x/delete'>x</a>"])
def test_chevereto_gives_the_full_size_by_whatever_the_theme_offers(rest):
    """The download link, the viewer's script, or the medium size's own name."""
    record = extract(CHV.format(rest=rest), f"{G}/image/abc")
    assert (record.engine, record.site_type, record.state) == ("chevereto", "image_host", "content")
    assert [c.url for c in record.candidates] == [f"{G}/images/2024/01/02/hills.jpg"]


def test_a_chevereto_list_gives_the_originals_of_its_items():
    """Each item carries its picture's data percent-encoded."""
    data = quote(json.dumps({"image": {"url": f"{G}/images/a.png"}, "medium": {"url": "x"}}))
    html = (
        f"<body id='album'><div id='top-bar'></div><div class='list-item' data-object='{data}'>"
        f"<div class='list-item-image'><a href='/image/q'><img src='{G}/images/a.md.png'></a></div></div>"
    )
    record = extract(html, f"{G}/album/x")
    assert [c.url for c in record.candidates] == [f"{G}/images/a.png"]


@pytest.mark.parametrize(
    ("html", "state"),
    [
        (("<body id='content-password'><div id='top-bar'></div><form><input type=password name="
         "'content-password'></form>"), "password"),
        (("<head><meta name=generator content=Chevereto></head><body id='404'><div id='top-bar'></div>"
         "<h1>That page doesn't exist</h1>"), "gone"),
    ],
)  # fmt: skip
def test_chevereto_states(html, state):
    """A password for one picture, a page that is not there."""
    assert extract(html, f"{G}/image/abc").state == state


PWG = """<html><body id="thePicturePage"><div id="the_page"><div id="imageHeaderBar"></div><div id="theImageAndInfos">
<div id="theImage"><img class="file-ext-jpg" src="themes/default/images/ajax_loader.gif" data-src="{src}" id="theMainImage"></div>
{rest}</div><a href="identification.php">l</a></div></body></html>"""


def test_piwigo_offers_its_original_by_a_script():
    """The download link, and the path that the derivative's name stands for."""
    link = '<a id="downloadSwitchLink" href="action.php?id=7&amp;part=e&amp;download">d</a>'
    src = "_data/i/upload/2024/01/02/20240102-abcd-me.jpg"
    record = extract(PWG.format(src=src, rest=link), f"{G}/g/picture.php?/7/category/1")
    assert (record.engine, record.state) == ("piwigo", "content")
    assert urls(record) == [
        f"{G}/g/action.php?id=7&part=e&download",
        f"{G}/g/upload/2024/01/02/20240102-abcd.jpg",
    ]
    assert urls(record, "inline") == urls(record, "preview") == []


@pytest.mark.parametrize(
    ("src", "expected"),
    [
        ("i.php?/upload/2024/01/02/20240102-abcd-xx.png", f"{G}/g/upload/2024/01/02/20240102-abcd.png"),
        ("./upload/2024/01/02/20240102-abcd.png", f"{G}/g/upload/2024/01/02/20240102-abcd.png"),
        ("i?/galleries/hills/a-cu_s9999x250.jpg", f"{G}/g/galleries/hills/a.jpg"),
    ],
)  # fmt: skip
def test_piwigo_without_a_download_link(src, expected):
    """The original lies where the derivative's name says."""
    record = extract(PWG.format(src=src, rest=""), f"{G}/g/picture.php?/7")
    assert (record.engine, urls(record)) == ("piwigo", [expected])


CPG = """<html><body><table class="maintable"><tr><td class="navmenu"><a href="thumbnails.php?album=1">t</a>
<a href="report_file.php?pid=5">r</a><a href="delete.php?id=5&amp;what=picture">x</a></td></tr><tr><td class="display_media">{media}</td></tr></table></body></html>"""


@pytest.mark.parametrize(
    "media",
    [
        (
            "<a href=\"javascript:;\" onclick=\"MM_openBrWindow('displayimage.php?pid=5&amp;fullsize=1','x','a')\">"
            '<img src="albums/userpics/10001/normal_hills.jpg" class="image"></a>'
        ),
        '<a href="displayimage.php?album=1&amp;pid=5#top_display_media"><img src="albums/userpics/10001/thumb_hills.jpg" class="image"></a>',
        '<img src="albums/userpics/10001/hills.jpg" class="image" id="fullsize_image">',
    ],
)
def test_coppermine_gives_the_original_beside_its_smaller_forms(media):
    """`normal_` and `thumb_` lie beside the original; the full-size page is named too."""
    record = extract(CPG.format(media=media), f"{G}/cpg/displayimage.php?pid=5")
    assert (record.engine, record.state) == ("coppermine", "content")
    assert urls(record) == [f"{G}/cpg/albums/userpics/10001/hills.jpg"]
    assert [c.kind for c in record.candidates if c.role != "original"] in ([], ["page"])
    assert {link.why for link in record.refused} == {"report", "delete"}


L = "https://locker.example/8rU"
YETI = """<html><head><title>walk.zip - Locker</title></head><body><a href="/register.html">r</a>
<a href="/8rU~s">stats</a><a href="/8rU~d?aa11">delete</a><a href="/report_file.html">abuse</a>
<div class="pageSectionMain"><div class="download-timer">Wait <span class="download-timer-seconds">{shown}</span></div></div>
<script>var seconds = {wait}; function display() {{ if (seconds == 0) {{
 $('.download-timer').html("<a class='btn' href='https://locker.example/8rU{query}'>download now</a>"); }} }}</script></body></html>"""


@pytest.mark.parametrize(("wait", "query"), [(30, "?d=1"), (60, "?pt=MTIzNDU2"), (5, "?d=1&x=2")])
def test_yetishare_declares_its_wait_and_its_next_step(wait, query):
    """The address stands in an inline script only; delete and report links are refused."""
    record = extract(YETI.format(wait=wait, query=query, shown=wait), L)
    assert (record.engine, record.site_type, record.state) == (
        "yetishare",
        "cyberlocker",
        "countdown",
    )
    assert record.next is not None
    assert (record.next.method, record.next.url, record.next.wait_s) == ("GET", L + query, wait)
    assert {link.why for link in record.refused} == {"delete", "report"}
    assert record.candidates == ()


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("File+has+been+removed.", "gone"),
        ("File+has+been+removed+due+to+inactivity.", "gone"),
        ("You+must+be+a+premium+user+to+download+this+file", "premium"),
        ("You+must+register+for+an+account+to+download", "login"),
        ("You+must+wait+10+minutes+between+downloads.", "countdown"),
        ("File+has+expired.", "expired"),
        ("Server+too+busy", "unknown"),
    ],
)
def test_yetishare_error_addresses(said, state):
    """The page it redirects to says why in its address."""
    record = extract(
        "<title>Error</title><ul class='pageErrors'><li>x</li></ul>",
        f"https://locker.example/error.html?e={said}",
    )
    assert record.state == state


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (("<form method=post action=/file_password.html><input type=hidden name=file value=8rU>"
         "<input type=password name=filePassword></form>"), "password"),
        ("<form method=post action=/8rU><div class=g-recaptcha></div><input type=hidden name=s value=1></form>", "captcha"),
    ],
)  # fmt: skip
def test_yetishare_gates(body, state):
    """A password and a captcha stop the walk; the form is declared all the same."""
    record = extract(f"<a href='/8rU~s'>s</a><a href='/report_file.html'>r</a>{body}", L)
    assert (record.engine, record.state) == ("yetishare", state)
    assert record.next is not None
    assert record.next.method == "POST"
