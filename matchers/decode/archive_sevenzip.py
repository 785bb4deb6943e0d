"""
Read an encrypted 7z with py7zr, from memory into members; libarchive reads the plain ones.

py7zr's own writing of files is never called: each member is given a writer of ours. Its errors
quote names, so none leaves this module.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from matchers.decode.archive_budget import StopError
from matchers.decode.archive_members import Member
from matchers.decode.archive_opened import Opened, Take
from matchers.decode.extras import optional

py7zr = optional("py7zr")
engine = optional("py7zr.py7zr")
_io = optional("py7zr.io")
_Factory: Any = _io.WriterFactory if _io is not None else object
_File: Any = _io.Py7zIO if _io is not None else object

MAGIC = b"7z\xbc\xaf'\x1c"
_CHUNK = 1024 * 1024


def available() -> bool:
    """Tell whether the extra is there."""
    return py7zr is not None


def warm() -> None:
    """Fix the size of a chunk; py7zr would ask /proc, which a locked worker cannot."""
    if engine is not None:
        engine.get_memory_limit = lambda: _CHUNK


def read(body: bytes, *, passwords: Sequence[str], take: Take) -> Opened:
    """Hand every file over, with the first password that opens one."""
    warm()
    for password in passwords:
        writers = _Writers(take)
        stopped = None
        try:
            whole = _extract(body, password, writers)
        except StopError as stop:
            whole, stopped = True, str(stop)
        if writers.proven or stopped is not None:
            count = writers.read
            return Opened(
                format="7z", read=count, unlocked=count, damaged=not whole, stopped=stopped
            )
        writers.forget()
    return Opened(format="7z", locked=1)


def _extract(body: bytes, password: str, writers: _Writers) -> bool:
    """Unpack all files; tell whether that went to the end."""
    try:
        with py7zr.SevenZipFile(io.BytesIO(body), password=password) as archive:
            for entry in archive.files:
                if not entry.is_directory:
                    archive.worker.register_filelike(
                        entry.id, _io.MemIO("link" if entry.is_symlink else "file", writers)
                    )
            archive.worker.extract(archive.fp, None, parallel=False)
    except StopError:
        raise
    except Exception:  # noqa: BLE001 - py7zr raises of every kind, and its text quotes names
        return False
    return True


class _Writers(_Factory):  # type: ignore[misc]
    """
    Gives each file its writer.

    A file that holds something and agrees with its checksum proves the password. Empty ones prove
    nothing and wait; links are unpacked, because what follows them may need it, and forgotten.
    """

    def __init__(self, take: Take) -> None:
        self._take = take
        self._waiting: list[Member] = []
        self._begun: Member | None = None
        self.proven = False
        self.read = 0

    def create(self, filename: str) -> _Writer:
        """Begin a file; called by py7zr when it comes to it."""
        self._begun = self._take()
        return _Writer(self, self._begun, link=filename == "link")

    def done(self, member: Member, *, link: bool) -> None:
        """Take a file over whose checksum was right."""
        self._begun = None
        self.proven = self.proven or member.length > 0
        if link:
            member.forget()
        else:
            self._waiting.append(member)
        while self.proven and self._waiting:
            self._waiting.pop(0).end(complete=True)
            self.read += 1

    def forget(self) -> None:
        """Give back what a wrong password began."""
        for member in (*self._waiting, *filter(None, [self._begun])):
            member.forget()


class _Writer(_File):  # type: ignore[misc]
    """The file that py7zr believes to write."""

    def __init__(self, writers: _Writers, member: Member, *, link: bool) -> None:
        self._writers = writers
        self._member = member
        self._link = link

    def write(self, s: bytes | bytearray) -> int:
        """Add bytes."""
        self._member.write(s)
        return len(s)

    def close(self) -> None:
        """End the file; py7zr calls this only if its checksum was right."""
        self._writers.done(self._member, link=self._link)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002 - py7zr's signature
        """Give nothing back."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - py7zr's signature
        """Stay."""
        return 0

    def flush(self) -> None:
        """Do nothing."""

    def size(self) -> int:
        """Return the bytes so far."""
        return self._member.length
