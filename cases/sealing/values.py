"""Sealed values: AES-256-GCM under a fresh nonce, bound to their place."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.errors import InvalidInput

KEY_BYTES = 32
_NONCE_BYTES = 12


class Unsealable(Exception):
    """The value does not open under this key: another key sealed it, or it was altered."""


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
