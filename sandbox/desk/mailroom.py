"""The practice mail server: takes every message once more into its log, then hands it on."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.desk import answers
from sandbox.desk.message import NoticeRead, read_notice
from sandbox.desk.people import DESKS, Desk
from sandbox.network import MAIL_NAME
from sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One accepted message."""

    sender: str
    recipients: tuple[str, ...]
    size: int
    notice: NoticeRead
    content: bytes


class Mailroom:
    """SMTP server and the desks behind it."""

    def __init__(self, world: World, *, scale: float) -> None:
        self._world = world
        self._scale = scale
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.accepted: list[Mail] = []
        self.counts: Counter[str] = Counter()
        """`taken_down`, `not_here`, `robot_requests`, `claims_taken`, `claims_refused`, ..."""
        self.refusing = ""
        """When set, every message is answered with this line, such as `451 4.3.0 busy`."""

    async def start(self, address: str, context: ssl.SSLContext) -> int:
        """Listen; return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self._protocol(context), address, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close and leave what the desks had still in mind."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def relay_log(self) -> list[str]:
        """Return the Message-ID of every accepted message in order, twice if it came twice."""
        return [mail.notice.message_id for mail in self.accepted]

    def mails(self) -> list[dict[str, Any]]:
        """Return what stands in the accepted messages, without their contents."""
        return [
            {"sender": mail.sender, "recipients": mail.recipients, "size": mail.size}
            | asdict(mail.notice)
            for mail in self.accepted
        ]

    def source(self, message_id: str) -> bytes | None:
        """Return an accepted message as it came."""
        found = (mail for mail in self.accepted if mail.notice.message_id == message_id)
        return next((mail.content for mail in found), None)

    def _protocol(self, context: ssl.SSLContext) -> SMTP:
        return SMTP(
            self,
            hostname=MAIL_NAME,
            ident="practice",
            tls_context=context,
            require_starttls=True,
            enable_SMTPUTF8=True,
        )

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Accept recipients that have a desk."""
        if address.lower() not in DESKS:
            self.counts["unknown_mailbox"] += 1
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address.lower())
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  # the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message into the log, then let the desks act."""
        if self.refusing:
            self.counts["put_off"] += 1
            return self.refusing
        content = envelope.original_content or b""
        mail = Mail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            size=len(content),
            notice=read_notice(content),
            content=content,
        )
        self.accepted.append(mail)
        for recipient in mail.recipients:
            self._begin(mail, DESKS[recipient])
        return f"250 2.0.0 accepted as {len(self.accepted)}"

    def _begin(self, mail: Mail, desk: Desk) -> None:
        task = asyncio.create_task(self._act(mail.notice, desk))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _act(self, notice: NoticeRead, desk: Desk) -> None:
        for url in notice.urls if desk.provider else ():
            self._world.notice(url, provider=desk.provider)
        await self._robot(notice)
        if desk.behaviour == "ignores":
            return
        if desk.behaviour == "partner":
            await self._claim(notice, "accepted")
        await asyncio.sleep(desk.delay_s * self._scale)
        for url in notice.urls:
            done = self._world.take_down(url, provider=desk.provider)
            self.counts["taken_down" if done else "not_here"] += 1
        if desk.behaviour == "partner":
            await self._claim(notice, "removed")

    async def _robot(self, notice: NoticeRead) -> None:
        for link in notice.links:
            for status in await answers.follow(link):
                self.counts["robot_requests" if status else "robot_unanswered"] += 1

    async def _claim(self, notice: NoticeRead, what: str) -> None:
        status = await answers.claim(notice.answer_url, code=notice.code, what=what)
        self.counts["claims_taken" if 200 <= status < 400 else "claims_refused"] += 1
