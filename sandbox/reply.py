"""What a site is asked and what it answers, as values."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.item import Item
from sandbox.life import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request to one host."""

    host: str
    base: str
    """Scheme and host, without a final slash."""
    path: str
    method: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    egress: str
    now: float
    """Monotonic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBody:
    """A body that the album fills in: the bytes appear only when they are sent."""

    name: str
    variant: str = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; `drop` says that there is none."""

    status: int = 200
    body: str | PictureBody = ""
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: Literal["no", "silence", "reset"] = "no"


SILENCE = Reply(drop="silence")
RESET = Reply(drop="reset")


def page(
    title: str, body: str, *, status: int = 200, head: str = "", attributes: str = ""
) -> Reply:
    """Wrap a body into a page of HTML."""
    space = " " if attributes else ""
    text = (
        f"<!doctype html>\n<html><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"{head}</head><body{space}{attributes}>\n{body}\n</body></html>\n"
    )
    return Reply(status=status, body=text)


def picture(item: Item, number: int, phase: Phase) -> Reply:
    """Answer with one of an item's pictures, as its phase has it."""
    name, variant = item.picture(number), "original"
    if item.listed == "pdq" and number == 0:
        variant = "resized"
    if number == 0 and phase is Phase.REENCODED:
        variant = "reencoded"
    if number == 0 and phase is Phase.CHANGED:
        name = f"{item.key}-other"
    return Reply(body=PictureBody(name=name, variant=variant), content_type="image/jpeg")


def not_found(what: str = "404 Not Found") -> Reply:
    """Answer as a plain web server does."""
    return page(
        what, f"<h1>{what}</h1><p>The requested URL was not found on this server.</p>", status=404
    )
