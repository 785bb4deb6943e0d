"""
The soft-404 probe: an invalid neighbour of an address, with a random name of the same shape.

After Bar-Yossef et al. (2004). The name is long and random, so that nothing can be discovered by
it; one is asked at most once per host, shape and day, and its answer is remembered by the caller.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit, urlunsplit

from crawler.extract.links import host_of
from crawler.fetch.contract import Derivation, Permit
from crawler.seen import HOST_SIGNS
from crawler.visit.options import SiblingAnswer, SiblingKey, SiblingMemory
from crawler.visit.session import Answer, Session

_NAME = re.compile(r"(?P<stem>.*?)(?P<ext>(?:\.[A-Za-z0-9]{1,5}){0,2})")
_LENGTH = 14
"""Characters at least: shorter names are drawn out, since a short random name may exist."""


def sibling_url(url: str) -> str | None:
    """Return an invalid neighbour in the same folder, or none for an address without a name."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    if name:
        return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{_other(name)}", "", ""))
    if folder:
        upper, _, last = folder.rpartition("/")
        return urlunsplit((parts.scheme, parts.netloc, f"{upper}/{_other(last)}/", "", ""))
    if parts.query:
        return urlunsplit((parts.scheme, parts.netloc, "/", _other_query(parts.query), ""))
    return None


def _other(name: str) -> str:
    found = _NAME.fullmatch(name)
    stem, ext = (found["stem"], found["ext"]) if found else (name, "")
    drawn = stem if len(stem) >= _LENGTH else (stem or "a") * (_LENGTH // max(len(stem), 1) + 1)
    return "".join(_other_character(ch) for ch in drawn[:64]) + ext


def _other_character(character: str) -> str:
    if character.isdigit():
        return secrets.choice("0123456789")
    alphabet = "abcdef" if character.lower() in "abcdef" else "ghjkmnpqrstvwxyz"
    chosen = secrets.choice(alphabet)
    if not character.isalpha():
        return character if character in "-_" else chosen
    return chosen.upper() if character.isupper() else chosen


def _other_query(query: str) -> str:
    name, mark, value = query.rpartition("=")
    return f"{name}{mark}{_other(value)}"


def shape_of(url: str) -> str:
    """
    Return the shape of an address: its folder, and its name with `9` for digits, `a` for letters.

    >>> shape_of("https://img.example/b/src/1699123.jpg")
    '/b/src/9.jpg'
    """
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    found = _NAME.fullmatch(name)
    stem, ext = (found["stem"], found["ext"]) if found else (name, "")
    letters = re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", stem))
    return f"{folder}/{re.sub('[a9]{2,}', 'a9', letters)}{ext}"


async def sibling_answer(
    session: Session, permit: Permit, url: str, memory: SiblingMemory, *, referer: str | None
) -> tuple[SiblingAnswer | None, tuple[Answer, ...]]:
    """
    Return what an invalid neighbour answers, asking it only if today's answer is not known.

    An answer that says nothing of the host's manners (blocked, failed) is not remembered.
    """
    key = SiblingKey(
        host=host_of(url), shape=shape_of(url), day=session.options.now().date().isoformat()
    )
    known = memory.recall(key)
    other = sibling_url(url)
    if known is not None or other is None:
        return known, ()
    allowed = session.derive(permit, Derivation.SOFT_404_SIBLING, other)
    answer = await session.get(allowed, referer=referer)
    await session.drop(answer)
    summary = summarised(answer)
    if summary is not None:
        memory.keep(key, summary)
    return summary, (answer,)


def summarised(answer: Answer) -> SiblingAnswer | None:
    """Reduce an answer to what is compared; none when it says nothing."""
    result = answer.result
    status = result.status or 0
    if result.error is not None or not (200 <= status < 300 or status in {404, 410}):
        return None
    body = result.body.digests if result.body else None
    return SiblingAnswer(
        egress=result.egress,
        status=status,
        text_sha256=answer.page.text_sha256 if answer.page else "",
        body_sha256=body.sha256 if body and body.length else "",
        host_signs=HOST_SIGNS & set(answer.page.signs if answer.page else ()),
    )


def same_answer(answer: Answer, sibling: SiblingAnswer) -> bool:
    """Tell whether an address and its invalid neighbour get the same success, or the same sign."""
    own = summarised(answer)
    if own is not None and own.host_signs & sibling.host_signs:
        return True
    if own is None or not (200 <= own.status < 300 and 200 <= sibling.status < 300):
        return False
    same_text = bool(own.text_sha256) and own.text_sha256 == sibling.text_sha256
    same_body = bool(own.body_sha256) and own.body_sha256 == sibling.body_sha256
    return same_text or same_body
