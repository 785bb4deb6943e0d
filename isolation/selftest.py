"""
Jobs that prove a locked room works, fails well and is limited; for doctor and tests.

They are ordinary jobs, named like any other: `isolation.selftest:echo_length`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import resource
import time
from collections.abc import Callable


def self_test() -> None:
    """Answer a known question; raise when the answer is wrong."""
    answer = echo_length({}, b"abc")
    if answer["sha256"] != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad":
        raise RuntimeError("sha256 of a known text is wrong")


def echo_length(header: dict[str, object], body: bytes) -> dict[str, object]:
    """Return the length and SHA-256 of the body, and the header as it arrived."""
    return {"length": len(body), "sha256": hashlib.sha256(body).hexdigest(), "header": header}


def limits(_header: dict[str, object], _body: bytes) -> dict[str, object]:
    """Return the limits that hold here, each with what it could be raised to."""
    names = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_AS", "RLIMIT_CPU")
    return {name: list(resource.getrlimit(getattr(resource, name))) for name in names}


def misbehave(header: dict[str, object], body: bytes) -> dict[str, object]:
    """
    Fail in the way that `header["how"]` names.

    `crash`, `exit`, `spin`, `sleep`, `hog`, `raise`, `deep`, `flood`, `print`; any other word
    answers normally.
    """
    how = str(header.get("how"))
    failures: dict[str, Callable[[], object]] = {
        "crash": lambda: ctypes.string_at(0),
        "exit": lambda: os._exit(3),
        "spin": _spin,
        "sleep": lambda: time.sleep(60),
        "hog": lambda: bytearray(1 << 40),
        "raise": lambda: _raise(body),
        "deep": lambda: misbehave(header, body),
        "print": lambda: print(body),  # noqa: T201 - proves that the pipe survives a print
    }
    if how == "flood":
        return {"flood": "x" * int(str(header.get("length", 1_900_000)))}
    if how in failures:
        failures[how]()
    return echo_length(header, body)


def _spin() -> None:
    while True:
        pass


def _raise(body: bytes) -> None:
    raise ValueError(body)
