r"""
The sealed file: a short clear head, then compressed content in encrypted frames.

    hostwatch backup 1\n
    {"installation":...,"key":...,"made_at":...,"revision":...}\n
    length (4 bytes) | AES-256-GCM of at most 1 MiB          as often as needed

The key of a file is random and lies in its head, wrapped by the master key. A frame's nonce is its
number, and a flag on the last one: frames cannot be left out, exchanged or cut off unseen. The
head is bound to every frame.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.errors import InvalidInput, KeyProblem
from cases.seal import KEY_BYTES, Keyring

MAGIC = b"hostwatch backup 1\n"
_FRAME = 1024 * 1024
_TAG = 16
_LONGEST_HEAD = 4096
_LONGEST_LINE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands in clear; it names no case, no provider and no host."""

    installation: str
    made_at: str
    """UTC, ISO 8601."""
    revision: str
    """Of the schema."""
    key: bytes = field(repr=False)
    """The file's key, wrapped; its first byte is the id of the master key."""

    @property
    def key_id(self) -> int:
        """Id of the master key that opens the file."""
        return self.key[0]


class SealedWriter:
    """Writes lines into a file under a fresh key."""

    def __init__(
        self,
        file: BinaryIO,
        keyring: Keyring,
        *,
        under: int,
        installation: str,
        made_at: str,
        revision: str,
        frame: int = _FRAME,
    ) -> None:
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = keyring.wrap(_name(installation, made_at), key, under=under)
        head = Head(installation=installation, made_at=made_at, revision=revision, key=wrapped)
        raw = _head_bytes(head)
        self._file = file
        self._frame_bytes = frame
        self._cipher = AESGCM(key)
        self._bound = hashlib.sha256(raw).digest()
        self._squeezed = zlib.compressobj(level=1)
        self._waiting = bytearray()
        self._number = 0
        file.write(raw)

    def line(self, text: str) -> None:
        """Add a line."""
        self._waiting += self._squeezed.compress(text.encode() + b"\n")
        self._whole_frames()

    def end(self) -> None:
        """Write what waits, and the last frame."""
        self._waiting += self._squeezed.flush()
        self._whole_frames()
        self._frame(bytes(self._waiting), last=True)

    def _whole_frames(self) -> None:
        size = self._frame_bytes
        while len(self._waiting) > size:
            self._frame(bytes(self._waiting[:size]), last=False)
            del self._waiting[:size]

    def _frame(self, content: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), content, self._bound)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def read_head(file: BinaryIO, name: str) -> Head:
    """Read the head, and leave the file where the frames begin. Raises `InvalidInput`."""
    if file.read(len(MAGIC)) != MAGIC:
        raise InvalidInput(f"{name}: this is not a backup of hostwatch.")
    line = file.readline(_LONGEST_HEAD)
    try:
        found = json.loads(line)
        key = base64.b64decode(found["key"], validate=True)
        texts = [found[part] for part in ("installation", "made_at", "revision")]
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise InvalidInput(f"{name}: the head of this backup is damaged.") from None
    if not key or not all(isinstance(one, str) for one in texts):
        raise InvalidInput(f"{name}: the head of this backup is damaged.")
    return Head(installation=texts[0], made_at=texts[1], revision=texts[2], key=key)


def open_lines(file: BinaryIO, head: Head, keyring: Keyring, name: str) -> Iterator[bytes]:
    """
    Yield the lines of a backup, whose head was read, without their ends.

    Raises:
        KeyProblem: the master key that wraps the file's key is not at hand, or another one.
        InvalidInput: cut off or altered.
    """
    try:
        key = keyring.unwrap(_name(head.installation, head.made_at), head.key)
    except KeyProblem:
        raise KeyProblem(
            f"{name}: this backup was sealed under another key than the one at hand: it needs the "
            f"master key with id {head.key_id} of that time. Name its copy with --key-file."
        ) from None
    cipher, bound = AESGCM(key), hashlib.sha256(_head_bytes(head)).digest()
    opened, rest = zlib.decompressobj(), b""
    for content in _frames(file, cipher, bound, name):
        *lines, rest = (rest + _inflated(opened, content, name)).split(b"\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            raise InvalidInput(f"{name}: the backup holds a line that is too long.")
    if rest or not opened.eof:
        raise InvalidInput(f"{name}: the backup is cut off inside a line.")


def _frames(file: BinaryIO, cipher: AESGCM, bound: bytes, name: str) -> Iterator[bytes]:
    number, last = 0, False
    while not last:
        length = int.from_bytes(file.read(4), "big")
        sealed = file.read(length) if _TAG <= length <= _FRAME + _TAG else b""
        if not sealed or len(sealed) < length:
            raise InvalidInput(
                f"{name}: the backup is cut off or altered at frame {number + 1}; use another copy."
            )
        content, last = _opened(cipher, sealed, number, bound, name)
        yield content
        number += 1
    if file.read(1):
        raise InvalidInput(f"{name}: something was added behind the end of the backup.")


def _opened(
    cipher: AESGCM, sealed: bytes, number: int, bound: bytes, name: str
) -> tuple[bytes, bool]:
    for last in (False, True):
        try:
            return cipher.decrypt(_nonce(number, last=last), sealed, bound), last
        except InvalidTag:
            continue
    raise InvalidInput(f"{name}: the backup was altered at frame {number + 1}; use another copy.")


def _inflated(opened: zlib._Decompress, content: bytes, name: str) -> bytes:
    try:
        return opened.decompress(content)
    except zlib.error:
        raise InvalidInput(f"{name}: the content of this backup is damaged.") from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _name(installation: str, made_at: str) -> str:
    """Bind the wrapped key to what the head says."""
    return f"backup {installation} {made_at}"


def _head_bytes(head: Head) -> bytes:
    members = {
        "installation": head.installation,
        "key": base64.b64encode(head.key).decode(),
        "made_at": head.made_at,
        "revision": head.revision,
    }
    return MAGIC + json.dumps(members, sort_keys=True, separators=(",", ":")).encode() + b"\n"
