"""Which elements of a board's page are the thread, and which are one post of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bs4 import Tag

from crawler.extract.page import Page, attribute, classes
from crawler.extract.tree import below, links_in

_PREFIXES = (
    "reply_", "op_", "pc", "p", "post_", "post-", "reply", "post", "post-container-",
    "filethread_", "",
)  # fmt: skip
_POST_CLASSES = frozenset(
    {"reply", "rtd", "post", "postCell", "opCell", "op", "postContainer", "post-container"}
    | {"innerPost", "innerOP", "replyContainer", "opContainer", "thread_OP", "postblock"}
)
_OPENINGS = frozenset(
    {"op", "opCell", "innerOP", "opContainer", "thread_OP", "opWrapper", "postOp", "oppost"}
)
_BLOCKS = frozenset({"div", "article", "td", "section", "li", "table", "tr"})
_THREAD_CLASSES = frozenset(
    {"thread", "thre", "threadbox", "divPosts", "board", "posts", "opCell", "catalog-tile"}
)
_THREAD_IDS = frozenset(
    {"delform", "divThreads", "divPostings", "threadList", "threads", "posts", "postlist"}
)
_CHECKBOX = re.compile(r"(?:delete|post)(?:\[\]|_?\d+)?|checkedposts", re.IGNORECASE)
_LAST_DIGITS = re.compile(r"\d{1,20}$")
_THREAD_ID = re.compile(r"\w{0,20}thread[-_]?[\w-]*\d\w*|t\d+", re.IGNORECASE)


def thread_places(page: Page) -> tuple[Tag, ...]:
    """Return the outermost elements that hold threads; empty when there are none."""
    return _outermost(page, _is_thread) or _outermost(page, _holds_checkboxes)


def shown_posts(page: Page) -> tuple[Tag, ...]:
    """Return what shows that a page holds posts; empty on error pages and the like."""
    return thread_places(page) or _outermost(page, _is_numbered_post)


def _is_numbered_post(tag: Tag) -> bool:
    return tag.name in _BLOCKS and _is_reply(tag) and _number(tag) != ""


def _outermost(page: Page, fits: Callable[[Tag], bool]) -> tuple[Tag, ...]:
    found: list[Tag] = []
    inside: set[int] = set()
    for tag in page.tags:
        if id(tag.parent) in inside:
            inside.add(id(tag))
        elif fits(tag):
            found.append(tag)
            inside.add(id(tag))
    return tuple(found)


def _holds_checkboxes(tag: Tag) -> bool:
    """Recognise the form around posts of old boards: each post has a checkbox for deletion."""
    return tag.name == "form" and any(_is_checkbox(child) for child in below(tag))


def _is_checkbox(tag: Tag) -> bool:
    if tag.name != "input" or attribute(tag, "type").lower() != "checkbox":
        return False
    name, value = attribute(tag, "name"), attribute(tag, "value")
    return bool(_CHECKBOX.fullmatch(name)) or (name.isdigit() and value == "delete")


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
            whole = _opening(tag) if _holds_others(tag, number) else (tag,)
            return (*_files_before(tag), *whole)
    anchor = next((tag for tag in page.tags if _marks(tag, number)), None)
    if anchor is None:
        return ()
    for around in anchor.parents:
        if _is_row(around):
            break
        if around.name == "td" and _in_own_table(around):
            return (around,)
        if around.name in {"td", "div", "article", "li"} and _is_reply(around):
            return _opening(around) if _holds_others(around, number) else (around,)
    return _segment(anchor)


def _in_own_table(cell: Tag) -> bool:
    """Tell whether a cell stands in a table that holds one post, as replies of old boards do."""
    table = next((around for around in cell.parents if around.name == "table"), None)
    if table is None:
        return False
    return sum(1 for child in below(table) if _is_checkbox(child)) <= 1


def _files_before(post: Tag) -> tuple[Tag, ...]:
    """Return the files of an opening post that stand before its element, not inside."""
    if "op" not in classes(post) or any("src/" in attribute(a, "href") for a in links_in(post)):
        return ()
    before = []
    for child in post.previous_siblings:
        if isinstance(child, Tag):
            if child.name in {"hr", "table"} or _is_reply(child) or _holds_posts(child):
                break
            before.append(child)
    return tuple(reversed(before))


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
    if names & _OPENINGS:
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
    while here.parent is not None and not (_is_row(here.parent) or _holds_posts(here.parent)):
        here = here.parent
    before = []
    for child in here.previous_siblings:
        if isinstance(child, Tag):
            if child.name == "hr" or _is_other_post(child):
                break
            before.append(child)
    after = _until_reply(child for child in here.next_siblings if isinstance(child, Tag))
    return (*reversed(before), here, *after)


def _is_other_post(tag: Tag) -> bool:
    if tag.name == "table":
        return _holds_posts(tag) or any(_is_checkbox(child) for child in below(tag))
    return tag.name in {"div", "article"} and (_is_reply(tag) or _holds_posts(tag))


def _is_row(tag: Tag) -> bool:
    if tag.name in {"form", "body", "html", "[document]"}:
        return True
    return _is_thread(tag)
