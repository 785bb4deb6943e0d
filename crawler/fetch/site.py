"""Which hosts belong together, by the public suffix list that comes with tldextract."""

from __future__ import annotations

from functools import cache, lru_cache

import tldextract


@cache
def _extractor() -> tldextract.TLDExtract:
    """Read the bundled list; nothing is fetched and nothing is cached on disk."""
    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )


@lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """
    Return the registrable domain; a numeric host or a bare suffix is its own site.

    >>> site_of("img.board.example.co.uk")
    'example.co.uk'
    """
    found = _extractor()(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    # reserved names such as `.test` are on no list
    numeric = ":" in host or host.replace(".", "").isdigit()
    return host if numeric else ".".join(host.split(".")[-2:])


def is_public_suffix(domain: str) -> bool:
    """Whether unrelated people can register names under this one."""
    return "." not in domain or not _extractor()(domain).domain
