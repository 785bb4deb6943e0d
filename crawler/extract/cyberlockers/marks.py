"""What lockers say of themselves: waits, premium walls, removal, membership."""

from __future__ import annotations

import re

from bs4 import Tag

from crawler.extract.page import Page, attribute, text_of
from crawler.extract.phrases import PHRASES
from crawler.extract.signs import Voices

_COUNTDOWN_ID = re.compile(r"count_?down|^cxc$|wait|seconds|timer", re.IGNORECASE)
_WAIT_NOTICE = re.compile(
    r"\bwait\b(?:\D{0,30}?(\d+)\s*hours?)?(?:\D{0,10}?(\d+)\s*min\w*)?(?:\D{0,10}?(\d+)\s*sec\w*)?",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"(?:registered|logged[- ]in) (?:users?|members?) only"
    r"|only (?:for )?registered (?:users|members)"
    r"|must (?:be )?(?:logged in|log ?in|register|sign in)|please (?:log ?in|register) to download",
    re.IGNORECASE,
)


def countdown(page: Page, said: Voices) -> int:
    """Return the honest wait in seconds that a page declares; 0 when it declares none."""
    shown = (text_of(tag) for tag in page.tags if _is_countdown(tag))
    figures = (re.search(r"\d{1,6}", text) for text in shown if len(text) < 120)
    first = next((int(found[0]) for found in figures if found), 0)
    return first or max((_notice_seconds(text) for text in said.all), default=0)


def _is_countdown(tag: Tag) -> bool:
    return tag.name in {"span", "div", "b", "strong", "p"} and bool(
        _COUNTDOWN_ID.search(attribute(tag, "id"))
    )


def _notice_seconds(text: str) -> int:
    found = _WAIT_NOTICE.search(text)
    if not found:
        return 0
    hours, minutes, seconds = (int(figure or 0) for figure in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def premium_only(page: Page, form: Tag | None, said: Voices) -> bool:
    """Tell whether only paying members get the file."""
    spoken = any(
        phrase.pattern.search(text)
        for phrase in PHRASES
        if phrase.sign == "premium_notice"
        for text in said.all
    )
    return spoken or (form is not None and _only_premium_button(page, form))


def _only_premium_button(page: Page, form: Tag) -> bool:
    if "input[op=download1]" not in page.features:
        return False
    named = {attribute(tag, "name") for tag in form.find_all(["input", "button"])}
    return "method_premium" in named and "method_free" not in named


def removed(said: Voices) -> bool:
    """Tell whether the page itself says that the file is gone."""
    return _says(said, "removal_notice")


def expired(said: Voices) -> bool:
    """Tell whether the page itself says that the file has expired."""
    return _says(said, "expired_notice")


def _says(said: Voices, sign: str) -> bool:
    phrases = [phrase for phrase in PHRASES if phrase.sign.startswith(sign)]
    return any(phrase.pattern.search(text) for phrase in phrases for text in said.all)


def login_needed(said: Voices) -> bool:
    """Tell whether the page asks visitors to become members."""
    return any(_MEMBERS.search(text) for text in said.all)
