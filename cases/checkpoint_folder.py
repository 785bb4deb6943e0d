"""Checkpoints as files of a folder, one each, written once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cases.audit_key import create_file
from cases.checkpoints import Checkpoint, from_text, to_text
from cases.errors import InvalidInput, StoreProblem

_NAME = re.compile(r"checkpoint-\d{8}\.json")
_LARGEST = 4096
"""Bytes of a checkpoint's file that is read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The checkpoints of a folder, and what could not be read in it."""

    checkpoints: tuple[Checkpoint, ...] = ()
    """By number."""
    unreadable: tuple[str, ...] = ()
    """A sentence for each file."""

    @property
    def newest(self) -> Checkpoint | None:
        """The checkpoint with the highest number."""
        return self.checkpoints[-1] if self.checkpoints else None


def read_folder(folder: Path) -> Folder:
    """
    Read every checkpoint of a folder; one that is not there holds none.

    Raises:
        StoreProblem: the folder cannot be read.
    """
    try:
        names = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    except FileNotFoundError:
        return Folder()
    except OSError as error:
        raise StoreProblem(
            f"{folder}: the checkpoints cannot be read ({error.strerror})."
        ) from None
    found: list[Checkpoint] = []
    unreadable: list[str] = []
    for path in names:
        try:
            found.append(_read(path))
        except InvalidInput as problem:
            unreadable.append(str(problem))
    ordered = tuple(sorted(found, key=lambda one: one.number))
    return Folder(checkpoints=ordered, unreadable=tuple(unreadable))


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """
    Add a checkpoint to a folder, read-only; harmless when it is there already.

    Raises:
        StoreProblem: another one has its number, or it cannot be written.
    """
    path = folder / file_name(checkpoint)
    text = f"{to_text(checkpoint)}\n".encode()
    try:
        _make(folder)
        create_file(path, text, mode=0o400)
    except FileExistsError:
        if path.read_bytes() != text:
            raise StoreProblem(
                f"{path}: another checkpoint with this number is there; an older copy of the "
                "database was put back. Run `hostwatch audit verify`."
            ) from None
    except OSError as error:
        raise StoreProblem(
            f"{path}: the checkpoint cannot be written ({error.strerror})."
        ) from None
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        # not to be taken for a checkpoint that is there
        raise NotADirectoryError(20, "a file stands where the folder should be") from None


def file_name(checkpoint: Checkpoint) -> str:
    """Return the name of a checkpoint's file: `checkpoint-00000012.json`."""
    return f"checkpoint-{checkpoint.number:08d}.json"


def _read(path: Path) -> Checkpoint:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}).") from None
    return from_text(raw.decode("ascii", errors="replace"), str(path))
