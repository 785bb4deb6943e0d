"""
Chevereto image hosts.

The viewer shows a medium size (`name.md.jpg`); the full size is the target of the download link,
in the viewer's script and in the embed codes. Lists carry each picture's data percent-encoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.cyberlockers.forms import form_with, next_step
from crawler.extract.engine import Engine, Reading
from crawler.extract.links import media_kind
from crawler.extract.page import Page, attribute, classes
from crawler.extract.record import Candidate, NextStep, State
from crawler.extract.stated import own_words, stated

_SIZED = re.compile(r"\.(?:md|th|fr|sm|lg)(\.\w{2,5})$", re.IGNORECASE)
_ASIDE = re.compile(rf"{_SIZED.pattern}|/content/images/(?:users|system)/", re.IGNORECASE)
"""Smaller sizes, and what a site shows of itself and of its users."""
_SCRIPT_URL = re.compile(
    r"image_viewer\.image\s*=[^;]{0,2000}?(?:[\"']url[\"']|\burl)"
    r"\s*:\s*\"((?:[^\"\\]|\\.){8,3000})\"",
    re.DOTALL,
)
_ENCODED = re.compile(
    r"image_viewer[^;]{0,400}?decodeURIComponent\(\s*[\"']([^\"']{8,40000})", re.DOTALL
)
_LIST_LIMIT = 300


def read_viewer(page: Page) -> Reading:
    """Read the picture of a viewer's page, or the pictures of a list."""
    viewer = [*_downloads(page), *_scripts(page)]
    found = viewer or [*_shown(page)]
    listed = [] if viewer else [*_listed(page)] or [*_items(page)]
    candidates = tuple(dict.fromkeys(_made(*pair) for pair in [*found, *listed]))
    state, rule = _state(page, candidates)
    return Reading(
        state=state,
        state_rule=f"chevereto:{rule}",
        candidates=candidates,
        next=_unlock(page) if state == "password" else None,
        covered=_smaller(page),
    )


def _unlock(page: Page) -> NextStep | None:
    """Return the form that asks an album's password, with its hidden fields."""
    form = form_with(page, frozenset({"content-password"}))
    return next_step(page, form, wait_s=0) if form is not None else None


def _downloads(page: Page) -> Iterator[tuple[str, str]]:
    for tag in page.tags:
        if tag.name == "a" and (
            attribute(tag, "data-action") == "download" or "btn-download" in attribute(tag, "class")
        ):
            url = page.absolute(attribute(tag, "href"))
            if url and media_kind(url) and not page.refusal(url):
                yield url, "download_link"


def _scripts(page: Page) -> Iterator[tuple[str, str]]:
    for tag in page.tags:
        text = (tag.string or "")[:200_000] if tag.name == "script" else ""
        if "image_viewer" not in text:
            continue
        for found in (*_SCRIPT_URL.finditer(text), *_decoded(text)):
            try:
                link = str(json.loads(f'"{found[1]}"'))
            except ValueError:
                continue
            url = page.absolute(link)
            if url and media_kind(url) and not page.refusal(url):
                yield _original(url), "viewer_script"


def _decoded(text: str) -> Iterator[re.Match[str]]:
    for found in _ENCODED.finditer(text):
        yield from list(re.finditer(r"\"url\"\s*:\s*\"([^\"]{8,3000})\"", unquote(found[1])))[:1]


def _shown(page: Page) -> Iterator[tuple[str, str]]:
    """Work out the original of the picture that the viewer shows."""
    for tag in page.tags:
        if tag.name == "img" and tag.find_parent(id=re.compile("^image-viewer")) is not None:
            url = page.absolute(attribute(tag, "data-src") or attribute(tag, "src"))
            if url and media_kind(url) and attribute(tag, "data-media") != "video":
                yield _original(url), "viewer"


def _listed(page: Page) -> Iterator[tuple[str, str]]:
    for tag in page.tags[:50_000]:
        data = _object(tag)
        image = data.get("image")
        source = image if isinstance(image, dict) else data
        link = source.get("url")
        url = page.absolute(link) if isinstance(link, str) else None
        if url and media_kind(url):
            yield _original(url), "list"


def _items(page: Page) -> Iterator[tuple[str, str]]:
    """Work out the originals of a list whose items carry no data; films' stills have none."""
    for tag in page.tags:
        if tag.name == "img" and (item := _item_around(tag)) is not None:
            url = page.absolute(attribute(tag, "data-src") or attribute(tag, "src"))
            if url and attribute(item, "data-type") != "video" and _SIZED.search(url):
                yield _original(url), "list"


def _item_around(tag: Tag) -> Tag | None:
    around = (node for node in tag.parents if "list-item" in classes(node))
    return next(around, None)


def _object(tag: Tag) -> dict[str, object]:
    value = attribute(tag, "data-object")
    if not value or len(value) > 20_000:
        return {}
    try:
        parsed: object = json.loads(unquote(value) if value.startswith("%") else value)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _original(url: str) -> str:
    """Strip the mark of a smaller size from a file's name."""
    head, mark, query = url.partition("?")
    return _SIZED.sub(r"\1", head) + mark + query


def _smaller(page: Page) -> frozenset[str]:
    """Return the addresses of smaller sizes on the page."""
    names = ("src", "data-src", "content", "href")
    urls = (page.absolute(v) for t in page.tags for n in names if (v := attribute(t, n)))
    return frozenset(url for url in urls if url and _ASIDE.search(urlsplit(url).path))


def _made(url: str, rule: str) -> Candidate:
    kind = media_kind(url) or "picture"
    return Candidate(url=url, kind=kind, role="original", why=f"chevereto:{rule}")


def _state(page: Page, found: tuple[Candidate, ...]) -> tuple[State, str]:
    if found:
        return "content", "image"
    if "input[content-password]" in page.features:
        return "password", "password_field"
    return stated(own_words(page)) or ("unknown", "no_image")


CHEVERETO = Engine(
    name="chevereto",
    site_type=SiteType.IMAGE_HOST,
    markers=(
        frozenset({"div#image-viewer", "div.image-viewer"}),
        frozenset({"div#image-viewer-container", "div.image-viewer-container"}),
        frozenset({"a.btn-download"}),
        frozenset({"link:peafowl.min.js", "link:peafowl.js", "link:chevereto.min.js",
                   "link:chevereto.js", "link:peafowl.min.css", "link:chevereto.min.css"}),
        frozenset({"div.list-item", "div.list-item-image"}),
        frozenset({"div#top-bar", "ul.top-bar-right"}),
        frozenset({"body#image", "html#image", "body#album", "body#content-password"}),
        frozenset({"input#embed-code-", "input[content-password]", "div.panel-share"}),
        frozenset({"generator:chevereto"}),
    ),
    read=read_viewer,
)  # fmt: skip
