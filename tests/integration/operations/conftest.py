"""A real store, real rules, and a clock that stands still until it is moved."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from operations_house import open_house

for folder in ("contract", "unit/visit"):
    sys.path.insert(0, str(Path(__file__).parents[2] / folder))


@pytest.fixture
async def house(tmp_path: Path):
    """A hotline's data directory, opened."""
    async with open_house(tmp_path) as opened:
        yield opened
