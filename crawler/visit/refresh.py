"""Where an asset is to be found now: a page may sign the address of its media anew each time."""

from __future__ import annotations

from urllib.parse import urlsplit

from cases.model import Asset
from crawler.extract.links import media_kind
from crawler.extract.record import Candidate, PageRecord


def current(asset: Asset, page: PageRecord | None) -> Candidate | None:
    """
    Return the candidate that is this asset on the page as it is now, or none.

    Same address; else the same path with another query; else the only one with the same long name.
    """
    if page is None:
        return None
    for fits in (_same_url, _same_path, _same_name):
        found = [candidate for candidate in page.candidates if fits(asset.url, candidate.url)]
        if found and (fits is not _same_name or len(found) == 1):
            return found[0]
    return None


def _same_url(one: str, other: str) -> bool:
    return one.partition("//")[2] == other.partition("//")[2]


def _same_path(one: str, other: str) -> bool:
    a, b = urlsplit(one), urlsplit(other)
    # `view.php?id=1` and `?id=2` are two things; only of a file's own address the query may vary.
    return media_kind(one) is not None and (a.hostname, a.path) == (b.hostname, b.path)


def _same_name(one: str, other: str) -> bool:
    a, b = (urlsplit(url).path.rsplit("/", 1)[-1] for url in (one, other))
    return len(a) >= 12 and a == b
