"""Which elements of a board's page are the thread, and which are one post of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from crawler.extract.page import Page, attribute, classes

_PREFIXES = (
    "reply_", "op_", "pc", "p", "post_", "post-", "reply", "post", "post-container-", "",
)  # fmt: skip
_POST_CLASSES = frozenset(
    {"reply", "rtd", "post", "postCell", "opCell", "op", "postContainer", "post-container"}
    | {"innerPost", "innerOP", "replyContainer", "opContainer", "thread_OP", "postblock"}
)
_BLOCKS = frozenset({"div", "article", "td", "section", "li", "table"})
_THREAD_CLASSES = frozenset({"thread", "thre", "threadbox", "divPosts", "board", "posts"})
_THREAD_IDS = frozenset({"delform", "divThreads", "threadList", "threads", "posts", "postlist"})
_LAST_DIGITS = re.compile(r"\d{1,20}$")
_THREAD_ID = re.compile(r"thread[-_]?[\w-]*\d[\w]*|t\d+", re.IGNORECASE)


def thread_places(page: Page) -> tuple[Tag, ...]:
    """Return the outermost elements that hold threads; empty when there are none."""
    found: list[Tag] = []
    inside: set[int] = set()
    for tag in page.tags:
        if _is_thread(tag) and not any(id(around) in inside for around in tag.parents):
            found.append(tag)
            inside.add(id(tag))
    return tuple(found)


def _is_thread(tag: Tag) -> bool:
    if tag.name not in {"div", "article", "form", "section", "main"}:
        return False
    identity = attribute(tag, "id")
    if identity in _THREAD_IDS or attribute(tag, "name") in {"delform", "postcontrols"}:
        return True
    if any(word in _THREAD_CLASSES for word in classes(tag)):
        return True
    return _THREAD_ID.fullmatch(identity) is not None


def post_places(page: Page, number: str) -> tuple[Tag, ...]:
    """Return the elements of one post; empty when it is not on the page."""
    for tag in page.tags:
        if tag.name in _BLOCKS and _is_post(tag, number):
            return _opening(tag) if _holds_others(tag, number) else (tag,)
    anchor = next((tag for tag in page.tags if _marks(tag, number)), None)
    if anchor is None:
        return ()
    for around in anchor.parents:
        if around.name in {"td", "div", "article", "li"} and _is_reply(around):
            return _opening(around) if _holds_others(around, number) else (around,)
    return _segment(anchor)


def _is_post(tag: Tag, number: str) -> bool:
    if number in (attribute(tag, "data-post-id"), attribute(tag, "data-num")):
        return True
    identity = attribute(tag, "id")
    return (
        identity.endswith(number)
        and identity[: -len(number)] in _PREFIXES
        and (identity != number or tag.find() is not None)
    )


def _marks(tag: Tag, number: str) -> bool:
    """Recognise the anchor, checkbox or number of a post."""
    if tag.name == "a":
        return attribute(tag, "id") == number or attribute(tag, "name") == number
    if tag.name == "input" and attribute(tag, "type").lower() == "checkbox":
        return number in (attribute(tag, "value"), attribute(tag, "name"))
    return attribute(tag, "id") in {f"delcheck{number}", number}


def _is_reply(tag: Tag) -> bool:
    return any(word in _POST_CLASSES for word in classes(tag)) or attribute(tag, "id").startswith(
        ("reply", "post", "pc")
    )


def _holds_posts(tag: Tag) -> bool:
    return any(_is_reply(child) for child in tag.find_all(["td", "article", "div"], limit=400))


def _holds_others(tag: Tag, number: str) -> bool:
    """Tell whether an element holds posts of another number than its own."""
    inner = (child for child in tag.find_all(["td", "article", "div"]) if _is_reply(child))
    return any(_number(child) not in {"", number} for child in inner)


def _number(tag: Tag) -> str:
    said = attribute(tag, "data-post-id") or attribute(tag, "data-num") or attribute(tag, "id")
    found = _LAST_DIGITS.search(said)
    return found[0] if found else ""


def _opening(thread: Tag) -> tuple[Tag, ...]:
    """Return the parts of a thread's element that belong to its opening post."""
    return tuple(_until_reply(child for child in thread.children if isinstance(child, Tag)))


def _until_reply(children: Iterator[Tag]) -> Iterator[Tag]:
    for child in children:
        if child.name == "hr" or _holds_reply(child):
            return
        yield child


def _holds_reply(tag: Tag) -> bool:
    names = set(classes(tag))
    if names & {"op", "opCell", "innerOP", "opContainer", "thread_OP"}:
        return False
    if tag.name == "table" or names & {"divPosts", "posts", "replies"} or tag.name == "aside":
        return tag.name == "table" or tag.find() is not None
    return tag.name in {"div", "article"} and (
        bool(names & {"reply", "postCell", "replyContainer", "post"}) or _holds_posts(tag)
    )


def _segment(anchor: Tag) -> tuple[Tag, ...]:
    """
    Return the elements around the mark of an opening post that has no element of its own.

    Old boards write posts in a row: the file, the mark, the text, then replies in tables; threads
    are parted by rules.
    """
    here = anchor
    while here.parent is not None and not _is_row(here.parent):
        here = here.parent
    before = []
    for child in here.previous_siblings:
        if isinstance(child, Tag):
            if child.name == "hr" or (child.name == "table" and _holds_posts(child)):
                break
            before.append(child)
    after = _until_reply(child for child in here.next_siblings if isinstance(child, Tag))
    return (*reversed(before), here, *after)


def _is_row(tag: Tag) -> bool:
    if tag.name in {"form", "body", "html", "[document]"}:
        return True
    return _is_thread(tag)
