"""Pages that hold more than a record may carry, or media that it cannot name: they say so."""

from __future__ import annotations

import json

import pytest

from crawler.extract.read import extract
from crawler.extract.record import EMBEDDED, MORE_MEDIA, PAGE_CUT
from crawler.extract.sorting import CANDIDATES
from crawler.extract.wire import record_to_wire
from isolation.worker import MAX_RECORD

URL = "https://site.example/b/res/1.html"


def links(count, path="/m/{}.jpg"):
    return "".join(f"<a href='{path.format(n)}'>{n}</a>" for n in range(count))


@pytest.mark.parametrize("count", [201, 600, CANDIDATES])
def test_every_file_of_a_long_thread_is_named(count):
    """A thread at its bump limit is a whole page."""
    record = extract(links(count), URL)
    assert (len(record.candidates), record.partial) == (count, False)


def test_a_page_with_more_media_than_a_record_carries_says_so():
    """What is named is at the cap, the rest is a sign, and previews are the first to go."""
    previews = "<a href='/v/{0}'><img src='/t/{0}_t.jpg'></a>"
    html = "".join(previews.format(n) for n in range(300)) + links(CANDIDATES)
    record = extract(html, URL)
    assert len(record.candidates) == CANDIDATES
    assert "preview" not in {candidate.role for candidate in record.candidates}
    assert MORE_MEDIA in record.signs
    assert record.partial


def test_a_json_twin_with_more_files_than_a_record_carries_says_so():
    """As a page does."""
    posts = [{"no": n, "tim": n, "ext": ".jpg", "filename": "x"} for n in range(1, CANDIDATES + 2)]
    record = extract(json.dumps({"posts": posts}), "https://a.site.example/b/thread/1.json")
    assert len(record.candidates) == CANDIDATES
    assert MORE_MEDIA in record.signs


@pytest.mark.parametrize("word", ["a" * 2500, "ö" * 400, "\N{OLD ITALIC LETTER A}" * 200])
def test_long_addresses_fit_into_a_worker_message(word):
    """Nothing that a page says makes its record too long to be sent."""
    path = f"/{word}/{{}}.jpg"
    record = extract(links(700, path), URL)
    assert 0 < len(record.candidates) < 700
    assert MORE_MEDIA in record.signs
    assert len(json.dumps(record_to_wire(record))) < MAX_RECORD


def test_a_page_that_is_too_long_to_be_read_whole_says_so():
    """Media may stand in the part that nobody read."""
    record = extract("<html><body>" + links(3) + " " * 2_200_000 + "</body></html>", URL)
    assert PAGE_CUT in record.signs
    assert record.partial


def test_a_page_that_breaks_off_is_not_taken_for_one_that_is_too_long():
    """Many sites leave the end tags out."""
    record = extract("<html lang=en><body>" + links(3), URL)
    assert record.signs[0] == "page_breaks_off"
    assert not record.partial


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("data:image/png;base64," + "A" * 20_000, True),
        ("data:image/png;base64," + "A" * 4_000, False),
        ("data:image/svg+xml;base64," + "A" * 20_000, False),
        ("data:text/plain;base64," + "A" * 20_000, False),
    ],
)
def test_a_picture_in_the_page_itself_is_told_when_it_is_no_ornament(source, said):
    """It has no address that could be asked for."""
    record = extract(f"<img src='{source}'>", URL)
    assert (EMBEDDED in record.signs) is said
