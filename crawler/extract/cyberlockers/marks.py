"""What lockers say of themselves: waits and premium walls."""

from __future__ import annotations

import re

from bs4 import Tag

from crawler.extract.page import Page, attribute, text_of
from crawler.extract.phrases import PHRASES
from crawler.extract.voices import Voices

_COUNTDOWN = re.compile(r"count[_-]?down|^cxc$|wait|seconds|timer", re.IGNORECASE)
_SHOWN = frozenset({"span", "div", "b", "strong", "p"})
_SURE = re.compile(r"count_?-?down|seconds|timer|^cxc$", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2}):([0-5]\d)\b")
_DATA = (
    "data-seconds",
    "data-wait",
    "data-countdown",
    "data-timer",
    "data-delay",
    "data-wait-time",
)
_SET = re.compile(
    r"\b(?:seconds?|secs?|countdown|count|timer?|wait(?:_?time)?|time_?left|delay)\w{0,12}"
    r"\s*[:=]\s*[\"']?(\d{1,3})\b(?!\s*\*)",
    re.IGNORECASE,
)
_SHORT = 120
_SCRIPT = 100_000
_WAIT_NOTICE = re.compile(
    r"(?:\b(?:wait|attendre|warten|esperar|espere|aguarde|aguardar|attendere|wachten|czeka[cć]"
    r"|odczeka[cć]|poczekaj|ждать|подожд\w+|bekle\w*)\b|お待ち|等待)"
    r"(?:\D{0,30}?(\d+)\s*(?:hours?|heures?|stunden?|horas?|ore|uur|godzin\w*|час\w*|saat|時間|小时))?"
    r"(?:\D{0,30}?(\d+)\s*(?:min\w*|мин\w*|dakika|分))?"
    r"(?:\D{0,30}?(\d+)\s*(?:se[ckg]\w*|сек\w*|saniye|秒))?",
    re.IGNORECASE,
)


_AT_MOST = re.compile(
    r"\bwait up to\b|\bjusqu['\u2019]?[aà]\b|\bbis zu \d|\bhasta \d", re.IGNORECASE
)
"""A rule for visitors in general: how long it is now, the text does not say."""


def countdown(page: Page, said: Voices) -> int:
    """Return the honest wait in seconds that a page declares; 0 when it declares none."""
    return shown_wait(page) or max((_notice_seconds(text) for text in said.all), default=0)


def shown_wait(page: Page) -> int:
    """
    Return the seconds of the countdown that a page shows; 0 when it shows none.

    What an id calls a countdown comes before what a class does: tables of prices speak of waits.
    """
    named = sorted(filter(_is_countdown, page.named(*_SHOWN)), key=_doubt)
    figures = (_figure(text) for tag in named if len(text := text_of(tag)) < _SHORT)
    return next((figure for figure in figures if figure), 0)


def scripted_wait(page: Page) -> int:
    """Return the seconds that a script or a `data-` attribute sets for an empty countdown."""
    for tag in page.tags:
        if tag.attrs.keys().isdisjoint(_DATA):
            continue
        figure = next((v for k in _DATA if (v := attribute(tag, k)).isdecimal()), "")
        if 0 < len(figure) < 5:
            return int(figure)
    if not any(map(_is_countdown, page.named(*_SHOWN))):
        return 0
    scripts = ((tag.string or "")[:_SCRIPT] for tag in page.named("script"))
    return next((int(found[1]) for text in scripts if (found := _SET.search(text))), 0)


def _figure(text: str) -> int:
    if clock := _CLOCK.search(text):
        return int(clock[1]) * 60 + int(clock[2])
    found = re.search(r"\d{1,6}", text)
    return int(found[0]) if found else 0


def _doubt(tag: Tag) -> int:
    """Rank how surely an element is the countdown itself, surest first."""
    if _SURE.search(attribute(tag, "id")):
        return 0
    return 1 if _SURE.search(attribute(tag, "class")) else 2


def _is_countdown(tag: Tag) -> bool:
    return any(
        value and _COUNTDOWN.search(value)
        for value in (attribute(tag, "id"), attribute(tag, "class"))
    )


def _notice_seconds(text: str) -> int:
    found = _WAIT_NOTICE.search(text)
    if not found or _AT_MOST.search(text):
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
