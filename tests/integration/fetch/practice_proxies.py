"""Proxies for the fetcher's tests: they lead look-alike addresses to loopback and note every word."""

import asyncio
import base64
import contextlib
import ipaddress

import dns.message


class Proxy:
    """What both kinds share; `handed` is what they were asked to connect to, as text."""

    def __init__(self, hosts, *, user=None):
        self.hosts, self.user = hosts, user
        self.handed = []
        self.heard = bytearray()
        self.connections = 0
        self._talks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._guarded, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _guarded(self, reader, writer):
        self.connections += 1
        talk = asyncio.current_task()
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            await self.talk(reader, writer)
        writer.close()

    def real(self, address, port):
        """Where the look-alike lies; the resolver stands where it says."""
        if f"{address}:{port}" == self.hosts.resolver:
            return address, port
        for one in self.hosts.endpoints:
            if (ipaddress.ip_address(one.address), one.port) == (
                ipaddress.ip_address(address),
                port,
            ):
                return one.real_address, one.real_port
        raise ConnectionRefusedError

    async def join(self, reader, writer, far):
        """Carry bytes both ways until both have ended."""
        far_reader, far_writer = far

        async def carry(source, goal):
            with contextlib.suppress(ConnectionError):
                while data := await source.read(65536):
                    goal.write(data)
                    await goal.drain()
            with contextlib.suppress(ConnectionError, OSError):
                goal.write_eof()

        tasks = [
            asyncio.ensure_future(carry(reader, far_writer)),
            asyncio.ensure_future(carry(far_reader, writer)),
        ]
        try:
            await tasks[1]
        finally:
            for task in tasks:
                task.cancel()
            far_writer.close()
            await asyncio.gather(*tasks, return_exceptions=True)


class Socks(Proxy):
    """SOCKS5; `reply` is the code of a refusal."""

    def __init__(self, hosts, *, user=None, reply=0):
        super().__init__(hosts, user=user)
        self.reply = reply
        self.kinds = []

    async def talk(self, reader, writer):
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        method = 2 if self.user else 0
        writer.write(bytes([5, method if method in methods else 255]))
        if method not in methods:
            return
        if self.user and not await self._signed_in(reader, writer):
            return
        _, _, _, kind = await reader.readexactly(4)
        self.kinds.append(kind)
        lengths = {1: 4, 4: 16}
        size = lengths[kind] if kind in lengths else (await reader.readexactly(1))[0]
        raw = await reader.readexactly(size)
        port = int.from_bytes(await reader.readexactly(2), "big")
        address = str(ipaddress.ip_address(raw)) if kind in lengths else raw.decode()
        self.handed.append(f"{address}:{port}")
        code = self.reply
        far = None
        if not code:
            try:
                far = await asyncio.open_connection(*self.real(address, port))
            except OSError:
                code = 5
        writer.write(bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
        if far:
            await self.join(reader, writer, far)

    async def _signed_in(self, reader, writer):
        _, size = await reader.readexactly(2)
        user = (await reader.readexactly(size)).decode()
        size = (await reader.readexactly(1))[0]
        password = (await reader.readexactly(size)).decode()
        good = f"{user}:{password}" == self.user
        writer.write(bytes([1, 0 if good else 1]))
        return good


class Connect(Proxy):
    """An HTTP proxy that knows CONNECT only; `answer` replaces its answer."""

    def __init__(self, hosts, *, user=None, answer=None):
        super().__init__(hosts, user=user)
        self.answer = answer
        self.heads = []

    async def talk(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.handed.append(target)
        host, _, port = target.rpartition(":")
        if self.answer is not None:
            writer.write(self.answer)
            return
        wanted = base64.b64encode((self.user or "").encode())
        if method != "CONNECT" or (self.user and b"Basic " + wanted not in head):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        try:
            far = await asyncio.open_connection(*self.real(host.strip("[]"), int(port)))
        except OSError:
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n")
        await self.join(reader, writer, far)


def dns_over_tcp(names):
    """Serve a zone over TCP as well."""

    async def talk(reader, writer):
        with contextlib.suppress(
            asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError
        ):
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                query = dns.message.from_wire(await reader.readexactly(size))
                question = query.question[0]
                name = question.name.to_text().rstrip(".").lower()
                names.asked_by_tcp.append(name)
                answer = names.answer(query, question, name)
                if answer is None:
                    await asyncio.sleep(30)
                    break
                wire = answer.to_wire()
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        writer.close()

    return talk
