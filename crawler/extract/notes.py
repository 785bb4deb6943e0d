"""What a page notes beside its media: parts of an archive, a password, a need of page scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.extract.generic.scripts import stream_playlist
from crawler.extract.page import Page, attribute
from crawler.extract.parts import part_signs
from crawler.extract.record import Candidate

_PASSWORD = re.compile(
    r"(?:\bpass(?:word|wort|phrase|wd)?|\bpwd?|\bkennwort|\bcontrase[nñ]a|\bclave|\bmot de passe"
    r"|\bsenha|\bhas[lł]o|\bparola|\bwachtwoord|\bпароль|\bşifre|密码|密碼|パスワード|パス)"  # noqa: RUF001 - Russian word
    r"\s*(?:is|ist|est|es|é|to|-)?\s*[:=\uff1a]\s*[^\s:\uff1a]{2,}",
    re.IGNORECASE,
)
_ROOTS = frozenset({"app", "root", "__next", "__nuxt", "index_main", "svelte"})
"""Ids of the empty element that a page's scripts fill."""
_FEW_WORDS = 600


def note_signs(page: Page, text: str, kept: tuple[Candidate, ...], state: str) -> Iterator[str]:
    """
    Yield the signs of what a page notes; a password itself is never among them.

    Args:
        page: the page.
        text: its visible text.
        kept: its candidates.
        state: its state.

    """
    urls = [candidate.url for candidate in kept]
    yield from part_signs(page.url, urls, text, gone=state in {"gone", "expired"})
    if any(c.role == "locker" or c.kind == "archive" for c in kept) and _PASSWORD.search(text):
        yield "password_noted"
    if stream_playlist(page):
        yield "stream_playlist"
    shown = any(candidate.role != "preview" for candidate in kept)
    if not shown and state == "unknown" and _made_by_scripts(page, text):
        yield "script_page"


def _made_by_scripts(page: Page, text: str) -> bool:
    """Tell whether a page is an empty frame that its scripts fill."""
    if len(text) > _FEW_WORDS:
        return False
    empty = any(attribute(tag, "id") in _ROOTS for tag in page.tags)
    return empty or any(attribute(tag, "type") == "module" for tag in page.tags)
