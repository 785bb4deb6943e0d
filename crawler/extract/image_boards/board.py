"""
Image boards as data, and one reader for all of them.

What they share: a thread is a row of posts, each with a number; a file's full size is the target
of a link around its thumbnail and of a link by its name; the thumbnail itself, spoiler marks and
marks of deleted files stand in `img` only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.image_boards.places import post_places, thread_places
from crawler.extract.links import MediaKind, media_kind
from crawler.extract.page import Page, attribute, classes, text_of
from crawler.extract.record import Candidate, State
from crawler.extract.tree import below, first_below, links_in, under_class
from crawler.extract.unwrap import embeds_url, unwrapped

_FRAGMENT = re.compile(r"(?:[a-z]{1,6}[-_]?)?(\d{1,20})", re.IGNORECASE)
_PICTURES = frozenset({"img", "video", "picture"})
_THUMB = re.compile(r"/thumbs?/|/t_[0-9a-f]|/(?:spoiler|deleted|nothumb)[^/]*$", re.IGNORECASE)
_REMOVED = re.compile(
    r"^(?:\W*file\W*(?:has been\W+|was\W+)?(?:removed|deleted)\W*|画像が?削除.*|ファイル.*削除.*)$",
    re.IGNORECASE,
)
_FILE_CLASSES = frozenset(
    {"filesize", "fileinfo", "fileText", "fileThumb", "imgLink", "nameLink", "originalNameLink"}
    | {"thread_image_link", "post_file_filename", "post-file-src", "post-file-info", "uploadCell"}
    | {"post_file", "file", "files", "panelUploads", "post-files", "image-container", "post-image"}
)
_HASH = re.compile(r"/([0-9a-f]{64})(?:\.\w{1,8})?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One kind of board software."""

    name: str
    markers: tuple[frozenset[str], ...]
    thread_path: re.Pattern[str]
    """The path of a whole thread's own page."""
    source: re.Pattern[str] = re.compile(r"/src/[^/]")
    """Paths of files in full size."""
    bare: bool = False
    """Whether files may have no extension."""
    twin: Callable[[str], str | None] = lambda _url: None
    shape: Callable[[str], int] = lambda _url: 0
    claims_hash: bool = False
    """Whether the file's name is its SHA-256."""


def engine_of(board: Board) -> Engine:
    """Make an engine of a board."""
    return Engine(
        name=board.name,
        site_type=SiteType.IMAGE_BOARD,
        markers=board.markers,
        read=lambda page: read_thread(page, board),
        shape=board.shape,
    )


def read_thread(page: Page, board: Board) -> Reading:
    """Read the files of a thread, or of the one post that the fragment names."""
    wanted = _FRAGMENT.fullmatch(page.fragment)
    twin = board.twin(page.url)
    places = post_places(page, wanted[1]) if wanted else thread_places(page)
    if wanted and not places:
        whole = bool(board.thread_path.search(urlsplit(page.url).path)) and not page.cut
        return Reading(
            state="gone" if whole else "unknown",
            state_rule=f"{board.name}:{'post_missing' if whole else 'post_not_shown'}",
            json_twin=twin,
            post_found=False,
            generic=False,
        )
    found = files(page, places or (page.soup,), board)
    state, rule = _state(places, found, board, post=bool(wanted))
    return Reading(
        state=state,
        state_rule=rule,
        candidates=found,
        json_twin=twin,
        post_found=True if wanted else None,
        scope=places,
    )


def files(page: Page, places: Iterable[Tag], board: Board) -> tuple[Candidate, ...]:
    """List the files in full size, each once."""
    found: dict[str, Candidate] = {}
    for place in places:
        for link in links_in(place):
            candidate = _file(page, link, board)
            if candidate and candidate.url not in found:
                found[candidate.url] = candidate
        for url in _expanded(page, place) if not found else ():
            found.setdefault(url, _made(url, board, "expanded"))
    return tuple(found.values())


def _file(page: Page, link: Tag, board: Board) -> Candidate | None:
    url = page.absolute(attribute(link, "href"))
    if url is None or page.refusal(url):
        return None
    inner = unwrapped(url) if embeds_url(url) or "player.php" in url else None
    target = inner or url
    path = urlsplit(target).path
    if embeds_url(target) or _THUMB.search(path):
        return None
    if not (media_kind(target) or (board.bare and board.source.search(path))):
        return None
    shown = first_below(link, _PICTURES) is not None or under_class(link, _FILE_CLASSES, up=2)
    if not board.source.search(path) and not shown:
        return None
    kind = _claimed_kind(link)
    return _made(target, board, "player" if inner else "file", kind=kind)


def _claimed_kind(link: Tag) -> str:
    return (
        attribute(link, "data-filemime") or attribute(link, "data-mime") or attribute(link, "type")
    )


def _made(url: str, board: Board, rule: str, *, kind: str = "") -> Candidate:
    named = media_kind(url) or kind_of_mime(kind)
    digest = _HASH.search(urlsplit(url).path) if board.claims_hash else None
    return Candidate(
        url=url,
        kind=named,
        role="original",
        why=f"{board.name}:{rule}",
        claimed_hash=f"sha256:{digest[1]}" if digest else None,
    )


def kind_of_mime(mime: str) -> MediaKind:
    """Return the kind of media of a MIME type; `file` when it says nothing."""
    head = mime.partition("/")[0].lower()
    return "picture" if head == "image" else "video" if head == "video" else "file"


def _expanded(page: Page, place: Tag) -> list[str]:
    """Read the markup that some boards keep percent-encoded for expanding a file in place."""
    found = []
    for tag in below(place):
        if attribute(tag, "id").startswith("expand"):
            text = unquote(text_of(tag)[:20_000])
            links = re.findall(r"(?:href|src)=[\"']([^\"'<>]+)", text)
            found += [url for link in links if (url := page.absolute(link)) and media_kind(url)]
    return [url for url in found if not _THUMB.search(urlsplit(url).path)]


def _state(
    places: tuple[Tag, ...], found: tuple[Candidate, ...], board: Board, *, post: bool
) -> tuple[State, str]:
    if found:
        return "content", f"{board.name}:files"
    if not places:
        return "unknown", f"{board.name}:no_thread"
    if post and any(_is_removed(tag) for place in places for tag in below(place)):
        return "gone", f"{board.name}:file_deleted"
    return "content", f"{board.name}:thread_without_files"


def _is_removed(tag: Tag) -> bool:
    """Tell whether an element marks a file that was deleted from its post."""
    if any(
        "deleted" in word.lower() or word in {"nothumb", "fileDeleted"} for word in classes(tag)
    ):
        return tag.name != "a"
    if tag.name == "img":
        said = f"{attribute(tag, 'src').rsplit('/', 1)[-1]} {attribute(tag, 'alt')}"
        return re.search(r"deleted|removed", said, re.IGNORECASE) is not None
    if tag.name in {"div", "span", "p", "td", "b", "strong"} and tag.find() is None:
        return _REMOVED.match(text_of(tag)[:80]) is not None
    return False
