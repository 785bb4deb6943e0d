"""Pages that say a file is gone, in many languages, and names and drawings that only look like it."""

from __future__ import annotations

import plain_site_pages as pages
import pytest

from crawler.extract.links import is_placeholder, looks_small
from crawler.extract.phrases import without_names
from crawler.extract.read import extract


def state(html, url=pages.FILE):
    return extract(html, url).state


@pytest.mark.parametrize("lang", pages.GONE)
def test_a_removal_is_told_in_its_language(lang):
    """In a box of the site, however it orders its words."""
    html = pages.site(f"<div class='alert alert-danger'>{pages.GONE[lang]}</div>", "Files")
    assert state(html) == "gone"


@pytest.mark.parametrize(
    "name", ["file not found.zip", "Link expired.jpg", "deleted image removed.png"]
)
def test_a_file_may_be_named_like_a_removal(name):
    """In title and heading, with the site's name behind it."""
    link = f"https://dl.files.example/x/{name.replace(' ', '%20')}"
    html = pages.site(f"<h1>{name}</h1><a href='{link}'>Get</a>", f"{name} - Files")
    assert state(html) == "content"
    assert state(pages.site(f"<h1>{name}</h1>", f"{name} | Files")) == "unknown"


def test_the_name_of_a_file_does_not_hide_that_it_is_gone():
    """What is said of it stands beside its name."""
    assert without_names("File not found: walk.zip") == "File not found"
    assert state(pages.site("<h1>File not found: walk.zip</h1>", "walk.zip")) == "gone"


@pytest.mark.parametrize(
    "drawing", ["/images/sad-robot-404.png", "/static/img/removed.png", "/assets/art/oops.svg", "/static/logo.png"]
)  # fmt: skip
def test_a_drawing_on_an_error_page_is_no_content(drawing):
    """It is the site's own; it is not listed either."""
    record = extract(pages.site(f"<img src='{drawing}'><h1>File not found</h1>", "404"), pages.FILE)
    assert (record.state, record.candidates) == ("gone", ())


@pytest.mark.parametrize(
    "place", ["/u/71/removed.png", "/uploads/2024/lost.png", "/full/deleted.png"]
)
def test_a_picture_may_be_named_like_a_drawing(place):
    """By its directory it is a visitor's."""
    assert not is_placeholder(f"{pages.S}{place}")
    html = pages.site(f"<h1>x</h1><img src='{place}'>", "deleted.png")
    assert state(html) == "content"


def test_a_page_that_says_one_thing_is_believed_without_a_heading():
    """Unless it leads on to something."""
    gone = "<html><head><title>Files</title></head><body><p>This file does not exist.</p></body></html>"
    assert state(gone) == "gone"
    assert state("File not found") == "gone"
    moved = gone.replace("exist.", "exist. New link: https://locker.example/a1b2c3d4e5f6")
    assert state(moved) != "gone"


@pytest.mark.parametrize(
    ("address", "small"),
    [("/thumbs/t_hill.jpg", True), ("/i/01/a_t.jpg", True), ("/i/hill.md.jpg", True), ("/i/hill_thumb.png", True),
     ("/i/hill.jpg", False), ("/i/first.jpg", False), ("/t/hill.jpg", False)],
)  # fmt: skip
def test_smaller_forms_are_told_by_their_names(address, small):
    """Their directory, or the end of their name."""
    assert looks_small(f"{pages.S}{address}") is small


def test_a_smaller_form_in_metadata_or_codes_is_only_a_preview():
    """Where the full size is shown."""
    html = pages.site(
        "<img src='https://i.files.example/a/9d_o.jpg'><input value='[IMG]https://t.files.example/a/9d_t.jpg[/IMG]'>"
    ).replace(
        "<title>",
        "<meta property='og:image' content='https://t.files.example/thumbs/9d.jpg'><title>",
    )
    found = extract(html, pages.FILE).candidates
    shown = [(c.url, c.role == "preview") for c in found if "/9d" in c.url]
    assert shown == [
        ("https://i.files.example/a/9d_o.jpg", False),
        ("https://t.files.example/thumbs/9d.jpg", True),
        ("https://t.files.example/a/9d_t.jpg", True),
    ]
