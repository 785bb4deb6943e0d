"""Which certificates are believed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from crawler.fetch.practice import PracticeNetwork


@dataclass(frozen=True, slots=True)
class Trust:
    """The two ways to look at a certificate."""

    verified: ssl.SSLContext
    unverified: ssl.SSLContext


def trust(practice: PracticeNetwork | None) -> Trust:
    """Build the TLS contexts; in practice only the practice authority is trusted."""
    verified = ssl.create_default_context(cadata=practice.ca_pem if practice else None)
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    return Trust(verified, unverified)
