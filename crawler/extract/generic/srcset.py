"""The `srcset` attribute (WHATWG HTML, "parse a srcset attribute")."""

from __future__ import annotations

import re

_BLANKS = " \t\n\r\f"
_DESCRIPTOR = re.compile(r"(\d+(?:\.\d+)?)([wx])")


def candidates(value: str) -> list[tuple[str, float, str]]:
    """
    Split a `srcset` into `(url, figure, unit)`, unit `w` or `x`; URLs may hold commas.

    >>> candidates("a,b.jpg 1x, c.jpg 2x")
    [('a,b.jpg', 1.0, 'x'), ('c.jpg', 2.0, 'x')]
    """
    found: list[tuple[str, float, str]] = []
    rest = value
    while rest := rest.lstrip(_BLANKS + ","):
        url, rest = _until_blank(rest)
        if url.endswith(","):
            url, described = url.rstrip(","), ""
        else:
            described, _, rest = rest.partition(",")
        figure = _DESCRIPTOR.search(described)
        found.append((url, float(figure[1]), figure[2]) if figure else (url, 1.0, "x"))
    return found


def _until_blank(text: str) -> tuple[str, str]:
    parts = re.split(r"[ \t\n\r\f]", text, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def best(value: str) -> list[str]:
    """Return the widest and the densest candidate, without doubles."""
    if not value:
        return []
    found = candidates(value[:100_000])
    chosen = [
        max((item for item in found if item[2] == unit), key=lambda item: item[1], default=None)
        for unit in ("w", "x")
    ]
    return list(dict.fromkeys(item[0] for item in chosen if item))


def rest(value: str) -> list[str]:
    """Return the candidates that are smaller than the best."""
    if not value:
        return []
    chosen = set(best(value))
    return [item[0] for item in candidates(value[:100_000]) if item[0] not in chosen]
