"""Image hosts: what their metadata names, what opens an album, and what belongs to the site."""

from __future__ import annotations

import gallery_pages as pages
import pytest

from crawler.extract.read import extract

L = "https://lychee.example"


def full(record):
    return [c.url for c in record.candidates if c.role != "preview"]


@pytest.mark.parametrize(
    ("named", "original"),
    [
        ("uploads/medium/9f8e.jpg", "uploads/big/9f8e.jpg"),
        ("uploads/small2x/c3/3d/9f8e@2x.jpg", "uploads/original/c3/3d/9f8e.jpg"),
        ("uploads/big/9f8e.jpg", "uploads/big/9f8e.jpg"),
    ],
)
def test_lychee_names_its_picture_in_the_metadata(named, original):
    """A smaller size lies beside its original under the same name."""
    html = (
        f"<html><head><meta name='generator' content='Lychee v4'><meta property='og:image' content='{L}/{named}'>"
        "</head><body><div id='imageview'></div></body></html>"
    )
    record = extract(html, f"{L}/view?p=1")
    assert (record.engine, record.state, full(record)) == ("lychee", "content", [f"{L}/{original}"])


def test_a_chevereto_album_names_the_form_that_opens_it():
    """With its token; the login box of every page is another form."""
    html = pages.chevereto(
        "<form method='post' action='/login'><input name='login-subject'><input type='password' name='password'></form>"
        "<h1>This content is password protected</h1><form method='post'><input type='hidden' name='auth_token' value='dd'>"
        "<input type='password' name='content-password'></form>"
    )
    record = extract(html, f"{pages.C}/album/x")
    assert (record.engine, record.state) == ("chevereto", "password")
    assert record.next is not None
    assert (record.next.url, record.next.form) == (f"{pages.C}/album/x", (("auth_token", "dd"),))


def test_pictures_of_the_site_and_its_users_are_left_out():
    """Avatars of Chevereto, buttons of Coppermine."""
    html = pages.chevereto(
        f"<img src='{pages.C}/content/images/users/xY/av_1.jpg'>{pages.item('hills.md.jpg')}",
        "user",
    )
    assert full(extract(html, f"{pages.C}/ann")) == [pages.HILLS]
    html = (
        "<link href='themes/curve/style.css'><table class='maintable'><tr><td class='navmenu'><a href='thumbnails.php?album=3'>"
        "<img src='images/navbar/thumbnails.png'></a></td></tr><tr><td class='display_media'><img class='image' "
        "src='albums/u/normal_bend.jpg'></td></tr></table>"
    )
    record = extract(html, f"{pages.K}/displayimage.php?pid=45")
    assert [c.url for c in record.candidates] == [f"{pages.K}/albums/u/bend.jpg"]


def test_an_attribute_for_the_full_size_is_not_a_preview_in_a_link():
    """`data-original` is one beside `data-src`; alone it is what a lazy script shows."""
    html = (
        "<a href='/g/1'><img src='/b.gif' data-src='https://t.pics.example/1t.jpg' data-original='https://i.pics.example/1.jpg'>"
        "</a><a href='/g/2'><img src='/b.gif' data-original='https://t.pics.example/2.jpg'></a>"
        "<a href='/g/3'><img src='/b.gif' data-full='https://i.pics.example/3.jpg'></a>"
    )
    record = extract(html, "https://pics.example/g")
    assert full(record) == ["https://i.pics.example/1.jpg", "https://i.pics.example/3.jpg"]
