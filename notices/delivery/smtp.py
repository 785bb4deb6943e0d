"""
The hotline's own mail relay: one SMTP dialogue per message, never a second one by itself.

Until the relay is asked for DATA nothing can have been taken; from then on only its own answer
says what became of the message.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from notices.contacts import is_mailbox
from notices.delivery.channel import Accepted, NotSent, Receipt, Refused, Uncertain
from notices.wording import one_line

_Stage = Literal["connect", "sender", "recipient", "message"]
_REFUSED_WORDS: dict[_Stage, str] = {
    "sender": "sender_refused",
    "recipient": "recipient_refused",
    "message": "message_refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpChannel:
    """Sends through one relay."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    """`none` only where the configuration says so; there is no silent fall-back to it."""
    local_hostname: str
    """Our name in EHLO."""
    timeout_s: float = 30.0
    """Seconds for one answer; a whole dialogue may take six times as long."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """A context of one's own, such as one that trusts a practice CA; none trusts the system's."""

    async def send(
        self, message: bytes, *, message_id: str, sender: str, recipient: str
    ) -> Receipt:
        """Send the exact bytes once and say what is known of their fate."""
        _ = message_id  # stands in the message; other channels need it beside
        if not (is_mailbox(sender) and is_mailbox(recipient)):
            return NotSent(reason="address_unusable")
        dialogue = _Dialogue(client=self._client())
        try:
            async with asyncio.timeout(self.timeout_s * 6):
                return await dialogue.run(message, sender=sender, recipient=recipient)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return dialogue.fate(error)
        finally:
            dialogue.client.close()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            local_hostname=self.local_hostname,
            username=self.username,
            password=self.password,
            timeout=self.timeout_s,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=None if self.security == "none" else self._context(),
        )

    def _context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


@dataclass(slots=True, kw_only=True)
class _Dialogue:
    """One connection, and how far it came."""

    client: aiosmtplib.SMTP
    stage: _Stage = "connect"

    async def run(self, message: bytes, *, sender: str, recipient: str) -> Receipt:
        await self.client.connect()
        await self.client.ehlo()
        self.stage = "sender"
        await self.client.mail(sender)
        self.stage = "recipient"
        await self.client.rcpt(recipient)
        self.stage = "message"
        answer = await self.client.data(message)
        await self._part()
        return Accepted(code=answer.code, text=one_line(answer.message, 80))

    async def _part(self) -> None:
        """Say goodbye; the message is taken already, whatever comes of this."""
        try:
            await self.client.quit(timeout=2)
        except (aiosmtplib.SMTPException, OSError):
            return

    def fate(self, error: Exception) -> Receipt:
        """Return what an error says about the message, by how far the dialogue came."""
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return self._answered(error.code)
        if self.stage == "message":
            late = isinstance(error, TimeoutError)
            return Uncertain(reason="no_answer_after_data" if late else "lost_after_data")
        return NotSent(reason=_not_sent_word(error))

    def _answered(self, code: int) -> Receipt:
        if self.stage == "connect":
            return NotSent(reason=f"relay_{code}" if code > 0 else "relay_garbled")
        if 500 <= code <= 599:
            return Refused(code=code, reason=_REFUSED_WORDS[self.stage])
        if 400 <= code <= 499:
            return NotSent(reason=f"later_{code}")
        garbled = "relay_garbled"
        return Uncertain(reason=garbled) if self.stage == "message" else NotSent(reason=garbled)


def _not_sent_word(error: Exception) -> str:
    causes = {type(error), type(error.__cause__), type(error.__context__)}
    if any(issubclass(cause, ssl.SSLError) for cause in causes):
        return "tls_failed"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return "connection_lost"
    if isinstance(error, aiosmtplib.SMTPConnectError | OSError):
        return "no_connection"
    return "relay_lacks_security"
