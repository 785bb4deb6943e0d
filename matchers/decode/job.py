"""
The job of a locked worker on pictures: `measure`, and `self_test` before the first one.

Importing this module loads all that both need; after that no file is opened.
"""

from __future__ import annotations

from matchers.decode.known_answers import self_test
from matchers.decode.measuring import measure

__all__ = ["measure", "self_test"]
