"""
Read an archive with libarchive, from memory into members.

libarchive's own words may quote the archive, so none leaves this module; only return codes and
flags do. Filters that would start a program are refused.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from matchers.decode.archive_budget import Budget, StopError
from matchers.decode.archive_opened import Opened, Take
from matchers.decode.extras import optional

ffi = optional("libarchive.ffi")
ArchiveError: type[Exception] = (
    optional("libarchive.exception").ArchiveError if ffi is not None else OSError
)

_FORMATS = ("zip", "7zip", "rar", "rar5", "tar")
_FILTERS = ("gzip", "bzip2", "xz", "zstd")
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"(\xb5/\xfd")
"""Starts of one compressed file that need not hold a tar."""
_FAMILY, _ZIP = 0xFF0000, 0x50000
_NAMES = {0x30000: "tar", 0x50000: "zip", 0x90000: "", 0xD0000: "rar", 0xE0000: "7z",
          0x100000: "rar5"}  # fmt: skip
"""`ARCHIVE_FORMAT_...` of archive.h; raw data has no name of its own."""
_ENDINGS = {"gzip": "gz", "bzip2": "bz2", "xz": "xz", "zstd": "zst"}
_REGULAR = 0o100000
_CHUNK = 256 * 1024
_PROBED = 64 * 1024 * 1024
"""Bytes of one member that a password is tried on."""
_MOST_WARNINGS = 4
"""A read that only warns must not go on for ever."""


def available() -> bool:
    """Tell whether the extra and the system's library are there."""
    return ffi is not None


def warm() -> None:
    """Declare the functions that the binding leaves out, and silence its log."""
    if ffi is None:
        return
    logging.getLogger("libarchive").disabled = True
    for name, argument in (
        ("format", ffi.c_archive_p),
        ("read_has_encrypted_entries", ffi.c_archive_p),
        ("entry_is_encrypted", ffi.c_archive_entry_p),
    ):
        ffi.ffi(name, [argument], ffi.c_int)


def read(body: bytes, *, passwords: Sequence[bytes], take: Take) -> Opened:
    """Hand every regular member over; directories, links and devices are passed by."""
    found = Opened()
    with _handle(body, passwords) as handle:
        if handle is None:
            return found
        try:
            for entry in _entries(handle):
                if entry is None:
                    found = _broken_off(handle, found)
                else:
                    found = _member(handle, entry, take, found)
        except StopError as stop:
            found = replace(found, stopped=str(stop))
        return replace(found, format=_format(handle))


class _EnoughError(Exception):
    """So much was read without an error that the password is believed."""


def fits(body: bytes, *, password: bytes, budget: Budget) -> bool:
    """
    Tell whether a password opens the first encrypted member of a zip, up to its checksum.

    The old encryption of zip refuses only 255 of 256 wrong passwords by itself, and then gives
    noise. Raises `StopError` when the time is over.
    """
    with _handle(body, [password]) as handle:
        for entry in _entries(handle) if handle is not None else ():
            if entry is None:
                return False
            if ffi.entry_is_encrypted(entry) and ffi.entry_size(entry) != 0:
                return _opens(handle, budget)
    return False


def _opens(handle: Any, budget: Budget) -> bool:
    left = _PROBED

    def count(block: bytes) -> None:
        nonlocal left
        budget.spend_bytes(0)
        left -= len(block)
        if left < 0:
            raise _EnoughError

    try:
        return _pump(handle, count)
    except _EnoughError:
        return True


def _member(handle: Any, entry: Any, take: Take, found: Opened) -> Opened:
    if ffi.entry_filetype(entry) != _REGULAR or ffi.entry_hardlink(entry) is not None:
        return found
    encrypted = bool(ffi.entry_is_encrypted(entry))
    member = take()
    if encrypted and ffi.format(handle) & _FAMILY != _ZIP:
        return replace(found, locked=found.locked + 1)  # it would hand the cipher text out
    whole = _pump(handle, member.write)
    if encrypted and not whole and (member.length == 0 or not found.unlocked):
        return replace(found, locked=found.locked + 1)
    if member.length == 0 and not whole:
        return replace(found, damaged=True)
    member.end(complete=whole)
    return replace(found, read=found.read + 1, unlocked=found.unlocked + encrypted)


def _pump(handle: Any, write: Callable[[bytes], None]) -> bool:
    """
    Unpack one entry, its holes as zeros; tell whether it was whole and its checksum right.

    A wrong checksum is only a warning of libarchive, given together with the last block.
    """
    block, size, offset = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_longlong()
    at, warnings = 0, 0
    while warnings < _MOST_WARNINGS:
        block.value, size.value, offset.value = None, 0, at
        try:
            code = ffi.read_data_block(handle, block, size, offset)
        except ArchiveError:
            return False
        if code == ffi.ARCHIVE_EOF:
            return warnings == 0
        warnings += code < 0
        if offset.value < at:
            return False
        at = _fill(at, offset.value, write)
        if block.value:
            write(ctypes.string_at(block.value, size.value))
            at += size.value
    return False


def _fill(at: int, offset: int, write: Callable[[bytes], None]) -> int:
    """Write the zeros of a hole."""
    while at < offset:
        count = min(_CHUNK, offset - at)
        write(bytes(count))
        at += count
    return at


def _broken_off(handle: Any, found: Opened) -> Opened:
    if ffi.read_has_encrypted_entries(handle) == 1 and not found.read:
        return replace(found, locked=max(1, found.locked))
    return replace(found, damaged=True)


def _entries(handle: Any) -> Iterator[Any | None]:
    """Give each entry's header; a last `None` says that the archive broke off."""
    entry = ffi.entry_new()
    try:
        while True:
            try:
                if ffi.read_next_header2(handle, entry) == ffi.ARCHIVE_EOF:
                    return
            except ArchiveError:
                yield None
                return
            yield entry
    finally:
        ffi.entry_free(entry)


@contextmanager
def _handle(body: bytes, passwords: Sequence[bytes]) -> Iterator[Any | None]:
    warm()
    handle = ffi.read_new()
    try:
        yield handle if _set_up(handle, body, passwords) else None
    finally:
        ffi.read_free(handle)


def _set_up(handle: Any, body: bytes, passwords: Sequence[bytes]) -> bool:
    raw = body.startswith(_COMPRESSED)
    for name in (*_FORMATS, "raw") if raw else _FORMATS:
        _supported(handle, ffi.get_read_format_function, name)
    for name in _filters() if raw else ():
        _supported(handle, ffi.get_read_filter_function, name)
    try:
        for password in passwords:
            ffi.read_add_passphrase(handle, password)
        ffi.read_open_memory(handle, ctypes.c_char_p(body), len(body))
    except ArchiveError:
        return False
    return True


@cache
def _filters() -> tuple[str, ...]:
    """Return the filters that need no program; one that does says so by a warning."""
    handle = ffi.read_new()
    found = []
    for name in _FILTERS:
        try:
            if ffi.get_read_filter_function(name)(handle) == 0:
                found.append(name)
        except (ArchiveError, ValueError):
            continue
    ffi.read_free(handle)
    return tuple(found)


def _supported(handle: Any, function: Any, name: str) -> None:
    """Switch a reader on; what this build lacks makes a body unreadable, nothing else."""
    try:
        function(name)(handle)
    except (ArchiveError, ValueError):
        return


def _format(handle: Any) -> str:
    name = _NAMES.get(ffi.format(handle) & _FAMILY, "")
    count = max(0, ffi.filter_count(handle) - 1)
    filters = [ffi.filter_name(handle, place).decode("ascii", "replace") for place in range(count)]
    endings = [_ENDINGS[one] for one in filters if one in _ENDINGS]
    return ".".join([*([name] if name else []), *endings[:2]])
