"""How pages are read cheaply: every shortcut gives what the long way gives."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.links import host_and_path
from crawler.extract.page import Page, parse_page
from crawler.extract.read import extract
from crawler.extract.text import _words
from crawler.extract.tree import below

_PIECES = st.sampled_from(
    (
        *("<div class='a b'>", "</div>", "<p id=p1>", "</p>", "<a href='/x'>", "</a>", "<table>"),
        *("<td>", "<form>", "</form>", "text", " \n ", "<br>", "<script>1</script>", "<!-- c -->"),
        *("<b {x}y=1>", "<meta charset=latin1>", "<pre> ", "</pre>", "<o:p v>", "&amp;", "<title>"),
        *("</title>", "<li>"),
    )
)
_MARKUP = st.lists(_PIECES, max_size=40).map("".join)


@given(_MARKUP)
def test_the_tree_is_that_of_bs4(markup: str):
    """The lean builder makes the same tree as the builder that it stands for."""
    plain = BeautifulSoup(markup, "lxml", multi_valued_attributes=None)
    assert str(parse_page(markup, url="https://a.example/").soup) == str(plain)


@given(_MARKUP)
def test_elements_are_found_in_document_order(markup: str):
    """Walks and look-ups by name give what a search of the whole tree gives."""
    page = parse_page(markup, url="https://a.example/")
    for tag in page.tags:
        assert list(below(tag)) == [node for node in tag.descendants if isinstance(node, Tag)]
    wanted = ("a", "p", "td")
    assert page.named(*wanted) == [tag for tag in page.tags if tag.name in wanted]


@given(st.text(alphabet="htps:/?#.aB1%[]@\\-_ \t\u00fc", max_size=30).map("http://a".__add__))
def test_hosts_and_paths_are_those_of_the_standard_library(url: str):
    """Plain addresses are taken apart by one pattern, with the same answer as by `urlsplit`."""
    try:
        parts = urlsplit(url)
        expected: tuple[str, str] | None = (parts.hostname or "", parts.path)
    except ValueError:
        expected = None
    try:
        found: tuple[str, str] | None = host_and_path(url)
    except ValueError:
        found = None
    assert found == expected


@given(st.text())
def test_words_are_runs_of_letters(text: str):
    """The digest's words are the runs of letters of a text, in ASCII and beyond."""
    assert _words(text) == re.findall(r"[^\W\d_]+", text.casefold())


def test_a_letter_that_only_looks_like_one_of_an_address_stops_nothing():
    """A long s inside what starts like a coin's address is no address, and the page is read."""
    page = "<p>bc1qqqqq\u017fqqqqq</p><img src='/i/1.jpg'>"
    record = extract(page, "https://site.example/p")
    assert record.payments == ()
    assert [c.url for c in record.candidates] == ["https://site.example/i/1.jpg"]


def test_a_question_is_asked_once_for_a_page():
    """What a function makes of a page is kept with the page."""
    asked: list[int] = []

    def question(page: Page) -> int:
        asked.append(1)
        return len(page.tags)

    page = parse_page("<p>x</p>", url="https://a.example/")
    assert [page.once(question), page.once(question)] == [3, 3]
    assert len(asked) == 1
