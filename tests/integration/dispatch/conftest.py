"""The practice hosts of the fetcher's tests serve here too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.store.postgres import PostgresPlace
from sandbox.database import PracticeDatabase

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))


@pytest.fixture
def place(postgres: PracticeDatabase) -> Iterator[PostgresPlace]:
    """An empty database."""
    made = postgres.fresh()
    yield made
    postgres.drop(made)
