"""
vichan and infinity boards, HTML.

A file's full size is linked from `p.fileinfo` and around its `img.post-image`; films link to
`player.php?v=`; spoilers and thumbnails stand in `img` only. A deleted file leaves
`img.post-image.deleted` in its post.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import Tag

from cases.model import SiteType
from crawler.extract.engine import Engine, Reading
from crawler.extract.links import media_kind
from crawler.extract.page import Page, attribute, classes
from crawler.extract.record import Candidate, State
from crawler.extract.tree import ancestor, below, links_in
from crawler.extract.unwrap import embeds_url, unwrapped

_POST_FRAGMENT = re.compile(r"(?:q|p|op_|reply_)?(\d{1,20})")
_THREAD_PATH = re.compile(r"(?P<head>.*/(?:res|thread)/\d+)(?:-[^/]*|\+\d+)?\.html?")
_SOURCE_PATH = re.compile(r"/(?:src|file_store)/[^/]+$")


def read_thread(page: Page) -> Reading:
    """Read the files of a thread, or of the one post that the fragment names."""
    post = _POST_FRAGMENT.fullmatch(page.fragment)
    scope = _scope(page, post[1]) if post else ()
    twin = json_twin(page.url)
    if post and not scope:
        return _missing_post(page, twin)
    places = scope or (page.soup,)
    found = tuple(dict.fromkeys(c for place in places for c in _files(page, place)))
    state, rule = _state(page, found, scope)
    return Reading(
        state=state,
        state_rule=rule,
        candidates=found,
        json_twin=twin,
        post_found=True if post else None,
        scope=scope,
    )


def _missing_post(page: Page, twin: str | None) -> Reading:
    """
    Answer for a fragment whose post is not here.

    Only the whole thread's own page can say that a post is gone; an index or a "last 50" page,
    or a page cut by the limit, leaves it open.
    """
    whole = _whole_thread(page.url) and not page.cut
    return Reading(
        state="gone" if whole else "unknown",
        state_rule="vichan:post_missing" if whole else "vichan:post_not_shown",
        json_twin=twin,
        post_found=False,
        generic=False,
    )


def _whole_thread(url: str) -> bool:
    return re.fullmatch(r".*/(?:res|thread)/\d+(?:-[^/+]*)?\.html?", urlsplit(url).path) is not None


def json_twin(url: str) -> str | None:
    """
    Return the JSON form of a thread's page.

    >>> json_twin("https://board.example/b/res/12+50.html")
    'https://board.example/b/res/12.json'
    """
    parts = urlsplit(url)
    found = _THREAD_PATH.fullmatch(parts.path)
    return f"{parts.scheme}://{parts.netloc}{found['head']}.json" if found else None


def _scope(page: Page, number: str) -> tuple[Tag, ...]:
    wanted = {f"reply_{number}", f"op_{number}"}
    post = next((tag for tag in page.tags if attribute(tag, "id") in wanted), None)
    if post is None:
        return ()
    if attribute(post, "id").startswith("reply_"):
        return (post,)
    # The files of an opening post stand before it, not inside.
    before = [tag for tag in post.find_previous_siblings() if isinstance(tag, Tag)]
    return (*(tag for tag in before if "files" in classes(tag)), post)


def _files(page: Page, place: Tag) -> list[Candidate]:
    found = (_file(page, tag) for tag in links_in(place) if _holds_file(tag))
    return [candidate for candidate in found if candidate]


def _holds_file(link: Tag) -> bool:
    info = ancestor(link, {"p", "div"})
    if info is not None and "fileinfo" in classes(info):
        return True
    return any(tag.name in {"img", "video"} and "post-image" in classes(tag) for tag in below(link))


def _file(page: Page, link: Tag) -> Candidate | None:
    url = page.absolute(attribute(link, "href"))
    if url is None:
        return None
    inner = unwrapped(url) if "player.php" in urlsplit(url).path else None
    target = inner or url
    if embeds_url(target) or not _SOURCE_PATH.search(urlsplit(target).path):
        return None
    rule = "vichan:player" if inner else "vichan:fileinfo"
    return Candidate(url=target, kind=media_kind(target) or "file", role="original", why=rule)


def _state(page: Page, found: tuple[Candidate, ...], places: tuple[Tag, ...]) -> tuple[State, str]:
    if found:
        return "content", "vichan:files"
    if "div#thread_" not in page.features:
        return "unknown", "vichan:no_thread"
    if any("deleted" in classes(tag) for place in places for tag in below(place)):
        return "gone", "vichan:file_deleted"
    return "content", "vichan:thread_without_files"


VICHAN = Engine(
    name="vichan",
    site_type=SiteType.IMAGE_BOARD,
    markers=(
        frozenset({"div#thread_"}),
        frozenset({"p.fileinfo"}),
        frozenset({"img.post-image", "video.post-image"}),
        frozenset({"form[postcontrols]"}),
        frozenset({"a.post_no", "a.post_anchor"}),
        frozenset({"p.intro"}),
        frozenset({"div#reply_", "div#op_"}),
        frozenset({"body.vichan"}),
        frozenset({"body.8chan"}),
        frozenset({"p.unimportant"}),
    ),
    read=read_thread,
)
