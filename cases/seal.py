"""
Sealing: the master key file, the keys of cases, sealed values and blind indexes.

    master key (file, 0600) ── HKDF ──┬── wrapping key ── wraps the key of each case
                                      └── index key    ── blind indexes (HMAC-SHA256)
    key of a case ── AES-256-GCM ── every sealed value of that case

Whoever destroys the wrapped key of a case destroys all that was sealed under it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.errors import InvalidInput, KeyProblem

KEY_BYTES = 32
_NONCE_BYTES = 12
_LARGEST_KEY_FILE = 4096
_FIRST_LINE = (
    "hostwatch master key, id {key_id}. Who holds this file can read every case: keep it apart."
)
_KEY_ID = re.compile(r"hostwatch master key, id (\d{1,3})\b")


class Unsealable(Exception):
    """The value does not open under this key: another key sealed it, or it was altered."""


# --------------------------------------------------------------------------- sealed values


def seal(case_key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """
    Encrypt with AES-256-GCM under a fresh random nonce, bound to `aad`.

    Returns the nonce (12 bytes), the ciphertext and its tag (16 bytes) in one piece.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(case_key).encrypt(nonce, plaintext, aad)


def unseal(case_key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """
    Decrypt what `seal` made.

    Raises:
        Unsealable: wrong key, altered bytes, or bytes of another record.
    """
    try:
        return AESGCM(case_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):
        raise Unsealable from None


# --------------------------------------------------------------------------- the keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The keys derived from one master key. Never logged, never shown: `repr` holds none."""

    key_id: int
    """0 to 255; stands in front of every wrapped key, so that a rotation knows the old ones."""
    wrapping: bytes = field(repr=False)
    indexing: bytes = field(repr=False)

    @classmethod
    def derive(cls, master: bytes, *, key_id: int = 1) -> Keyring:
        """
        Derive the sub-keys (HKDF-SHA256, RFC 5869) of a master key.

        Raises:
            KeyProblem: the master key is not 32 bytes long or the id not within a byte.
        """
        if len(master) != KEY_BYTES or not 0 <= key_id <= 255:
            raise KeyProblem("A master key is 32 bytes long and its id lies between 0 and 255.")
        return cls(
            key_id=key_id,
            wrapping=_sub_key(master, b"hostwatch case key wrapping 1"),
            indexing=_sub_key(master, b"hostwatch blind index 1"),
        )

    def new_case_key(self) -> bytes:
        """Return 32 random bytes."""
        return secrets.token_bytes(KEY_BYTES)

    def wrap(self, case_id: str, case_key: bytes) -> bytes:
        """Seal the key of a case under the wrapping key, with the key id in front."""
        return bytes([self.key_id]) + seal(self.wrapping, case_key, case_id.encode())

    def unwrap(self, case_id: str, wrapped: bytes) -> bytes:
        """
        Open the wrapped key of a case.

        Raises:
            KeyProblem: another master key wrapped it, or it was altered.
        """
        if not wrapped or wrapped[0] != self.key_id:
            raise KeyProblem(
                f"The key of {case_id} was wrapped by a master key with another id than "
                f"{self.key_id}; bring the master key that was used then."
            )
        try:
            return unseal(self.wrapping, wrapped[1:], case_id.encode())
        except Unsealable:
            raise KeyProblem(
                f"The key of {case_id} does not open under the master key: another key "
                "wrapped it, or the database was altered."
            ) from None

    def blind(self, field: str, value: str) -> bytes:
        """
        Return the blind index of a value: 32 bytes, equal for equal values of one field.

        Raises:
            InvalidInput: the value is not valid Unicode.
        """
        message = field.encode() + b"\0" + utf8(value)
        return hmac.digest(self.indexing, message, hashlib.sha256)


def utf8(value: str) -> bytes:
    """
    Encode text that came from outside.

    Raises:
        InvalidInput: it holds lone surrogates, as undecodable bytes of a terminal leave them.
    """
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        # the codec's own error carries the whole text
        raise InvalidInput("The text is not valid Unicode; send it as UTF-8.") from None


def _sub_key(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)


# --------------------------------------------------------------------------- the key file


def create_key_file(path: Path) -> None:
    """
    Write a new random master key, readable by its owner only.

    Raises:
        KeyProblem: the file exists already, or cannot be written.
    """
    text = _key_text(key_id=1, master=secrets.token_bytes(KEY_BYTES))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise KeyProblem(
            f"A key file stands at {path} already; it is never overwritten, because what it "
            "sealed would be lost."
        ) from None
    except OSError as error:
        raise KeyProblem(f"No key file can be made at {path}: {_reason(error)}.") from None
    try:
        _write_durably(descriptor, text.encode())
    except OSError as error:
        # half a key is no key, and would block the next try
        with contextlib.suppress(OSError):
            path.unlink()
        raise KeyProblem(f"The key file {path} cannot be written: {_reason(error)}.") from None


def load_keyring(path: Path) -> Keyring:
    """
    Read the master key file and derive its keys.

    Raises:
        KeyProblem: missing, unreadable, open to other users, or not a key file.
    """
    text = _read_privately(path)
    header, _, rest = text.partition("\n")
    found = _KEY_ID.match(header)
    if found is None or int(found[1]) > 255:
        raise KeyProblem(
            f"The file {path} is not a hostwatch key file: its first line does not say so; "
            "restore the file that `hostwatch init` wrote."
        )
    return Keyring.derive(_decode_master(path, rest.strip()), key_id=int(found[1]))


def _key_text(*, key_id: int, master: bytes) -> str:
    return f"{_FIRST_LINE.format(key_id=key_id)}\n{base64.b64encode(master).decode()}\n"


def _write_durably(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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


def _decode_master(path: Path, text: str) -> bytes:
    try:
        master = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeyProblem(
            f"The key file {path} is damaged: its second line is not base64; restore it from "
            "its copy."
        ) from None
    if len(master) != KEY_BYTES:
        raise KeyProblem(
            f"The key file {path} holds {len(master)} bytes where {KEY_BYTES} are needed; "
            "restore it from its copy."
        )
    return master


def _reason(error: OSError) -> str:
    return (error.strerror or "input/output error").lower()
