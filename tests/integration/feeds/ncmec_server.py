"""A source of hash lists on loopback: NCMEC's hash sharing version 2 in its documented shapes, and its moods."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from aiohttp import web

from sandbox.certificates import Authority

USER, PASSWORD = "hotline", "s3cret:with colon"
NAMESPACE = "https://hashsharing.ncmec.org/hashsharing/v2"


@dataclass
class Shared:
    """One entry as a member shares it."""

    id: str
    content: bytes = b""
    member: int = 42
    at: str = "2026-01-01T00:00:00Z"
    classification: str | None = "A1"
    deleted: bool = False
    extra: str = ""

    def xml(self) -> str:
        head = f'<member id="{self.member}">A member</member><timestamp>{self.at}</timestamp>'
        head += f"<id>{escape(self.id)}</id>"
        if self.deleted:
            return f"<deletedImage>{head}</deletedImage>"
        if self.classification:
            head += f"<classification>{self.classification}</classification>"
        digests = "".join(
            f"<{kind}>{hashlib.new(kind, self.content).hexdigest()}</{kind}>"
            for kind in ("md5", "sha1")
        )
        return f"<image>{head}<fingerprints>{digests}{self.extra}</fingerprints></image>"


@dataclass
class Source:
    """What the server answers; a test changes it while it runs."""

    entries: list[Shared] = field(default_factory=list)
    page_size: int = 3
    moods: dict[int, web.Response] = field(default_factory=dict)
    """Number of a request, from 1 -> what it is answered instead."""
    silent_from: int | None = None
    next_page: str | None = None
    """Instead of the real address of the next page."""
    asked: list[dict[str, str]] = field(default_factory=list)
    authority: Authority = field(default_factory=Authority)
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.port}/npo"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        number = len(self.asked)
        if self.silent_from is not None and number >= self.silent_from:
            await asyncio.sleep(60)
        if number in self.moods:
            return self.moods[number]
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {token}":
            return web.Response(status=401)
        if request.path != "/npo/v2/entries":
            return web.Response(status=404)
        start = int(request.query.get("start", "0"))
        return web.Response(text=self._page(request, start), content_type="application/xml")

    def _page(self, request: web.Request, start: int) -> str:
        since, until = request.query.get("from", ""), request.query["to"]
        chosen = [one for one in self.entries if since <= one.at < until]
        shown = chosen[start : start + self.page_size]
        more = ""
        if start + self.page_size < len(chosen):
            query = {**dict(request.query), "start": str(start + self.page_size)}
            address = self.next_page or f"/v2/entries?{urlencode(query)}"
            more = f"<paging><next>{escape(address)}</next></paging>"
        images = "".join(one.xml() for one in shown)
        return (
            f'<?xml version="1.0"?><queryResult xmlns="{NAMESPACE}"><images count="{len(shown)}">'
            f'{images}</images><videos count="0"/>{more}</queryResult>'
        )


@asynccontextmanager
async def serving(source: Source) -> AsyncIterator[Source]:
    """Listen with a certificate of the source's own authority."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", source.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    bound = socket.create_server(("127.0.0.1", 0))
    source.port = bound.getsockname()[1]
    tls = source.authority.server_context(("localhost",), ("127.0.0.1",))
    await web.SockSite(runner, bound, ssl_context=tls).start()
    try:
        yield source
    finally:
        await runner.cleanup()
