"""
Image boards as data, and one reader for all of them.

What they share: a thread is a row of posts, each with a number; a file's full size is the target
of a link around its thumbnail and of a link by its name; the thumbnail itself, spoiler marks and
marks of deleted files stand in `img` only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.generic.read import read_generic
from crawler.extract.image_boards.files import FileRules, files, repeats
from crawler.extract.image_boards.places import post_places, shown_posts, thread_places
from crawler.extract.image_boards.removed import file_was_deleted
from crawler.extract.image_boards.smaller import not_files
from crawler.extract.page import Page
from crawler.extract.record import Candidate, State
from crawler.extract.stated import own_words, stated

POST = re.compile(
    r"(?:(?:reply|post|op|delcheck|pim|pi|sa|pc|p|q|i|m|c|r|f|t|no|n|msg|fT)[-_]?)?(\d{1,20}(?:[_,]\d{1,4})?)",
    re.IGNORECASE,
)
"""Fragments that name a post; what else stands there names a place on the page."""
_OVER: tuple[State, ...] = ("expired", "gone")
"""What an error page may say; "404" beside "pruned" is nobody's removal."""
_ARCHIVED = frozenset({"div.closed", "img.archivedIcon", "span.archived", "div.archived"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One kind of board software."""

    name: str
    markers: tuple[frozenset[str], ...]
    thread_path: re.Pattern[str]
    """The path of a whole thread's own page, or its query with the question mark."""
    source: re.Pattern[str] = re.compile(r"/(?:src|file_store)/[^/]+$")
    """Paths of files in full size."""
    bare: bool = False
    """Whether files may have no extension."""
    twin: Callable[[str], str | None] = lambda _url: None
    shape: Callable[[str], int] = lambda _url: 0
    claims_hash: bool = False
    """Whether the file's name is its SHA-256."""

    @property
    def rules(self) -> FileRules:
        """What the reader of files needs to know."""
        return FileRules(
            board=self.name, source=self.source, bare=self.bare, claims_hash=self.claims_hash
        )


def engine_of(board: Board) -> Engine:
    """Make an engine of a board."""
    return Engine(
        name=board.name,
        site_type=SiteType.IMAGE_BOARD,
        markers=board.markers,
        read=lambda page: read_thread(page, board),
        shape=board.shape,
    )


def wanted_post(fragment: str) -> str | None:
    """
    Return the number of the post that a fragment names.

    >>> wanted_post("pc12")
    '12'
    """
    found = POST.fullmatch(fragment)
    return found[1].replace(",", "_") if found else None


def read_thread(page: Page, board: Board) -> Reading:
    """Read the files of a thread, or of the one post that the fragment names."""
    wanted = wanted_post(page.fragment)
    twin = board.twin(page.url)
    places = post_places(page, wanted) if wanted else thread_places(page)
    if wanted and not places:
        return _missing(page, board, twin)
    looked_at = places or (page.soup,)
    found = files(page, looked_at, board.rules)
    deleted = file_was_deleted(looked_at)
    told = _told(page, board) if not places and not found else None
    covered = not_files(page, looked_at, board.source, catalogue=not found)
    gone = bool(wanted) and deleted and not found and not _links_left(page, places, covered)
    state, rule = told or _state(places, found, board, gone=gone)
    return Reading(
        state=state,
        state_rule=rule,
        candidates=found,
        json_twin=twin,
        post_found=True if wanted else None,
        scope=places,
        covered=covered | repeats(page, looked_at, found),
        signs=_signs(page, deleted=deleted),
    )


def _links_left(page: Page, places: tuple[Tag, ...], covered: frozenset[str]) -> bool:
    """Tell whether the text of a post still links to media, whatever became of its file."""
    return any(
        candidate.role != "preview"
        and (candidate.kind != "page" or candidate.role == "locker")
        and candidate.url not in covered
        for candidate in read_generic(page, places, known=True)
    )


def _missing(page: Page, board: Board, twin: str | None) -> Reading:
    """
    Answer for a fragment whose post is not here.

    Only the whole thread's own page can say that a post is gone; an index or a "last 50" page,
    or a page cut by the limit, leaves it open; so does a page that shows no thread at all.
    """
    threads = shown_posts(page)
    gone = bool(threads) and _is_whole(page, board) and not page.cut
    state: tuple[State, str] = ("unknown", f"{board.name}:post_not_shown")
    if gone:
        state = ("gone", f"{board.name}:post_missing")
    elif not threads:
        state = _told(page, board) or state
    return Reading(
        state=state[0],
        state_rule=state[1],
        json_twin=twin,
        post_found=False,
        scope=threads,
        generic=False,
    )


def _is_whole(page: Page, board: Board) -> bool:
    parts = urlsplit(page.url)
    return any(board.thread_path.search(text) for text in (parts.path, f"?{parts.query}"))


def _told(page: Page, board: Board) -> tuple[State, str] | None:
    """Return what a page at a thread's address says of it that shows no thread and no post."""
    if not _is_whole(page, board) or page.named("blockquote"):
        return None
    spoken = dict(found for text in own_words(page) if (found := stated((text,))))
    for state in _OVER:
        if state in spoken:
            return state, f"{board.name}:{spoken[state]}"
    return None


def _signs(page: Page, *, deleted: bool) -> tuple[str, ...]:
    archived = bool(_ARCHIVED & page.features)
    return (*(["file_deleted"] if deleted else []), *(["archived"] if archived else []))


def _state(
    places: tuple[Tag, ...], found: tuple[Candidate, ...], board: Board, *, gone: bool
) -> tuple[State, str]:
    if found:
        return "content", f"{board.name}:files"
    if not places:
        return "unknown", f"{board.name}:no_thread"
    if gone:
        return "gone", f"{board.name}:file_deleted"
    return "content", f"{board.name}:thread_without_files"
