"""
Signed checkpoints of the trail: what its head was at a moment, kept where the database is not.

The chain of the trail shows what was changed inside it; that the newest entries were cut off, that
the whole was written anew, or that an older copy of the database was put back, shows only against
a checkpoint. Each names the digest of the one before, and is signed with Ed25519 (RFC 8032) over
its canonical JSON without the signature.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cases.audit import GENESIS
from cases.audit_key import AuditSigner, signed_by
from cases.errors import InvalidInput

FORMAT = "hostwatch checkpoint 1"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the trail was at one moment. Holds no case, no location and no person."""

    installation: str
    """Random, made once; 16 hexadecimal digits."""
    number: int
    """1 for the first of the installation."""
    sequence: int
    """Of the newest entry."""
    count: int
    """Entries in the trail; equal to `sequence` where none is missing."""
    head: str
    """Digest of the newest entry."""
    at: datetime
    previous: str
    """Digest of the checkpoint before; `GENESIS` in the first."""
    restored_after: int | None = None
    """Last entry of the backup that was put back, where an administrator declared that."""
    signature: str = ""
    """Base64 of 64 bytes."""


def sign(checkpoint: Checkpoint, signer: AuditSigner) -> Checkpoint:
    """Return the checkpoint with its signature."""
    return replace(checkpoint, signature=signer.signature(_signed_bytes(checkpoint)))


def genuine(checkpoint: Checkpoint, public: bytes) -> bool:
    """Tell whether a checkpoint was signed by the owner of a public key."""
    return signed_by(public, _signed_bytes(checkpoint), checkpoint.signature)


# --------------------------------------------------------------------------- as text


def to_text(checkpoint: Checkpoint) -> str:
    """Write a checkpoint as one line of canonical JSON, without the line's end."""
    return _canonical({**_members(checkpoint), "signature": checkpoint.signature})


def from_text(text: str, name: str = "The checkpoint") -> Checkpoint:
    """
    Read what `to_text` wrote; the signature is not verified here.

    Raises:
        InvalidInput: not a checkpoint, or not in its canonical form.
    """
    try:
        read = _from_members(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidInput(f"{name} cannot be read: it is not a checkpoint of hostwatch.") from None
    if to_text(read) != text.strip():
        raise InvalidInput(f"{name} is not written as hostwatch writes checkpoints.")
    return read


def digest_of(checkpoint: Checkpoint) -> str:
    """Return the SHA-256 of a checkpoint's line, which the next one names."""
    return hashlib.sha256(to_text(checkpoint).encode()).hexdigest()


def _members(checkpoint: Checkpoint) -> dict[str, object]:
    return {
        "format": FORMAT,
        "installation": checkpoint.installation,
        "number": checkpoint.number,
        "sequence": checkpoint.sequence,
        "count": checkpoint.count,
        "head": checkpoint.head,
        "at": checkpoint.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": checkpoint.previous,
        "restored_after": checkpoint.restored_after,
    }


def _from_members(found: dict[str, object]) -> Checkpoint:
    texts = [found[name] for name in ("installation", "head", "previous", "signature")]
    numbers = [found[name] for name in ("number", "sequence", "count")]
    after = found["restored_after"]
    if found["format"] != FORMAT or not all(isinstance(one, str) for one in texts):
        raise ValueError
    if not all(type(one) is int for one in (*numbers, 0 if after is None else after)):
        raise ValueError
    installation, head, previous, signature = map(str, texts)
    if not (_DIGEST.fullmatch(head) and _DIGEST.fullmatch(previous)):
        raise ValueError
    return Checkpoint(
        installation=installation,
        number=numbers[0],  # type: ignore[arg-type]  # checked above
        sequence=numbers[1],  # type: ignore[arg-type]
        count=numbers[2],  # type: ignore[arg-type]
        head=head,
        at=datetime.fromisoformat(str(found["at"])),
        previous=previous,
        restored_after=after,  # type: ignore[arg-type]
        signature=signature,
    )


def _signed_bytes(checkpoint: Checkpoint) -> bytes:
    return _canonical(_members(checkpoint)).encode()


def _canonical(members: dict[str, object]) -> str:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), allow_nan=False)


# --------------------------------------------------------------------------- the next one


def next_checkpoint(
    newest: Checkpoint | None,
    *,
    installation: str,
    sequence: int,
    count: int,
    head: str,
    at: datetime,
    restored_after: int | None = None,
) -> Checkpoint:
    """Return the checkpoint that follows `newest`, not yet signed."""
    return Checkpoint(
        installation=installation,
        number=newest.number + 1 if newest else 1,
        sequence=sequence,
        count=count,
        head=head,
        at=at,
        previous=digest_of(newest) if newest else GENESIS,
        restored_after=restored_after,
    )
