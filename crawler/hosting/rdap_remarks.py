"""Abuse addresses that registries leave to free text: remarks, comments, `trouble:` lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.hosting.loose import items, members, text, texts, words
from crawler.hosting.mailboxes import mailbox
from crawler.hosting.rdap_cards import https_url
from crawler.hosting.rdap_spelling import plainly

_MAX_LINES = 300
_REMARKS = frozenset({"remarks", "comments", "comment", "remark"})
# the root of the word in English, Spanish, Portuguese, French, Italian; German; Russian; Polish
_ABUSE = re.compile(r"abus|missbrauch|mißbrauch|злоупотребл|naduży", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:not|never|don'?t|no longer|instead of|invalid|except|nicht|ne pas|no enviar)\b",
    re.IGNORECASE,
)
_DEAD = re.compile(
    r"^\W*(?:is|was|has been|are)?\s*(?:invalid|no longer|not (?:valid|in use|monitored|read)"
    r"|deprecated|discontinued|obsolete|disabled|closed|bounc)",
    re.IGNORECASE,
)
_UNVALIDATED = re.compile(
    r"unvalidated|unable to validate|could not (?:be )?validate|not (?:been )?validated"
    r"|is invalid|not responding",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"^\W*(?:for|regarding|concerning|in case|only|handles?)\b|^\s*[(\[-]", re.IGNORECASE
)
_BREAK = re.compile(r"[,;|/]|\.\s|\band\b", re.IGNORECASE)
_LEADS = re.compile(
    r"(?:\b(?:to|at|via|by|through|contact|mail|email|using|is)|:)\W*$", re.IGNORECASE
)
_OTHER_DESK = re.compile(
    r"\b(?:noc|peering|support|sales|info\w*|security|billing|admin\w*|tech\w*|routing|general"
    r"|operations?|hostmaster|customers?|legal|press|domains?|dns)\b[^@.;]{0,30}[:=]\s*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^\W*(?:(?:e-?mail|mail|contact|to|at|address)\W*){0,3}[^\s@]+@[^\s@]+\W*$", re.IGNORECASE
)
# fewer signs than RFC 5322 allows: in prose a quotation mark, slash or bar is no part of an address
_IN_TEXT = re.compile(r"\w[\w.+&'-]{0,63}@[\w.-]{1,255}", re.ASCII)
_URL = re.compile(r"https://[^\s<>\"']{1,480}")
_ABUSE_OF = re.compile(r"abuse contact for\b.{0,90}\bis\b", re.IGNORECASE)


def remark_lines(container: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of an object's remarks; notices are the registry's own and left out."""
    if _REMARKS.isdisjoint(container):
        return ()
    lines: list[str] = []
    for member in container:
        if member in _REMARKS:
            for remark in items(container[member]):
                lines.extend(_lines(remark))
    return tuple(lines[:_MAX_LINES])


def description_lines(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a registry describes an object as (`descr:` in RPSL), without other remarks."""
    described = (
        one
        for one in items(answer.get("remarks"))
        if isinstance(one, Mapping) and words(one.get("title")) == ("description",)
    )
    return tuple(line for one in described for line in list(_lines(one))[1:])


def notice_lines(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of notices that name the abuse contact of a range, and no other ones."""
    lines = (line for notice in items(answer.get("notices"))[:40] for line in _lines(notice))
    return tuple(line for line in lines if "buse" in line and _ABUSE_OF.search(line))


def mails_of_abuse(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Return the mail addresses that lines give for abuse, with the number of their line."""
    before = ""
    for number, line in enumerate(lines):
        plain = line if line.isascii() else unicodedata.normalize("NFKC", line)
        if "@" in plain or "at" in plain.lower():
            written = plainly(plain)
            if "@" in written:
                heading = before if _is_heading(before) else ""
                for address in _mails(written, heading=heading):
                    yield number, address
        if any(map(str.isalnum, line)):
            before = plain


def forms_of_abuse(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Return the https addresses of lines that speak of abuse, with the number of their line."""
    for number, line in enumerate(lines):
        if "https://" in line and _speaks(line) and not _NOT.search(line):
            for url in _URL.findall(line):
                clean = https_url(url.rstrip(".,;)"))
                if clean:
                    yield number, clean


def says_unvalidated(lines: Sequence[str]) -> bool:
    """Whether a registry says that it could not validate a contact."""
    return any(_UNVALIDATED.search(line) for line in lines)


def is_named_abuse(address: str) -> bool:
    """Whether the local part says abuse, in any of the usual languages and joints."""
    local = address.partition("@")[0]
    return "abuse" in local or "abuso" in local or local == "abus"


def _lines(remark: object) -> Iterator[str]:
    if isinstance(remark, str):
        yield from texts(remark.splitlines(), limit=500)
        return
    inner = members(remark)
    title = text(inner.get("title"))
    if title:
        yield title
    for description in items(inner.get("description")):
        if isinstance(description, str):
            yield from texts(description.splitlines(), limit=500)


def _speaks(line: str) -> bool:
    return _ABUSE.search(line) is not None


def _is_heading(line: str) -> bool:
    """Whether a line speaks of abuse without an address of its own, so that the next one counts."""
    return _speaks(line) and not _NOT.search(line) and "@" not in line


def _stands_under(line: str, heading: str, start: int) -> bool:
    """Whether an address is what a heading, or the sentence begun above, leads to."""
    if not heading:
        return False
    return _BARE.match(line) is not None or (
        _LEADS.search(heading) is not None and not line[:start].strip(" *-|#")
    )


def _mails(line: str, *, heading: str) -> Iterator[str]:
    """
    Judge each address of a line by its own words, so that a desk for peering is not taken.

    Its words are those between the address before and itself, and a trailing "for abuse".
    """
    if _UNVALIDATED.search(line):
        return
    found = list(_IN_TEXT.finditer(line))
    speaks = _speaks(_IN_TEXT.sub(" ", line))
    for number, match in enumerate(found):
        address = mailbox(match[0].rstrip(".-_"))
        if address is None:
            continue
        label = line[found[number - 1].end() if number else 0 : match.start()]
        next_start = found[number + 1].start() if number + 1 < len(found) else len(line)
        tail = line[match.end() : next_start]
        if number and _TRAILING.match(label):
            label = _after_break(label)
        named = is_named_abuse(address)
        if _NOT.search(_last_clause(label) if named else label) or _DEAD.match(tail):
            continue
        own = _speaks(label) or (_TRAILING.match(tail) is not None and _speaks(_head(tail)))
        alone = len(found) == 1 and (speaks or _stands_under(line, heading, match.start()))
        alone = alone and not _OTHER_DESK.search(label) and not _TRAILING.match(tail)
        if named or own or (alone and not _NOT.search(line)):
            yield address


def _last_clause(label: str) -> str:
    return re.split(r"[.,;!]", label)[-1]


def _after_break(label: str) -> str:
    """Drop the words that belong to the address before."""
    found = _BREAK.search(label)
    return label[found.end() :] if found else ""


def _head(tail: str) -> str:
    """Return the words that still belong to the address before them."""
    found = _BREAK.search(tail)
    return tail[: found.start()] if found else tail
