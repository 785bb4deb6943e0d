"""Platforms (object storage, page hosting), known by the host name alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.catalogue import Catalogue, Provider
from crawler.hosting.labels import SuffixMatch, match_suffix


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformMatch:
    """The platform that holds the content."""

    provider: Provider
    matched: str
    """The host or CNAME target that matched."""
    by: str
    """`host` or `cname`."""
    container: str | None
    """The customer's bucket, account or site; the provider needs it."""
    region: str | None
    country: str | None
    """Where that region lies, by the catalogue."""


def find_platform(
    catalogue: Catalogue, *, host: str, cnames: Iterable[str] = (), url: str = ""
) -> PlatformMatch | None:
    """Find the platform of a host name or else of the names that it is an alias of."""
    for name, by in ((host, "host"), *((cname, "cname") for cname in cnames)):
        found = _best(catalogue, name)
        if found is not None:
            provider, match = found
            return PlatformMatch(
                provider=provider,
                matched=name,
                by=by,
                container=match.container or (_first_segment(url) if by == "host" else None),
                region=match.region,
                country=provider.regions.get(match.region or ""),
            )
    return None


def _best(catalogue: Catalogue, name: str) -> tuple[Provider, SuffixMatch] | None:
    """Return the longest match; a region that is in the catalogue goes before one that is not."""
    matches = [
        (provider, match)
        for provider in catalogue.of_kind("platform")
        for pattern in provider.host_suffixes
        if (match := match_suffix(name, pattern)) is not None
    ]
    known = [one for one in matches if one[1].region is None or one[1].region in one[0].regions]
    return max(known or matches, key=lambda one: one[1].labels, default=None)


def _first_segment(url: str) -> str | None:
    """Return the bucket of a path-style URL."""
    path = urlsplit(url).path.strip("/")
    return path.partition("/")[0][:200] or None
