"""The JSON forms of threads: LynxChan, jschan, FoolFuuka and 4chan's interface."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from cases.model import SiteType
from crawler.extract.engine import JsonEngine, Reading
from crawler.extract.image_boards.board import kind_of_mime
from crawler.extract.image_boards.vichan_json import claimed_md5, dicts
from crawler.extract.links import absolute, media_kind
from crawler.extract.record import Candidate

Json = Mapping[str, object]
_NAME = re.compile(r"[\w.-]{1,200}", re.ASCII)
_SHA256 = re.compile(r"(?:^|/)([0-9a-f]{64})(?:\.\w{1,8})?$")
_POSTS = 20_000


def _wanted(url: str) -> str | None:
    found = re.fullmatch(r"(?:[a-z]{1,6}[-_]?)?(\d{1,20})", url.partition("#")[2], re.IGNORECASE)
    return found[1] if found else None


def _reading(
    name: str, posts: list[tuple[str, list[Candidate]]], url: str, *, deleted: frozenset[str]
) -> Reading:
    """Make a reading of `(number, files)`; `deleted` are numbers whose file was taken away."""
    wanted = _wanted(url)
    if wanted:
        posts = [post for post in posts if post[0] == wanted]
        if not posts:
            return Reading(state="gone", state_rule=f"{name}:post_missing", post_found=False)
    found = tuple(dict.fromkeys(file for _, files in posts for file in files))
    gone = not found and wanted in deleted
    return Reading(
        state="gone" if gone else "content",
        state_rule=f"{name}:file_deleted" if gone else f"{name}:json",
        candidates=found,
        post_found=True if wanted else None,
    )


def _made(name: str, url: str, *, mime: object = "", claimed: str | None = None) -> Candidate:
    kind = media_kind(url) or kind_of_mime(str(mime))
    return Candidate(url=url, kind=kind, role="original", why=f"{name}:json", claimed_hash=claimed)


def _sha256(path: str) -> str | None:
    found = _SHA256.search(path)
    return f"sha256:{found[1]}" if found else None


# ---------------------------------------------------------------------------- LynxChan


def _is_lynxchan(data: Json) -> bool:
    return (
        ("threadId" in data or "postId" in data)
        and "replies" not in data
        and (isinstance(data.get("posts"), list) or isinstance(data.get("files"), list))
    )


def _lynxchan(data: Json, url: str) -> Reading:
    posts = [data, *dicts(data.get("posts"))[:_POSTS]]
    read = [
        (str(post["postId"] if "postId" in post else post.get("threadId")), _paths(post, url))
        for post in posts
    ]
    return _reading("lynxchan", read, url, deleted=frozenset())


def _paths(post: Json, url: str) -> list[Candidate]:
    found = []
    for file in dicts(post.get("files")):
        path = file.get("path")
        target = absolute(path, url) if isinstance(path, str) and path else None
        if target:
            mime = file.get("mime", "")
            found.append(_made("lynxchan", target, mime=mime, claimed=_sha256(target)))
    return found


# ---------------------------------------------------------------------------- jschan


def _is_jschan(data: Json) -> bool:
    return "postId" in data and ("replies" in data or _has_filename(data))


def _has_filename(data: Json) -> bool:
    return any("filename" in file for file in dicts(data.get("files")))


def _jschan(data: Json, url: str) -> Reading:
    posts = [data, *dicts(data.get("replies"))[:_POSTS]]
    read = [(str(post.get("postId")), list(_names(post, url))) for post in posts]
    return _reading("jschan", read, url, deleted=frozenset())


def _names(post: Json, url: str) -> Iterator[Candidate]:
    for file in dicts(post.get("files")):
        name = str(file.get("filename", ""))
        target = absolute(f"/file/{quote(name)}", url) if _NAME.fullmatch(name) else None
        if target:
            mime = file.get("mimetype", "")
            yield _made("jschan", target, mime=mime, claimed=_sha256(name))


# ---------------------------------------------------------------------------- FoolFuuka


def _is_foolfuuka(data: Json) -> bool:
    if isinstance(data.get("media"), dict) and "num" in data:
        return True
    return any(
        isinstance(value, dict) and (isinstance(value.get("op"), dict) or "posts" in value)
        for value in list(data.values())[:20]
    )


def _foolfuuka(data: Json, url: str) -> Reading:
    posts = [data] if "num" in data else list(_archived(data))
    read = [(str(post.get("num")), list(_media(post, url))) for post in posts[:_POSTS]]
    return _reading("foolfuuka", read, url, deleted=frozenset())


def _archived(data: Json) -> Iterator[Json]:
    for thread in data.values():
        if isinstance(thread, dict):
            yield from (part for part in (thread.get("op"),) if isinstance(part, dict))
            posts = thread.get("posts")
            values = list(posts.values()) if isinstance(posts, dict) else dicts(posts)
            yield from (post for post in values if isinstance(post, dict))


def _media(post: Json, url: str) -> Iterator[Candidate]:
    media = post.get("media")
    if not isinstance(media, dict):
        return
    link = media.get("media_link") or media.get("remote_media_link")
    target = absolute(link, url) if isinstance(link, str) else None
    if target:
        yield _made("foolfuuka", target, claimed=claimed_md5(media.get("media_hash")))


# ---------------------------------------------------------------------------- 4chan


def _is_fourchan(data: Json) -> bool:
    posts = dicts(data.get("posts"))
    first = posts[0] if posts else {}
    return "no" in first and "now" in first


def _fourchan(data: Json, url: str) -> Reading:
    posts = dicts(data.get("posts"))[:_POSTS]
    read = [(str(post.get("no")), list(_numbered(post, url))) for post in posts]
    deleted = frozenset(str(post.get("no")) for post in posts if post.get("filedeleted") == 1)
    return _reading("4chan", read, url, deleted=deleted)


def _numbered(post: Json, url: str) -> Iterator[Candidate]:
    for part in (post, *dicts(post.get("extra_files"))):
        name, ext = str(part.get("tim", "")), str(part.get("ext", ""))
        if part.get("filedeleted") == 1 or not re.fullmatch(r"\.\w{1,8}", ext, re.ASCII):
            continue
        target = _file_url(url, name + ext) if _NAME.fullmatch(name) else None
        if target:
            yield _made("4chan", target, claimed=claimed_md5(part.get("md5")))


def _file_url(url: str, name: str) -> str | None:
    """
    Return where a file lies: the site's `i.` host beside its `a.` host, else below the board.

    4chan serves threads at `a.4cdn.org/b/thread/1.json` and files at `i.4cdn.org/b/`.
    """
    parts = urlsplit(url)
    found = re.fullmatch(r"(?P<board>.*/[\w-]{1,30})/(?:thread|res)/[^/]+", parts.path)
    if not found:
        return None
    host = parts.netloc
    if re.fullmatch(r"(?:boards\.)?4chan(?:nel)?\.org|a\.4cdn\.org", host):
        return f"https://i.4cdn.org{found['board']}/{quote(name)}"
    if host.startswith("a."):
        return f"{parts.scheme}://i.{host.removeprefix('a.')}{found['board']}/{quote(name)}"
    return absolute(f"{found['board']}/src/{quote(name)}", url)


BOARD_JSON = (
    JsonEngine(name="4chan", site_type=SiteType.IMAGE_BOARD, fits=_is_fourchan, read=_fourchan),
    JsonEngine(name="jschan", site_type=SiteType.IMAGE_BOARD, fits=_is_jschan, read=_jschan),
    JsonEngine(name="lynxchan", site_type=SiteType.IMAGE_BOARD, fits=_is_lynxchan, read=_lynxchan),
    JsonEngine(
        name="foolfuuka", site_type=SiteType.IMAGE_BOARD, fits=_is_foolfuuka, read=_foolfuuka
    ),
)
