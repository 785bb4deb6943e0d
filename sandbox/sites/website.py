"""An ordinary website: an article with a picture, its own or another host's."""

from __future__ import annotations

from urllib.parse import quote

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.reply import Reply, Visit, not_found, page, picture


def parts(item: Item) -> dict[str, str]:
    """Return the paths of an article: path -> part."""
    if item.look == "elsewhere":
        return {page_path(item): "page"}
    return {page_path(item): "page", media_path(item): "media:0"}


def media_path(item: Item, number: int = 0) -> str:
    """Return the path of the article's picture."""
    return f"/media/{item.token}-{number}.jpg"


def page_path(item: Item) -> str:
    """Return the path of the article."""
    return f"/notes/{item.token}"


def answer(item: Item, part: str, phase: Phase, visit: Visit) -> Reply:
    """Answer for one part of an article."""
    if phase in {Phase.GONE, Phase.EXPIRED}:
        return not_found()
    if part == "page":
        return article(item, visit)
    return picture(item, 0, phase)


def other(visit: Visit) -> Reply:
    """Answer for a path that belongs to no article."""
    return front_page() if visit.path == "/" else not_found()


def front_page() -> Reply:
    """Answer with the site's root page."""
    return page("Notes", "<h1>Notes from the hills</h1><p>Walks, weather and what grows there.</p>")


def article(item: Item, visit: Visit) -> Reply:
    """Answer with the article."""
    source = item.embeds or f"{visit.base}{quote(media_path(item))}"
    body = (
        "<nav><a href='/'>Home</a> <a href='/logout'>Log out</a></nav>"
        f"<article><h1>A walk</h1><p>On the ridge, number {item.token}.</p>"
        f"<figure><img src='{source}' width='480' alt=''><figcaption>The ridge</figcaption>"
        "</figure></article>"
        f"<footer><a href='/report?page={item.token}'>Report this page</a></footer>"
    )
    return page("A walk", body)
