"""Image boards of every kind, as HTML."""

from __future__ import annotations

import pytest
from board_pages import BOARDS, FOUR_URL, FOURCHAN, KUSABA_URL, KUSABAX

from crawler.extract.read import extract

NAMES = sorted(BOARDS)


def urls(record):
    return [candidate.url for candidate in record.candidates]


def themed(html: str) -> str:
    """Dress a page as another theme would: wrapped, other blanks, more classes, capitals."""
    return (
        html.replace("<body>", "<body class='dark theme-night'><main><div class='skin'>")
        .replace("</body>", "</div></main></body>")
        .replace('class="', 'class="is-themed ')
        .replace("<td ", "<TD ")
        .replace("\n", "\r\n\t")
    )


@pytest.mark.parametrize("dress", [str, themed], ids=["plain", "themed"])
@pytest.mark.parametrize("name", NAMES)
def test_a_thread_gives_its_full_size_files_and_nothing_smaller(name, dress):
    """Files in full size, in order, on any host; no thumbnail, spoiler mark, banner or look-up."""
    url, html, posts = BOARDS[name]
    record = extract(dress(html), url)
    assert (record.engine, record.site_type, record.state) == (name, "image_board", "content")
    assert urls(record) == [file for files in posts.values() for file in files]
    assert not {link.url for link in record.refused} & set(urls(record))


@pytest.mark.parametrize("number", ["10", "11"])
@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_selects_one_post(name, number):
    """Opening posts without an element of their own and replies in tables alike."""
    url, html, posts = BOARDS[name]
    for form in ("#{}", "#q{}", "#p{}"):
        record = extract(html, url + form.format(number))
        assert (record.post_found, urls(record)) == (True, posts[number])


@pytest.mark.parametrize("name", NAMES)
def test_a_post_that_is_not_on_the_thread_is_gone(name):
    """The whole thread's own page can say that a post is gone; nothing of other posts is shown."""
    url, html, _ = BOARDS[name]
    record = extract(html, url + "#99")
    assert (record.state, record.post_found, record.candidates) == ("gone", False, ())


@pytest.mark.parametrize(("html", "url"), [(KUSABAX, KUSABA_URL), (FOURCHAN, FOUR_URL)])
def test_a_deleted_file_with_its_post_still_there_is_gone(html, url):
    """The mark of the board stands where the file was."""
    record = extract(html, url + "#12")
    assert (record.state, record.state_rule.split(":")[1]) == ("gone", "file_deleted")


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("lynxchan", "https://board.example/b/res/10.json"),
        ("jschan", "https://board.example/b/thread/10.json"),
        ("foolfuuka", "https://board.example/_/api/chan/thread/?board=a&num=10"),
        ("4chan", "https://a.example/b/thread/10.json"),
        ("tinyib", None),
    ],
)
def test_the_json_twin_is_named_where_there_is_one(name, twin):
    """The page says under which address its machine-readable form stands."""
    url, html, _ = BOARDS[name]
    assert extract(html, url).json_twin == twin
