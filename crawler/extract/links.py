"""
URLs as they stand in pages: made absolute as a browser does, judged by their shape.

Nothing here resolves a name or opens a connection, and existing escapes are never re-quoted.
"""

from __future__ import annotations

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
    "video": "mp4 m4v webm mkv mov avi wmv flv mpg mpeg mpe 3gp ogv vob m3u8 mpd",
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
_SMALLER = re.compile(
    r"/(?:thumb(?:nail)?s?|thumbs?\d*|small|previews?)/[^?]*$"
    r"|(?:[_.-](?:th|tn|thumb(?:nail)?|small)|_t|\.md)\.\w{3,5}$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"/(?:assets?|static|images?|img|imgs|icons?|themes?|dist|build|public|css|styles?|skins?"
    r"|templates?|content|media)/(?:[a-z_][\w-]*/){0,3}"
    r"(?:[a-z]{1,14}[-_.]?){0,3}"
    r"(?:404|410|not[-_]?found|errors?|removed|deleted|expired|missing|unavailable|dmca|takedown|sad"
    r"|oops|empty|broken|ghost|logo|warning|alert|lock(?:ed)?|blocked|banned)"
    r"(?:[-_.]?(?:file|image|img|icon|page|face|white|dark|light|small|large|\d{1,3}|[0-9a-f]{6,20}))*"
    r"\.\w{3,4}$|\.svg$",
    re.IGNORECASE,
)
_OTHER_SCHEMES = ("#", "javascript:", "data:", "mailto:", "about:", "blob:")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\s<>\"'\\^`{|}\u2028\u2029\u200b-\u200f\ufeff]")
"""What no host may hold (WHATWG URL standard, forbidden domain code points)."""
_SIMPLE = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?"
    r"/[\x21\x24-\x26\x28-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]*"
)
"""Addresses that every rule below leaves as they are."""
_ROOTED = re.compile(r"/(?!/)[\x21\x24-\x26\x28-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]*")
"""Links within a site that need nothing but its scheme and host before them."""
_READABLE = re.compile(
    r"https?://([A-Za-z0-9.-]*)(?::\d*)?((?:/[\x21\x22\x24-\x3e\x40-\x7e]*)?)(?=[?#]|\Z)", re.ASCII
)
"""Addresses whose host and path are plain to see: what most links are."""
_ROOTED_LIMIT = URL_LIMIT - 300
_BLANKS = "".join(map(chr, range(0x21)))
_NOT_IN_URLS = re.compile(r"[\t\r\n]")
_PLAIN = re.compile(r"[\x21\x23-\x26\x28-\x3b\x3d\x3f-\x5d\x5f\x61-\x7a\x7c\x7e]*")
_KEPT_IN_PATH = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"<>^`{}')
_KEPT_IN_QUERY = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "\"'<>")
"""Characters outside the percent-encode sets of path and query (WHATWG URL standard)."""


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
    head, mark, query = rest.partition("?")
    host, slash, path = head.partition("/")
    before = f"{scheme}//{host}{slash}{quote(path, safe=_KEPT_IN_PATH)}"
    return f"{before}{mark}{quote(query, safe=_KEPT_IN_QUERY)}"


def media_kind(url: str) -> MediaKind | None:
    """
    Tell from the extension of its path what a URL seems to serve.

    >>> media_kind("https://img.example/a/b.JPG?x=1")
    'picture'
    """
    path = path_of(url)
    return kind_of_name(unquote(path) if "%" in path else path)


def kind_of_name(name: str) -> MediaKind | None:
    """Tell from the extension of a file name what it seems to be."""
    tail = name.rstrip("/").rsplit("/", 1)[-1].lower()
    stem, _, extension = tail.rpartition(".")
    if not stem.strip("."):
        return None
    return _KINDS.get(extension) or ("archive" if _VOLUME.fullmatch(extension) else None)


def is_playlist(url: str) -> bool:
    """
    Tell whether a URL serves the list of a film's pieces (HLS, DASH) and no film.

    >>> is_playlist("https://cdn.example/h/master.m3u8?t=1")
    True
    """
    return path_of(url).lower().endswith((".m3u8", ".mpd"))


def looks_small(url: str) -> bool:
    """
    Tell from its path whether a picture seems to be a smaller form of another.

    >>> looks_small("https://img.example/thumbs/t_hills.jpg"), looks_small("https://a.example/t.jpg")
    (True, False)
    """
    return _SMALLER.search(path_of(url)) is not None


def is_placeholder(url: str) -> bool:
    """
    Tell whether a picture is a site's own drawing for an error page, by its directory and name.

    >>> is_placeholder("https://img.example/assets/removed.png")
    True
    >>> is_placeholder("https://img.example/u/71/removed.png")
    False
    """
    return _PLACEHOLDER.search(path_of(url)) is not None


def looks_like_locker(url: str) -> bool:
    """Tell whether a path has the shape of a file's landing page at an XFileSharing locker."""
    return _LOCKER_PATH.fullmatch(path_of(url)) is not None


def locker_code(url: str) -> str | None:
    """Return the code of the file that a landing page at an XFileSharing locker is for."""
    found = _LOCKER_PATH.fullmatch(path_of(url))
    return found["code"] if found else None


def looks_like_landing(url: str) -> bool:
    """Tell whether a path is that of one file's own page: `/a1b2c3d4e5f6`, `/x/walk.zip.html`."""
    path = path_of(url)
    if _LOCKER_PATH.fullmatch(path):
        return True
    name, mark, tail = path.lower().rpartition(".")
    return bool(mark) and tail in {"htm", "html"} and kind_of_name(unquote(name)) is not None


def path_of(url: str) -> str:
    """Return the path of a URL, or an empty string if it cannot be read."""
    try:
        return host_and_path(url)[1]
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """Return the lower-case host of a URL, or an empty string."""
    try:
        return host_and_path(url)[0].rstrip(".")
    except ValueError:
        return ""


def host_and_path(url: str) -> tuple[str, str]:
    """
    Return host and path of a URL, the host in lower case; what is missing is empty.

    Raises:
        ValueError: it is not a URL.

    """
    found = _READABLE.match(url)
    if found:
        return found[1].lower(), found[2]
    parts = urlsplit(url)
    return parts.hostname or "", parts.path
