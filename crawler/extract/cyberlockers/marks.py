"""What lockers say of themselves: waits and premium walls."""

from __future__ import annotations

import re

from bs4 import Tag

from crawler.extract.page import Page, attribute, text_of
from crawler.extract.phrases import PHRASES
from crawler.extract.signs import Voices

_COUNTDOWN = re.compile(r"count_?down|^cxc$|wait|seconds|timer", re.IGNORECASE)
_SHOWN = frozenset({"span", "div", "b", "strong", "p"})
_WAIT_NOTICE = re.compile(
    r"\bwait\b(?:\D{0,30}?(\d+)\s*hours?)?(?:\D{0,10}?(\d+)\s*min\w*)?(?:\D{0,10}?(\d+)\s*sec\w*)?",
    re.IGNORECASE,
)


def countdown(page: Page, said: Voices) -> int:
    """Return the honest wait in seconds that a page declares; 0 when it declares none."""
    shown = (text_of(tag) for tag in page.tags if _is_countdown(tag))
    figures = (re.search(r"\d{1,6}", text) for text in shown if len(text) < 120)
    first = next((int(found[0]) for found in figures if found), 0)
    return first or max((_notice_seconds(text) for text in said.all), default=0)


def _is_countdown(tag: Tag) -> bool:
    if tag.name not in _SHOWN or not tag.attrs:
        return False
    return any(_COUNTDOWN.search(attribute(tag, name)) for name in ("id", "class"))


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
