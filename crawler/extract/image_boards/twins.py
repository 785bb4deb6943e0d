"""Where the machine-readable form of a thread's page stands."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HTML = re.compile(r"(?P<head>.*/(?:res|thread)/\d+)(?:[-+][^/]*)?(?:\.html?)?/?")
_FOOL = re.compile(r"(?P<root>.*)/(?P<board>[\w-]{1,30})/(?:thread|last/\d+)/(?P<number>\d+)/?")


def res_json(url: str) -> str | None:
    """
    Return the JSON form of a thread's page: the same path with `.json`.

    >>> res_json("https://board.example/b/res/12.html")
    'https://board.example/b/res/12.json'
    """
    parts = urlsplit(url)
    found = _HTML.fullmatch(parts.path)
    return f"{parts.scheme}://{parts.netloc}{found['head']}.json" if found else None


def fourchan_json(url: str) -> str | None:
    """
    Return the JSON form of a thread: at the site's `a.` host where pages are at `boards.`.

    >>> fourchan_json("https://boards.4chan.org/b/thread/12/walks")
    'https://a.4cdn.org/b/thread/12.json'
    """
    parts = urlsplit(url)
    found = re.fullmatch(r"(?P<head>/[\w-]{1,20}/thread/\d+)(?:/[^/]*)?", parts.path)
    if not found:
        return None
    host = parts.netloc
    if re.fullmatch(r"(?:boards\.)?4chan(?:nel)?\.org", host):
        host = "a.4cdn.org"
    elif host.startswith("boards."):
        host = "a." + host.removeprefix("boards.")
    return f"{parts.scheme}://{host}{found['head']}.json"


def foolfuuka_json(url: str) -> str | None:
    """
    Return the address of the archive's own interface for a thread.

    >>> foolfuuka_json("https://archive.example/a/thread/12/")
    'https://archive.example/_/api/chan/thread/?board=a&num=12'
    """
    parts = urlsplit(url)
    found = _FOOL.fullmatch(parts.path)
    if not found:
        return None
    query = f"?board={found['board']}&num={found['number']}"
    return f"{parts.scheme}://{parts.netloc}{found['root']}/_/api/chan/thread/{query}"
