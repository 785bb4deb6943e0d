"""
The job of a locked worker on archives: `measure`, with `warm` before the lock, `self_test` in it.

After `warm` no file is opened and no thread is started. Without the extra `archives` every answer
is `unsupported_format`.
"""

from __future__ import annotations

from matchers.decode.archive_known_answers import self_test, warm
from matchers.decode.archive_measuring import measure

__all__ = ["measure", "self_test", "warm"]
