"""What the JSON forms of all boards share: lists of posts, the post of a fragment, texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crawler.extract.engine import Reading
from crawler.extract.generic.read import read_generic
from crawler.extract.image_boards.board import wanted_post
from crawler.extract.page import parse_page
from crawler.extract.record import Candidate

Json = Mapping[str, object]
POSTS = 20_000
LIST = "list"
"""The member under which a JSON answer that is a list reaches the engines."""
_TEXTS = ("com", "markdown", "message", "comment_processed", "comment", "body")
_BREAK = re.compile(r"</?wbr\s*/?>", re.IGNORECASE)
_TEXT_LIMIT = 500_000
"""Characters of the texts of posts that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of a thread."""

    number: str
    files: tuple[Candidate, ...]
    deleted: bool = False
    """A file of the post was deleted."""
    text: str = ""
    """HTML of what was written."""


def dicts(value: object) -> list[dict[str, object]]:
    """Return the objects of a JSON list; empty when it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def listed(data: Json, replies: str) -> list[dict[str, object]]:
    """
    Return the posts of a thread, of a page of threads or of a catalogue.

    Args:
        data: the answer, a list below `LIST`.
        replies: the member that holds a thread's posts.

    """
    found: list[dict[str, object]] = []
    waiting = [*dicts(data.get(LIST)), *dicts(data.get("threads")), *dicts(data.get(replies))]
    while waiting and len(found) < POSTS:
        node = waiting.pop(0) if len(waiting) < 1000 else waiting.pop()
        members = ("threads", replies, "last_replies")
        inner = [item for member in members for item in dicts(node.get(member))]
        if "threads" not in node:
            found.append(node)
        waiting[:0] = inner
    return found


def is_whole(data: Json) -> bool:
    """Tell whether an answer is one thread, not a page of threads or a catalogue."""
    return LIST not in data and "threads" not in data


def text_in(post: Json) -> str:
    """Return the HTML of what was written in a post."""
    return next((text for key in _TEXTS if isinstance(text := post.get(key), str) and text), "")


def reading(name: str, posts: Iterable[Post], url: str, *, whole: bool = True) -> Reading:
    """
    Make a reading of a thread's posts, or of the one that the fragment names.

    Args:
        name: of the engine.
        posts: as they were read.
        url: with its fragment.
        whole: whether these are all posts of a thread, so that a missing one is gone.

    """
    bare, _, fragment = url.partition("#")
    wanted = wanted_post(fragment)
    kept = [post for post in posts if wanted in (None, post.number)]
    if wanted and not kept:
        return _missing(name, whole=whole)
    found = dict.fromkeys(file for post in kept for file in post.files)
    deleted = any(post.deleted for post in kept)
    written = _written((post.text for post in kept), bare)
    gone = bool(wanted) and deleted and not found and not written
    return Reading(
        state="gone" if gone else "content",
        state_rule=f"{name}:file_deleted" if gone else f"{name}:json",
        candidates=(*found, *(c for c in written if c.url not in {file.url for file in found})),
        signs=("file_deleted",) if deleted else (),
        post_found=True if wanted else None,
    )


def _missing(name: str, *, whole: bool) -> Reading:
    return Reading(
        state="gone" if whole else "unknown",
        state_rule=f"{name}:post_missing" if whole else f"{name}:post_not_shown",
        post_found=False,
    )


def _written(texts: Iterable[str], url: str) -> tuple[Candidate, ...]:
    """Read the links that people wrote, as from the page itself."""
    told = [text for text in texts if "//" in text or "xx" in text or "**" in text]
    html = "".join(f"<blockquote>{_BREAK.sub('', text)}</blockquote>" for text in told)
    if not html:
        return ()
    page = parse_page(f"<body>{html[:_TEXT_LIMIT]}</body>", url=url)
    return tuple(replace(c, why=f"json_{c.why}") for c in read_generic(page))
