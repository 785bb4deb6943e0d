"""Third parties whose links stand on pages: reverse search, exif, archive; nobody may ask them."""

from __future__ import annotations

from sandbox.reply import Reply, Visit, page


def other(visit: Visit) -> Reply:
    """Answer anything."""
    return page("Search", f"<h1>Search</h1><p>{len(visit.path)} characters</p>")
