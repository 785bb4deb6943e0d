"""The declared next step of a landing page: its form, exactly as a browser would send it."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlencode

from bs4 import Tag

from crawler.extract.captchas import is_aside
from crawler.extract.page import Page, attribute, text_of
from crawler.extract.record import NextStep
from crawler.extract.tree import below

_OPERATIONS = frozenset({"download1", "download2", "download3", "download_orig", "view"})
_OPERATION_FIELDS = frozenset({"op", "act"})
"""The free edition of XFileSharing names the operation `act`, the paid ones `op`."""
_FREE_BUTTONS = frozenset({"method_free", "next"})
_BUTTONS = frozenset({"submit", "image", "button"})
_SELLS = re.compile(
    r"premium|upgrade|checkout|cart|payment|\bpay\b|buy|pricing|plans|purchase|subscribe|donate|"
    r"app[-_ ]?store|play\.google|\bapp\b|vip|login|sign|regist|fast|turbo",
    re.IGNORECASE,
)
_SHOP = re.compile(
    r"/(?:premium|upgrade|checkout|cart|payments?|pricing|plans|purchase|subscribe|donate|regist\w+"
    r"|sign-?up|log-?in)(?:[/?._-]|$)",
    re.IGNORECASE,
)
_FIELDS = 64
_VALUE = 4096


def operation_form(page: Page) -> Tag | None:
    """Return the form whose hidden `op` (or `act`) starts or continues a free download."""
    for tag in page.tags:
        if tag.name == "input" and attribute(tag, "name") in _OPERATION_FIELDS:
            form = tag.find_parent("form")
            if form is not None and attribute(tag, "value") in _OPERATIONS:
                return form
    return None


def form_with(page: Page, names: frozenset[str]) -> Tag | None:
    """Return the first form that has a field of one of these names and leads to the file."""
    forms = (tag for tag in page.named("form") if not is_aside(tag))
    return next((form for form in forms if names & set(map(_name, below(form)))), None)


def _name(field: Tag) -> str:
    return attribute(field, "name")


def posting_form(page: Page) -> Tag | None:
    """Return the first form that is posted and asks neither a name nor a password."""
    posted = (tag for tag in page.tags if tag.name == "form" and _is_posted(tag))
    return next((form for form in posted if not is_aside(form) and not _is_personal(form)), None)


def _is_posted(form: Tag) -> bool:
    return attribute(form, "method").lower() == "post"


def _is_personal(form: Tag) -> bool:
    return any(
        field.name == "input" and attribute(field, "type").lower() in {"password", "email"}
        for field in below(form)
    )


def next_step(page: Page, form: Tag, *, wait_s: int) -> NextStep | None:
    """Return the request that the form declares, choosing the free download."""
    url = form_target(page, form)
    if url is None:
        return None
    method: Literal["GET", "POST"] = "GET" if attribute(form, "method").lower() == "get" else "POST"
    fields = fields_of(form)
    if method == "GET":  # a browser sends the fields as the query, in the place of any other
        url = f"{url.partition('?')[0]}?{urlencode(fields)}" if fields else url
        return NextStep(method=method, url=url, wait_s=wait_s)
    return NextStep(method=method, url=url, form=fields, wait_s=wait_s)


def form_target(page: Page, form: Tag) -> str | None:
    """Return where a form is sent; the page itself when it does not say."""
    action = attribute(form, "action").strip()
    return page.absolute(action) if action else page.url


def fields_of(form: Tag) -> tuple[tuple[str, str], ...]:
    """Return the fields that a browser would send without a person typing anything."""
    fields = [tag for tag in form.find_all(["input", "button"])[:_FIELDS] if isinstance(tag, Tag)]
    pressed = pressed_button(fields)
    found = []
    for tag in fields:
        name, value = attribute(tag, "name"), attribute(tag, "value")
        if name and (_is_sent(tag) or tag is pressed):
            ticked = _is_ticked(tag) and not tag.has_attr("value")
            found.append((name[:200], "on" if ticked else value[:_VALUE]))
    return tuple(found)


def pressed_button(fields: list[Tag]) -> Tag | None:
    """Return the button that a visitor without an account presses: the free or the only one."""
    buttons = [tag for tag in fields if is_button(tag)]
    free = next((tag for tag in buttons if attribute(tag, "name") in _FREE_BUTTONS), None)
    only = buttons[0] if len(buttons) == 1 else None
    return only if free is None and only is not None and not sells(only) else free


def is_button(field: Tag) -> bool:
    """Tell whether a field is a button."""
    kind = attribute(field, "type").lower()
    return field.name == "button" or (field.name == "input" and kind in _BUTTONS)


def sells(tag: Tag) -> bool:
    """Tell whether a button or link speaks of paying or of an account."""
    if _SELLS.search(f"{text_of(tag)[:80]} {_names(tag)}"):
        return True
    return _leads_to_shop(tag)


def is_sales_form(form: Tag) -> bool:
    """Tell by its own names and target whether a form sells; prices may stand in any."""
    return _SELLS.search(_names(form)) is not None or _leads_to_shop(form)


def _names(tag: Tag) -> str:
    return " ".join(attribute(tag, n)[:80] for n in ("name", "value", "id", "class", "title"))


def _leads_to_shop(tag: Tag) -> bool:
    return any(_SHOP.search(attribute(tag, name)[:2000]) for name in ("href", "action"))


def _is_sent(tag: Tag) -> bool:
    return attribute(tag, "type").lower() == "hidden" or _is_ticked(tag)


def _is_ticked(tag: Tag) -> bool:
    return attribute(tag, "type").lower() in {"checkbox", "radio"} and tag.has_attr("checked")
