"""What a recipient may answer, the code that lets it, and how an answer is recorded."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from cases.errors import InvalidInput
from cases.lifecycle import move_notice
from cases.model import Notice, NoticeState
from notices.claims import CLAIMS

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, O, 1, I, L and U: none is mistaken for another on paper or aloud."""
CODE_LENGTH = 12
"""About 59 bits; together with the rate limit of the answers page beyond guessing."""
OPEN_FOR = timedelta(days=180)
"""How long after sending the answers page takes an answer."""
_ANSWERABLE = frozenset({NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNKNOWN})
_KEEPS_STATE = frozenset({NoticeState.SENDING, NoticeState.ANSWERED})
"""While sending, the receipt decides first; it then finds the answer."""


def new_code() -> str:
    """Return a new random answer code."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """
    Return a typed code in its stored form: upper case, without blanks and dashes.

    >>> read_code(" abcd-efgh jkmn ")
    'ABCDEFGHJKMN'
    """
    return "".join(c for c in typed[:64].upper() if c.isascii() and c.isalnum())


def same_code(typed: str, stored: str | None) -> bool:
    """Compare a typed code with the stored one, in constant time; no stored code fits nothing."""
    if stored is None:
        return False
    return hmac.compare_digest(read_code(typed).encode(), stored.encode())


def record(notice: Notice, claim: str, now: datetime) -> Notice:
    """
    Return the notice with the recipient's claim; a later claim replaces an earlier one.

    Raises:
        InvalidInput: no such claim, the notice has not left, was withdrawn, or is too old.

    """
    if claim not in CLAIMS:
        raise InvalidInput(f"An answer is one of: {', '.join(CLAIMS)}.")
    if notice.state not in _ANSWERABLE | _KEEPS_STATE:
        raise InvalidInput("This notice takes no answer now: it was not sent, or was withdrawn.")
    since = notice.sent_at or notice.claimed_at or notice.drafted_at
    if now - since > OPEN_FOR:
        raise InvalidInput("This notice is too old for an answer here; please write to us instead.")
    if notice.state in _KEEPS_STATE:
        return replace(notice, answer=claim)
    return move_notice(notice, NoticeState.ANSWERED, answer=claim)
