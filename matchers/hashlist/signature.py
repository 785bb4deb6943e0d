"""
Detached Ed25519 signatures of list files (RFC 8032): 64 bytes over the file as it lies on disk.

The signature file holds them raw or in base64. The signer's public key is 32 bytes, raw, in base64
or as PEM.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from cases.errors import InvalidInput

_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_LARGEST = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A file whose signature was verified."""

    sha256: str
    """Of the bytes that were verified; what is imported afterwards must have the same."""
    signer: str
    """Name of the key file, and the first digits of the key's SHA-256."""


def verify_signature(file: Path, *, signature: Path, signer: Path) -> Signed:
    """
    Verify a list file as a whole; the file is mapped, not loaded.

    Raises:
        InvalidInput: a file cannot be used, or the signature is not of this file by this key.
    """
    key = _key(signer)
    made = _bytes_of(signature, _SIGNATURE_BYTES, "signature (64 bytes, or base64 of them)")
    try:
        with (
            file.open("rb") as opened,
            mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as mapped,
            memoryview(mapped) as whole,
        ):
            key.verify(made, whole)
            digest = hashlib.sha256(whole).hexdigest()
    except InvalidSignature:
        raise InvalidInput(
            f"{file}: the signature {signature.name} is not of this file by the key "
            f"{signer.name}; nothing was imported, ask the sender"
        ) from None
    except ValueError:
        raise InvalidInput(f"{file}: is empty") from None
    except OSError as problem:
        raise InvalidInput(f"{file}: cannot be read ({problem.strerror})") from None
    fingerprint = hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]
    return Signed(sha256=digest, signer=f"{signer.name} ({fingerprint})")


def _key(path: Path) -> Ed25519PublicKey:
    content = _content(path)
    if content.startswith(b"-----BEGIN"):
        try:
            key = load_pem_public_key(content)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if isinstance(key, Ed25519PublicKey):
            return key
        raise InvalidInput(f"{path}: is not the PEM of an Ed25519 public key")
    raw = _bytes_of(path, _KEY_BYTES, "Ed25519 public key (32 bytes, base64 of them, or PEM)")
    return Ed25519PublicKey.from_public_bytes(raw)


def _bytes_of(path: Path, length: int, what: str) -> bytes:
    content = _content(path)
    if len(content) == length:
        return content
    try:
        decoded = base64.b64decode(content.strip(), validate=True)
    except ValueError:
        decoded = b""
    if len(decoded) != length:
        raise InvalidInput(f"{path}: is no {what}")
    return decoded


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as problem:
        raise InvalidInput(f"{path}: cannot be read ({problem.strerror})") from None
