"""What a channel is asked, and the four answers it may give; doubt is an answer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The other side took responsibility for the message."""

    code: int
    text: str
    """At most 80 printable characters of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The other side refused for good; the message was not delivered."""

    code: int
    reason: str = "refused"
    """`sender_refused`, `recipient_refused`, `message_refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The message is known not to have been taken; trying again later is safe."""

    reason: str
    """A short machine word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """The message may have been taken; only a Message-ID in the relay's log settles it."""

    reason: str
    """A short machine word."""


Receipt = Accepted | Refused | NotSent | Uncertain


class Channel(Protocol):
    """A way by which a frozen message leaves."""

    async def send(
        self, message: bytes, *, message_id: str, sender: str, recipient: str
    ) -> Receipt:
        """Send the exact bytes once; never raise for what the other side did."""
        ...


def receipt_word(receipt: Receipt) -> str:
    """
    Return a receipt as the short word that is kept with a notice.

    >>> receipt_word(Refused(code=550, reason="recipient_refused"))
    'recipient_refused 550'
    """
    match receipt:
        case Accepted():
            return f"accepted {receipt.code} {receipt.text}".rstrip()
        case Refused():
            return f"{receipt.reason} {receipt.code}"
        case NotSent():
            return f"not_sent {receipt.reason}"
        case Uncertain():
            return f"uncertain {receipt.reason}"
