"""The practice hosts, houses and scripts of other tests serve here too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.store.postgres import PostgresPlace
from sandbox.database import PracticeDatabase

for folder in ("integration/fetch", "integration/operations", "contract", "unit/visit"):
    sys.path.insert(0, str(Path(__file__).parents[2] / folder))


@pytest.fixture
def place(postgres: PracticeDatabase) -> Iterator[PostgresPlace]:
    """An empty database."""
    made = postgres.fresh()
    yield made
    postgres.drop(made)
