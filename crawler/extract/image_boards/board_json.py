"""The JSON forms of threads: LynxChan, jschan and FoolFuuka."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from cases.model import SiteType
from crawler.extract.engine import JsonEngine, Reading
from crawler.extract.image_boards.files import kind_of_mime
from crawler.extract.image_boards.posts_json import (
    LIST,
    POSTS,
    Post,
    dicts,
    is_whole,
    listed,
    reading,
    text_in,
)
from crawler.extract.image_boards.vichan_json import FOURCHAN_JSON, claimed_md5
from crawler.extract.links import absolute, kind_of_name, media_kind
from crawler.extract.record import Candidate

Json = Mapping[str, object]
_NAME = re.compile(r"(?!\.{1,2}$)[\w.-]{1,200}", re.ASCII)
_SHA256 = re.compile(r"(?:^|/)([0-9a-f]{64})(?:\.\w{1,8})?$")


def _made(name: str, url: str, *, mime: object = "", claimed: str | None = None) -> Candidate:
    kind = media_kind(url) or kind_of_mime(str(mime))
    return Candidate(url=url, kind=kind, role="original", why=f"{name}:json", claimed_hash=claimed)


def _sha256(path: str) -> str | None:
    found = _SHA256.search(path)
    return f"sha256:{found[1]}" if found else None


# ---------------------------------------------------------------------------- LynxChan


def _lynxchan_posts(data: Json) -> list[Json]:
    alone = [data] if "threadId" in data or "postId" in data else []
    posts = [*alone, *listed(data, "posts")]
    return [post for post in posts if "threadId" in post or "postId" in post][:POSTS]


def _is_lynxchan(data: Json) -> bool:
    if "replies" in data:
        return False
    if "threadId" in data or "postId" in data:
        return isinstance(data.get("posts"), list) or isinstance(data.get("files"), list)
    threads = [*dicts(data.get("threads")), *dicts(data.get(LIST))][:50]
    return any("threadId" in thread and "replies" not in thread for thread in threads)


def _lynxchan(data: Json, url: str) -> Reading:
    bare = url.partition("#")[0]
    read = (
        Post(
            number=str(post["postId"] if "postId" in post else post.get("threadId")),
            files=tuple(_paths(post, bare)),
            text=text_in(post),
        )
        for post in _lynxchan_posts(data)
    )
    return reading("lynxchan", read, url, whole=is_whole(data) and "posts" in data)


def _paths(post: Json, url: str) -> Iterator[Candidate]:
    for file in dicts(post.get("files")):
        path = file.get("path")
        target = absolute(path, url) if isinstance(path, str) and path else None
        if target:
            made = _made("lynxchan", target, mime=file.get("mime", ""), claimed=_sha256(target))
            yield _clearer(made, file.get("originalName"))
    thumb = post.get("thumb")  # all that a catalogue tells of a thread's first file
    small = absolute(thumb, url) if "files" not in post and isinstance(thumb, str) else None
    if small and "/t_" in small:
        yield Candidate(url=small, kind="picture", role="preview", why="lynxchan:json_catalogue")


def _clearer(made: Candidate, name: object) -> Candidate:
    """Take the kind of a file without extension and type from its original name."""
    kind = kind_of_name(name) if made.kind == "file" and isinstance(name, str) else None
    if not kind:
        return made
    return Candidate(
        url=made.url, kind=kind, role=made.role, why=made.why, claimed_hash=made.claimed_hash
    )


# ---------------------------------------------------------------------------- jschan


def _jschan_posts(data: Json) -> list[Json]:
    alone = [data] if "postId" in data else []
    return [post for post in [*alone, *listed(data, "replies")] if "postId" in post][:POSTS]


def _is_jschan(data: Json) -> bool:
    if "postId" in data:
        return "replies" in data or _has_filename(data)
    threads = [*dicts(data.get(LIST)), *dicts(data.get("threads"))][:50]
    return any("postId" in thread and _has_filename(thread) for thread in threads)


def _has_filename(data: Json) -> bool:
    return any("filename" in file for file in dicts(data.get("files")))


def _jschan(data: Json, url: str) -> Reading:
    bare = url.partition("#")[0]
    read = (
        Post(number=str(post.get("postId")), files=tuple(_names(post, bare)), text=text_in(post))
        for post in _jschan_posts(data)
    )
    return reading("jschan", read, url, whole=is_whole(data))


def _names(post: Json, url: str) -> Iterator[Candidate]:
    for file in dicts(post.get("files")):
        name = str(file.get("filename", ""))
        target = absolute(f"/file/{quote(name)}", url) if _NAME.fullmatch(name) else None
        if target:
            mime = file.get("mimetype", "")
            yield _made("jschan", target, mime=mime, claimed=_sha256(name))


# ---------------------------------------------------------------------------- FoolFuuka


def _is_foolfuuka(data: Json) -> bool:
    if "num" in data and ("media" in data or "thread_num" in data):
        return True
    return any(
        isinstance(value, dict)
        and (isinstance(value.get("op"), dict) or ("posts" in value and key.isdecimal()))
        for key, value in list(data.items())[:20]
    )


def _foolfuuka(data: Json, url: str) -> Reading:
    bare = url.partition("#")[0]
    posts = [data] if "num" in data else list(_archived(data))
    read = (
        Post(number=_number(post), files=tuple(_media(post, bare)), text=text_in(post))
        for post in posts[:POSTS]
    )
    return reading("foolfuuka", read, url, whole="/thread" in url and len(data) == 1)


def _number(post: Json) -> str:
    """Return a post's number; replies that only the archive has carry a second one."""
    below = str(post.get("subnum") or "0")
    return f"{post.get('num')}_{below}" if below != "0" else str(post.get("num"))


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


BOARD_JSON = (
    FOURCHAN_JSON,
    JsonEngine(name="jschan", site_type=SiteType.IMAGE_BOARD, fits=_is_jschan, read=_jschan),
    JsonEngine(name="lynxchan", site_type=SiteType.IMAGE_BOARD, fits=_is_lynxchan, read=_lynxchan),
    JsonEngine(
        name="foolfuuka", site_type=SiteType.IMAGE_BOARD, fits=_is_foolfuuka, read=_foolfuuka
    ),
)
