"""
The job of a locked worker on pictures: `warm`, `self_test`, then `measure` as often as needed.

Importing this module loads all that they need; after `warm` no file is opened. The decoder of
HEIF runs one thread of its own, which the lock must allow where that extra is installed.
"""

from __future__ import annotations

from matchers.decode.known_answers import self_test, warm
from matchers.decode.measuring import measure

__all__ = ["measure", "self_test", "warm"]
