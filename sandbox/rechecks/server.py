"""
Situations over real sockets: a name for each situation at each hour that is looked at.

The same pure answers as in memory, behind a DNS server and an HTTP server on loopback. Hosts with
answers of their own may be added by name.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from aiohttp import web

from crawler.fetch.practice import Endpoint, PracticeNetwork
from sandbox.certificates import Authority
from sandbox.dns import DnsServer, Zone
from sandbox.pictures import Album
from sandbox.rechecks.answers import Heard, hear
from sandbox.rechecks.situation import Situation
from sandbox.reply import PictureBody, Reply, Visit
from sandbox.web import listen, reset

Host = Callable[[Visit], Heard]
SOURCES = {"home": "127.0.1.1", "abroad": "127.0.2.1", "filtered": "127.0.3.1"}
"""Way out -> local address that its connections leave from."""
_ADDRESS, MOVED_TO = "192.0.2.10", "192.0.2.11"
_REAL = "127.92.2.10"
_DNS = "127.0.0.1"
_PORT, _TLS_PORT = 80, 443


class RecheckServer:
    """Serves situations and other hosts until `stop`."""

    def __init__(self) -> None:
        self.album = Album(seed=1)
        self.hosts: dict[str, Host] = {}
        """Name -> what it answers."""
        self.moved: set[str] = set()
        """Names that point to the second address."""
        self.asked: Counter[tuple[str, str, str]] = Counter()
        """(host, method, path) -> requests."""
        self._ways = {address: name for name, address in SOURCES.items()}
        self._stopping = asyncio.Event()
        self._runner = web.ServerRunner(web.Server(self._handle))
        self._dns = DnsServer(Zone(self._address_of))

    def add(self, situation: Situation, hour: float) -> str:
        """Serve a situation as it is at an hour; return its host."""
        host = f"s{situation.seed}-{round(hour * 100)}.rechecks.test"
        self.hosts[host] = lambda visit: hear(situation, hour, visit)
        return host

    async def start(self) -> PracticeNetwork:
        """Listen; return the network that a fetcher is given."""
        await self._runner.setup()
        endpoints = [
            await listen(self._runner, _endpoint(address, port), None)
            for address, port in ((_ADDRESS, _PORT), (_ADDRESS, _TLS_PORT), (MOVED_TO, _PORT))
        ]
        port = await self._dns.start(_DNS)
        return PracticeNetwork(
            endpoints=tuple(endpoints), resolver=f"{_DNS}:{port}", ca_pem=Authority().pem
        )

    async def stop(self) -> None:
        """Let go of the waiting ones and close."""
        self._stopping.set()
        await self._runner.cleanup()
        await self._dns.stop()

    def _address_of(self, host: str) -> str | None:
        known = self.hosts.get(host)
        if known is None:
            return None
        # Only a vanished name fails for every path and way alike.
        root = Visit(
            host=host, base=f"http://{host}", path="/", method="GET", query={}, form={},
            egress="home", now=0.0,
        )  # fmt: skip
        if known(root).failure == "nxdomain":
            return None
        return MOVED_TO if host in self.moved else _ADDRESS

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.partition(":")[0].lower()
        known = self.hosts.get(host)
        if known is None:
            return web.Response(status=404, text="no such host here")
        self.asked[host, request.method, request.path] += 1
        heard = known(await self._visit(request, host))
        if heard.reply is None or heard.reply.drop != "no":
            return await self._fail(request, heard)
        return await self._sent(heard.reply)

    async def _visit(self, request: web.BaseRequest, host: str) -> Visit:
        form = await request.post() if request.method == "POST" else {}
        return Visit(
            host=host,
            base=f"{request.scheme}://{host}",
            path=request.path,
            method=request.method,
            query=dict(request.query),
            form={name: value for name, value in form.items() if isinstance(value, str)},
            egress=self._ways.get(request.remote or "", "other"),
            now=asyncio.get_running_loop().time(),
        )

    async def _fail(self, request: web.BaseRequest, heard: Heard) -> web.StreamResponse:
        resets = heard.failure == "reset" or (heard.reply and heard.reply.drop == "reset")
        if resets:
            return reset(request)
        await self._stopping.wait()
        return web.Response(status=503)

    async def _sent(self, reply: Reply) -> web.Response:
        body = reply.body
        if isinstance(body, PictureBody):
            content = await asyncio.to_thread(self.album.jpeg, body.name, body.variant)
        else:
            content = body.encode()
        return web.Response(
            status=reply.status,
            headers=dict(reply.headers),
            body=content if reply.status not in {204, 304} else None,
            content_type=reply.content_type,
        )


def _endpoint(address: str, port: int) -> Endpoint:
    # No certificate on either: a visit over TLS fails as with a broken one.
    return Endpoint(address=address, port=port, real_address=_REAL, real_port=0)
