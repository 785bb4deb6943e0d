"""The main job once: a house that works with pictures of noise, its core still alive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

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


@pytest.fixture(scope="session")
def practised(tmp_path_factory) -> Iterator[Practised]:
    """Run the main job until all is compared and noticed; end the core after the last test."""
    root = tmp_path_factory.mktemp("practised")
    started = time.time()
    pictures = make_pictures(root / "pictures", count=PICTURES, seed=SEED)
    with open_house(root, seed=SEED, pictures=pictures.folder) as house:
        import_reports(house)
        with house.core() as core:
            wait_for_none(lambda: _untold(house), what="everything compared and noticed")
            yield Practised(house=house, core=core, pictures=pictures, started=started)


def _untold(house: House) -> list[str]:
    return [line for line in house.work_on() if "compared as" in line or "not told" in line]
