"""Libraries that an extra of this package brings; without them a job answers what it cannot."""

from __future__ import annotations

import importlib
from typing import Any


def optional(name: str) -> Any:
    """
    Import a module; none if it, or the system's library behind it, is missing.

    >>> optional("no_such_module_here") is None
    True
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError, AttributeError, TypeError):
        # a binding without its library fails in the ways of ctypes
        return None
