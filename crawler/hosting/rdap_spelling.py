"""Mail addresses that people spelt so that robots would not find them."""

from __future__ import annotations

import re

_AT = re.compile(
    r"\s*[\[({<]\s*(?:at|arroba|chez|@)\s*[\])}>]\s*|(?<=\w)\s*[-_]at[-_]\s*(?=\w)", re.IGNORECASE
)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|punto|punkt|point|\.)\s*[\])}>]\s*", re.IGNORECASE)
_SPELT = re.compile(
    r"\b([\w.+-]{1,64})\s+at\s+([\w-]{1,63}(?:\s+dot\s+[\w-]{1,63}){1,5})\b", re.IGNORECASE
)
_WORD_DOT = re.compile(r"\s+dot\s+", re.IGNORECASE)
_LOOSE_AT = re.compile(r"(?<=[\w-])\s+@\s*(?=\w)|(?<=[\w-])@\s+(?=\w)")
_TELLTALE = re.compile(r"[\[({<\s_-](?:at|arroba|chez|@)[\])}>\s_-]|\s@|@\s", re.IGNORECASE)


def plainly(line: str) -> str:
    """
    Write the addresses of a line as addresses again.

    Only marks that stand for nothing else are read: `(at)`, `[dot]`, `-at-`, ` @ `, and
    `x at y dot z` where the dot is spelt too. "Report abuse at host.example" stays as it is, for
    it names a site and no mailbox.

    >>> plainly("abuse (at) host [dot] example")
    'abuse@host.example'
    """
    if not _TELLTALE.search(line):
        return line
    line = _DOT.sub(".", _AT.sub("@", line[:1000]))
    line = _SPELT.sub(lambda found: f"{found[1]}@{_WORD_DOT.sub('.', found[2])}", line)
    return _LOOSE_AT.sub("@", line)
