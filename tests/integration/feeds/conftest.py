"""A hotline's data directory beside a source of hash lists."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

for folder in ("integration/operations", "contract", "unit/visit"):
    sys.path.insert(0, str(Path(__file__).parents[2] / folder))


@pytest.fixture
async def house(tmp_path: Path):
    """A hotline's data directory, opened."""
    from operations_house import open_house

    async with open_house(tmp_path) as opened:
        yield opened
