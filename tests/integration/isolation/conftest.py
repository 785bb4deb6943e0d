"""The rooms' programs set signals for themselves; who runs a test keeps its own."""

from __future__ import annotations

import signal

import pytest

WATCHED = (signal.SIGINT, signal.SIGTERM, signal.SIGPROF, signal.SIGXCPU)
"""What a worker sets, and what ends one."""


def handlers():
    return {number: signal.getsignal(number) for number in WATCHED}


@pytest.fixture(autouse=True)
def signals_as_before():
    """Put back what a test changed, so that it fails alone and not those after it."""
    before = handlers()
    yield
    after = handlers()
    for number, handler in before.items():
        signal.signal(number, handler)
    assert after == before, "a test left a signal of this process changed"
