"""The files of posts in full size: links by name or around a thumbnail, players, expanders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from crawler.extract.furniture import is_error_art
from crawler.extract.image_boards.smaller import (
    PICTURES,
    PLACEHOLDER,
    THUMB,
    in_texts,
    is_source,
)
from crawler.extract.links import MediaKind, kind_of_name, media_kind
from crawler.extract.page import Page, attribute, classes, text_of
from crawler.extract.record import Candidate
from crawler.extract.tree import ancestor, below, first_below, links_in, under_class
from crawler.extract.unwrap import embeds_url, unwrapped

_FILE_CLASSES = frozenset(
    {"filesize", "fileinfo", "fileInfo", "fileText", "fileThumb", "imgLink", "nameLink"}
    | {"originalNameLink", "thread_image_link", "post_file_filename", "post_file_controls"}
    | {"post-file-src", "post-file-info", "uploadCell", "post_file", "file", "files"}
    | {"panelUploads", "post-files", "image-container", "post-image", "multifile"}
)
_NAMED_LINKS = frozenset({"imgLink", "nameLink", "originalNameLink"})
_HASH = re.compile(r"/([0-9a-f]{64})(?:\.\w{1,8})?$")
_EXTENSION = re.compile(r"\.([a-z0-9]{1,8})$", re.IGNORECASE)
_PAGES = frozenset({"htm", "html", "xhtml", "shtml", "php", "js", "json", "pl", "cgi", "asp"})
_NAMED_COPY = re.compile(r"/(?:file_)?dl/")
_STORED = re.compile(r"/file_(?:store|dl)/([^/]+)")
_QUOTED = re.compile(r"[\"']([^\"'<>\s]{5,2000})[\"']")
_MIMES = ("data-filemime", "data-mime", "data-mimetype", "type")
_OLD_NAME = re.compile(r"-(image|video|audio|application)([a-z0-9.+-]{2,20})$")
"""LynxChan once ended the names of files with their MIME type, its slash left out."""
_EMBEDS = frozenset({"video", "audio", "source", "img", "embed", "object"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """What tells the files of one kind of board."""

    board: str
    source: re.Pattern[str]
    """Paths of files in full size."""
    bare: bool
    """Whether files may have no extension."""
    claims_hash: bool


def files(page: Page, places: Iterable[Tag], rules: FileRules) -> tuple[Candidate, ...]:
    """List the files in full size, each once, in the order of the page."""
    found: dict[str, Candidate] = {}
    for place in places:
        inside = in_texts((place, *below(place)))
        for candidate in _in_place(page, place, rules, inside):
            key = _file_key(candidate.url)
            found[key] = _clearer(found.get(key), candidate)
        for shown in _embedded(page, place, rules, inside):
            found.setdefault(_file_key(shown.url), shown)
        if not found:
            for opened in _expanded(page, place):
                found.setdefault(opened, _made(opened, rules, "expanded"))
    return tuple(found.values())


def repeats(page: Page, places: Iterable[Tag], found: Iterable[Candidate]) -> frozenset[str]:
    """Return other addresses in some elements under which the same files are offered."""
    known = {_file_key(candidate.url) for candidate in found}
    links = (page.absolute(attribute(link, "href")) for p in places for link in links_in(p))
    return frozenset(url for url in links if url and _file_key(url) in known)


def _file_key(url: str) -> str:
    """
    Name a file, whichever of its addresses is given.

    A query asks for the same file under another name, infinity offers `file_store/x.png` also as
    `file_dl/x.png/name.png`, and boards with LynxChan offer `/.media/x.png` below `dl` as well.
    """
    bare = url.partition("?")[0]
    stored = _STORED.search(bare)
    return stored[1] if stored else bare.replace("/dl/", "/", 1)


def _clearer(known: Candidate | None, new: Candidate) -> Candidate:
    """Keep the first link to a file; its kind may be told by a later one."""
    if known is None or (_NAMED_COPY.search(known.url) and not _NAMED_COPY.search(new.url)):
        return new
    return replace(known, kind=new.kind) if known.kind == "file" else known


def _in_place(
    page: Page, place: Tag, rules: FileRules, inside: frozenset[int]
) -> Iterator[Candidate]:
    """Yield files by their links; then those that a script opens."""
    links = [link for link in links_in(place) if id(link) not in inside]
    for link in links:
        if candidate := _file(page, link, rules):
            yield candidate
    for link in links:
        for url in _scripted(page, link, rules):
            yield _made(url, rules, "expander")


def _embedded(
    page: Page, place: Tag, rules: FileRules, inside: frozenset[int]
) -> Iterator[Candidate]:
    """Yield the files that stand in a thread without a link; elsewhere they are the site's own."""
    if place is page.soup:
        return
    for tag in below(place):
        if tag.name in _EMBEDS and id(tag) not in inside:
            shown = page.absolute(attribute(tag, "src") or attribute(tag, "data"))
            linked = ancestor(tag, {"a"})
            if linked is not None and attribute(linked, "href").strip(" #"):
                continue
            if not shown or is_error_art(shown):
                continue
            if media_kind(shown) and is_source(shown, rules.source):
                yield _made(shown, rules, "embedded")


def _file(page: Page, link: Tag, rules: FileRules) -> Candidate | None:
    url = page.absolute(attribute(link, "href"))
    if url is None or url == page.url or page.refusal(url):
        return None
    inner = unwrapped(url) if embeds_url(url) or "player.php" in url else None
    target = inner or url
    if embeds_url(target) or page.refusal(target) or not _is_file(link, target, rules):
        return None
    return _made(target, rules, "player" if inner else "file", kind=_claimed_kind(link, target))


def _is_file(link: Tag, url: str, rules: FileRules) -> bool:
    """Tell by the path of its target, or by its place and extension, whether a link is a file."""
    path = urlsplit(url).path
    extension = _EXTENSION.search(unquote(path))
    if THUMB.search(path) or (extension and extension[1].lower() in _PAGES):
        return False
    if rules.source.search(path):
        return bool(extension) or rules.bare or _stands_as_file(link)
    if PLACEHOLDER.search(path):
        return False
    if rules.bare and any(word in _NAMED_LINKS for word in classes(link)):
        return not path.endswith("/")
    known = media_kind(url) is not None or (extension and extension[1].lower() == "swf")
    return bool(known) and _stands_as_file(link)


def _stands_as_file(link: Tag) -> bool:
    return first_below(link, PICTURES) is not None or under_class(link, _FILE_CLASSES, up=2)


def _claimed_kind(link: Tag, url: str) -> MediaKind:
    """Read the kind of a file without extension from its link, or from the end of its name."""
    said = next(
        (mime for name in _MIMES if "/" in (mime := attribute(link, name))),
        "/".join(next(iter(_OLD_NAME.findall(url)), ())),
    )
    by_name = kind_of_name(attribute(link, "download"))
    return by_name or kind_of_mime(said)


def _scripted(page: Page, link: Tag, rules: FileRules) -> Iterator[str]:
    """Yield the files that a link without a target of its own opens by script."""
    opens = attribute(link, "href").strip().startswith(("#", "javascript:"))
    if not opens or not _stands_as_file(link):
        return
    for text in _QUOTED.findall(attribute(link, "onclick")[:4000]):
        url = page.absolute(text) if "/" in text else None
        if url and media_kind(url) and is_source(url, rules.source):
            yield url


def _made(url: str, rules: FileRules, rule: str, *, kind: MediaKind = "file") -> Candidate:
    digest = _HASH.search(urlsplit(url).path) if rules.claims_hash else None
    return Candidate(
        url=url,
        kind=media_kind(url) or kind,
        role="original",
        why=f"{rules.board}:{rule}",
        claimed_hash=f"sha256:{digest[1]}" if digest else None,
    )


def kind_of_mime(mime: str) -> MediaKind:
    """Return the kind of media of a MIME type; `file` when it says nothing."""
    head, _, tail = mime.lower().partition("/")
    if head in {"image", "video"}:
        return "picture" if head == "image" else "video"
    return "archive" if re.search(r"zip|rar|7z|tar|compressed", tail) else "file"


def _expanded(page: Page, place: Tag) -> list[str]:
    """Read the markup that some boards keep percent-encoded for expanding a file in place."""
    found = []
    for tag in below(place):
        if attribute(tag, "id").startswith("expand"):
            text = unquote(text_of(tag)[:20_000])
            links = re.findall(r"(?:href|src)=[\"']([^\"'<>]+)", text)
            found += [url for link in links if (url := page.absolute(link)) and media_kind(url)]
    return [url for url in found if not THUMB.search(urlsplit(url).path)]
