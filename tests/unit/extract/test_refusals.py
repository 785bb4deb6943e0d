"""Links of pages that are never asked, and tricks by which pages wrap or hide their media."""

from __future__ import annotations

import base64

import pytest

from crawler.extract.read import extract
from crawler.extract.refusal import refusal

URL = "https://site.example/notes/walk.html"


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://forum.example/index.php?action=logout;ab12=cd", "logout"),
        ("https://forum.example/index.php?action=deletemsg;topic=1.0;msg=5", "delete"),
        ("https://forum.example/index.php?action=reporttm;topic=1.0;msg=5", "report"),
        ("https://forum.example/editpost.php?do=deletepost&p=5", "delete"),
        ("https://board.example/unlinkFiles.js?x=1", "unlink"),
        ("https://board.example/imgboard.php?report=11", "report"),
        ("https://regex.info/exif.cgi?imgurl=https://board.example/a.jpg", "exif_service"),
        ("https://ad.doubleclick.net/x.gif", "advertising"),
        ("https://www.google-analytics.com/collect?v=1", "analytics"),
        ("https://board.example/captcha.js?d=1", "captcha"),
        ("https://locker.example/captchas/a1.jpg", "captcha"),
    ],
)
def test_rules_for_links_of_pages(url, rule):
    """Forums part their fields by semicolons; advertising, analytics and captchas are refused too."""
    assert refusal(url) == rule
    record = extract(f"<a href='{url}'>x</a><img src='{url}'>", URL)
    assert [(link.url, link.why) for link in record.refused] == [(url, rule)]
    assert record.candidates == ()


@pytest.mark.parametrize(
    "url",
    ["https://forum.example/attachments/report-jpg.12/", "https://a.example/adverts/captchas.jpg",
     "https://forum.example/index.php?action=dlattach;topic=1.0;attach=12;image"],
)  # fmt: skip
def test_media_with_such_words_in_their_names_is_not_refused(url):
    """Whole segments and fields count."""
    assert refusal(url) is None


def wrapped(url):
    return base64.urlsafe_b64encode(url.encode()).decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<a href='https://go.example/redirect/{wrapped('https://img.example/a.jpg')}'>x</a>", "https://img.example/a.jpg"),
        (f"<a href='https://go.example/?{wrapped('https://img.example/a.jpg')}'>x</a>", "https://img.example/a.jpg"),
        ("<a href='/out?url=https%3A%2F%2Fb.example%2Fgo%3Fu%3Dhttps%253A%252F%252Fimg.example%252Fa.jpg'>x</a>",
         "https://img.example/a.jpg"),
        ("<img src='/proxy.php?image=https%3A%2F%2Fimg.example%2Fa.jpg&amp;hash=1'>", "https://img.example/a.jpg"),
        ("<img src='https://cdn.example/w_200/https://img.example/a.jpg'>", "https://img.example/a.jpg"),
        ("<img src='/_next/image?url=%2Fup%2Fa.jpg&amp;w=64'>", "https://site.example/up/a.jpg"),
        ("<img src='s.gif' data-large_image='/a.jpg'>", "https://site.example/a.jpg"),
        ("<script>player.setup({file: 'https:\\/\\/v.example\\/a.mp4'});</script>", "https://v.example/a.mp4"),
        ("<a href='&#104;ttps://img.example/a.jpg?x=1&amp;y=2'>x</a>", "https://img.example/a.jpg?x=1&y=2"),
        ("<a href='https://h.example/v/1'><img src='https://t.h.example/1_t.jpg'></a>", "https://h.example/v/1"),
        ("<a href='https://h.example/x1/walk.zip.html'>x</a>", "https://h.example/x1/walk.zip.html"),
    ],
)  # fmt: skip
def test_media_behind_wrappers_proxies_and_scripts(body, expected):
    """Taken apart as text: nothing is asked and no script is run."""
    assert expected in [c.url for c in extract(body, URL).candidates]


def test_pictures_that_stand_in_the_page_itself_are_counted():
    """`data:` pictures are no addresses; how many there are is told."""
    record = extract(
        "<img src='data:image/png;base64,AA'><img src='data:image/gif;base64,BB'>", URL
    )
    assert (record.data_images, record.candidates) == (2, ())
