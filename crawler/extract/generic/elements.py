"""Media that elements embed: pictures, films, objects, lazy-load attributes, metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bs4 import Tag

from crawler.extract.generic import srcset
from crawler.extract.links import LinkRole, MediaKind
from crawler.extract.page import attribute

_LAZY = re.compile(
    r"data-(?:[a-z]+-)*(?:src|orig|original|full|fullsize|large|hires|hi-res|zoom|lazy|image|img|url|"
    r"bg|background|poster|file|big|max)(?:-[a-z]+)*",
)
_FULL = re.compile(r"-(?:full|fullsize|large|hires|hi-res|zoom|big|max)(?:-|$)")
_WHOLE = re.compile(r"data-(?:orig(?:inal)?-(?:file|src|url)|file-url)")
"""Names of the file as it was uploaded; beside one, `data-large-file` is a smaller form."""
_LAZY_SET = re.compile(r"data-(?:[a-z]+-)*srcset")
_SMALL = re.compile(r"thumb|small|preview|placeholder|avatar|icon")
_ADDRESS = re.compile(
    r"\s*(?:https?:/|\.{0,2}/|[\w%.-]+/)[^\s<>{}\"]*\.\w{2,5}(?:\?\S*)?\s*", re.ASCII
)
_STYLE_URL = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\"'\s]*))\s*\)", re.IGNORECASE)
_META: dict[str, MediaKind] = {
    "og:image": "picture", "og:image:url": "picture", "og:image:secure_url": "picture",
    "og:video": "video", "og:video:url": "video", "og:video:secure_url": "video",
    "twitter:image": "picture", "twitter:image:src": "picture", "twitter:player:stream": "video",
}  # fmt: skip
_LD_KEYS: dict[str, LinkRole] = {"contenturl": "original", "image": "linked", "embedurl": "linked"}
_LD_ASIDE = frozenset({"logo", "publisher", "author", "creator", "thumbnail", "provider"})
"""Members about whom a page is from, not about what it shows."""
_PLAIN = frozenset(
    {"class", "id", "href", "src", "alt", "title", "rel", "target", "name", "type", "value", "for"}
    | {"width", "height", "srcset", "sizes", "loading", "content", "property", "action", "method"}
    | {"colspan", "align", "border", "download", "datetime", "onclick", "role", "lang", "itemprop"}
)
"""Attributes that hold media, if at all, where the reader of their element looks."""


class Raw(NamedTuple):
    """A link as it stands on the page, and what its place says of it."""

    link: str
    kind: MediaKind
    role: LinkRole
    rule: str
    sure: bool = True
    """The place itself says that it is media; else the extension must."""


def raw_media(tag: Tag) -> Iterable[Raw]:
    """Return what one element embeds."""
    if tag.name not in _READERS and tag.attrs.keys() <= _PLAIN:
        return ()
    return _embedded(tag)


def _embedded(tag: Tag) -> Iterator[Raw]:
    reader = _READERS.get(tag.name)
    if reader:
        yield from reader(tag)
    if tag.attrs.keys() <= _PLAIN:
        return
    for name in tuple(tag.attrs)[:60]:
        if name.startswith("data-") and len(name) <= 60:
            yield from _lazy(tag, name)
    if style := attribute(tag, "style"):
        yield from (Raw(u, "picture", "inline", "style") for u in style_urls(style))
    if background := attribute(tag, "background"):
        yield Raw(background, "picture", "preview", "background")


def _lazy(tag: Tag, name: str) -> Iterator[Raw]:
    value = attribute(tag, name)
    if "." not in value and "/" not in value:
        return
    if _LAZY_SET.fullmatch(name):
        yield from (Raw(u, "picture", "inline", "lazy_srcset") for u in srcset.best(value))
    elif _SMALL.search(name) or value.lstrip()[:1] in {"{", "[", "<"}:
        return
    elif _LAZY.fullmatch(name.replace("_", "-")):
        role: LinkRole = "original" if _is_full(tag, name) else "inline"
        if not _WHOLE.fullmatch(name) and any(map(_WHOLE.fullmatch, tag.attrs)):
            role = "preview"
        yield Raw(value, _kind_by_tag(tag), role, "lazy", sure=tag.name in {"img", "source"})
    elif len(value) < 4096 and _ADDRESS.fullmatch(value):
        yield Raw(value, _kind_by_tag(tag), "inline", "lazy", sure=False)


def _is_full(tag: Tag, name: str) -> bool:
    """Tell whether an attribute names the full size; `data-original` does beside `data-src`."""
    if name == "data-original":
        return bool(attribute(tag, "data-src"))
    return _FULL.search(name) is not None or _WHOLE.fullmatch(name) is not None


def _kind_by_tag(tag: Tag) -> MediaKind:
    return "video" if tag.name == "video" else "picture"


def style_urls(style: str) -> list[str]:
    """Return the addresses in a piece of CSS."""
    return [next(filter(None, groups), "") for groups in _STYLE_URL.findall(style[:20_000])]


def _image(tag: Tag) -> Iterator[Raw]:
    bigger = srcset.best(attribute(tag, "srcset"))
    yield from (Raw(url, "picture", "inline", "srcset") for url in bigger)
    full = attribute(tag, "zoomfile")  # of Discuz; `src` is blank until the picture is in sight
    if full:
        yield Raw(full, "picture", "original", "zoomfile")
    if src := attribute(tag, "src"):
        whole = bool(bigger or full) or any(map(_WHOLE.fullmatch, tag.attrs))
        yield Raw(src, "picture", "preview" if whole else "inline", "img")


def _source(tag: Tag) -> Iterator[Raw]:
    parent = tag.parent.name if tag.parent is not None else ""
    kind: MediaKind = "picture" if parent == "picture" else "video"
    yield from (Raw(u, kind, "inline", "source") for u in srcset.best(attribute(tag, "srcset")))
    if src := attribute(tag, "src"):
        yield Raw(src, kind, "inline", "source")


def _film(tag: Tag) -> Iterator[Raw]:
    if src := attribute(tag, "src"):
        yield Raw(src, "file" if tag.name == "audio" else "video", "inline", tag.name)
    if poster := attribute(tag, "poster"):
        yield Raw(poster, "picture", "preview", "poster")


def _object(tag: Tag) -> Iterator[Raw]:
    for name in ("data", "src"):
        if link := attribute(tag, name):
            yield Raw(link, "file", "inline", tag.name, sure=False)


def _vector(tag: Tag) -> Iterator[Raw]:
    """Read a picture within a drawing, or one that an old page names `image`."""
    if link := attribute(tag, "href") or attribute(tag, "xlink:href"):
        yield Raw(link, "picture", "inline", "image")
    yield from _image(tag)


def _feed(tag: Tag) -> Iterator[Raw]:
    """Read a file of an entry of a news feed."""
    if link := attribute(tag, "url"):
        yield Raw(link, "file", "original", "feed", sure=False)


def _meta(tag: Tag) -> Iterator[Raw]:
    label = (attribute(tag, "property") or attribute(tag, "name")).lower()
    if label in _META and (content := attribute(tag, "content")):
        yield Raw(content, _META[label], "linked", label.replace(":", "_"))


def _link(tag: Tag) -> Iterator[Raw]:
    words = attribute(tag, "rel").lower().split()
    if "image_src" in words or ("preload" in words and attribute(tag, "as") == "image"):
        yield Raw(attribute(tag, "href"), "picture", "linked", "link")


def _script(tag: Tag) -> Iterator[Raw]:
    if attribute(tag, "type").lower() != "application/ld+json":
        return
    try:
        data = json.loads((tag.string or "")[:200_000])
    except (ValueError, RecursionError):
        return
    yield from _linked_data(data)


def _linked_data(data: object) -> Iterator[Raw]:
    stack = [data]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node[:500]))
        elif isinstance(node, dict):
            kept = (value for key, value in node.items() if key.lower() not in _LD_ASIDE)
            stack.extend(reversed([value for value in kept if isinstance(value, dict | list)]))
            yield from _linked_members(node)


def _linked_members(node: dict[str, object]) -> Iterator[Raw]:
    film = node.get("@type") == "VideoObject"
    for key, value in node.items():
        role = _LD_KEYS.get(key.lower())
        if key == "url" and node.get("@type") == "ImageObject":
            role = "linked"
        kind: MediaKind = "video" if film else "picture"
        for link in value if isinstance(value, list) else (value,):
            if role and isinstance(link, str):
                yield Raw(link, kind, role, "json_ld", sure=key != "embedUrl")


_READERS = {
    "img": _image,
    "source": _source,
    "video": _film,
    "audio": _film,
    "embed": _object,
    "object": _object,
    "iframe": _object,
    "frame": _object,
    "meta": _meta,
    "link": _link,
    "script": _script,
    "image": _vector,
    "enclosure": _feed,
    "media:content": _feed,
    "amp-img": _image,
    "amp-anim": _image,
    "amp-video": _film,
}
