"""Posts and pictures on sites of no known kind."""

from __future__ import annotations

import pytest

from crawler.extract.read import extract

S = "https://site.example"


def urls(record):
    return [candidate.url for candidate in record.candidates]


FLAT = (
    '<div id="all"><p><a name="p1"></a>one</p><p><img src="/i/1.jpg"></p><hr>'
    '<p><a name="p2"></a>two</p><p><img src="/i/2.jpg"></p></div>'
)
MARKED = (
    '<div id="all"><a id="findComment-1"></a><article><img src="/i/1.jpg"></article>'
    '<a id="findComment-2"></a><article><img src="/i/2.jpg"></article></div>'
)
INSIDE = (
    '<div id="all"><div class="entry"><a id="p1"></a><div>h</div><div><img src="/i/1.jpg"></div></div>'
    '<div class="entry"><a id="p2"></a><div>h</div><div><img src="/i/2.jpg"></div></div></div>'
)


@pytest.mark.parametrize(
    ("page", "fragment"),
    [(FLAT, "p{}"), (MARKED, "findComment-{}"), (INSIDE, "p{}")],
)
def test_a_post_ends_before_the_mark_of_the_next_one(page, fragment):
    """Whether the mark stands before the post's element, in it, or in a row of paragraphs."""
    for number in (1, 2):
        record = extract(page, f"{S}/t#{fragment.format(number)}")
        assert (record.post_found, urls(record)) == (True, [f"{S}/i/{number}.jpg"])


def test_a_picture_that_waits_to_be_seen_names_its_full_size():
    """Discuz writes it in an attribute of its own beside a blank picture."""
    page = '<img src="/static/none.gif" zoomfile="data/attachment/lake.jpg" alt="lake.jpg">'
    found = {c.url: c.role for c in extract(page, f"{S}/t").candidates}
    assert found == {f"{S}/data/attachment/lake.jpg": "original", f"{S}/static/none.gif": "preview"}


@pytest.mark.parametrize("action", ["reportComment", "deleteComment"])
def test_what_a_link_does_to_a_comment_is_never_asked_for(action):
    """The field that names what a script shall do is enough."""
    record = extract(f'<a href="/t?do={action}&id=1">x</a>', f"{S}/t")
    assert [link.url for link in record.refused] == [f"{S}/t?do={action}&id=1"]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("The forum you selected does not exist.", "gone"),
        ("El hilo especificado no existe.", "gone"),
        ("Der angegebene Thread existiert nicht.", "gone"),
        ("Podany wątek nie istnieje.", "gone"),
        ("410 Gone", "gone"),
        ("Message: you have been banned for the following reason", "unknown"),
    ],
)
def test_notices_speak_of_threads_in_their_languages_and_not_of_the_reader(said, state):
    """A person who was banned says nothing of a post that was removed."""
    page = f"<title>Notice</title><h1>{said}</h1>"
    assert extract(page, f"{S}/t/7").state == state
