"""Folders of lockers with more files than are listed: that there were more is said."""

from __future__ import annotations

import locker_pages as pages
import pytest

from crawler.extract.read import extract


@pytest.mark.parametrize(("files", "partial"), [(3, False), (500, False), (501, True)])
def test_a_folder_that_was_cut_is_partial(files, partial):
    """The files beyond the cap stand nowhere in the record."""
    items = "".join(
        f"<li class='fileItem' dtfullurl='{pages.Y}/{n:04x}/pond.jpg'></li>" for n in range(files)
    )
    record = extract(pages.yeti(f"<ul>{items}</ul>"), f"{pages.Y}/folder/45/8bd2/Garden")
    assert record.state_rule == "yetishare:folder"
    assert record.partial is partial
