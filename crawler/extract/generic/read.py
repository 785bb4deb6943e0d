"""The generic pass over a page or over the part of it that a report concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from crawler.extract.generic.elements import Raw, raw_media
from crawler.extract.generic.written import field_text, written_links
from crawler.extract.links import LinkKind, LinkRole, looks_like_locker, media_kind
from crawler.extract.page import Page, attribute
from crawler.extract.record import Candidate
from crawler.extract.unwrap import embeds_url, unwrapped
from crawler.fetch.never_request import never

_REFRESH = re.compile(r"^\s*\d+(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"'>]+)", re.IGNORECASE)


def read_generic(page: Page, scope: tuple[Tag, ...] = ()) -> list[Candidate]:
    """
    List the media of a page in document order, or of some of its elements.

    A thumbnail that stands inside a link to media is left out; its original is listed.
    """
    tags = _within(scope) if scope else page.tags
    found = [candidate for tag in tags for candidate in _of_tag(page, tag)]
    texts = "\n".join(_texts(page, scope))
    return [*found, *_written(texts, page)]


def _within(scope: tuple[Tag, ...]) -> tuple[Tag, ...]:
    return tuple(tag for place in scope for tag in (place, *place.find_all()))


def _of_tag(page: Page, tag: Tag) -> Iterator[Candidate]:
    if tag.name in {"a", "area"}:
        yield from _anchor(page, tag)
    elif tag.name == "meta" and attribute(tag, "http-equiv").lower() == "refresh":
        yield from _refresh(page, tag)
    thumbnail = _is_thumbnail(page, tag)
    for raw in raw_media(tag):
        if not thumbnail:
            yield from _candidate(page, raw, tag)


def _candidate(page: Page, raw: Raw, tag: Tag) -> Iterator[Candidate]:
    url = page.absolute(raw.link) if raw.link.strip() else None
    if url is None or url == page.url:
        return
    by_name = media_kind(url)
    if by_name is None and not raw.sure:
        if tag.name in {"iframe", "embed", "object"}:
            yield _made(url, "page", "linked", raw.rule)
        return
    role: LinkRole = "preview" if raw.role == "inline" and _leads_elsewhere(tag) else raw.role
    yield _made(url, by_name or raw.kind, role, raw.rule)


def _leads_elsewhere(tag: Tag) -> bool:
    """Tell whether a picture stands in a link to another page: it is a preview of what is there."""
    link = tag.find_parent("a")
    return link is not None and bool(attribute(link, "href"))


def _is_thumbnail(page: Page, tag: Tag) -> bool:
    """Tell whether an element stands inside a link to media in full size."""
    if tag.name not in {"img", "source", "video", "picture"}:
        return False
    link = tag.find_parent("a")
    return link is not None and any(found.kind != "page" for found in _anchor(page, link))


def _anchor(page: Page, tag: Tag) -> Iterator[Candidate]:
    url = page.absolute(attribute(tag, "href"))
    if url is None or url == page.url or never(url):
        return
    inner = unwrapped(url)
    target, rule = (inner, "unwrapped") if inner else (url, "a")
    if embeds_url(target):
        return
    kind, role = media_kind(target), _link_role(tag)
    if role == "linked" and kind not in {"picture", "video"} and looks_like_locker(target):
        yield _made(target, "page", "locker", rule)
    elif kind:
        yield _made(target, kind, role, rule)
    elif tag.has_attr("download") and not inner:
        yield _made(target, "file", "download", "a_download")


def _link_role(tag: Tag) -> LinkRole:
    if tag.has_attr("download") or tag.find(["img", "picture", "video"]) is not None:
        return "original"
    return "linked"


def _refresh(page: Page, tag: Tag) -> Iterator[Candidate]:
    found = _REFRESH.match(attribute(tag, "content"))
    url = page.absolute(found[1]) if found else None
    if url and url != page.url:
        yield _made(url, media_kind(url) or "page", "linked", "meta_refresh")


def _texts(page: Page, scope: tuple[Tag, ...]) -> Iterator[str]:
    for place in scope or (page.soup,):
        yield place.get_text("\n")[:500_000]
    for tag in _within(scope) if scope else page.tags:
        if tag.name == "input":
            yield field_text(tag)


def _written(text: str, page: Page) -> Iterator[Candidate]:
    for link in written_links(text):
        url = page.absolute(link)
        if url is None or url == page.url or embeds_url(url):
            continue
        kind = media_kind(url)
        if kind not in {"picture", "video"} and looks_like_locker(url):
            yield _made(url, "page", "locker", "text")
        elif kind:
            yield _made(url, kind, "linked", "text")


def _made(url: str, kind: LinkKind, role: LinkRole, rule: str) -> Candidate:
    return Candidate(url=url, kind=kind, role=role, why=f"generic:{rule}")


def refused_links(page: Page) -> Iterator[str]:
    """Yield every address that the page holds, so that those never to be requested are named."""
    for tag in page.tags:
        for name in ("href", "src", "action", "data"):
            if (value := attribute(tag, name)) and (url := page.absolute(value)):
                yield url
