"""
Suffixes under which customers have names of their own and which the public suffix list lacks.

Some of them it holds one level too high: under `googleapis.com` a bucket's name is not the first
label but the one in front of `storage`. A longer suffix here goes before the list's.
"""

from __future__ import annotations

from crawler.hosting.labels import SuffixMatch, match_suffix, under

_SITES = (
    "b-cdn.net",
    "surge.sh",
    "firebasestorage.googleapis.com",
    "your-storagebox.de",
    "your-storageshare.de",
)
_BUCKETS = (
    "s3.{region}.backblazeb2.com",
    "s3.wasabisys.com",
    "s3.{region}.wasabisys.com",
    "storage.googleapis.com",
    "{region}.your-objectstorage.com",
)
"""Here all labels in front are the name of one bucket, which may hold dots."""
_PATTERNS = (*_SITES, *_BUCKETS)
_OWNERS = tuple({".".join(pattern.split(".")[-2:]): None for pattern in _PATTERNS})


def split_gap(host: str) -> tuple[str | None, str] | None:
    """
    Return the customer's name and the platform's suffix; none when the host is of no gap.

    The customer is none for the platform's own host, under which buckets are named in the path.

    >>> split_gap("img.shop.b-cdn.net")
    ('shop.b-cdn.net', 'b-cdn.net')
    """
    if not any(under(host, owner) for owner in _OWNERS):
        return None
    found = [(match, one) for one in _PATTERNS if (match := match_suffix(host, one)) is not None]
    if not found:
        return None
    longest, pattern = max(found, key=_labels)
    suffix = ".".join(host.split(".")[-longest.labels :])
    whole = pattern in _BUCKETS
    owner = longest.container if whole else longest.container.rpartition(".")[2]
    return (f"{owner}.{suffix}" if owner else None), suffix


def _labels(found: tuple[SuffixMatch, str]) -> int:
    return found[0].labels
