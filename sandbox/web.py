"""HTTP and HTTPS servers of the practice web: a loopback socket per look-alike address."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Mapping

from aiohttp import web

from crawler.fetch.practice import Endpoint
from sandbox.network import HOSTS, SOURCE_ADDRESSES, Host, loopback_of
from sandbox.pictures import Album
from sandbox.reply import PictureBody, Reply, Visit
from sandbox.world import World

_EGRESS = {address: name for name, address in SOURCE_ADDRESSES.items()}
_PORTS = {"http": 80, "https": 443}
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class PracticeWeb:
    """Serves every host of the table until `stop`."""

    def __init__(self, world: World, album: Album) -> None:
        self._world = world
        self._album = album
        self._stopping = asyncio.Event()
        self._runner = web.ServerRunner(web.Server(self._handle))

    async def start(
        self, trusted: ssl.SSLContext, untrusted: Mapping[str, ssl.SSLContext]
    ) -> list[Endpoint]:
        """Listen for all hosts; `untrusted` has the contexts of hosts with a bad certificate."""
        await self._runner.setup()
        endpoints: list[Endpoint] = []
        for host, address in sorted(_listeners(), key=lambda pair: (pair[1], pair[0].name)):
            endpoint = Endpoint(
                address=address,
                port=_PORTS[host.scheme],
                real_address=loopback_of(address),
                real_port=0,
            )
            if any((known.address, known.port) == (address, endpoint.port) for known in endpoints):
                continue
            context = untrusted.get(host.name, trusted) if host.scheme == "https" else None
            endpoints.append(await listen(self._runner, endpoint, context))
        return endpoints

    async def stop(self) -> None:
        """Let go of the waiting ones and close."""
        self._stopping.set()
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        name = request.host.rpartition(":")[0] or request.host
        host = HOSTS.get(name.lower())
        if host is None:
            return web.Response(status=404, text="no such host here")
        visit = await self._visit(request, host)
        reply = self._world.answer(visit)
        if reply.drop == "silence":
            await self._stopping.wait()
            return web.Response(status=503)
        if reply.drop == "reset":
            return reset(request)
        return await self._send(request, reply)

    async def _visit(self, request: web.BaseRequest, host: Host) -> Visit:
        form = await request.post() if request.method == "POST" else {}
        return Visit(
            host=host.name,
            base=f"{host.scheme}://{host.name}",
            path=request.path,
            method=request.method,
            query=dict(request.query),
            form={name: value for name, value in form.items() if isinstance(value, str)},
            egress=_EGRESS.get(request.remote or "", "other"),
            now=self._world.now(),
        )

    async def _send(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        shown = isinstance(reply.body, PictureBody)
        content = await self._content(reply)
        response = web.StreamResponse(status=reply.status, headers=reply.headers)
        response.content_type = reply.content_type
        if reply.content_type.startswith("text/"):
            response.charset = "utf-8"
        response.content_length = len(content)
        await response.prepare(request)
        if request.method != "HEAD":
            await response.write(content)
        await response.write_eof()
        if shown and request.method == "GET":
            self._world.media_bytes += len(content)
        return response

    async def _content(self, reply: Reply) -> bytes:
        if isinstance(reply.body, str):
            return reply.body.encode()
        return await asyncio.to_thread(self._album.jpeg, reply.body.name, reply.body.variant)


def _listeners() -> list[tuple[Host, str]]:
    listeners = [(host, host.address) for host in HOSTS.values()]
    listeners += [(host, host.moved_to) for host in HOSTS.values() if host.moved_to]
    return listeners


async def listen(
    runner: web.ServerRunner, endpoint: Endpoint, context: ssl.SSLContext | None
) -> Endpoint:
    """Listen on a free port of the endpoint's real address; return the endpoint with its port."""
    bound = socket.create_server((endpoint.real_address, endpoint.real_port))
    await web.SockSite(runner, bound, ssl_context=context).start()
    return Endpoint(
        address=endpoint.address,
        port=endpoint.port,
        real_address=endpoint.real_address,
        real_port=bound.getsockname()[1],
    )


def reset(request: web.BaseRequest) -> web.Response:
    """Break the connection off, so that the other side sees a reset."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return web.Response(status=503)


class Internal:
    """The server that nobody may reach; it counts who did."""

    def __init__(self) -> None:
        self.hits = 0
        self._server: asyncio.Server | None = None

    async def start(self, address: str) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(self._greet, address, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close."""
        if self._server is not None:
            self._server.close()

    async def _greet(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nsecret")
        await writer.drain()
        writer.close()
