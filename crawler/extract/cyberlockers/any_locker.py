"""
Lockers and image hosts of no known engine: a wait, a form or a button, and what guards them.

Only what a page plainly offers is read: a form or link whose own words say that it downloads, a
wait whose figure is shown. Forms that log in, report, search or sell are never a next step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.extract.captchas import guarded_form, is_aside
from crawler.extract.cyberlockers.forms import (
    is_button,
    is_sales_form,
    next_step,
    sells,
)
from crawler.extract.cyberlockers.marks import countdown, scripted_wait, shown_wait
from crawler.extract.doors import password_form
from crawler.extract.engine import Reading
from crawler.extract.links import LinkRole, host_of, is_placeholder, media_kind
from crawler.extract.page import Page, attribute, text_of
from crawler.extract.record import Candidate, NextStep
from crawler.extract.refusal import refused_step
from crawler.extract.tree import below
from crawler.extract.unwrap import decoded
from crawler.extract.voices import voices

_DOWNLOADS = re.compile(
    r"(?:^|[^a-z])(?:(?:free|slow|regular|start|begin|create|get|generate)[-_ ]?)?"
    r"(?:download(?:[-_ ]?(?:btn|button|link|now|file|form|free))?|g(?:et|o)[-_ ]?link"
    r"|dl[-_]?(?:btn|link|form)|btn[-_]?dl|t[eé]l[eé]charge(?:r|ment)|herunterladen|descargar?"
    r"|baixar|transferir|scaricar?e?|downloaden|pobier\w+|скача\w+|загрузить|indir|ダウンロード|下载|下載)(?:$|[^a-z])",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\s*(?:continue|proceed|skip ad|get link|weiter|continuer|continuar|continua|verder|dalej|"
    r"продолжить|devam)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"/(?:follow|comments?|join|uploads?|newsletter|consent|cookies?|settings|preferences|sign-?up"
    r"|register|sessions?|login|cart|orders?|pay\w*|invite|messages?|contact|survey|poll|lang\w*"
    r"|search)(?:[/._-]|$)",
    re.IGNORECASE,
)
"""Paths of forms that have nothing to do with a file."""
_PLAIN_WORDS = re.compile(
    r"\W*(?:click )?(?:here )?(?:to )?(?:start )?(?:free |slow )?download"
    r"(?: (?:the|this|your))?(?: (?:file|video|image|picture|archive|now|anyway|here))?\W*",
    re.IGNORECASE,
)
_BUTTON = re.compile(r"\b(?:btn|button)\b|btn-|button-", re.IGNORECASE)
_HIDDEN = re.compile(r"^data-[a-z-]*(?:url|href|link)$")
_LOCATION = re.compile(
    r"\blocation(?:\.href)?\s*(?:=|\.(?:assign|replace)\()\s*[\"']([^\"'\s]{4,2000})[\"']"
)
_SHOWS = frozenset({"a", "video", "source", "img"})
_CHROME = frozenset({"nav", "header", "footer", "aside"})


def read_any_landing(page: Page) -> Reading:
    """Read the declared next step of a page whose software is not known."""
    door = _door(page)
    if door is not None:
        return Reading(next=door)
    wait = countdown(page, voices(page)) or scripted_wait(page)
    forms = (tag for tag in page.named("form") if _is_download_form(tag))
    form = next((tag for tag in forms if not _is_refused(page, tag)), None)
    step = next_step(page, form, wait_s=wait) if form is not None else None
    button = None if step else next(chain(_buttons(page), _redirects(page, wait)), None)
    if step is None and button is not None and wait:
        step = NextStep(method="GET", url=button, wait_s=wait)
    if step is not None and (wait or not _shows_media(page)):
        return Reading(state="countdown", state_rule="generic:download_step", next=step)
    return Reading(candidates=(_offered(button),) if button is not None else ())


def _offered(url: str) -> Candidate:
    """Make a button's address a candidate; a picture's or film's button leads to its full size."""
    kind = media_kind(url)
    role: LinkRole = "original" if kind in {"picture", "video"} else "download"
    return Candidate(url=url, kind=kind or "file", role=role, why="generic:download_button")


def _door(page: Page) -> NextStep | None:
    """Return the form that asks a password or a captcha; the state is told by the page's signs."""
    form = password_form(page, voices(page)) or guarded_form(page)
    return next_step(page, form, wait_s=shown_wait(page)) if form is not None else None


def _is_refused(page: Page, form: Tag) -> bool:
    """Tell whether a form does what is never requested, such as deleting, or serves others."""
    step = next_step(page, form, wait_s=0)
    if step is None or refused_step(step) is not None:
        return True
    return _ELSEWHERE.search(urlsplit(step.url).path) is not None


def _is_download_form(tag: Tag) -> bool:
    if is_aside(tag) or _in_chrome(tag):
        return False
    fields = list(below(tag))
    if attribute(tag, "method").lower() != "post" and not _carries(fields):
        return False
    if any(_is_typed(field) for field in fields):
        return False
    own = " ".join(attribute(tag, name) for name in ("id", "class", "name", "action"))
    buttons = [field for field in fields if is_button(field)]
    offered = [_words(field) for field in buttons if not sells(field)]
    if (buttons and not offered) or (is_sales_form(tag) if offered else sells(tag)):
        return False
    return any(_tells(words) for words in (*offered, own))


def _carries(fields: list[Tag]) -> bool:
    """Tell whether a form that is not posted hands on more than what a search does."""
    hidden = [tag for tag in fields if attribute(tag, "type").lower() == "hidden"]
    return len(hidden) > 1


def _is_typed(field: Tag) -> bool:
    """Tell whether a person must type or choose something in a field."""
    if field.name in {"textarea", "select"}:
        return True
    kind = attribute(field, "type").lower() or "text"
    return field.name == "input" and kind in {"text", "email", "password", "file", "search", "tel"}


def _words(tag: Tag) -> str:
    names = ("value", "id", "class", "name", "aria-label", "title")
    return " ".join([text_of(tag)[:80], *(attribute(tag, name)[:80] for name in names)])


def _tells(words: str) -> bool:
    return _DOWNLOADS.search(words) is not None or _CONTINUES.search(words) is not None


def _buttons(page: Page) -> Iterator[str]:
    """Yield the addresses of links that say by name and by text that they download this file."""
    for tag in page.named("a"):
        named = " ".join(attribute(tag, name) for name in ("id", "class", "aria-label", "title"))
        offers = _DOWNLOADS.search(named) or _is_plain_button(tag)
        if not offers or _in_chrome(tag) or sells(tag):
            continue
        url = _target(page, tag)
        if url and url != page.url and _leads_to_file(url, page) and not page.refusal(url):
            yield url


def _is_plain_button(tag: Tag) -> bool:
    """Tell whether a link looks like a button and says nothing but that it downloads."""
    if not _BUTTON.search(attribute(tag, "class")):
        return False
    text = text_of(tag)[:60]
    return _DOWNLOADS.fullmatch(text) is not None or _PLAIN_WORDS.fullmatch(text) is not None


def _target(page: Page, tag: Tag) -> str | None:
    """Return where a button leads; some hide it in an attribute, plain or in Base64."""
    url = page.absolute(attribute(tag, "href"))
    if url is not None:
        return url
    hidden = (decoded(attribute(tag, name)) for name in tag.attrs if _HIDDEN.search(name))
    return next((found for found in hidden if found), None)


def _redirects(page: Page, wait: int) -> Iterator[str]:
    """Yield the file to which a page's script leads after the wait that the page shows."""
    for tag in page.named("script") if wait else ():
        for found in _LOCATION.finditer((tag.string or "")[:100_000]):
            url = page.absolute(found[1].replace("\\/", "/"))
            if url and media_kind(url) and not page.refusal(url):
                yield url


def _leads_to_file(url: str, page: Page) -> bool:
    """
    Tell whether an address is more than the page that a site has for its own program.

    A server of the same site under another name serves files.
    """
    parts = urlsplit(url)
    path = parts.path.strip("/")
    if parts.query or "/" in path:
        return True
    host, own = host_of(url), host_of(page.url)
    return bool(path) and host != own and host.endswith("." + own.removeprefix("www."))


def _in_chrome(tag: Tag) -> bool:
    return any(node.name in _CHROME for node in tag.parents)


def _shows_media(page: Page) -> bool:
    """Tell whether the page links or shows a file beside its form."""
    return any(_is_shown(page, tag) for tag in page.named(*_SHOWS) if tag.attrs)


def _is_shown(page: Page, tag: Tag) -> bool:
    url = page.absolute(attribute(tag, "href" if tag.name == "a" else "src"))
    if not url or not media_kind(url) or is_placeholder(url) or page.refusal(url):
        return False
    return tag.name != "img" or not _is_small_part(tag)


def _is_small_part(tag: Tag) -> bool:
    """Tell whether a picture stands in a link, or in a part that every page of a site has."""
    return _in_chrome(tag) or any(node.name == "a" for node in tag.parents)
