"""What of the links of a page is kept as a candidate, and what is never requested."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import accumulate

from crawler.extract.adverts import Adverts, advert_links
from crawler.extract.links import URL_LIMIT
from crawler.extract.page import Page
from crawler.extract.record import MORE_MEDIA, Candidate, RefusedLink
from crawler.extract.refusal import refusal

CANDIDATES = 1000
"""A thread at its bump limit holds fewer files."""
REFUSED = 100
_ADDRESSES = 640 * 1024
"""Characters of all their addresses as JSON; the rest of a worker's message is for the others."""
_RANK = {"original": 0, "download": 1, "linked": 2, "locker": 3, "inline": 4, "preview": 5}


def sorted_out(
    found: Iterable[Candidate],
    links: Iterable[str],
    judge: Callable[[str], str | None] = refusal,
) -> tuple[tuple[Candidate, ...], tuple[RefusedLink, ...]]:
    """Part candidates from links that are never requested; one entry for each place.

    The same place by http and https is one place.
    """
    best: dict[str, Candidate] = {}
    refused: dict[str, RefusedLink] = {}
    for candidate in found:
        if rule := judge(candidate.url):
            refused.setdefault(candidate.url, RefusedLink(url=candidate.url, why=rule))
        elif len(candidate.url) <= URL_LIMIT:
            place = candidate.url.partition("//")[2]
            best[place] = _better(best.get(place), candidate)
    for url in links:
        if url not in refused and (rule := judge(url)):
            refused[url] = RefusedLink(url=url, why=rule)
    ordered = sorted(best.values(), key=lambda candidate: candidate.role == "preview")
    return tuple(ordered), tuple(refused.values())[:REFUSED]


def capped(kept: tuple[Candidate, ...]) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Keep what a record may carry, and return the sign that there was more."""
    written = accumulate(len(json.dumps(one.url)) for one in kept)
    fits = min(CANDIDATES, sum(so_far <= _ADDRESSES for so_far in written))
    return kept[:fits], (MORE_MEDIA,) if len(kept) > fits else ()


def with_adverts(
    page: Page,
    adverts: Adverts,
    kept: tuple[Candidate, ...],
    refused: tuple[RefusedLink, ...],
) -> tuple[RefusedLink, ...]:
    """Add what stands in advertisements, unless the page also shows it elsewhere."""
    known = {link.url for link in refused} | {candidate.url for candidate in kept}
    shown = dict.fromkeys(advert_links(page, adverts))
    added = (RefusedLink(url=url, why="advertising") for url in shown if url not in known)
    return (*refused, *added)[:REFUSED]


def _better(known: Candidate | None, new: Candidate) -> Candidate:
    if known is None or _RANK[new.role] < _RANK[known.role]:
        return new
    return known
