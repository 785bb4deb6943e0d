"""
The job that reads pages in the locked worker.

A hostile page may crash or exhaust the worker: that costs this one job. Only the record leaves;
it holds addresses, form fields and machine words, never text of the page.
"""

from __future__ import annotations

from typing import cast

from crawler.extract.read import extract
from crawler.extract.record import plain

_KNOWN_PAGE = (
    b"<html><body class='vichan'><div class='thread' id='thread_1'><div class='post op' id='op_1'>"
    b"<p class='fileinfo'><a href='/b/src/1.png'>1.png</a></p></div></div></body></html>"
)
_KNOWN_URL = "https://board.example/b/res/1.html"


def read_page(header: dict[str, object], body: bytes) -> dict[str, object]:
    """
    Read a page, or the JSON twin of a thread, into a record of plain JSON values.

    Args:
        header: `url` (where it was served; keep the fragment of the permitted URL, it selects the
            post) and `content_type` (as claimed, with its charset; may be missing).
        body: at most 8 MiB of JSON; of a page the first 2 MiB are looked at.

    Raises:
        ValueError: the header has no usable `url`.

    """
    url, claimed = header.get("url"), header.get("content_type")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise ValueError("the page job needs the http(s) address of the page")
    return plain(extract(body, url, claimed if isinstance(claimed, str) else None))


def self_test() -> None:
    """
    Read a known page inside the lock, so that a broken parser is found before work is taken.

    Raises:
        RuntimeError: the answer is not the known one.

    """
    record = read_page({"url": _KNOWN_URL, "content_type": "text/html"}, _KNOWN_PAGE)
    expected = [{"url": "https://board.example/b/src/1.png", "kind": "picture"}]
    found = cast("list[dict[str, object]]", record["candidates"])
    known = [{"url": item["url"], "kind": item["kind"]} for item in found]
    if record["engine"] != "vichan" or known != expected:
        raise RuntimeError("the page reader does not give the known answer for the known page")
