"""
Forums as data, and one reader for all of them.

Attachments are served by a script or under a path of their own, mostly without an extension; the
thumbnail stands inside a link to the full size. Pictures that a post embeds lie at their own
hosts: the generic pass takes them from the post's body, also through the forum's image proxy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.forums.removed import was_deleted
from crawler.extract.links import MediaKind, kind_of_name, media_kind
from crawler.extract.page import Page, attribute, classes, text_of
from crawler.extract.record import Candidate, State
from crawler.extract.stated import members_only, own_words, stated
from crawler.extract.tree import ancestor, below, first_below

_FRAGMENT = re.compile(
    r"(?:js-)?(?:post|pid|msg|p|comment|post_?message|attachment)?[-_]?(\d{1,20})", re.IGNORECASE
)
_IDS = (
    "js-post-{}", "post-{}", "post_{}", "p{}", "post{}", "pid{}", "msg{}", "pid_{}", "msg_{}",
    "post_message_{}", "postcount{}", "{}",
)  # fmt: skip
_ATTACHED_IDS = ("attachment-{}", "attachment{}", "attachment_{}", "link_{}")
_NUMBER = re.compile(r"(?:p|post|msg)?\d{1,20}")
_POST_CLASSES = frozenset(
    {"message", "message--post", "post", "postcontainer", "post_wrapper", "postbit", "b-post"}
    | {"postbitlegacy", "post_block", "comment", "postbox"}
)
_POST_ID = re.compile(r"(?:js-post-|post[-_]?|p|msg_?|edit)\d{1,20}", re.IGNORECASE)
_SLUG = re.compile(r"[-_.](\w{2,5})\.\d+/?(?:$|[?#])")
_SMALL_FORM = re.compile(r"[&;](?:thumb=1|t=1|type=(?:thumb|small|medium|icon))(?=$|[&;#])")
"""What asks for a smaller form of an attachment; without it the full size answers."""
_LOGIN_FORMS = frozenset({"form#login", "form#frmLogin", "body#login"})
_LOCKED = re.compile(r"attach|rules|hide|hidden|locked|notice|guest|blockMessage", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """One kind of forum software."""

    name: str
    markers: tuple[frozenset[str], ...]
    attachment: re.Pattern[str]
    """Addresses of attachments; the first group that matched is the attachment's number."""
    small: re.Pattern[str]
    """Addresses of thumbnails among them."""


def engine_of(forum: Forum) -> Engine:
    """Make an engine of a forum."""
    return Engine(
        name=forum.name,
        site_type=SiteType.FORUM,
        markers=forum.markers,
        read=lambda page: read_topic(page, forum),
    )


def read_topic(page: Page, forum: Forum) -> Reading:
    """Read the attachments of a topic, or of the one post that the fragment names."""
    wanted = _FRAGMENT.fullmatch(page.fragment)
    places = _post(page, page.fragment, wanted[1]) if wanted else _posts(page)
    everything = places or (_posts(page) if wanted else ())
    if wanted and not places and everything:
        return Reading(state_rule=f"{forum.name}:post_not_shown", post_found=False, generic=False)
    found, covered = attachments(page, places or (page.soup,), forum)
    state, rule = _state(page, places, found)
    if wanted and state == "unknown" and any(map(was_deleted, places)):
        state, rule = "gone", "post_deleted"
    return Reading(
        state=state,
        state_rule=f"{forum.name}:{rule}",
        candidates=found,
        covered=covered,
        post_found=bool(places) if wanted else None,
        scope=places,
    )


def _post(page: Page, fragment: str, number: str) -> tuple[Tag, ...]:
    """Return the post that one of the marks of this number stands in; empty when none does."""
    attached = "attach" in fragment.lower()
    patterns = _ATTACHED_IDS if attached else _IDS
    names = {pattern.format(number) for pattern in patterns}
    marks = [tag for tag in page.tags if _marks(tag, names, "" if attached else number)]
    whole = next((post for mark in marks if (post := _post_around(mark))), None)
    if whole is not None:
        return (whole,)
    return (_row(marks[0], _shared_tables(page)),) if marks else ()


def _marks(tag: Tag, names: Container[str], number: str) -> bool:
    if not tag.attrs:
        return False
    if attribute(tag, "id") in names or (tag.name == "a" and attribute(tag, "name") in names):
        return True
    return number != "" and (
        attribute(tag, "data-content") == f"post-{number}"
        or attribute(tag, "data-node-id") == number
    )


def _post_around(mark: Tag) -> Tag | None:
    """Climb from a mark to the element that holds the post and its attachments."""
    around = (mark, *mark.parents)
    posts = [node for node in around if node.name not in {"body", "html"} and _is_post(node)]
    return posts[-1] if posts else None


def _row(mark: Tag, shared: Container[int]) -> Tag:
    """
    Return what holds the post of a mark on pages that do not name their posts.

    Old forums write one table, a row for each post.
    """
    holder = _holder(mark)
    if id(holder) not in shared:
        return holder
    return next((node for node in (mark, *mark.parents) if node.name == "tr"), holder)


def _holder(mark: Tag) -> Tag:
    around = (mark, *mark.parents)
    return next((node for node in around if node.name in {"table", "li", "article", "div"}), mark)


def _shared_tables(page: Page) -> frozenset[int]:
    """Return the ids of the tables that hold the numbers of more than one post."""
    holders = [_holder(anchor) for anchor in _number_anchors(page)]
    held = Counter(id(holder) for holder in holders if holder.name == "table")
    return frozenset(place for place, numbers in held.items() if numbers > 1)


def _number_anchors(page: Page) -> list[Tag]:
    return [tag for tag in page.named("a") if _NUMBER.fullmatch(attribute(tag, "name"))]


def _is_post(tag: Tag) -> bool:
    if tag.name not in {"div", "article", "li", "table", "section"}:
        return False
    return any(word in _POST_CLASSES for word in classes(tag)) or (
        tag.name in {"table", "article", "li"}
        and _POST_ID.fullmatch(attribute(tag, "id")) is not None
    )


def _posts(page: Page) -> tuple[Tag, ...]:
    """Return the outermost posts of a page: by their names, and the rows of old forums' tables."""
    shared = _shared_tables(page)
    held = [_row(anchor, shared) for anchor in _number_anchors(page)]
    rows = {id(row) for row in held if row.name in {"table", "tr"}}
    found: list[Tag] = []
    inside: set[int] = set()
    for tag in page.tags:
        if id(tag.parent) in inside:
            inside.add(id(tag))
        elif id(tag) in rows or _is_post(tag):
            found.append(tag)
            inside.add(id(tag))
    return tuple(found)


# ------------------------------------------------------------------------- attachments


def attachments(
    page: Page, places: tuple[Tag, ...], forum: Forum
) -> tuple[tuple[Candidate, ...], frozenset[str]]:
    """Return the attachments in full size, each once, and the addresses of their other forms."""
    originals: dict[str, Candidate] = {}
    small: dict[str, tuple[Tag, str]] = {}
    covered: set[str] = set()
    for tag, url, number in _attached(page, places, forum):
        if forum.small.search(url):
            covered.add(url)
            small.setdefault(number, (tag, _SMALL_FORM.sub("", url)))
        elif number in originals or _stands_for_other(page, tag, forum):
            covered.add(url)
        else:
            originals[number] = _made(tag, url, forum)
    for number, (tag, url) in small.items():
        if number not in originals and not forum.small.search(url):
            originals[number] = _made(tag, url, forum)
    return tuple(originals.values()), frozenset(covered - {c.url for c in originals.values()})


def _stands_for_other(page: Page, tag: Tag, forum: Forum) -> bool:
    """Tell whether a picture stands in a link to an attachment or to other media."""
    return tag.name == "img" and ancestor(tag, {"a"}) is not None and _full(page, tag, forum)


def _attached(page: Page, places: tuple[Tag, ...], forum: Forum) -> Iterator[tuple[Tag, str, str]]:
    for place in places:
        for tag in below(place):
            for name in _ADDRESSES.get(tag.name, ()):
                url = page.absolute(attribute(tag, name)) if tag.get(name) else None
                found = forum.attachment.search(url) if url else None
                if url and found and page.refusal(url) is None:
                    yield tag, url, next((group for group in found.groups() if group), url)


_ADDRESSES = {"a": ("href",), "img": ("src", "data-src", "data-url"), "video": ("src",),
              "source": ("src",)}  # fmt: skip


def _full(page: Page, picture: Tag, forum: Forum) -> bool:
    """Tell whether the link around a picture leads to an attachment or other media."""
    link = ancestor(picture, {"a"})
    url = page.absolute(attribute(link, "href")) if link is not None else None
    if url is None:
        return False
    return forum.attachment.search(url) is not None or media_kind(url) is not None


def _made(tag: Tag, url: str, forum: Forum) -> Candidate:
    return Candidate(url=url, kind=_kind(tag, url), role="original", why=f"{forum.name}:attachment")


def _kind(tag: Tag, url: str) -> MediaKind:
    slug = _SLUG.search(url)
    picture = tag if tag.name == "img" else first_below(tag, {"img"})
    names = [f"x.{slug[1]}" if slug else "", attribute(tag, "title"), text_of(tag)]
    if picture is not None:
        names += [attribute(picture, "alt"), attribute(picture, "title")]
    kinds = (kind_of_name(name.split(" (")[0].strip()) for name in names if name)
    known = next((kind for kind in kinds if kind), media_kind(url))
    return known or ("picture" if picture is not None else "file")


# ------------------------------------------------------------------------- state


def _state(page: Page, places: tuple[Tag, ...], found: tuple[Candidate, ...]) -> tuple[State, str]:
    if found:
        return "content", "attachments"
    if not places:
        return stated(own_words(page)) or _asks_login(page) or ("unknown", "no_posts")
    if any(_locked(tag) for place in places for tag in below(place)):
        return "login", "attachments_for_members"
    return "unknown", "no_attachments"


def _asks_login(page: Page) -> tuple[State, str] | None:
    """Recognise a page whose one purpose is the login form of its software."""
    return ("login", "login_page") if _LOGIN_FORMS & page.features else None


def _locked(tag: Tag) -> bool:
    if not any(_LOCKED.search(word) for word in classes(tag)):
        return False
    text = text_of(tag)
    return len(text) < 400 and members_only(text)
