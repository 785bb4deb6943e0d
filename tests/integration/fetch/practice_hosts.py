"""A practice network for the fetcher's tests: real DNS, HTTP and TLS servers on loopback."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
import tempfile

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from practice_proxies import dns_over_tcp

from config.settings import Egress, Fetch, Isolation, Network
from crawler.fetch import permits
from crawler.fetch.client import FetcherProcess, FetcherSetup
from crawler.fetch.contract import FetchLimits, FetchRequest
from crawler.fetch.practice import Endpoint, PracticeNetwork

JOBS = {
    "page": "isolation.selftest:echo_length",
    "rdap": "isolation.selftest:echo_length",
    "picture": "isolation.selftest:echo_length",
}
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40 + b"\xff\xd9"
HERE = "203.0.113.10"
"""Address of the main practice server."""


class Names(asyncio.DatagramProtocol):
    """A small DNS server; `zone` maps a name to addresses or to a word for a failure."""

    def __init__(self):
        self.zone = {}
        self.asked = []
        self.asked_by_tcp = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        self.asked.append(name)
        answer = self.answer(query, question, name)
        if answer is not None:
            self.transport.sendto(answer.to_wire(), peer)

    def answer(self, query, question, name):
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        found = self.zone.get(name, "nxdomain")
        found = found.pop(0) if found and isinstance(found[0], (list, tuple)) else found
        if found == "silent":
            return None
        if found in ("nxdomain", "servfail"):
            reply.set_rcode(dns.rcode.from_text(found))
            return reply
        wanted = {1: 4, 28: 6}.get(question.rdtype)
        for item in found:
            word, _, text = item.partition(":")
            if word in ("mx", "ns"):
                if question.rdtype == {"mx": 15, "ns": 2}[word]:
                    reply.answer.append(
                        dns.rrset.from_text(question.name, 60, "IN", word.upper(), text)
                    )
            elif item.startswith("cname:"):
                target = item.removeprefix("cname:")
                reply.answer.append(
                    dns.rrset.from_text(question.name, 60, "IN", "CNAME", f"{target}.")
                )
                question = dns.rrset.RRset(
                    dns.name.from_text(f"{target}."), question.rdclass, question.rdtype
                )
            elif ipaddress.ip_address(item).version == wanted:
                reply.answer.append(
                    dns.rrset.from_text(
                        question.name, 60, "IN", "A" if wanted == 4 else "AAAA", item
                    )
                )
        return reply


class Hosts:
    """All servers of one test."""

    def __init__(self):
        self.names = Names()
        self.endpoints = []
        self.internal_connections = 0
        self.seen = []
        self.routes = {}
        self.authority = Authority()
        self._stack = contextlib.AsyncExitStack()
        self._next = 1

    async def __aenter__(self):
        self.resolver = f"127.0.0.1:{await self._name_server()}"
        internal = await self._listen(self._internal)
        self.internal_port = internal[1]
        await self.site(HERE, 80)
        self.names.zone["site.test"] = [HERE]
        return self

    async def __aexit__(self, *_):
        await self._stack.aclose()

    async def _name_server(self):
        """Listen on a port that is free for TCP and UDP."""
        loop = asyncio.get_running_loop()
        for _ in range(20):
            tcp = await asyncio.start_server(dns_over_tcp(self.names), "127.0.0.1", 0)
            here = tcp.sockets[0].getsockname()[:2]
            try:
                udp, _ = await loop.create_datagram_endpoint(lambda: self.names, local_addr=here)
            except OSError:
                tcp.close()
                continue
            self._stack.callback(tcp.close)
            self._stack.callback(udp.close)
            return here[1]
        raise OSError("no port is free")

    async def site(self, address, port, *, tls=None):
        """Serve the routes at a look-alike address."""
        runner = web.ServerRunner(web.Server(self._serve))
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        real = self._address()
        site = web.TCPSite(runner, real, 0, ssl_context=tls)
        await site.start()
        real_port = runner.addresses[0][1]
        self._endpoint(address, port, real, real_port)

    async def raw(self, address, port, talk):
        """Serve whatever `talk(reader, writer)` writes."""

        async def guarded(reader, writer):
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await talk(reader, writer)
            with contextlib.suppress(ConnectionError):
                writer.close()

        real, real_port = await self._listen(guarded)
        self._endpoint(address, port, real, real_port)

    def network(self):
        return PracticeNetwork(
            endpoints=tuple(self.endpoints), resolver=self.resolver, ca_pem=self.authority.pem
        )

    def fetcher(
        self, *, jobs=None, fetch=None, isolation=None, turns=None, ways=(), credentials=None
    ):
        return FetcherProcess(
            FetcherSetup(
                egresses=(
                    egress("home", None),
                    egress("abroad", "127.0.0.77"),
                    *ways,
                ),
                credentials=credentials or {},
                network=Network(),
                fetch=Fetch(
                    **(
                        {
                            "pace_period_s": 0.01,
                            "per_host": 8,
                            "connect_s": 2,
                            "read_s": 2,
                            "total_s": 4,
                        }
                        | (fetch or {})
                    )
                ),
                isolation=Isolation(**({"workers": 1, "cpu_s": 2} | (isolation or {}))),
                jobs=JOBS if jobs is None else jobs,
                practice=self.network(),
            ),
            turns,
        )

    async def _serve(self, request):
        self.seen.append(request)
        route = self.routes.get(
            (request.host.partition(":")[0], request.path), self.routes.get(request.path)
        )
        if route is None:
            return web.Response(status=404, text="<html>gone</html>", content_type="text/html")
        return await route(request) if callable(route) else route.clone()

    async def _internal(self, reader, writer):
        self.internal_connections += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nSECRET")
        await writer.drain()
        writer.close()

    async def _listen(self, talk):
        server = await asyncio.start_server(talk, self._address(), 0)
        self._stack.callback(server.close)
        return server.sockets[0].getsockname()[:2]

    def _endpoint(self, address, port, real, real_port):
        self.endpoints.append(
            Endpoint(address=address, port=port, real_address=real, real_port=real_port)
        )

    def _address(self):
        self._next += 1
        return f"127.0.0.{self._next}"


class Answer:
    """A fixed answer, made anew for each request."""

    def __init__(self, body=b"", *, status=200, content_type="text/html", headers=()):
        self.body, self.status, self.content_type, self.headers = (
            body,
            status,
            content_type,
            headers,
        )

    def clone(self):
        response = web.Response(body=self.body, status=self.status, content_type=self.content_type)
        for name, value in self.headers:
            response.headers.add(name, value)
        return response


def redirect(target, status=302):
    return Answer(status=status, headers=[("Location", target)])


class Authority:
    """A certificate authority that lives as long as one test."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Practice Authority")])
        self._own = self._sign(self._name, self._key, None)
        self.pem = self._own.public_bytes(serialization.Encoding.PEM).decode()

    def server(self, host):
        """A TLS context with a certificate for a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        pem = self._sign(name, key, host).public_bytes(serialization.Encoding.PEM)
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(pem + secret)
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def _sign(self, name, key, host):
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def egress(name, source=None, **changes):
    return Egress(
        **changes,
        name=name,
        source_address=source,
        network="AS64500",
        country="LU",
        operator="Hotline",
        approver="Manager",
        unfiltered=True,
    )


def request(url, **changes):
    """A request for a reported URL."""
    values = {"permit": permits.reported("HW-2026-000001", url), "egress": "home"}
    return FetchRequest(**(values | changes))


def limits(**changes):
    return FetchLimits(**({"connect_s": 2, "read_s": 2, "total_s": 4} | changes))
