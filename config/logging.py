"""
Log facts as JSON lines, never secrets: no host, no address, no path, no text of an exception.

Two layers: callers log machine words and case ids; `redact` masks whatever slipped through.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.locations import names_location
from config.settings import Log

MASK: Final = "[masked]"
_DROPPED: Final = ("stack_info", "exception", "stack", "positional_args")
_PASSED: Final = ("_record", "_from_structlog")
_DEEPEST: Final = 4


def configure_logging(log: Log) -> None:
    """
    Route structlog and the standard library's loggers to JSON lines.

    They go to `log.file` (created with mode 0600, appended to, re-opened after rotation), or to
    standard error when none is named. Libraries' own messages keep only their logger's name, their
    level and the class of an exception.

    Raises:
        OSError: the file cannot be opened.
    """
    level = logging.getLevelNamesMapping()[log.level.upper()]
    handler = _PrivateFile(log.file) if log.file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    logging.raiseExceptions = False  # a failed write must not print the message it could not write
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """
    Mask every value that may name a location or person, and reduce an exception to its class.

    Machine words, numbers, case ids and times pass. An object of another type is named by its
    class only, because its text may hold anything.
    """
    exception = event.pop("exc_info", None)
    for name in _DROPPED:
        event.pop(name, None)
    clean: EventDict = {name: event.pop(name) for name in _PASSED if name in event}
    clean["event"] = _safe(event.pop("event", ""))
    clean.update({str(_safe(name)): _safe(value) for name, value in event.items()})
    if exception:
        clean["error"] = _exception_class(exception)
    return clean


def _formatter() -> logging.Formatter:
    shared: list[Processor] = [
        redact,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _without_record,
        structlog.processors.JSONRenderer(),
    ]
    return structlog.stdlib.ProcessorFormatter(
        processors=[_name_library, *shared], use_get_message=False
    )


def _name_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace a library's sentence, which may quote anything, by the library's name."""
    if event.get("_from_structlog"):
        return event
    record: logging.LogRecord = event["_record"]
    library = record.name.split(".")[0]
    kept = {key: event[key] for key in ("_record", "_from_structlog")}
    return {
        **kept,
        "event": "library_message",
        "library": library,
        "exc_info": event.get("exc_info"),
    }


def _without_record(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if name not in _PASSED}


def _safe(value: object, depth: int = 0) -> object:
    if isinstance(value, dict | list | tuple | set | frozenset) and depth < _DEEPEST:
        return _safe_many(value, depth + 1)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return MASK if names_location(value) else str(value)
    return _safe_word(value)


def _safe_many(values: Mapping[object, object] | Iterable[object], depth: int) -> object:
    if isinstance(values, Mapping):
        return {str(_safe(key)): _safe(item, depth) for key, item in values.items()}
    return [_safe(item, depth) for item in values]


def _safe_word(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case BaseException():
            return type(value).__name__
        case _:
            return f"[{type(value).__name__}]"


def _exception_class(found: object) -> str:
    if found is True:
        found = sys.exc_info()
    kind = found[0] if isinstance(found, tuple) else type(found)
    return getattr(kind, "__name__", "") or "unknown"


class _PrivateFile(WatchedFileHandler):
    """Append to a file that only its owner reads; notice when it was rotated away."""

    def __init__(self, path: os.PathLike[str]) -> None:
        super().__init__(path, mode="a", encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.baseFilename, flags, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")
