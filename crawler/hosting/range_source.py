"""The file that a table is imported from: what it is, unpacked under caps, never believed."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Literal

from cases.errors import InvalidInput

MAX_LINE = 16 * 1024
MAX_WHOLE = 512 * 1024**2
"""Of a file that is read as a whole."""
_MAX_BYTES = 4 * 1024**3
_MAX_RATIO = 100
"""How many times its own size a packed file may become; tables of addresses reach about 10."""
_SMALL = 16 * 1024**2
_MMDB_MARK = b"\xab\xcd\xefMaxMind.com"
_MMDB_TAIL = 128 * 1024

Form = Literal["mmdb", "json", "statistics", "lines"]
Opened = IO[bytes] | gzip.GzipFile


def form_of(source: Path) -> Form:
    """
    Say what a file is by its content.

    Raises:
        InvalidInput: it cannot be read.
    """
    with opened(source) as file:
        head = file.read(4096)
    if _is_mmdb(source, head):
        return "mmdb"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        return "json"
    return "statistics" if _is_statistics(text) else "lines"


def digest_of(source: Path) -> str:
    """Return the SHA-256 of the file as it is. Raises `InvalidInput`."""
    with _told(source), source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def numbered_lines(source: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number; an over-long line comes once, cut. Raises `InvalidInput`."""
    with opened(source) as file:
        yield from _bounded_lines(file, _Cap(source))


def whole(source: Path) -> bytes:
    """Return the unpacked content of a file that is read as a whole. Raises `InvalidInput`."""
    cap, parts = _Cap(source), []
    with opened(source) as file:
        while part := file.read(1024 * 1024):
            parts.append(part)
            cap.count(len(part), most=MAX_WHOLE)
    return b"".join(parts)


@contextmanager
def opened(source: Path) -> Iterator[Opened]:
    """Open a file, unpacking gzip. Raises `InvalidInput` whenever it cannot be read."""
    with _told(source), closing(_opened(source)) as file:
        yield file


@contextmanager
def _told(source: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error) as problem:
        raise InvalidInput(
            f"{source.name} cannot be read to its end ({type(problem).__name__}); "
            "fetch the file again. Nothing was changed."
        ) from None


def _opened(source: Path) -> Opened:
    file = source.open("rb")
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not zipped:
        return file
    file.close()
    return gzip.open(source, "rb")


def _is_mmdb(source: Path, head: bytes) -> bool:
    """Look for the format's mark near the end; in a packed file zeros at the beginning tell."""
    if b"\0" not in head:
        return False
    with source.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _MMDB_TAIL, 0))
        return packed or _MMDB_MARK in file.read(_MMDB_TAIL)


def _is_statistics(text: bytes) -> bool:
    """Exchange format of the registries: `2|apnic|20261101|...` or `2.3|nro|...` first."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(b"#"))
    fields = next(lines, b"").split(b"|")
    return len(fields) >= 7 and fields[0][:1].isdigit() and fields[1].isalpha()


class _Cap:
    """Counts unpacked bytes and stops a file that grows beyond reason."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._size = 0
        self._packed = source.stat().st_size

    def count(self, size: int, *, most: int = _MAX_BYTES) -> None:
        self._size += size
        if self._size > most:
            limit = most // 1024**2
            raise InvalidInput(
                f"{self._source.name} is larger than {limit} MiB when unpacked. "
                "Nothing was changed."
            )
        if self._size > _SMALL + _MAX_RATIO * self._packed:
            raise InvalidInput(
                f"{self._source.name} unpacks to more than {_MAX_RATIO} times its size, which no "
                "table does; fetch it again from its source. Nothing was changed."
            )


def _bounded_lines(file: Opened, cap: _Cap) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        cap.count(len(line))
        yield number, line
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE)
            cap.count(len(line))
