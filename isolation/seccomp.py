"""
The filter on system calls of a locked worker (seccomp-BPF, Linux 3.17 and later).

An allow-list: what a warmed job needs is allowed, what only a taken-over decoder asks for ends the
process, everything else is refused as if the caller had no right to it (EPERM). Instructions are
those of `linux/bpf_common.h`, return values those of `linux/seccomp.h`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterator

from isolation.syscalls import (
    ABSENT,
    ALLOWED,
    ARCHITECTURES,
    DEADLY,
    Architecture,
)

ALLOW = 0x7FFF0000
KILL = 0x80000000
"""SECCOMP_RET_KILL_PROCESS: the whole process ends with SIGSYS, whatever it handles."""
_ERRNO = 0x00050000

_SET_MODE_FILTER = 1
_TSYNC = 1

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _AUDIT, _ARGUMENTS = 0, 4, 16
"""Offsets in `struct seccomp_data`."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | 0o20000000
"""Flags of open(2) that write or make; the last is __O_TMPFILE."""
_THREAD = 0x100 | 0x800 | 0x10000
"""CLONE_VM, CLONE_SIGHAND, CLONE_THREAD: what makes a new task a thread of this process."""
_APART = 0x2000 | 0x20000 | 0x7E000000
"""CLONE_PTRACE and every new namespace."""
_EXECUTABLE = 4
"""PROT_EXEC: memory may be written or run, never both, and nothing new is run."""
_PRCTL = (3, 15, 16, 21, 39)
"""Ask whether dumpable; set and get the thread's name; ask for seccomp and no-new-privileges."""
_FCNTL = (1, 3)
"""Read the flags of a descriptor."""

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(machine: str | None = None) -> bool:
    """Put the filter on all threads of this process for good; tell whether it holds."""
    known = ARCHITECTURES.get(machine or os.uname().machine)
    if known is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    code = assembled(known, process=os.getpid())
    program = _Program(length=len(code) // 8, filter=code)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    words = [ctypes.c_long(number) for number in (known.seccomp, _SET_MODE_FILTER, _TSYNC)]
    return int(libc.syscall(*words, ctypes.byref(program))) == 0


def assembled(architecture: Architecture, *, process: int) -> bytes:
    """Return the filter as an array of `struct sock_filter`."""
    return b"".join(
        struct.pack("=HBBI", *one) for one in instructions(architecture, process=process)
    )


def instructions(architecture: Architecture, *, process: int) -> Iterator[Instruction]:
    """Yield the filter: first the convention of the call, then the call itself."""
    yield _load(_AUDIT)
    yield _EQUAL, 1, 0, architecture.audit
    yield _answer(KILL)
    yield _load(_NUMBER)
    if architecture.foreign_from is not None:
        yield _AT_LEAST, 0, 1, architecture.foreign_from
        yield _answer(KILL)
    for name, number in architecture.numbers.items():
        body = _decision(name, process)
        yield _EQUAL, 0, len(body), number
        yield from body
    yield _answer(_ERRNO | errno.EPERM)


def _decision(name: str, process: int) -> list[Instruction]:
    """Return what is done with one call; every way through it ends with an answer."""
    for names, answer in (
        (ALLOWED, ALLOW),
        (DEADLY, KILL),
        (ABSENT, _ERRNO | errno.EACCES),
        ({"clone3"}, _ERRNO | errno.ENOSYS),  # so that the C library uses `clone`
        ({"ioctl"}, _ERRNO | errno.ENOTTY),
    ):
        if name in names:
            return [_answer(answer)]
    return _by_arguments(name, process)


def _by_arguments(name: str, process: int) -> list[Instruction]:
    refused = _ERRNO | errno.EPERM
    decisions = {
        "mmap": _if_any_bit(2, _EXECUTABLE, refused, ALLOW),
        "mprotect": _if_any_bit(2, _EXECUTABLE, refused, ALLOW),
        "open": _if_any_bit(1, _WRITING, KILL, _ERRNO | errno.EACCES),
        "openat": _if_any_bit(2, _WRITING, KILL, _ERRNO | errno.EACCES),
        "clone": _if_thread(),
        "prctl": _if_one_of(0, _PRCTL, refused),
        "fcntl": _if_one_of(1, _FCNTL, refused),
        "tgkill": _if_one_of(0, (process,), KILL),
        # limits may be read, and only its own
        "prlimit64": [*_unless_zero(0, refused), *_unless_zero(2, refused), _answer(ALLOW)],
    }
    return decisions[name]


def _if_any_bit(argument: int, bits: int, then: int, otherwise: int) -> list[Instruction]:
    return [_argument(argument), (_ANY_BIT, 0, 1, bits), _answer(then), _answer(otherwise)]


def _if_one_of(argument: int, values: tuple[int, ...], otherwise: int) -> list[Instruction]:
    tests = [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [_argument(argument), *tests, _answer(otherwise), _answer(ALLOW)]


def _if_thread() -> list[Instruction]:
    return [
        _argument(0),
        (_ANY_BIT, 2, 0, _APART),
        (_AND, 0, 0, _THREAD),
        (_EQUAL, 1, 0, _THREAD),
        _answer(KILL),
        _answer(ALLOW),
    ]


def _unless_zero(argument: int, answer: int) -> list[Instruction]:
    """Refuse when any of the 64 bits of an argument is set."""
    return [
        _argument(argument),
        (_EQUAL, 0, 2, 0),
        _argument(argument, high=True),
        (_EQUAL, 1, 0, 0),
        _answer(answer),
    ]


def _argument(number: int, *, high: bool = False) -> Instruction:
    return _load(_ARGUMENTS + 8 * number + 4 * high)


def _load(offset: int) -> Instruction:
    return _LOAD, 0, 0, offset


def _answer(value: int) -> Instruction:
    return _RETURN, 0, 0, value
