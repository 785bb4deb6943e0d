"""Host names compared label by label; never by a bare end of text."""

from __future__ import annotations

from dataclasses import dataclass

_REGION = "{region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuffixMatch:
    """A host that lies under a suffix."""

    container: str
    """The labels in front of the suffix; empty when the host is the suffix itself."""
    region: str | None
    """What `{region}` stood for."""
    labels: int
    """How many labels agreed; the longer match is the more specific one."""


def match_suffix(host: str, pattern: str) -> SuffixMatch | None:
    """
    Match a lower-case host with a suffix pattern.

    >>> match_suffix("b.s3.eu-west-1.host.example", "s3.{region}.host.example").region
    'eu-west-1'
    >>> match_suffix("fakehost.example", "host.example") is None
    True
    """
    if "{" not in pattern and not under(host, pattern):
        return None
    labels, wanted = host.split("."), pattern.split(".")
    if len(labels) < len(wanted):
        return None
    region: str | None = None
    for label, expected in zip(reversed(labels), reversed(wanted), strict=False):
        if _REGION in expected:
            region = _captured(label, expected)
            if region is None:
                return None
        elif label != expected:
            return None
    container = ".".join(labels[: len(labels) - len(wanted)])
    return SuffixMatch(container=container, region=region, labels=len(wanted))


def under(host: str, suffix: str) -> bool:
    """Whether a host is the suffix or lies under it."""
    return host == suffix or host.endswith(f".{suffix}")


def _captured(label: str, expected: str) -> str | None:
    before, _, after = expected.partition(_REGION)
    if not (label.startswith(before) and label.endswith(after)):
        return None
    return label[len(before) : len(label) - len(after)] or None
