"""vichan and infinity boards, the JSON twin of a thread (`/board/res/N.json`)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from cases.model import SiteType
from crawler.extract.engine import JsonEngine, Reading
from crawler.extract.links import absolute, media_kind
from crawler.extract.record import Candidate

_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")
_BOARD = re.compile(r"(?P<board>.*)/(?:res|thread)/[^/]+\.json")


def fits(data: Mapping[str, object]) -> bool:
    """Tell whether a JSON answer is a thread: a list of numbered posts."""
    posts = data.get("posts")
    return isinstance(posts, list) and any(isinstance(p, dict) and "no" in p for p in posts)


def read_thread(data: Mapping[str, object], url: str) -> Reading:
    """Read the files of a thread's JSON, or of the post that the fragment names."""
    bare, _, fragment = url.partition("#")
    wanted = re.fullmatch(r"(?:q|p|op_|reply_)?(\d{1,20})", fragment)
    posts = dicts(data.get("posts"))
    if wanted:
        posts = [post for post in posts if str(post.get("no")) == wanted[1]]
        if not posts:
            return Reading(state="gone", state_rule="vichan:post_missing", post_found=False)
    found = tuple(dict.fromkeys(c for post in posts for c in _files(post, bare)))
    deleted = bool(wanted) and any(_is_deleted(file) for post in posts for file in _parts(post))
    gone = deleted and not found
    return Reading(
        state="gone" if gone else "content",
        state_rule="vichan:file_deleted" if gone else "vichan:json",
        candidates=found,
        post_found=True if wanted else None,
    )


def dicts(value: object) -> list[dict[str, object]]:
    """Return the objects of a JSON list; empty when it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _parts(post: dict[str, object]) -> list[dict[str, object]]:
    return [post, *dicts(post.get("extra_files"))]


def _is_deleted(file: Mapping[str, object]) -> bool:
    return file.get("filedeleted") == 1 or file.get("ext") == "deleted"


def _files(post: dict[str, object], url: str) -> Iterator[Candidate]:
    for file in _parts(post):
        target = None if _is_deleted(file) else _address(file, url)
        if target:
            yield Candidate(
                url=target,
                kind=media_kind(target) or "file",
                role="original",
                why="vichan:json",
                claimed_hash=claimed_md5(file.get("md5")),
            )


def _address(file: Mapping[str, object], url: str) -> str | None:
    """
    Build the address of a file: `tim` and `ext` below the board, or in infinity's file store.

    Raw values are checked, since they come from the site.
    """
    name, ext = str(file.get("tim", "")), str(file.get("ext", ""))
    if not _NAME.fullmatch(name) or not _EXTENSION.fullmatch(ext):
        return None
    parts = urlsplit(url)
    board = _BOARD.fullmatch(parts.path)
    if file.get("fpath") == 1:
        return absolute(f"/file_store/{quote(name + ext)}", url)
    return absolute(f"{board['board']}/src/{quote(name + ext)}", url) if board else None


def claimed_md5(value: object) -> str | None:
    """Turn the published Base64 MD5 into `md5:` and hexadecimal digits."""
    if not isinstance(value, str):
        return None
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return f"md5:{raw.hex()}" if len(raw) == 16 else None


VICHAN_JSON = JsonEngine(name="vichan", site_type=SiteType.IMAGE_BOARD, fits=fits, read=read_thread)
