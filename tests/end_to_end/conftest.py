"""The main job once: a house that works with pictures of noise, its core still alive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from canary_pictures import Pictures, make_pictures
from practice import Core, House, import_reports, open_house
from processes import wait_for_none

SEED = 11
PICTURES = 90
"""More than the practice web shows, so that every one that it shows is noise."""


@dataclass(frozen=True, kw_only=True)
class Practised:
    """A house in which every report was compared and everyone told."""

    house: House
    core: Core
    pictures: Pictures
    started: float
    """Seconds since the epoch."""


_PRACTISED = pytest.StashKey[Practised]()


@pytest.fixture(scope="module")
def practised(request: pytest.FixtureRequest, tmp_path_factory) -> Practised:
    """
    Return the one house that all files of this folder share.

    It ends with the folder's last test and not with the run: its core looks again for ever, and
    would take a quarter of a processor from the tests of other folders.
    """
    folder = request.node.parent
    if _PRACTISED not in folder.stash:
        course = ExitStack()
        root = tmp_path_factory.mktemp("practised")
        folder.stash[_PRACTISED] = course.enter_context(main_job_done(root))
        course.callback(folder.stash.__delitem__, _PRACTISED)
        folder.addfinalizer(course.close)
    return folder.stash[_PRACTISED]


@contextmanager
def main_job_done(root: Path) -> Iterator[Practised]:
    """Run the main job until all is compared and noticed; the core lives on until the end."""
    started = time.time()
    pictures = make_pictures(root / "pictures", count=PICTURES, seed=SEED)
    with open_house(root, seed=SEED, pictures=pictures.folder) as house:
        import_reports(house)
        with house.core() as core:
            wait_for_none(lambda: _untold(house), what="everything compared and noticed")
            yield Practised(house=house, core=core, pictures=pictures, started=started)


def _untold(house: House) -> list[str]:
    return [line for line in house.work_on() if "compared as" in line or "not told" in line]
