"""Readers of cyberlockers' landing pages, and their own link-checks."""

from __future__ import annotations

from crawler.extract.cyberlockers import xfilesharing
from crawler.extract.record import NextStep


def link_check(engine: str | None, url: str) -> NextStep | None:
    """Return the request by which a locker of this engine tells whether a file is alive."""
    return xfilesharing.link_check(url) if engine == "xfilesharing" else None
