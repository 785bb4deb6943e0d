"""
Threads as numbered posts: vichan and infinity (`/board/res/N.json`), 4chan's own interface.

A file's name is `tim` and `ext`. vichan keeps files below the board in `src`; 4chan serves them
from the site's `i.` host, flash films by the name that they were posted with.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from cases.model import SiteType
from crawler.extract.engine import JsonEngine, Reading
from crawler.extract.image_boards.posts_json import Post, dicts, is_whole, listed, reading, text_in
from crawler.extract.links import absolute, media_kind
from crawler.extract.record import Candidate

Json = Mapping[str, object]
_NAME = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f?#]{1,200}")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")
_BOARD = re.compile(
    r"(?P<board>.*?/[\w%-]{1,60})/"
    r"(?:(?:res|thread)/[^/]+(?:/[^/]*)?|(?:\d+|catalog|threads|index|archive)(?:\.\w+)?|)"
)
_PATHS = ("file_path", "path", "url", "src")


def _posts(data: Json) -> list[dict[str, object]]:
    return [post for post in listed(data, "posts") if "no" in post]


def _fits(data: Json) -> bool:
    """Tell whether a JSON answer holds numbered posts."""
    return bool(_posts(data))


def _is_fourchan(data: Json) -> bool:
    posts = _posts(data)
    return bool(posts) and "now" in posts[0]


def _read_vichan(data: Json, url: str) -> Reading:
    return _read("vichan", data, url)


def _read_fourchan(data: Json, url: str) -> Reading:
    return _read("4chan", data, url)


def _read(name: str, data: Json, url: str) -> Reading:
    """Read the files of a thread's JSON, or of the post that the fragment names."""
    bare = url.partition("#")[0]
    posts = _posts(data)
    read = (
        Post(
            number=str(post["no"]),
            files=tuple(_files(name, post, bare)),
            deleted=any(_is_deleted(file) for file in _parts(post)),
            text=text_in(post),
        )
        for post in posts
    )
    answer = reading(name, read, url, whole=is_whole(data))
    archived = any(post.get("archived") in (1, True) for post in posts)
    return replace(answer, signs=(*answer.signs, "archived")) if archived else answer


def _parts(post: Json) -> list[Json]:
    return [post, *dicts(post.get("extra_files")), *dicts(post.get("files"))]


def _is_deleted(file: Json) -> bool:
    return file.get("filedeleted") in (1, True) or file.get("ext") == "deleted"


def _files(name: str, post: Json, url: str) -> Iterator[Candidate]:
    for file in _parts(post):
        target = None if _is_deleted(file) else _address(name, file, url)
        if target:
            yield Candidate(
                url=target,
                kind=media_kind(target) or "file",
                role="original",
                why=f"{name}:json",
                claimed_hash=claimed_md5(file.get("md5")),
            )


def _address(engine: str, file: Json, url: str) -> str | None:
    """
    Build the address of a file, or take the one that the file itself states.

    Raw values are checked, since they come from the site.
    """
    name, ext = str(file.get("tim", "")), str(file.get("ext", ""))
    if not (_NAME.fullmatch(name) and _EXTENSION.fullmatch(ext)):
        return _stated(file, url)
    if file.get("fpath") in (1, True):
        return absolute(f"/file_store/{quote(name + ext)}", url)
    parts = urlsplit(url)
    found = _BOARD.fullmatch(parts.path)
    if not found:
        return None
    if engine == "4chan" and (host := _media_host(parts.netloc)):
        name = _posted_name(file) if ext == ".swf" else name
        return f"{parts.scheme}://{host}{found['board']}/{quote(name + ext)}"
    return absolute(f"{found['board']}/src/{quote(name + ext)}", url)


def _posted_name(file: Json) -> str:
    """Return the name that a flash film was posted with; the interface escapes it as HTML."""
    posted = html.unescape(str(file.get("filename", "")))
    return posted if _NAME.fullmatch(posted) else str(file.get("tim", ""))


def _stated(file: Json, url: str) -> str | None:
    links = (value for key in _PATHS if isinstance(value := file.get(key), str) and value)
    found = (absolute(link, url) for link in links)
    return next((target for target in found if target and media_kind(target)), None)


def _media_host(host: str) -> str | None:
    """
    Return the host of files: the site's `i.` beside its `a.` or `boards.`.

    4chan serves threads at `a.4cdn.org/b/thread/1.json` and files at `i.4cdn.org/b/`.
    """
    if re.fullmatch(r"(?:boards\.)?4chan(?:nel)?\.org|a\.4cdn\.org", host):
        return "i.4cdn.org"
    first, _, rest = host.partition(".")
    return f"i.{rest}" if first in {"a", "boards"} and rest else None


def claimed_md5(value: object) -> str | None:
    """Turn the published Base64 MD5 into `md5:` and hexadecimal digits."""
    if not isinstance(value, str):
        return None
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return f"md5:{raw.hex()}" if len(raw) == 16 else None


FOURCHAN_JSON = JsonEngine(
    name="4chan", site_type=SiteType.IMAGE_BOARD, fits=_is_fourchan, read=_read_fourchan
)
VICHAN_JSON = JsonEngine(
    name="vichan", site_type=SiteType.IMAGE_BOARD, fits=_fits, read=_read_vichan
)
