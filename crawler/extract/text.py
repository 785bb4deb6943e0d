"""
A digest of what a page says, made so that two error pages for two addresses are equal.

After Bar-Yossef et al., "Sic transit gloria telae" (2004): an invalid neighbour of an address is
asked, and the two answers are compared. Digits and the address's own words are left out of both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from bs4 import Comment, Declaration, Doctype, ProcessingInstruction, Tag
from bs4.element import NavigableString

from crawler.extract.page import Page

_SILENT = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object"})
_NOT_TEXT = (Comment, Declaration, Doctype, ProcessingInstruction)
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = str.maketrans({sign: " " for sign in map(chr, range(128)) if not sign.isalpha()})
"""What `_WORD` leaves of a text in ASCII, many times faster."""
_TEXT_LIMIT = 200_000
"""Characters of visible text that are looked at."""


def visible_text(page: Page) -> str:
    """Return the text that a reader would see, blanks collapsed, at most 200,000 characters."""
    body = page.soup.body or page.soup
    pieces: list[str] = []
    length = 0
    for piece in _pieces(body):
        pieces.append(piece)
        length += len(piece)
        if length > _TEXT_LIMIT:
            break
    return " ".join(" ".join(pieces).split())[:_TEXT_LIMIT]


def _pieces(root: Tag) -> Iterator[str]:
    """Yield the strings below an element without recursion, so that depth cannot hurt."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            if node.name not in _SILENT:
                stack.extend(node.contents[::-1])
        elif isinstance(node, NavigableString) and not isinstance(node, _NOT_TEXT):
            yield node


def text_digest(text: str, url: str) -> str:
    """
    Return the SHA-256 (hexadecimal) of a text's words, without digits and the address's own words.

    An empty string when nothing is left to compare.
    """
    own = set(_words(_address(url)))
    words = [word for word in _words(text) if word not in own]
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else ""


def _words(text: str) -> list[str]:
    folded = text.casefold()
    return folded.translate(_LETTERS).split() if folded.isascii() else _WORD.findall(folded)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return unquote(f"{parts.netloc} {parts.path} {parts.query}")
