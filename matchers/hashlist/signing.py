"""
Check that a list file comes from whom it says: a detached Ed25519 signature (RFC 8032).

`openssl pkeyutl -sign -rawin -inkey key.pem -in LIST -out LIST.sig` makes one.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from cases.errors import ConfigurationProblem, InvalidInput

_SIGNATURE_BYTES = 64
_KEY_BYTES = 32
_LARGEST_FILE = 4096


def read_public_key(path: Path) -> Ed25519PublicKey:
    """
    Read an Ed25519 public key: PEM, 64 hexadecimal digits, or base64 of its 32 bytes.

    Raises:
        ConfigurationProblem: the file cannot be read or holds no such key.
    """
    text = _small(path)
    try:
        key = load_pem_public_key(text) if text.startswith(b"-----") else None
        if key is None:
            return Ed25519PublicKey.from_public_bytes(_raw(text, _KEY_BYTES))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationProblem(
            f"{path}: holds no Ed25519 public key (PEM, hexadecimal, base64)"
        )
    return key


def read_signature(path: Path) -> bytes:
    """
    Read a detached signature: its 64 bytes, or the same in hexadecimal or base64.

    Raises:
        InvalidInput: the file cannot be read or holds none.
    """
    try:
        return _raw(_small(path), _SIGNATURE_BYTES)
    except (ValueError, ConfigurationProblem):
        raise InvalidInput(f"{path}: holds no Ed25519 signature of 64 bytes") from None


def verify_source(
    path: Path, signature: bytes, signers: Mapping[str, Ed25519PublicKey]
) -> tuple[str, str]:
    """
    Return the name of the key that signed a file, and the file's SHA-256.

    The file is mapped, so its size is no matter.

    Raises:
        InvalidInput: no key fits, or the file cannot be read.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            for name, key in signers.items():
                if _signed(key, signature, text):
                    return name, hashlib.sha256(text).hexdigest()
    except (OSError, ValueError):
        raise InvalidInput(f"{path}: cannot be read, or is empty") from None
    raise InvalidInput(
        f"{path}: its signature fits none of the {len(signers)} keys given; fetch the list and its "
        "signature again, and ask its maker by another way; the active version stays"
    )


def _signed(key: Ed25519PublicKey, signature: bytes, text: mmap.mmap) -> bool:
    try:
        with memoryview(text) as whole:
            key.verify(signature, whole)
    except InvalidSignature:
        return False
    return True


def _small(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE)
    except OSError as problem:
        raise ConfigurationProblem(f"{path}: cannot be read ({problem.strerror})") from None


def _raw(text: bytes, length: int) -> bytes:
    """Read so many bytes as such, in hexadecimal, or in base64. Raises `ValueError`."""
    if len(text) == length:
        return text
    stripped = text.strip()
    if len(stripped) == 2 * length:
        return bytes.fromhex(stripped.decode("ascii"))
    value = base64.b64decode(stripped, validate=True)
    if len(value) != length:
        raise ValueError("another length")
    return value
