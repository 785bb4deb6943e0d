"""
The signed bundle for a partner hotline: a compact JWS over JSON, Ed25519 (RFC 7515, RFC 9864).

The algorithm stands in the header as `Ed25519`, the fully specified name that replaced `EdDSA`.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from cases.errors import InvalidInput, KeyProblem
from notices.partners.payload import FORMAT, VERSION

KEY_FILE = "partner-signing.key"
"""Name of the signing key's file, beside the master key."""
_ALGORITHM = "Ed25519"
_TYPE = "hostwatch-bundle+jws"
_LIMIT = 8 * 1024 * 1024
"""Bytes of a bundle that is read at all."""


class BundleSigner:
    """Holds our signing key; its private half never leaves this object and its file."""

    __slots__ = ("_key", "kid")

    def __init__(self, key: OKPKey) -> None:
        self._key = key
        self.kid = key.thumbprint()
        """RFC 7638 thumbprint, in the header of every bundle."""

    def __repr__(self) -> str:
        return f"BundleSigner(kid={self.kid!r})"

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return the payload as a compact JWS."""
        header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": self.kid}
        content = json.dumps(payload, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return jws.serialize_compact(header, content, self._key, algorithms=[_ALGORITHM])

    def public_jwk(self) -> dict[str, str]:
        """Return the public key for partners, as a JWK (RFC 8037)."""
        members = self._key.as_dict(private=False)
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": str(members["x"]),
            "kid": self.kid,
            "use": "sig",
            "alg": _ALGORITHM,
        }


def create_signer(path: Path) -> BundleSigner:
    """
    Make a signing key in a new file that only its owner can read.

    Raises:
        KeyProblem: the file exists already or cannot be written.

    """
    key = OKPKey.generate_key("Ed25519")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyProblem(
            f"{path}: a key file is there already; move it away before a new one is made."
        ) from None
    except OSError as error:
        raise KeyProblem(f"{path}: the key file cannot be written ({error.strerror}).") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(key.as_dict(private=True), file)
        file.flush()
        os.fsync(file.fileno())
    return BundleSigner(key)


def load_signer(path: Path) -> BundleSigner:
    """
    Read the signing key.

    Raises:
        KeyProblem: missing, readable for others, or not an Ed25519 key.

    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyProblem(f"{path}: others can read this key file; set its mode to 0600.")
        members = json.loads(path.read_text(encoding="ascii"))
        key = OKPKey.import_key(members)
    except OSError as error:
        raise KeyProblem(f"{path}: the key file cannot be read ({error.strerror}).") from None
    except (ValueError, TypeError, KeyError, JoseError):
        raise KeyProblem(f"{path}: this is not a signing key of hostwatch.") from None
    if key.curve_name != "Ed25519" or not key.is_private:
        raise KeyProblem(f"{path}: this is not a private Ed25519 key.")
    return BundleSigner(key)


def verify(bundle: str | bytes, public_jwk: Mapping[str, str]) -> dict[str, Any]:
    """
    Return what a bundle says, if the owner of `public_jwk` signed it.

    Raises:
        InvalidInput: too long, not signed by that key, or not a bundle of this format.

    """
    if len(bundle) > _LIMIT:
        raise InvalidInput("The bundle is longer than 8 MiB; it was not read.")
    payload, header = _verified(bundle, public_jwk)
    if header.get("typ") != _TYPE or not isinstance(payload, dict):
        raise InvalidInput("The signature is right, but this is not a partner bundle.")
    if payload.get("format") != FORMAT or payload.get("version") != VERSION:
        raise InvalidInput("The bundle has a format or version that this hostwatch does not know.")
    return payload


def _verified(
    bundle: str | bytes, public_jwk: Mapping[str, str]
) -> tuple[object, Mapping[str, Any]]:
    try:
        key = OKPKey.import_key({m: public_jwk[m] for m in ("kty", "crv", "x")})
        signed = jws.deserialize_compact(bundle, key, algorithms=[_ALGORITHM])
        return json.loads(signed.payload), signed.protected
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise InvalidInput(
            "The bundle's signature does not fit the partner's key, or it is damaged; "
            "ask the partner to send it again and compare the key's fingerprint."
        ) from None
