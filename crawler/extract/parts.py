"""Archives in several parts: the volumes that a page names, and whether one is absent."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import unquote, urlsplit

_NAME = re.compile(
    r"(?P<stem>[^\s/\\<>\"'|?#=]{1,150}?)\.(?:"
    r"part(?P<part>\d{1,4})\.(?:rar|exe|zip|7z)"
    r"|(?P<kind>7z|zip|rar|tar|tgz|iso|gz)\.(?P<volume>\d{3})"
    r"|(?P<old>[rz])(?P<number>\d{2})"
    r")(?=$|[\s/\\<>\"'|?#&,;)\]]|\.html?\b)",
    re.IGNORECASE,
)
_HINT = re.compile(r"\.(?:part\d|\d{3}|[rz]\d\d)", re.IGNORECASE)
_WORD = 500
_TEXT_LIMIT = 200_000
_NAMES = 2000


def parts_of(texts: Iterable[str]) -> dict[str, frozenset[int]]:
    """
    Return the numbers of the parts that texts name, by the stem of the archive's name.

    Parts count from 1; `.r00` is the second volume of its set, after `.rar`, and counts as 1 here.

    >>> parts_of(["walk.part1.rar walk.part3.rar"])
    {'walk': frozenset({1, 3})}
    """
    found: dict[str, set[int]] = defaultdict(set)
    for text in texts:
        for name in islice(_names(text[:_TEXT_LIMIT]), _NAMES):
            found[name["stem"].casefold()].add(_number(name))
    return {stem: frozenset(numbers) for stem, numbers in found.items()}


def _names(text: str) -> Iterator[re.Match[str]]:
    """Find names of parts word by word, so that one endless word costs nothing."""
    if not _HINT.search(text):
        return iter(())
    words = (word for word in text.split() if len(word) <= _WORD and _HINT.search(word))
    return (name for word in words for name in _NAME.finditer(word))


def _number(name: re.Match[str]) -> int:
    if name["number"]:
        return int(name["number"]) + (name["old"].lower() == "r")
    return int(name["part"] or name["volume"])


def part_signs(page_url: str, urls: Iterable[str], text: str, *, gone: bool) -> tuple[str, ...]:
    """
    Return the signs of archives in parts.

    `archive_part:<number>` when the page's own address names one part, `archive_parts:<count>` for
    the largest set, `missing_part` when the parts leave a gap or this part's page says it is gone.
    """
    own = parts_of([_tail(page_url)])
    listed = parts_of([" ".join(map(_tail, urls)), text])
    number = next((min(numbers) for numbers in own.values()), None)
    largest = max((len(numbers) for numbers in listed.values()), default=0)
    gap = any(_leaves_gap(numbers) for numbers in listed.values())
    signs = [f"archive_part:{number}"] if number is not None else []
    signs += [f"archive_parts:{largest}"] if largest > 1 else []
    return (*signs, *(["missing_part"] if gap or (gone and number is not None) else []))


def _leaves_gap(numbers: frozenset[int]) -> bool:
    """Tell whether a list of at least two parts does not run from the first without a gap."""
    return len(numbers) > 1 and numbers != set(range(1, max(numbers) + 1))


def _tail(url: str) -> str:
    try:
        return unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1])
    except ValueError:
        return ""
