"""
Scripts that a packer wrote as a template and a list of words, put together again as text.

The packer's call is `(template, base, count, "word|word|...".split("|"))`: each token of the
template is a number in that base and stands for a word. Nothing is ever run.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_CALL = re.compile(
    r"\}\s*\(\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*,\s*(\d{1,2})\s*,\s*(\d{1,5})\s*,"
    r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*\.split\(\s*['\"]\|['\"]\s*\)",
    re.DOTALL,
)
_TOKEN = re.compile(r"(\b\w+\b)", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ATOB = re.compile(r"\batob\(\s*['\"]([A-Za-z0-9+/=]{12,20000})['\"]\s*\)")
_QUOTED_JSON = '\\"'
"""What stands for a quotation mark where a script holds JSON as one quoted text."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LAYERS = 3
_LIMIT = 300_000
"""Characters of a script, packed or not."""


def plain_texts(script: str) -> Iterator[str]:
    """Yield a script's text, then what its packed parts and Base64 strings say."""
    texts, layer = [script[:_LIMIT]], 0
    while texts and layer <= _LAYERS:
        yield from texts
        texts = [inner for text in texts for inner in _inner(text)]
        layer += 1


def _inner(text: str) -> Iterator[str]:
    if ".split(" in text:
        for found in _CALL.finditer(text):
            yield _put_together(found)
    if _QUOTED_JSON in text:
        yield text.replace("\\\\", "\\").replace(_QUOTED_JSON, '"')
    if "atob(" in text:
        for found in _ATOB.finditer(text):
            decoded = _from_base64(found[1])
            if decoded:
                yield f'source="{decoded}"' if decoded.startswith("http") else decoded


def _put_together(found: re.Match[str]) -> str:
    """Replace the tokens of a template by their words."""
    template = _ESCAPE.sub(r"\1", found[1] or found[2] or "")
    base = int(found[3])
    words = (found[5] or found[6] or "").split("|")
    if not 2 <= base <= len(_DIGITS):
        return ""
    said = {_number(at, base): word for at, word in enumerate(words) if word}
    out: list[str] = []
    length = 0
    for piece in map(str, _TOKEN.split(template)):
        out.append(said.get(piece, piece))
        length += len(out[-1])
        if length > _LIMIT:
            break
    return "".join(out)[:_LIMIT]


def _number(value: int, base: int) -> str:
    digits = _DIGITS[value % base]
    while value >= base:
        value //= base
        digits = _DIGITS[value % base] + digits
    return digits


def _from_base64(text: str) -> str | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
