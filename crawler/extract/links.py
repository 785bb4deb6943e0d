"""
URLs as they stand in pages: made absolute as a browser does, judged by their shape.

Nothing here resolves a name or opens a connection, and existing escapes are never re-quoted.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

MediaKind = Literal["picture", "video", "archive", "file"]
LinkKind = Literal["picture", "video", "archive", "file", "page"]
LinkRole = Literal["original", "preview", "linked", "inline", "download", "locker"]

URL_LIMIT = 4096
"""Characters; longer links are dropped."""

_EXTENSIONS: dict[MediaKind, str] = {
    "picture": "jpg jpeg jpe jfif png gif webp avif heic heif bmp tif tiff jxl apng",
    "video": "mp4 m4v webm mkv mov avi wmv flv mpg mpeg mpe 3gp ogv vob",
    "archive": "zip rar 7z tar gz tgz bz2 xz zst cab iso lzh cbz cbr ace alz",
    "file": "pdf mp3 m4a ogg opus wav flac",
}
_KINDS = {ext: kind for kind, words in _EXTENSIONS.items() for ext in words.split()}
_VOLUME = re.compile(r"(?:\d{3}|[rsz]\d{2})")
"""The extension of one volume of a split archive: `.001`, `.r00`, `.z01`."""
_LOCKER_PATH = re.compile(
    r"/(?:embed-|[defv]/)?(?P<code>(?=[a-z0-9]*[0-9])(?=[a-z0-9]*[a-z])[a-z0-9]{12}"
    r"|(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{12})(?:/[^/]+)?(?:\.html?)?/?"
)
_OTHER_SCHEMES = ("#", "javascript:", "data:", "mailto:", "about:", "blob:")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\s<>\"'\\^`{|}\u2028\u2029\u200b-\u200f\ufeff]")
"""What no host may hold (WHATWG URL standard, forbidden domain code points)."""
_SIMPLE = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?"
    r"/[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7e]*"
)
"""Addresses that every rule below leaves as they are."""
_ROOTED = re.compile(r"/(?!/)[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7e]*")
"""Links within a site that need nothing but its scheme and host before them."""
_ROOTED_LIMIT = URL_LIMIT - 300
_BLANKS = "".join(map(chr, range(0x21)))
_NOT_IN_URLS = re.compile(r"[\t\r\n]")
_PLAIN = re.compile(r"[\x21\x23-\x3b\x3d\x3f-\x5f\x61-\x7e]*")
_KEPT = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"<>`')


def absolute(link: str, base: str) -> str | None:
    """
    Return `link` as an absolute http(s) URL without fragment, or none if it is no such thing.

    As in the WHATWG URL standard, outer blanks and inner line breaks go, a backslash counts as a
    slash before the query, and only characters that no URL may hold are percent-encoded.
    """
    cleaned = _NOT_IN_URLS.sub("", link.strip(_BLANKS))
    if cleaned.startswith(_OTHER_SCHEMES):
        return None
    if _SIMPLE.fullmatch(cleaned) and "/." not in cleaned and len(cleaned) <= URL_LIMIT:
        return cleaned
    if _ROOTED.fullmatch(cleaned) and "/." not in cleaned and len(cleaned) <= _ROOTED_LIMIT:
        return _origin(base) + cleaned
    head, mark, tail = cleaned.partition("?")
    try:
        joined = urljoin(base, head.replace("\\", "/") + mark + tail)
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or _FORBIDDEN.search(parts.netloc):
        return None
    url = _encoded(joined.partition("#")[0])
    return url if len(url) <= URL_LIMIT and url.isprintable() else None


@lru_cache(maxsize=16)
def _origin(base: str) -> str:
    """Return scheme and host of an absolute URL, as they stand."""
    scheme, mark, rest = base.partition("//")
    return scheme + mark + re.split(r"[/?#\\]", rest, maxsplit=1)[0]


def _encoded(url: str) -> str:
    if _PLAIN.fullmatch(url):
        return url
    scheme, _, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    if not slash and "?" in host:
        host, slash, path = rest.partition("?")
    return f"{scheme}//{host}{slash}{quote(path, safe=_KEPT)}"


def media_kind(url: str) -> MediaKind | None:
    """
    Tell from the extension of its path what a URL seems to serve.

    >>> media_kind("https://img.example/a/b.JPG?x=1")
    'picture'
    """
    return kind_of_name(unquote(_path(url)))


def kind_of_name(name: str) -> MediaKind | None:
    """Tell from the extension of a file name what it seems to be."""
    tail = name.rstrip("/").rsplit("/", 1)[-1].lower()
    extension = posixpath.splitext(tail)[1].lstrip(".")
    return _KINDS.get(extension) or ("archive" if _VOLUME.fullmatch(extension) else None)


def looks_like_locker(url: str) -> bool:
    """Tell whether a path has the shape of a file's landing page at an XFileSharing locker."""
    return _LOCKER_PATH.fullmatch(_path(url)) is not None


def locker_code(url: str) -> str | None:
    """Return the code of the file that a landing page at an XFileSharing locker is for."""
    found = _LOCKER_PATH.fullmatch(_path(url))
    return found["code"] if found else None


def looks_like_landing(url: str) -> bool:
    """Tell whether a path is that of one file's own page: `/a1b2c3d4e5f6`, `/x/walk.zip.html`."""
    if looks_like_locker(url):
        return True
    name, mark, tail = _path(url).lower().rpartition(".")
    return bool(mark) and tail in {"htm", "html"} and kind_of_name(unquote(name)) is not None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """Return the lower-case host of a URL, or an empty string."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
