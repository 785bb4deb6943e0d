"""
Sealing: the master keys, the keys of cases, sealed values and blind indexes.

    master key (file, 0600) ── HKDF ── wrapping key ─┬─ wraps the key of each case
                                                     └─ wraps the index key of the installation
    key of a case ── AES-256-GCM ── every sealed value of that case
    index key ── HMAC-SHA256 ── blind indexes

Whoever destroys the wrapped key of a case destroys all that was sealed under it. A rotation
makes a new master key and wraps the same keys again; neither sealed values nor blind indexes
change by it.
"""

from __future__ import annotations

from cases.sealing.key_file import (
    MasterKeys,
    add_generation,
    alone_with_keys,
    create_key_file,
    load_keyring,
    load_masters,
    parse_masters,
    remove_generation,
)
from cases.sealing.keyring import LARGEST_ID, Keyring, check_value
from cases.sealing.values import KEY_BYTES, Unsealable, seal, unseal, utf8

__all__ = [
    "KEY_BYTES",
    "LARGEST_ID",
    "Keyring",
    "MasterKeys",
    "Unsealable",
    "add_generation",
    "alone_with_keys",
    "check_value",
    "create_key_file",
    "load_keyring",
    "load_masters",
    "parse_masters",
    "remove_generation",
    "seal",
    "unseal",
    "utf8",
]
