"""The practice hosts of the fetcher's tests serve here too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_house import PostgresHouse

from cases.store.postgres import PostgresPlace

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))


@pytest.fixture
def place(postgres: PostgresHouse) -> Iterator[PostgresPlace]:
    """An empty database."""
    made = postgres.fresh()
    yield made
    postgres.drop(made)
