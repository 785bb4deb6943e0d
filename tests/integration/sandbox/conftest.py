"""One practice web for the tests that only look at it."""

from __future__ import annotations

import pytest

from sandbox.client import BlockingSandbox


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """A sandbox whose practice clock runs ten times as fast; shared by all tests."""
    with BlockingSandbox.start(workdir=tmp_path_factory.mktemp("sandbox"), scale=0.1) as sandbox:
        yield sandbox


@pytest.fixture
def description(running):
    return running.description
