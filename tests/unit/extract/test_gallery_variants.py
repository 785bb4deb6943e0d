"""Image hosts and galleries in their themes: the full size of this picture and of no neighbour."""

from __future__ import annotations

import gallery_pages as pages
import pytest

from crawler.extract.read import extract


def media(record):
    return [(c.url, c.kind) for c in record.candidates if c.kind != "page" and c.role == "original"]


def test_chevereto_without_a_download_button_is_read_from_its_script():
    """The keys of the script's object are bare; the slice of the album beside it is left alone."""
    record = extract(pages.viewer("image", pages.MEDIUM, pages.HILLS), f"{pages.C}/image/hills.A")
    assert (record.engine, record.state) == ("chevereto", "content")
    assert [(c.url, c.kind) for c in record.candidates] == [(pages.HILLS, "picture")]


def test_a_chevereto_film_is_not_taken_for_its_still():
    """The viewer shows a frame; only the script and the download link name the film."""
    film = f"{pages.C}/images/2024/walk.mp4"
    html = pages.viewer("video", f"{pages.C}/images/2024/walk.fr.jpeg", film)
    assert media(extract(html, f"{pages.C}/video/walk.A")) == [(film, "video")]


def test_a_chevereto_list_without_data_gives_the_originals_of_its_pictures():
    """By the names of their smaller sizes; a film's still says nothing of the film's name."""
    html = pages.chevereto(
        pages.item("hills.md.jpg") + pages.item("walk.fr.jpeg", "video"), "album"
    )
    assert media(extract(html, f"{pages.C}/album/x")) == [(pages.HILLS, "picture")]


ORIGINAL = f"{pages.P}/upload/2024/01/hills.jpg"
OPEN = "<a href=\"javascript:phpWGOpenWindow('action.php?id=12&amp;part=e','x','y')\">Original</a>"
DOWNLOAD = "<a id='downloadSwitchLink' href='action.php?id=12&amp;part=e&amp;download'>Get</a>"


@pytest.mark.parametrize(
    ("main", "extra", "expected"),
    [
        ("src='_data/i/upload/2024/01/hills-me.jpg'", "", [ORIGINAL]),
        ("src='wait.gif' data-src='i.php?/upload/2024/01/hills-xl.jpg'", "", [ORIGINAL]),
        ("src='./upload/2024/01/hills.jpg'", "", [ORIGINAL]),
        ("src='_data/i/upload/2024/01/hills-me.jpg'", OPEN, [f"{pages.P}/action.php?id=12&part=e", ORIGINAL]),
        ("src='_data/i/upload/2024/01/hills-me.jpg'", DOWNLOAD,
         [f"{pages.P}/action.php?id=12&part=e&download", ORIGINAL]),
    ],
)  # fmt: skip
def test_piwigo_gives_this_picture_and_not_its_neighbours(main, extra, expected):
    """Whatever the theme offers: the download, the original's window, or the derivative's path."""
    record = extract(pages.picture(main, extra), f"{pages.P}/picture.php?/12/category/3")
    assert (record.engine, record.state) == ("piwigo", "content")
    assert [url for url, _ in media(record)] == expected
    assert not [c for c in record.candidates if "next" in c.url or "other" in c.url]


def test_a_piwigo_album_of_folders_is_understood_too():
    """Pictures that were copied onto the server lie under `galleries`."""
    html = pages.picture("src='_data/i/galleries/walks/hills-me.jpg'")
    found = [url for url, _ in media(extract(html, f"{pages.P}/picture.php?/12"))]
    assert f"{pages.P}/galleries/walks/hills.jpg" in found


@pytest.mark.parametrize("name", pages.COPPERMINE)
def test_coppermine_gives_this_picture_and_not_its_film_strip(name):
    """Also where a clear picture lies over a background to hinder saving."""
    html = pages.coppermine(pages.COPPERMINE[name])
    record = extract(html, f"{pages.K}/displayimage.php?album=3&pid=12")
    assert (record.engine, record.state) == ("coppermine", "content")
    assert media(record) == [(f"{pages.K}/albums/userpics/hills.jpg", "picture")]


def test_a_coppermine_film_is_found():
    """It stands in the place of the picture."""
    html = pages.coppermine("<video><source src='albums/userpics/walk.mp4'></video>")
    record = extract(html, f"{pages.K}/displayimage.php?pid=14")
    assert media(record) == [(f"{pages.K}/albums/userpics/walk.mp4", "video")]


def test_a_coppermine_refusal_is_a_login():
    """The gallery keeps the album for its members."""
    html = (
        "<html><body><a href='thumbnails.php?album=1'>a</a><div class='cpg_message_validation'>"
        "You don't have permission to open this.</div></body></html>"
    )
    assert extract(html, f"{pages.K}/displayimage.php?pid=12").state == "login"


def test_lychee_shows_nothing_without_scripts():
    """Its pages are an empty frame; an analyst has to look."""
    html = "<html><head><meta name='generator' content='Lychee v6'></head><body><div id='app'></div></body></html>"
    record = extract(html, "https://ly.example/gallery/abc")
    assert (record.engine, record.state, record.signs) == ("lychee", "unknown", ("script_page",))
