"""
The lines of a list file, streamed: bounded memory, and one clear sentence for a bad file.

A sentence names the file, the line and what to do; it never quotes a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

from cases.errors import InvalidInput

LONGEST_LINE = 65_536
"""Bytes. Lines of real lists are below a thousand."""
_SAMPLE = 4096
_REPORT_EVERY = 1 << 20
_MOST_CONTROLS = 0.1
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_KNOWN_BINARY = {
    b"PK\x03\x04": "a zip file (or a spreadsheet)",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF file",
    b"SQLite format 3": "a database",
}


class Source:
    """A list file that is read once; its length and digest are known after the last line."""

    def __init__(self, path: Path, progress: Callable[[int], None] | None = None) -> None:
        self.path = path
        self.lines_read = 0
        self.bytes_read = 0
        self._digest = hashlib.sha256()
        self._progress = progress
        self._reported = 0

    @property
    def sha256(self) -> str:
        """Of the bytes read so far."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[str]:
        """
        Yield the lines without their ends.

        Raises:
            InvalidInput: missing, unreadable, binary, with NUL bytes or a line beyond all reason.
        """
        try:
            with self.path.open("rb") as file:
                yield from self._lines(file)
        except OSError as problem:
            raise InvalidInput(f"{self.path}: cannot be read ({problem.strerror})") from None
        self._tell(self.bytes_read)

    def _lines(self, file: BufferedReader) -> Iterator[str]:
        self._refuse_binary(file.peek(_SAMPLE)[:_SAMPLE])
        while line := file.readline(LONGEST_LINE + 1):
            self.lines_read += 1
            self.bytes_read += len(line)
            self._digest.update(line)
            yield self._text(line)
            if self.bytes_read - self._reported >= _REPORT_EVERY:
                self._tell(self.bytes_read)

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

    def _refuse_binary(self, sample: bytes) -> None:
        if sample.startswith(_UTF16_MARKS):
            raise InvalidInput(f"{self.path}: is UTF-16 text; save the list as UTF-8")
        for mark, name in _KNOWN_BINARY.items():
            if sample.startswith(mark):
                raise InvalidInput(f"{self.path}: is {name}; give a plain text or CSV list")
        controls = sum(byte < 0x20 and byte not in b"\t\n\r\f" for byte in sample)
        if controls > len(sample) * _MOST_CONTROLS:
            raise InvalidInput(f"{self.path}: is a binary file; give a plain text or CSV list")

    def _tell(self, amount: int) -> None:
        self._reported = amount
        if self._progress is not None:
            self._progress(amount)
