"""
Versions of lists on disk: immutable directories, and one pointer file that names the active one.

    INTO/NAME/20260101T120000Z/manifest.json, md5.keys, ...
    INTO/NAME/current            the active version's name

A version appears by one rename and becomes active by another, so a reader sees the old or the new
one, never half of one. Writers of one list take turns by a lock file. Files that a version has in
common with the one that it was made from are hard links, so that they are stored once.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.errors import ConfigurationProblem, InvalidInput, StoreProblem, UnknownRecord

POINTER = "current"
_LOCK = ".lock"
_ONLY = ".only"
"""Names the version beside which no other may stay, until the others are gone."""
_LONGEST_POINTER = 256
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
                _delete(leaving)
            _finish_withdrawal(directory)
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


def publish(
    finished: Path,
    directory: Path,
    version: str,
    *,
    linked: Collection[str] = (),
    activate: bool = True,
) -> None:
    """
    Make a finished directory a version of the list, and the active one if wanted.

    `linked` names files that are links to those of an earlier version; they are on disk already.
    """
    for path in finished.iterdir():
        if path.name not in linked:
            _sync(path)
    _sync(finished)
    finished.rename(directory / version)
    _sync(directory)
    if activate:
        point_to(directory, version)


def link(names: Collection[str], version: Path, finished: Path) -> None:
    """Take files of an immutable version over into a new one; copied where links are refused."""
    for name in names:
        try:
            os.link(version / name, finished / name)
        except OSError:
            shutil.copyfile(version / name, finished / name)


def drop(version: Path) -> None:
    """Remove a version at once; readers that hold it keep their mapping."""
    gone = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=version.parent))
    version.rename(gone / version.name)
    _sync(version.parent)
    _delete(gone)


def only(directory: Path, version: str) -> None:
    """
    Say that no version may stay beside this one, once it is active.

    `drop_others` does it; if this process is killed before, the next writer does.
    """
    (directory / _ONLY).write_text(version + "\n", encoding="ascii")
    _sync(directory / _ONLY)
    _sync(directory)


def drop_others(directory: Path, version: str) -> None:
    """Remove all versions but one."""
    for path in version_directories(directory):
        if path.name != version:
            drop(path)
    (directory / _ONLY).unlink(missing_ok=True)
    _sync(directory)


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
        with (directory / POINTER).open(encoding="ascii", errors="replace") as file:
            version = file.read(_LONGEST_POINTER).strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise ConfigurationProblem(
            f"{directory / POINTER}: cannot be read ({problem.strerror})"
        ) from None
    if not _VERSION.fullmatch(version) or version == POINTER:
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
    return [
        path
        for path in directory.iterdir()
        if _VERSION.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]


def existing(into: Path, name: str) -> Path:
    """Return the directory of a list. Raises `UnknownRecord`."""
    check_name(name)
    if not ((into / name).is_dir() and version_directories(into / name)):
        raise UnknownRecord(f"there is no hash list {name!r}; see the list of hash lists")
    return into / name


def _finish_withdrawal(directory: Path) -> None:
    """Drop what a killed withdrawal left, if its new version had become active."""
    marker = directory / _ONLY
    if not marker.exists():
        return
    version = marker.read_text(encoding="ascii", errors="replace").strip()
    if version and pointed(directory) == version:
        drop_others(directory, version)
    marker.unlink(missing_ok=True)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
