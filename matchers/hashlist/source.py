"""
The lines or chunks of a list file, streamed: bounded memory, and one clear sentence for a bad file.

A file that begins as gzip is unpacked on the way, under caps. A sentence names the file, the line
and what to do; it never quotes a digest.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cases.errors import InvalidInput

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    _Reader = io.BufferedReader[Any]

LONGEST_LINE = 65_536
"""Bytes. Lines of real lists are below a thousand."""
CHUNK = 65_536
LARGEST_RATIO = 100
"""Unpacked bytes per packed one; lists of digests reach about 20."""
FREE_OF_RATIO = 16 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024**3
"""Bytes; ten million entries of the wordiest format are below ten."""
SAMPLE = 4096
_REPORT_EVERY = 1 << 20
_MOST_CONTROLS = 0.1
_GZIP = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_KNOWN_BINARY = {
    b"PK\x03\x04": "a zip file (or a spreadsheet)",
    _GZIP: "a gzip file inside a gzip file",
    b"%PDF": "a PDF file",
    b"SQLite format 3": "a database",
}


class Source:
    """
    A list file that is read once; its length and digest are known after the last line.

    Close it, or use it as a context manager.
    """

    def __init__(self, path: Path, progress: Callable[[int], None] | None = None) -> None:
        self.path = path
        self.lines_read = 0
        self._tap = _Tap(path, progress)
        self._reader: _Reader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bytes_read(self) -> int:
        """Bytes of the file, packed if it is packed."""
        return self._tap.bytes_read

    @property
    def sha256(self) -> str:
        """Of the file as it lies on disk; final after the last line or chunk."""
        return self._tap.sha256

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()
        self._tap.close()

    def head(self) -> bytes:
        """Return the first bytes, unpacked, at most `SAMPLE`; the file is not moved on."""
        with self._told():
            return self._open().peek(SAMPLE)[:SAMPLE]

    def lines(self) -> Iterator[str]:
        """
        Yield the lines without their ends.

        Raises:
            InvalidInput: missing, unreadable, binary, with NUL bytes or a line beyond all reason.
        """
        self._refuse_binary(self.head())
        reader = self._open()
        while line := self._line(reader):
            self.lines_read += 1
            yield self._text(line)
        self._tap.tell_progress()

    def chunks(self) -> Iterator[bytes]:
        """
        Yield the content in chunks of at most `CHUNK` bytes.

        Raises:
            InvalidInput: missing, unreadable, or a damaged gzip file.
        """
        self._refuse_foreign(self.head())
        reader = self._open()
        while True:
            with self._told():
                chunk = reader.read(CHUNK)
            if not chunk:
                break
            yield chunk
        self._tap.tell_progress()

    def _open(self) -> _Reader:
        if self._reader is None:
            self._tap.open()
            outer: _Reader = io.BufferedReader(self._tap, CHUNK)
            if outer.peek(2)[:2] == _GZIP:
                outer = io.BufferedReader(_Unpacked(outer, self._tap), CHUNK)
            self._reader = outer
        return self._reader

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InvalidInput(
                f"{self.path}: damaged or cut off gzip file; fetch it again"
            ) from None
        except OSError as problem:
            raise InvalidInput(f"{self.path}: cannot be read ({problem.strerror})") from None

    def _line(self, reader: _Reader) -> bytes:
        with self._told():
            return reader.readline(LONGEST_LINE + 1)

    def _text(self, line: bytes) -> str:
        if len(line) > LONGEST_LINE:
            raise self._bad(f"is longer than {LONGEST_LINE} bytes", "give one entry per line")
        if b"\0" in line:
            raise self._bad("holds a NUL byte", "save the list as plain UTF-8 text")
        mark = "utf-8-sig" if self.lines_read == 1 else "utf-8"
        # Digests are ASCII; a comment in an older encoding is no reason to lose them.
        text = line.decode(mark, errors="replace").rstrip("\r\n")
        if "\r" in text:
            raise self._bad("holds a lone carriage return", "save it with usual line ends")
        return text

    def _bad(self, what: str, remedy: str) -> InvalidInput:
        return InvalidInput(f"{self.path}: line {self.lines_read} {what}; {remedy}")

    def _refuse_foreign(self, sample: bytes) -> None:
        if sample.startswith(_UTF16_MARKS):
            raise InvalidInput(f"{self.path}: is UTF-16 text; save the list as UTF-8")
        for mark, name in _KNOWN_BINARY.items():
            if sample.startswith(mark):
                raise InvalidInput(f"{self.path}: is {name}; give a list in a format of the manual")

    def _refuse_binary(self, sample: bytes) -> None:
        self._refuse_foreign(sample)
        controls = sum(byte < 0x20 and byte not in b"\t\n\r\f" for byte in sample)
        if controls > len(sample) * _MOST_CONTROLS:
            raise InvalidInput(f"{self.path}: is a binary file; give a list as text")


class _Tap(io.RawIOBase):
    """The file's own bytes, counted and digested as they pass."""

    def __init__(self, path: Path, progress: Callable[[int], None] | None) -> None:
        self.bytes_read = 0
        self.path = path
        self._file: io.BufferedReader | None = None
        self._digest = hashlib.sha256()
        self._progress = progress
        self._reported = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def open(self) -> None:
        self._file = self.path.open("rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        assert self._file is not None
        view = memoryview(buffer)
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._digest.update(data)
        self.bytes_read += len(data)
        if self.bytes_read - self._reported >= _REPORT_EVERY:
            self.tell_progress()
        return len(data)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def tell_progress(self) -> None:
        self._reported = self.bytes_read
        if self._progress is not None:
            self._progress(self.bytes_read)


class _Unpacked(io.RawIOBase):
    """The content of a gzip file, as long as it is no bomb."""

    def __init__(self, packed: _Reader, tap: _Tap) -> None:
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=packed, mode="rb")
        self._tap = tap
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = self._gzip.read(len(view))
        view[: len(data)] = data
        self._unpacked += len(data)
        beyond = self._unpacked > FREE_OF_RATIO + self._tap.bytes_read * LARGEST_RATIO
        if beyond or self._unpacked > LARGEST_UNPACKED:
            raise InvalidInput(
                f"{self._tap.path}: unpacks to far more than a list of digests would; "
                "unpack it by hand and look at it"
            )
        return len(data)

    def close(self) -> None:
        self._gzip.close()
        self._packed.close()
        super().close()
