"""
The fetcher's log: one JSON line on standard error, made of machine words only.

Nothing else may reach standard error, since texts of errors can quote what a host answered.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, cast

_WORD = re.compile(r"[A-Za-z0-9_.]{1,64}")


def note(event: str, *, code: str = "", kind: str = "") -> None:
    """
    Write one event.

    Args:
        event: stable noun_verb.
        code: machine word.
        kind: name of an exception class or of a logger.
    """
    line = {"event": _word(event), "code": _word(code), "kind": _word(kind)}
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()


def parse(line: bytes) -> dict[str, str]:
    """Read one line in the core; anything that is not made of machine words becomes empty."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = {}
    found = value if isinstance(value, dict) else {}
    return {name: _word(found.get(name, "")) for name in ("event", "code", "kind")}


def silence() -> None:
    """Route every other way to standard error through `note`, without text."""
    logging.basicConfig(handlers=[_Names()], level=logging.WARNING, force=True)
    logging.raiseExceptions = False
    warnings.showwarning = cast("Any", _warned)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda found: _uncaught(found.exc_type, None, None)
    threading.excepthook = lambda found: _uncaught(found.exc_type, None, None)


def silence_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Have the event loop report the class of an error only."""
    loop.set_exception_handler(_in_loop)


class _Names(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Write which logger spoke and how loud, not what it said."""
        note("library_logged", code=record.levelname.lower(), kind=record.name)


def _warned(_message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
    note("library_warned", kind=category.__name__)


def _uncaught(
    kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
) -> None:
    note("error_uncaught", kind=kind.__name__ if kind else "")


def _in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    note("error_uncaught", kind=type(context.get("exception")).__name__)


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""
