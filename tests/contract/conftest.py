"""Every store of cases, opened anew for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cases.ports import CaseStore
from cases.seal import Keyring
from cases.store.opening import Place, open_store


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a new store may be made."""
    if request.param == "sqlite":
        yield tmp_path / "cases.db"
        return
    house = request.getfixturevalue("postgres")
    made = house.fresh()
    yield made
    house.drop(made)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[CaseStore]:
    opened = await open_store(place, Keyring.derive(b"k" * 32), create=True)
    yield opened
    await opened.close()
