"""
Landlock (Linux 5.13 and later): no path, no TCP port, no abstract socket, no foreign process.

Layouts and bits are those of `linux/landlock.h`. A kernel that knows fewer rights refuses fewer;
what it does not know is left to the seccomp filter.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls, with the same numbers on every architecture of today."""
_VERSION = 1
_RULE_PATH_BENEATH = 1
_TSYNC = 1 << 3
"""Restrict all threads (from ABI 8); before that only the calling one."""
_TSYNC_FROM = 8

_FS_RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))
"""ABI -> number of file rights from it on: refer came with 2, truncate with 3, ioctl with 5."""
_NET_FROM, _NET = 4, 0b11
"""Bind and connect TCP."""
_SCOPE_FROM, _SCOPE = 6, 0b11
"""Abstract Unix sockets and signals of processes outside."""

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
READ = EXECUTE | READ_FILE | READ_DIR
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("fs", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What stays allowed on one path and beneath it."""

    path: str
    rights: int = READ


def abi() -> int:
    """Return the version of Landlock that this kernel offers; 0 when it offers none."""
    return max(0, _syscall(_CREATE_RULESET, None, 0, _VERSION))


def seal() -> bool:
    """Take every path, port and foreign process from this process; tell whether that worked."""
    known = abi()
    rules = _Ruleset(
        fs=file_rights(known),
        net=_NET if known >= _NET_FROM else 0,
        scoped=_SCOPE if known >= _SCOPE_FROM else 0,
    )
    return known > 0 and _restrict(rules, (), known)


def confine(openings: Iterable[Opening]) -> bool:
    """Leave this process and its children nothing of the file system but the openings."""
    known = abi()
    return known > 0 and _restrict(_Ruleset(fs=file_rights(known)), openings, known)


def file_rights(known: int) -> int:
    """
    Return all rights to files that an ABI can take away.

    >>> file_rights(1) == 0b1_1111_1111_1111
    True
    """
    return (1 << max((count for since, count in _FS_RIGHTS if known >= since), default=0)) - 1


def _restrict(rules: _Ruleset, openings: Iterable[Opening], known: int) -> bool:
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1 and known < _TSYNC_FROM:
        return False
    ruleset = _syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if ruleset < 0:
        return False
    try:
        for opening in openings:
            _allow(ruleset, opening)
        return _syscall(_RESTRICT_SELF, ruleset, _TSYNC if threads > 1 else 0) == 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, opening: Opening) -> None:
    """Add one path; one that is not there needs no opening."""
    with contextlib.suppress(OSError):
        descriptor = os.open(opening.path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights = opening.rights if Path(opening.path).is_dir() else opening.rights & _OF_A_FILE
            rule = _PathBeneath(allowed=rights, parent=descriptor)
            _syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(descriptor)


def _syscall(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(libc.syscall(ctypes.c_long(number), *words))
