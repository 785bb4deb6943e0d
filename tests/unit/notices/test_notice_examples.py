"""The examples in the docstrings of this room are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "notices.wording",
        "notices.drafting",
        "notices.document",
        "notices.delivery.channel",
        "notices.replies.answers",
    ],
)
def test_the_examples_of_a_module_hold(name):
    """Each module has examples, and none fails."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
