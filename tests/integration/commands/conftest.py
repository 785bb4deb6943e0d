"""Data directories for the commands' tests."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parents[2] / "contract"))
sys.path.insert(0, str(Path(__file__).parents[2] / "end_to_end"))
sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "matchers"))

from command_house import copy_house, make_house


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A data directory that is made once and copied."""
    return make_house(tmp_path_factory.mktemp("template") / "data")


@pytest.fixture
def data(template, tmp_path):
    """A data directory with one account of each role."""
    return copy_house(template, tmp_path / "data")


@pytest.fixture(autouse=True)
def _logging_restored():
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield
    for handler in [handler for handler in root.handlers if handler not in before[0]]:
        root.removeHandler(handler)
        handler.close()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.raiseExceptions = before[2]
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("HOSTWATCH_DATA", "HOSTWATCH_ACTOR"):
        monkeypatch.delenv(name, raising=False)
