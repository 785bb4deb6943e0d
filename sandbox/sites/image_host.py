"""An image host: a page per picture, the file itself, and two manners of removal."""

from __future__ import annotations

from sandbox.item import Item
from sandbox.life import Phase
from sandbox.reply import PictureBody, Reply, Visit, not_found, page, picture

PLACEHOLDER = "removed-placeholder"
"""Album name of the picture that stands for everything removed."""


def parts(item: Item) -> dict[str, str]:
    """Return the paths of a picture: path -> part."""
    return {page_path(item): "page", media_path(item): "media:0"}


def media_path(item: Item, number: int = 0) -> str:
    """Return the path of the file."""
    suffix = f"-{number}" if number else ""
    folder = "r" if item.look == "placeholder" else "i"
    return f"/{folder}/{item.token}{suffix}.jpg"


def page_path(item: Item) -> str:
    """Return the path of the page that shows the picture."""
    return f"/image/{item.token}"


def answer(item: Item, part: str, phase: Phase, visit: Visit) -> Reply:
    """Answer for one part of a hosted picture."""
    if phase in {Phase.GONE, Phase.EXPIRED}:
        return _removed(item, part)
    if part == "page":
        return _viewer(item, visit)
    return picture(item, 0, phase)


def other(visit: Visit) -> Reply:
    """Answer for a path that belongs to no picture; `/r/` has a picture for everything."""
    if visit.path == "/":
        return page("Pictures", "<h1>Upload and share pictures</h1><p>Ten megabytes each.</p>")
    if visit.path.startswith("/r/"):
        return _placeholder()
    return not_found()


def _removed(item: Item, part: str) -> Reply:
    if item.look == "placeholder" and part != "page":
        return _placeholder()
    return not_found()


def _placeholder() -> Reply:
    return Reply(body=PictureBody(name=PLACEHOLDER), content_type="image/jpeg")


def _viewer(item: Item, visit: Visit) -> Reply:
    source = f"{visit.base}{media_path(item)}"
    body = (
        f"<h1>Picture {item.token}</h1><div class='image-viewer'><img src='{source}' alt=''></div>"
        f"<a class='btn-download' data-action='download' href='{source}' download>Download</a>"
        f"<a href='/report/{item.token}'>Report</a> <a href='/delete/{item.token}'>Delete</a>"
    )
    head = f"<meta property='og:image' content='{source}'>"
    return page("Picture", body, head=head)
