"""
The pages of one update: which to ask for, in which order, and when to stop. No socket here.

Entries come in no order of time, so nothing is known before the last page was read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from cases.errors import InvalidInput
from matchers.hashlist.ncmec.xml import Entry, PageReader

FetchPage = Callable[[str], Awaitable[bytes]]
"""Path and query below the base address -> the whole answer."""

ENTRIES = "/v2/entries"
OVERLAP = timedelta(hours=1)
"""How far an update looks back beyond its checkpoint, for clocks that differ."""
MOST_PAGES = 50_000
"""Pages of 1,000; ten times all that was ever shared."""
_LONGEST = 2048


def first_page(since: datetime | None, until: datetime) -> str:
    """
    Return the path of the first page of an update; without `since` of everything.

    Times are written in UTC with `Z`, whatever zone they were given in.
    """
    window = {} if since is None else {"from": _utc(since - OVERLAP)}
    return f"{ENTRIES}?{urlencode(window | {'to': _utc(until)})}"


def next_page(written: str, name: str) -> str:
    """
    Check the address of a next page: it is relative and stays below the base address.

    Raises:
        InvalidInput: it leads elsewhere.
    """
    path, query = "", ""
    if len(written) <= _LONGEST and written.isascii() and written.isprintable():
        path, _, query = written.partition("?")
    parts = urlsplit(written) if path == ENTRIES else None
    if parts is None or parts.netloc or parts.scheme or not query or set(written) & set(" \\#"):
        raise InvalidInput(
            f"hash list {name}: the server names a next page outside {ENTRIES}; nothing was "
            "changed, tell the server's operator"
        )
    return written


async def read_pages(
    fetch_page: FetchPage, since: datetime | None, until: datetime, *, name: str
) -> AsyncIterator[list[Entry]]:
    """
    Yield the entries of each page, up to and including the last one.

    Raises:
        InvalidInput: a page is damaged, leads elsewhere or in a circle, or there is no end.
    """
    path: str | None = first_page(since, until)
    seen: set[str] = set()
    while path is not None:
        if path in seen or len(seen) >= MOST_PAGES:
            raise InvalidInput(
                f"hash list {name}: the server's pages do not end (page {len(seen) + 1}); nothing "
                "was changed, tell the server's operator"
            )
        seen.add(path)
        reader = PageReader(f"hash list {name}, page {len(seen)}")
        page = await fetch_page(path)
        yield [*reader.feed(page), *reader.close()]
        path = None if reader.next_page is None else next_page(reader.next_page, name)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
