"""
Versions of lists on disk: immutable directories, and one pointer file that names the active one.

    INTO/NAME/20260101T120000Z/manifest.json, md5.keys, ...
    INTO/NAME/current            the active version's name

A version appears by one rename and becomes active by another, so a reader sees the old or the new
one, never half of one. Writers of one list take turns by a lock file.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.errors import ConfigurationProblem, InvalidInput, StoreProblem, UnknownRecord

POINTER = "current"
_LOCK = ".lock"
_UNFINISHED = ".new-"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str) -> None:
    """Refuse a list name that is not lower-case letters, digits, - and _. Raises `InvalidInput`."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"hash list name {name[:64]!r}: use at most 64 lower-case letters, digits, - and _"
        )


def check_version(version: str) -> None:
    """Refuse a version name that could leave its directory. Raises `InvalidInput`."""
    if not _VERSION.fullmatch(version) or version == POINTER:
        raise InvalidInput(
            f"hash list version {version[:64]!r}: use at most 64 letters, digits, ., - and _"
        )


@contextmanager
def writing(into: Path, name: str) -> Iterator[Path]:
    """
    Hold the lock of one list and yield its directory; leavings of a killed writer are removed.

    Raises:
        StoreProblem: the directory cannot be written, or the disk is full.
    """
    directory = into / name
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (directory / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for leaving in directory.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(leaving, ignore_errors=True)
            yield directory
    except OSError as problem:
        raise StoreProblem(f"{directory}: cannot be written ({problem.strerror})") from None


@contextmanager
def unfinished(directory: Path) -> Iterator[Path]:
    """Yield a new directory beside the versions; it is removed unless it was renamed."""
    path = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=directory))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def publish(finished: Path, directory: Path, version: str) -> None:
    """Make a finished directory a version of the list, and the active one."""
    for path in finished.iterdir():
        _sync(path)
    _sync(finished)
    finished.rename(directory / version)
    _sync(directory)
    point_to(directory, version)


def point_to(directory: Path, version: str) -> None:
    """Make an existing version the active one."""
    fresh = directory / f"{_UNFINISHED}{POINTER}"
    fresh.write_text(version + "\n", encoding="ascii")
    _sync(fresh)
    fresh.replace(directory / POINTER)
    _sync(directory)


def pointed(directory: Path) -> str | None:
    """
    Return the active version of the list in this directory, or none.

    Raises:
        ConfigurationProblem: the pointer is damaged.
    """
    try:
        version = (directory / POINTER).read_text(encoding="ascii", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise ConfigurationProblem(
            f"{directory / POINTER}: cannot be read ({problem.strerror})"
        ) from None
    if not _VERSION.fullmatch(version):
        raise ConfigurationProblem(f"{directory / POINTER}: damaged; roll back or import again")
    return version


def pointers(into: Path) -> dict[str, str]:
    """Return list name -> active version of all lists; empty if there is no such directory."""
    found = {path.name: pointed(path) for path in list_directories(into)}
    return {name: version for name, version in found.items() if version is not None}


def list_directories(into: Path) -> list[Path]:
    """Return the directories of all lists by name."""
    try:
        return sorted(path for path in into.iterdir() if _NAME.fullmatch(path.name))
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise ConfigurationProblem(f"{into}: cannot be read ({problem.strerror})") from None


def version_directories(directory: Path) -> list[Path]:
    """Return the directories of a list's versions, in no order."""
    return [path for path in directory.iterdir() if _VERSION.fullmatch(path.name) and path.is_dir()]


def existing(into: Path, name: str) -> Path:
    """Return the directory of a list. Raises `UnknownRecord`."""
    check_name(name)
    if not ((into / name).is_dir() and version_directories(into / name)):
        raise UnknownRecord(f"there is no hash list {name!r}; see the list of hash lists")
    return into / name


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
