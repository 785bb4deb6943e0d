"""The rooms' programs set signals for themselves; who runs a test keeps its own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_signals(signals_as_before):
    """Watch the signals of every test here."""
