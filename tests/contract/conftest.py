"""Every store of cases, opened anew for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.ports import CaseStore
from cases.seal import Keyring
from cases.store.sqlite import open_store


@pytest.fixture(params=["sqlite"])
async def store(tmp_path: Path) -> AsyncIterator[CaseStore]:
    opened = await open_store(tmp_path / "cases.db", Keyring.derive(b"k" * 32), create=True)
    yield opened
    await opened.close()
