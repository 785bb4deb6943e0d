"""The key that signs checkpoints and erasures: Ed25519 (RFC 8032), in a file of its own."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cases.errors import InvalidInput, KeyProblem

KEY_FILE = "audit.key"
"""Name of the key's file, beside the master key."""


@dataclass(frozen=True, slots=True)
class AuditSigner:
    """Holds the key that signs checkpoints; `repr` does not show it."""

    key: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.key.public_key().public_bytes_raw()

    def signature(self, message: bytes) -> str:
        """Return the signature of a message, base64."""
        return base64.b64encode(self.key.sign(message)).decode()


def create_audit_key(path: Path) -> AuditSigner:
    """
    Make a signing key in a new file (PKCS 8, PEM) that only its owner can read.

    Raises:
        KeyProblem: the file exists already or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        create_file(path, text, mode=0o600)
    except FileExistsError:
        raise KeyProblem(f"{path}: a key file is there already; it is never overwritten.") from None
    except OSError as error:
        raise KeyProblem(f"{path}: the key file cannot be written ({error.strerror}).") from None
    return AuditSigner(key)


def load_audit_key(path: Path) -> AuditSigner:
    """
    Read the key that signs checkpoints.

    Raises:
        KeyProblem: missing, readable for others, or not an Ed25519 key.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyProblem(f"{path}: others can read this key file; set its mode to 0600.")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise KeyProblem(
            f"{path}: there is no key for checkpoints; restore it from its copy, or make a new one "
            "with `hostwatch audit key --create`."
        ) from None
    except OSError as error:
        raise KeyProblem(f"{path}: the key file cannot be read ({error.strerror}).") from None
    except (ValueError, TypeError):
        raise KeyProblem(f"{path}: this is not a signing key of hostwatch.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{path}: this is not a private Ed25519 key.")
    return AuditSigner(key)


def public_text(public: bytes) -> str:
    """Write a public key as base64, as it is handed to those who verify."""
    return base64.b64encode(public).decode()


def read_public(text: str) -> bytes:
    """Read a public key that `hostwatch audit key` printed. Raises `InvalidInput`."""
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 32:
        raise InvalidInput("A public key is the base64 text that `hostwatch audit key` prints.")
    return found


def signed_by(public: bytes, message: bytes, signature: str) -> bool:
    """Tell whether the owner of a public key signed a message."""
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(raw, message)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def create_file(path: Path, content: bytes, *, mode: int) -> None:
    """
    Write a new file, whole or not at all, and wait until it is on disk.

    Raises:
        FileExistsError: something is there already; it is never overwritten.
        OSError: it cannot be written; nothing is left behind.
    """
    if os.path.lexists(path):
        raise FileExistsError
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk. Raises `OSError`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
