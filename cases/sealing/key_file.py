"""
The master key file.

    hostwatch master key, id 2. Who holds this file can read every case: keep it apart.
    <base64 of the newest master key>
    1 <base64 of an older one>

The first two lines are the newest generation; a rotation adds lines below, retirement takes them.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cases.errors import KeyProblem, TemporaryFailure
from cases.sealing.keyring import LARGEST_ID, Keyring, check_value
from cases.sealing.values import KEY_BYTES

_LARGEST_KEY_FILE = 16 * 1024
_FIRST_LINE = (
    "hostwatch master key, id {key_id}. Who holds this file can read every case: keep it apart."
)
_KEY_ID = re.compile(r"hostwatch master key, id (\d{1,3})\b")
_OLDER = re.compile(r"(\d{1,3}) +(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKeys:
    """What a key file holds. Never logged, never shown: `repr` holds no key."""

    current: int
    keys: Mapping[int, bytes] = field(repr=False)
    """By id; 32 bytes each."""

    def check_values(self) -> dict[int, str]:
        """Return the key check value of each generation, by id."""
        return {key_id: check_value(self.keys[key_id]) for key_id in sorted(self.keys)}


def create_key_file(path: Path) -> None:
    """
    Write a new random master key, readable by its owner only.

    Raises:
        KeyProblem: the file exists already, or cannot be written.
    """
    keys = MasterKeys(current=1, keys={1: secrets.token_bytes(KEY_BYTES)})
    try:
        _create(path, _key_text(keys))
    except FileExistsError:
        raise KeyProblem(
            f"A key file stands at {path} already; it is never overwritten, because what it "
            "sealed would be lost."
        ) from None
    except OSError as error:
        raise KeyProblem(f"No key file can be made at {path}: {_reason(error)}.") from None


def load_keyring(path: Path) -> Keyring:
    """
    Read the master key file and derive its keys.

    Raises:
        KeyProblem: missing, unreadable, open to other users, or not a key file.
    """
    found = load_masters(path)
    return Keyring.of_generations(found.keys, found.current, source=lambda: load_keyring(path))


def load_masters(path: Path) -> MasterKeys:
    """Read the master keys themselves. Raises `KeyProblem` as `load_keyring`."""
    return parse_masters(_read_privately(path), str(path))


def parse_masters(text: str, name: str) -> MasterKeys:
    """Read the text of a key file; `name` is what errors call it. Raises `KeyProblem`."""
    header, *lines = text.splitlines() or [""]
    found = _KEY_ID.match(header)
    if found is None or int(found[1]) > LARGEST_ID:
        raise KeyProblem(
            f"The file {name} is not a hostwatch key file: its first line does not say so; "
            "restore the file that `hostwatch init` wrote."
        )
    current = int(found[1])
    keys = {current: _decode_master(name, lines[0].strip() if lines else "", 2)}
    for number, line in enumerate(lines[1:], start=3):
        if line.strip():
            key_id, master = _older_key(name, line.strip(), number)
            keys.setdefault(key_id, master)
    return MasterKeys(current=current, keys=keys)


def add_generation(path: Path) -> MasterKeys:
    """
    Add a new random master key, which becomes the newest; the others stay.

    Raises:
        KeyProblem: no usable key file there, it cannot be written, or no id is left.
    """
    known = load_masters(path)
    key_id = max(known.keys) + 1
    if key_id > LARGEST_ID:
        raise KeyProblem(f"The key file {path} has used all ids up to {LARGEST_ID}.")
    keys = {**known.keys, key_id: secrets.token_bytes(KEY_BYTES)}
    return _replace(path, MasterKeys(current=key_id, keys=keys))


def remove_generation(path: Path, key_id: int) -> MasterKeys:
    """
    Take an older master key out of the file; what it wrapped is lost for this machine.

    Raises:
        KeyProblem: it is the newest one or not there, or the file cannot be written.
    """
    known = load_masters(path)
    if key_id == known.current or key_id not in known.keys:
        raise KeyProblem(f"The key file {path} holds no older master key with id {key_id}.")
    keys = {one: master for one, master in known.keys.items() if one != key_id}
    return _replace(path, MasterKeys(current=known.current, keys=keys))


@contextmanager
def alone_with_keys(path: Path) -> Iterator[None]:
    """
    Hold the folder of the key file, so that of two who change it one waits for a better time.

    Raises:
        TemporaryFailure: somebody else changes the keys at this moment.
        KeyProblem: there is no such folder.
    """
    try:
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise KeyProblem(f"The folder of {path} cannot be opened: {_reason(error)}.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise TemporaryFailure(
            f"Somebody else works with the keys beside {path} at this moment; wait and repeat."
        ) from None
    finally:
        os.close(handle)


def _replace(path: Path, keys: MasterKeys) -> MasterKeys:
    """Put a new file in the place of the old one in one step; a kill leaves either whole."""
    fresh = path.with_name(path.name + ".new")
    try:
        # one that a kill left behind was never in use
        fresh.unlink(missing_ok=True)
        _create(fresh, _key_text(keys))
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise KeyProblem(
            f"The key file {path} cannot be written: {_reason(error)}; the old one stands."
        ) from None
    return keys


def _create(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        # half a key is no key, and would block the next try
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _key_text(keys: MasterKeys) -> str:
    lines = [_FIRST_LINE.format(key_id=keys.current), _encoded(keys.keys[keys.current])]
    others = sorted(set(keys.keys) - {keys.current}, reverse=True)
    return "\n".join([*lines, *(f"{one} {_encoded(keys.keys[one])}" for one in others)]) + "\n"


def _encoded(master: bytes) -> str:
    return base64.b64encode(master).decode()


def _read_privately(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise KeyProblem(f"The key file {path} is not a regular file.")
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyProblem(
                    f"The key file {path} is open to other users (mode {mode & 0o777:04o}); "
                    f"allow its owner alone: chmod 600 {path}"
                )
            return file.read(_LARGEST_KEY_FILE).decode("ascii", errors="replace")
    except FileNotFoundError:
        raise KeyProblem(
            f"There is no key file at {path}; restore it from its copy, or run `hostwatch init` "
            "for a new installation."
        ) from None
    except OSError as error:
        raise KeyProblem(f"The key file {path} cannot be read: {_reason(error)}.") from None


def _older_key(name: str, line: str, number: int) -> tuple[int, bytes]:
    found = _OLDER.fullmatch(line)
    if found is None or int(found[1]) > LARGEST_ID:
        raise KeyProblem(
            f"The key file {name} is damaged: line {number} is not an id and a key; restore it "
            "from its copy."
        )
    return int(found[1]), _decode_master(name, found[2], number)


def _decode_master(name: str, text: str, line: int) -> bytes:
    try:
        master = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        which = "its second line" if line == 2 else f"line {line}"
        raise KeyProblem(
            f"The key file {name} is damaged: {which} is not base64; restore it from its copy."
        ) from None
    if len(master) != KEY_BYTES:
        raise KeyProblem(
            f"The key file {name} holds {len(master)} bytes where {KEY_BYTES} are needed; "
            "restore it from its copy."
        )
    return master


def _reason(error: OSError) -> str:
    return (error.strerror or "input/output error").lower()
