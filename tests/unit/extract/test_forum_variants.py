"""Forum themes old and new: what a post shows, never its author's decoration; and the walls."""

from __future__ import annotations

import forum_variant_pages as pages
import pytest

from crawler.extract.read import extract


@pytest.mark.parametrize("name", pages.THEMES)
@pytest.mark.parametrize("scoped", [True, False])
def test_a_post_gives_its_attachment_and_its_picture_alone(name, scoped):
    """No avatar, rank, smiley, icon, signature, site logo or counting picture beside them."""
    engine, url, html, fragment, attachment = pages.THEMES[name]
    record = extract(html, url + fragment * scoped)
    assert (record.engine, record.state) == (engine, "content")
    shown = {c.url: c.role for c in record.candidates if c.role != "preview"}
    assert shown == {attachment: "original", pages.X: "inline"}


@pytest.mark.parametrize("name", pages.WALLS)
def test_walls_and_removals_are_told_apart(name):
    """By the software's own words in its own places."""
    html, state = pages.WALLS[name]
    assert extract(html, f"{pages.F}/viewtopic.php?t=1").state == state


def test_a_signature_alone_is_no_content():
    """A guest who may not see attachments is told so, whatever the signature shows."""
    record = extract(pages.WALLS["xenforo guest"][0], f"{pages.F}/threads/x.1/")
    assert (record.state, [c.url for c in record.candidates if c.url == pages.SIG]) == ("login", [])


def test_the_picture_that_runs_timed_tasks_is_refused():
    """Asking for it would make the board work."""
    record = extract(pages.PHPBB, f"{pages.F}/viewtopic.php?t=1")
    assert [link.why for link in record.refused if "cron" in link.url] == ["analytics"]
