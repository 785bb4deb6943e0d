"""
What a board's page shows beside its files: thumbnails, spoiler marks, icons, flags, banners.

Only the text of a post may hold media that its file list does not name. Whatever else stands in
`img`, in lazy-load attributes or in an advertisement's link is a smaller form or furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.extract.generic.elements import raw_media
from crawler.extract.page import Page, attribute, classes
from crawler.extract.tree import ancestor, below, first_below
from crawler.extract.unwrap import carried, embeds_url, unwrapped

PICTURES = frozenset({"img", "video", "picture", "svg"})
_TEXTS = frozenset(
    {"body", "message", "divMessage", "post-message", "postMessage", "postbody", "postmessage"}
    | {"post__message", "text", "opcomment"}
)
_TEXT_NAMES = frozenset({"div", "p", "pre", "blockquote", "section", "span"})
_THREAD = re.compile(r"(?:^|/)(?:res|threads?|read)/\d+")
THUMB = re.compile(
    r"/thumb(?:s|nails?)?/|/thumb[-_]|/t_[0-9a-f]{8,}[^/]*$|/(?:\d{9,}|[0-9a-f]{32,})_?(?:s|t|th|thumb)\.\w+$",
    re.IGNORECASE,
)
"""Paths of thumbnails, by directory or name."""
PLACEHOLDER = re.compile(
    r"/(?:spoiler|deleted|file_?deleted|no_?thumb|generic_?thumb|audio_?generic_?thumb)[^/]*$",
    re.IGNORECASE,
)


def in_texts(tags: Iterable[Tag]) -> frozenset[int]:
    """Return the ids of the elements that are, or stand in, the text of a post."""
    inside: set[int] = set()
    for tag in tags:
        if id(tag.parent) in inside or _is_text(tag):
            inside.add(id(tag))
    return frozenset(inside)


def _is_text(tag: Tag) -> bool:
    if tag.name == "blockquote":
        return True
    return tag.name in _TEXT_NAMES and any(word in _TEXTS for word in classes(tag))


def not_files(
    page: Page, places: tuple[Tag, ...], source: re.Pattern[str], *, catalogue: bool
) -> frozenset[str]:
    """
    Return the addresses in some elements, outside the texts of posts, that are no files of posts.

    Args:
        page: the page.
        places: the elements to look at.
        source: paths of files in full size.
        catalogue: nothing larger is there, so that thumbnails that lead to threads are kept.

    """
    tags = [tag for place in places for tag in (place, *below(place))]
    inside = in_texts(tags)
    outside = (tag for tag in tags if id(tag) not in inside)
    if catalogue:
        outside = (tag for tag in outside if not (_leads_to_thread(tag) or _is_all_left(tag)))
    return frozenset(url for tag in outside for url in _of_tag(page, tag, source))


def _of_tag(page: Page, tag: Tag, source: re.Pattern[str]) -> Iterator[str]:
    if tag.name == "a":
        yield from _of_link(page, tag, source)
    if not tag.attrs:
        return
    for raw in raw_media(tag):
        url = page.absolute(raw.link) if raw.link.strip() else None
        if url and not is_source(url, source):
            yield url
            yield from (shown for shown in (carried(url),) if shown)


def _of_link(page: Page, link: Tag, source: re.Pattern[str]) -> Iterator[str]:
    url = page.absolute(attribute(link, "href"))
    if url is None:
        return
    if embeds_url(url):
        yield from (inner for inner in (unwrapped(url),) if inner)
    if is_source(url, source):
        return
    small = THUMB.search(urlsplit(url).path) is not None
    if small or first_below(link, PICTURES) is not None:
        yield url


def is_source(url: str, source: re.Pattern[str]) -> bool:
    """Tell whether a URL is that of a file in full size."""
    path = urlsplit(url).path
    return source.search(path) is not None and THUMB.search(path) is None


def _is_all_left(tag: Tag) -> bool:
    """Tell whether a thumbnail leads nowhere: archives may keep no more of a file."""
    link = ancestor(tag, {"a"}) if tag.name == "img" else None
    leads = link is not None and attribute(link, "href").strip(" #")
    return tag.name == "img" and not leads and THUMB.search(attribute(tag, "src")) is not None


def _leads_to_thread(tag: Tag) -> bool:
    """Tell whether a picture leads to a thread: in a catalogue there is no larger form of it."""
    link = ancestor(tag, {"a"}) if tag.name in PICTURES else None
    return link is not None and _THREAD.search(attribute(link, "href")) is not None
