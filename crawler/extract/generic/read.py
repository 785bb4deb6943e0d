"""The generic pass over a page or over the part of it that a report concerns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bs4 import Tag

from crawler.extract.adverts import Adverts
from crawler.extract.furniture import in_site_part, is_furniture, is_ornament, is_site_art
from crawler.extract.generic import srcset
from crawler.extract.generic.elements import Raw, raw_media
from crawler.extract.generic.scripts import script_media, text_media
from crawler.extract.generic.sizes import is_main, is_smaller_form
from crawler.extract.generic.written import field_text, written_links
from crawler.extract.links import (
    LinkKind,
    LinkRole,
    host_of,
    locker_code,
    looks_like_landing,
    looks_small,
    media_kind,
)
from crawler.extract.page import Page, attribute
from crawler.extract.record import Candidate
from crawler.extract.tree import ancestor, below, first_below
from crawler.extract.unwrap import carried, embeds_url, unwrapped, viewed

_REFRESH = re.compile(r"^\s*\d+(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"'>]+)", re.IGNORECASE)
_PICTURES = frozenset({"img", "picture", "video", "source", "svg"})
_LINKS = frozenset({"a"})
_QUOTED = re.compile(r"'((?:https?:/|/|\.{1,2}/)[^'\s]{3,2000})'")
_FRAMES = frozenset({"iframe", "frame", "embed", "object"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """One run over a page."""

    page: Page
    taken: Collection[str]
    """What an engine already listed as originals."""
    known: bool
    """An engine was recognised, so that its furniture can be told from media."""
    anchors: dict[int, tuple[Candidate, ...]] = field(default_factory=dict)
    smaller: set[str] = field(default_factory=set)
    """Pictures that the page itself links or names in a larger form."""
    adverts: Adverts


def read_generic(
    page: Page,
    scope: tuple[Tag, ...] = (),
    *,
    taken: Collection[str] = frozenset(),
    known: bool = False,
    adverts: Adverts | None = None,
) -> list[Candidate]:
    """
    List the media of a page in document order, or of some of its elements.

    A thumbnail that stands inside a link to media is left out; its original is listed.

    Args:
        page: the page.
        scope: elements to look at; empty means all.
        taken: addresses that an engine already listed as originals.
        known: an engine was recognised; smilies, avatars, spoiler marks and the like are left out.
        adverts: what is known of the page's advertisements, if somebody looks at them too.

    """
    run = _Pass(page=page, taken=taken, known=known, adverts=adverts or Adverts())
    tags = _within(scope) if scope else page.tags
    telling = (tag for tag in tags if tag.attrs or tag.name == "script")
    listed = [candidate for tag in telling for candidate in _of_tag(run, tag)]
    found = [_as_named(run, candidate) for candidate in listed]
    texts = "\n".join(_texts(page, scope, tags))
    return [*found, *_written(texts, page)]


def _within(scope: tuple[Tag, ...]) -> tuple[Tag, ...]:
    return tuple(tag for place in scope for tag in (place, *below(place)))


def _as_named(run: _Pass, candidate: Candidate) -> Candidate:
    """Make metadata a preview where the page shows the same picture as a smaller form."""
    if candidate.role == "linked" and candidate.url in run.smaller and candidate.why in _METADATA:
        return replace(candidate, role="preview")
    return candidate


_METADATA = frozenset(
    f"generic:{rule}"
    for rule in ("og_image", "og_image_url", "og_image_secure_url", "twitter_image", "link")
) | {"generic:twitter_image_src", "generic:json_ld"}


def _of_tag(run: _Pass, tag: Tag) -> Iterator[Candidate]:
    """Yield what one element embeds, links or names; it has attributes or is a script."""
    page = run.page
    raws = tuple(raw_media(tag))
    data = () if run.known else _data(tag)
    if not (raws or data or tag.name in _TELLING) or tag in run.adverts:
        return
    if tag.name in {"a", "area"}:
        linked = _anchor(run, tag)
        yield from () if linked and run.known and in_site_part(tag) else linked
    elif tag.name == "meta" and attribute(tag, "http-equiv").lower() == "refresh":
        yield from _refresh(page, tag)
    elif tag.name == "script":
        yield from (_made(*found) for found in script_media(page, tag))
    for text in data:
        yield from (_made(*found) for found in text_media(page, text))
    link = ancestor(tag, _LINKS) if raws else None
    if raws and _is_thumbnail(run, tag, link):
        run.smaller.update(url for raw in raws if (url := page.absolute(raw.link)))
        return
    rest = srcset.rest(attribute(tag, "srcset"))
    run.smaller.update(url for one in rest if (url := page.absolute(one)))
    for raw in raws:
        yield from _candidate(run, raw, tag, link)


def _data(tag: Tag) -> tuple[str, ...]:
    """Return what JSON the `data-` attributes of an element hold, such as a player's settings."""
    named = (attribute(tag, name) for name in tag.attrs if name.startswith("data-"))
    return tuple(text for text in named if "/" in text and text.lstrip()[:1] in _JSON)


_JSON = frozenset("{[")
_TELLING = frozenset({"a", "area", "meta", "script"})


def _candidate(run: _Pass, raw: Raw, tag: Tag, link: Tag | None) -> Iterator[Candidate]:
    page = run.page
    url = page.absolute(raw.link) if raw.link.strip() and not _BLANK.search(raw.link) else None
    if url is None or url == page.url or (run.known and is_furniture(url, tag)):
        return
    if _is_counter(tag):
        return
    if tag.name not in _FRAMES and not page.refusal(url) and (shown := carried(url)):
        url = shown
    by_name = media_kind(url)
    if by_name is None and not raw.sure:
        if tag.name in _FRAMES:
            yield _made(url, "page", "linked", raw.rule)
        return
    led = raw.role == "inline" and _leads_elsewhere(link) and not is_main(tag, link)
    art = tag.name in {"meta", "link"} and (is_site_art(url) or looks_small(url))
    small = run.known and raw.role == "inline" and looks_small(url)
    art = art or small or (not run.known and is_ornament(url, tag))
    role: LinkRole = "preview" if led or art else raw.role
    yield _made(url, by_name or raw.kind, role, raw.rule)


_BLANK = re.compile(r"\{\{|\$\{|<%")
"""What templates hold in the place of an address."""


def _is_counter(tag: Tag) -> bool:
    """Tell whether a picture is one point in size: it is there to count visitors."""
    return attribute(tag, "width") in _POINT and attribute(tag, "height") in _POINT


_POINT = frozenset({"0", "1", "0px", "1px"})


def _leads_elsewhere(link: Tag | None) -> bool:
    """Tell whether the link around a picture leads to another page: it is a preview of that."""
    return link is not None and attribute(link, "href").strip(" #") != ""


def _is_thumbnail(run: _Pass, tag: Tag, link: Tag | None) -> bool:
    """Tell whether an element stands inside a link to media in full size."""
    if link is None or tag.name in {"a", "meta", "link", "script"}:
        return False
    if run.page.absolute(attribute(link, "href")) in run.taken:
        return True
    return any(found.kind != "page" for found in _anchor(run, link))


def _anchor(run: _Pass, tag: Tag) -> tuple[Candidate, ...]:
    if id(tag) not in run.anchors:
        run.anchors[id(tag)] = tuple(_linked(run.page, tag))
    return run.anchors[id(tag)]


def _linked(page: Page, tag: Tag) -> Iterator[Candidate]:
    url = page.absolute(attribute(tag, "href")) or _opened(page, tag)
    if url is None or _is_same_file(url, page.url) or page.refusal(url):
        return
    inner = unwrapped(url) or viewed(url)
    target, rule = (inner, "unwrapped") if inner else (url, "a")
    if embeds_url(target) or _is_same_file(target, page.url):
        return
    kind, picture = media_kind(target), first_below(tag, _PICTURES)
    role: LinkRole = "original" if picture is not None or tag.has_attr("download") else "linked"
    if looks_like_landing(target) and kind not in {"picture", "video"} and role == "linked":
        yield _made(target, "page", "locker", rule)
    elif kind:
        yield _made(target, kind, role, rule)
    elif picture is not None and is_smaller_form(page, picture, target):
        yield _made(target, "picture", "original", "same_address")
    elif tag.has_attr("download") and not inner:
        yield _made(target, "file", "download", "a_download")
    elif picture is not None and _viewer_elsewhere(page, target, picture):
        yield _made(target, "page", "locker", "image_host_page")


def _opened(page: Page, tag: Tag) -> str | None:
    """Return the file that a picture's link without an address of its own opens by a script."""
    if first_below(tag, _PICTURES) is None:
        return None
    calls = f"{attribute(tag, 'href')} {attribute(tag, 'onclick')}"[:4000]
    urls = (page.absolute(found) for found in _QUOTED.findall(calls)) if "'" in calls else ()
    return next((url for url in urls if url and media_kind(url)), None)


def _is_same_file(url: str, own: str) -> bool:
    """Tell whether a link leads to this page, or to another form of this locker page's file."""
    if url == own:
        return True
    code = _own_code(own)
    return code is not None and locker_code(url) == code and host_of(url) == host_of(own)


_own_code = lru_cache(maxsize=4)(locker_code)
"""Every link of a page is compared with the page itself."""


def _viewer_elsewhere(page: Page, target: str, picture: Tag) -> bool:
    """Tell whether a picture of another host stands in a link to a page of that same host."""
    host = host_of(target)
    shown = page.absolute(attribute(picture, "src")) or ""
    site = host.split(".")[-2:]
    return site == host_of(shown).split(".")[-2:] != host_of(page.url).split(".")[-2:]


def _refresh(page: Page, tag: Tag) -> Iterator[Candidate]:
    found = _REFRESH.match(attribute(tag, "content"))
    url = page.absolute(found[1]) if found else None
    if url and url != page.url:
        yield _made(url, media_kind(url) or "page", "linked", "meta_refresh")


def _texts(page: Page, scope: tuple[Tag, ...], tags: tuple[Tag, ...]) -> Iterator[str]:
    for place in scope or (page.soup,):
        yield place.get_text("\n")[:500_000]
    for tag in tags:
        if tag.name == "input":
            yield field_text(tag)


def _written(text: str, page: Page) -> Iterator[Candidate]:
    for link in written_links(text):
        url = page.absolute(link)
        if url is None or _is_same_file(url, page.url) or page.refusal(url):
            continue
        url = unwrapped(url) or url
        if embeds_url(url):
            continue
        kind = media_kind(url)
        if kind not in {"picture", "video"} and looks_like_landing(url):
            yield _made(url, "page", "locker", "text")
        elif kind:
            yield _made(url, kind, "preview" if looks_small(url) else "linked", "text")


def _made(url: str, kind: LinkKind, role: LinkRole, rule: str) -> Candidate:
    return Candidate(url=url, kind=kind, role=role, why=f"generic:{rule}")


def refused_links(page: Page) -> Iterator[str]:
    """Yield every address that the page holds, so that those never to be requested are named."""
    addressed = (tag for tag in page.tags if not tag.attrs.keys().isdisjoint(_ADDRESSES))
    for tag in addressed:
        for name in _ADDRESSES:
            if (value := attribute(tag, name)) and (url := page.absolute(value)):
                yield url


_ADDRESSES = ("href", "src", "action", "data")
