"""
A job that needs a file only when it works: it passes outside the lock and fails inside.

For the tests' question whether a worker finds such a job before it takes work.
"""

from __future__ import annotations

import os
from pathlib import Path


def count_lines(_header: dict[str, object], _body: bytes) -> dict[str, object]:
    """Count the lines of a file that is everywhere."""
    return {"lines": len(Path(os.__file__).read_text(encoding="utf-8").splitlines())}


def self_test() -> None:
    """Count once; raise when it cannot be done or gives nothing."""
    if not count_lines({}, b"")["lines"]:
        raise RuntimeError("a module without lines")
