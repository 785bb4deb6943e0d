"""Platforms (object storage, page hosting), known by the host name alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
                container=_container(provider, match, url if by == "host" else ""),
                region=match.region,
                country=provider.regions.get(match.region or ""),
            )
    return None


def marked_platform(
    catalogue: Catalogue, headers: Mapping[str, str]
) -> tuple[Provider, str] | None:
    """
    Find the platform that an answer's header names, with that header.

    Anyone can write a header, so it adds a claim about the host and never replaces it.
    """
    seen = {name.lower(): value.lower() for name, value in headers.items()}
    return next(
        (
            (provider, name)
            for provider in catalogue.of_kind("platform")
            for name, wanted in provider.header_markers.items()
            if name in seen and wanted in seen[name]
        ),
        None,
    )


def _container(provider: Provider, match: SuffixMatch, url: str) -> str | None:
    """Return the customer's container: where the path names it, else the labels, else the path."""
    named = _in_path(provider.container_path, url) if provider.container_path else None
    return named or match.container or _first_segment(url)


def _in_path(pattern: str, url: str) -> str | None:
    """
    Return the segment of a URL's path that stands for the container.

    >>> _in_path("/file/{container}", "https://f003.host.example/file/holiday/1.jpg")
    'holiday'
    """
    wanted = pattern.strip("/").split("/")
    segments = urlsplit(url).path.strip("/").split("/")
    fits = len(segments) >= len(wanted) and segments[: len(wanted) - 1] == wanted[:-1]
    return (segments[len(wanted) - 1][:200] or None) if fits else None


def _best(catalogue: Catalogue, name: str) -> tuple[Provider, SuffixMatch] | None:
    """Return the longest match; a region that is in the catalogue goes before one that is not."""
    matches = [
        (provider, match)
        for provider, pattern in catalogue.suffixes_near("platform", name)
        if (match := match_suffix(name, pattern)) is not None
    ]
    known = [one for one in matches if one[1].region is None or one[1].region in one[0].regions]
    return max(known or matches, key=lambda one: one[1].labels, default=None)


def _first_segment(url: str) -> str | None:
    """Return the bucket of a path-style URL."""
    path = urlsplit(url).path.strip("/")
    return path.partition("/")[0][:200] or None
