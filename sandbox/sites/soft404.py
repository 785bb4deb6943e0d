"""A website that answers 200 with one and the same page for everything that is not there."""

from __future__ import annotations

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.reply import Reply, Visit, page
from sandbox.sites import website

parts = website.parts
media_path = website.media_path
page_path = website.page_path


def answer(item: Item, part: str, phase: Phase, visit: Visit) -> Reply:
    """Answer for one part of an article."""
    if phase in {Phase.GONE, Phase.EXPIRED}:
        return _nothing_here()
    return website.answer(item, part, phase, visit)


def other(visit: Visit) -> Reply:
    """Answer for a path that belongs to no article."""
    return website.front_page() if visit.path == "/" else _nothing_here()


def _nothing_here() -> Reply:
    return page(
        "Welcome",
        "<h1>Have a look around</h1><p>We could not bring you there, so here is our selection of "
        "walks for every season of the year.</p><ul><li>Ridge</li><li>Lake</li><li>Moor</li></ul>",
    )
