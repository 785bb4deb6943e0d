"""The keys derived from the master keys: what wraps the keys of cases, what makes blind indexes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.errors import KeyProblem
from cases.sealing.values import KEY_BYTES, Unsealable, seal, unseal, utf8

LARGEST_ID = 255
"""An id is one byte in front of every wrapped key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The keys of every generation at hand. Never logged, never shown: `repr` holds none."""

    key_id: int
    """0 to 255; the newest generation of the key file."""
    wrapping: bytes = field(repr=False)
    indexing: bytes = field(repr=False)
    """
    Keys of the blind indexes, 32 bytes each, applied one after another.

    The store puts its own in the place of the derived one; a renewal adds one.
    """
    older: dict[int, bytes] = field(default_factory=dict, repr=False)
    """Wrapping keys of the other generations; grows when the key file did."""
    source: Callable[[], Keyring] | None = field(default=None, repr=False, compare=False)
    """Reads the key file again, for a process that runs while the master key is rotated."""

    @classmethod
    def derive(cls, master: bytes, *, key_id: int = 1) -> Keyring:
        """
        Derive the sub-keys (HKDF-SHA256, RFC 5869) of a single master key.

        Raises:
            KeyProblem: the master key is not 32 bytes long or the id not within a byte.
        """
        if len(master) != KEY_BYTES or not 0 <= key_id <= LARGEST_ID:
            raise KeyProblem("A master key is 32 bytes long and its id lies between 0 and 255.")
        return cls(
            key_id=key_id,
            wrapping=_sub_key(master, b"hostwatch case key wrapping 1"),
            indexing=_sub_key(master, b"hostwatch blind index 1"),
        )

    @classmethod
    def of_generations(
        cls,
        masters: Mapping[int, bytes],
        current: int,
        *,
        source: Callable[[], Keyring] | None = None,
    ) -> Keyring:
        """Derive the sub-keys of several master keys. Raises `KeyProblem` as `derive`."""
        rings = {key_id: cls.derive(one, key_id=key_id) for key_id, one in masters.items()}
        others = {key_id: ring.wrapping for key_id, ring in rings.items() if key_id != current}
        # the index key was derived only before there was a second generation
        first = rings[min(rings)].indexing
        return replace(rings[current], indexing=first, older=others, source=source)

    def with_index_key(self, key: bytes) -> Keyring:
        """Return the same keys with others for blind indexes; 32 bytes each."""
        return replace(self, indexing=key)

    def knows(self, key_id: int) -> bool:
        """Tell whether the master key of this id is at hand; looks into the key file again."""
        return self._wrapping_of(key_id) is not None

    def new_case_key(self) -> bytes:
        """Return 32 random bytes."""
        return secrets.token_bytes(KEY_BYTES)

    def wrap(self, name: str, key: bytes, *, under: int | None = None) -> bytes:
        """
        Seal a key under the wrapping key of a generation, with its id in front.

        `name` is the case id, or what else the key is for; `under` defaults to the newest.

        Raises:
            KeyProblem: the generation is not at hand.
        """
        key_id = self.key_id if under is None else under
        wrapping = self._wrapping_of(key_id)
        if wrapping is None:
            raise missing_generation(f"The key of {name}", key_id)
        return bytes([key_id]) + seal(wrapping, key, name.encode())

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """
        Open a wrapped key.

        Raises:
            KeyProblem: another master key wrapped it, or it was altered.
        """
        wrapping = self._wrapping_of(wrapped[0]) if wrapped else None
        if wrapping is None:
            raise missing_generation(f"The key of {name}", wrapped[0] if wrapped else None)
        try:
            return unseal(wrapping, wrapped[1:], name.encode())
        except Unsealable:
            raise KeyProblem(
                f"The key of {name} does not open under the master key: another key "
                "wrapped it, or the database was altered."
            ) from None

    def blind(self, field: str, value: str) -> bytes:
        """
        Return the blind index of a value: 32 bytes, equal for equal values of one field.

        Raises:
            InvalidInput: the value is not valid Unicode.
        """
        first, *later = _pieces(self.indexing)
        message = field.encode() + b"\0" + utf8(value)
        blind = hmac.digest(first, message, hashlib.sha256)
        for key in later:
            blind = hmac.digest(key, blind, hashlib.sha256)
        return blind

    def blind_again(self, blind: bytes) -> bytes:
        """Pass a blind index made without the newest index key through that key."""
        return hmac.digest(_pieces(self.indexing)[-1], blind, hashlib.sha256)

    def _wrapping_of(self, key_id: int) -> bytes | None:
        if key_id == self.key_id:
            return self.wrapping
        if key_id not in self.older and self.source is not None:
            self._learn(self.source())
        return self.older.get(key_id)

    def _learn(self, fresh: Keyring) -> None:
        """Take up generations that the key file has got since it was read; forget none."""
        self.older.update(fresh.older)
        self.older[fresh.key_id] = fresh.wrapping


def missing_generation(what: str, key_id: int | None) -> KeyProblem:
    """Say that a master key of another id is needed."""
    if key_id is None:
        return KeyProblem(f"{what} is empty: the database was altered; restore a backup.")
    return KeyProblem(
        f"{what} needs the master key with id {key_id}, which the key file does not hold; bring "
        "the copy that has it (`hostwatch keys check-copy FILE` tells which)."
    )


def check_value(master: bytes) -> str:
    """
    Return the key check value: 64 bits that prove a copy to be right and do not tell the key.

    Written as four groups of four hexadecimal digits, to be compared by eye or read aloud.
    """
    digits = _sub_key(master, b"hostwatch key check value 1")[:8].hex().upper()
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def _pieces(keys: bytes) -> list[bytes]:
    return [keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES)]


def _sub_key(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)
