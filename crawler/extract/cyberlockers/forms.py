"""The declared next step of a landing page: its form, exactly as a browser would send it."""

from __future__ import annotations

from typing import Literal

from bs4 import Tag

from crawler.extract.page import Page, attribute
from crawler.extract.record import NextStep
from crawler.extract.tree import below

_OPERATIONS = frozenset({"download1", "download2", "download3", "download_orig", "view"})
_OPERATION_FIELDS = frozenset({"op", "act"})
"""The free edition of XFileSharing names the operation `act`, the paid ones `op`."""
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
    """Return the first form that has a field of one of these names."""
    for tag in page.tags:
        if tag.name == "form" and any(attribute(field, "name") in names for field in below(tag)):
            return tag
    return None


def posting_form(page: Page) -> Tag | None:
    """Return the first form that is posted and asks neither a name nor a password."""
    posted = (tag for tag in page.tags if tag.name == "form" and _is_posted(tag))
    return next((form for form in posted if not any(map(_is_personal, below(form)))), None)


def _is_posted(form: Tag) -> bool:
    return attribute(form, "method").lower() == "post"


def _is_personal(field: Tag) -> bool:
    return field.name == "input" and attribute(field, "type").lower() in {"password", "email"}


def next_step(page: Page, form: Tag, *, wait_s: int) -> NextStep | None:
    """Return the request that the form declares, choosing the free download."""
    url = form_target(page, form)
    if url is None:
        return None
    method: Literal["GET", "POST"] = "GET" if attribute(form, "method").lower() == "get" else "POST"
    return NextStep(method=method, url=url, form=fields_of(form), wait_s=wait_s)


def form_target(page: Page, form: Tag) -> str | None:
    """Return where a form is sent; the page itself when it does not say."""
    action = attribute(form, "action").strip()
    return page.absolute(action) if action else page.url


def fields_of(form: Tag) -> tuple[tuple[str, str], ...]:
    """Return the fields that a browser would send without a person typing anything."""
    found = []
    for tag in form.find_all(["input", "button"])[:_FIELDS]:
        name, value = attribute(tag, "name"), attribute(tag, "value")
        if name and _is_sent(tag, name):
            found.append((name[:200], value[:_VALUE]))
    return tuple(found)


def _is_sent(tag: Tag, name: str) -> bool:
    kind = attribute(tag, "type").lower()
    if kind == "hidden":
        return True
    # Of the buttons only the one that a visitor without an account would press.
    return name in {"method_free", "next"} and (
        kind in {"submit", "image", "button"} or tag.name == "button"
    )
