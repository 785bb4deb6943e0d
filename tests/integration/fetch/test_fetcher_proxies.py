"""Ways out through proxies: they are told numbers only, and there is no way around them."""

import asyncio
import contextlib
import socket

import pytest
from practice_hosts import HERE, Answer, Hosts, egress, request
from practice_proxies import Connect, Socks

from cases.errors import TemporaryFailure
from crawler.fetch import permits
from crawler.fetch.contract import FetchCode, ResolveRequest

PAGE = b"<!doctype html><title>x</title>"
NUMBER = f"{HERE}:80"


def way(proxy, name="proxy"):
    kind = "socks5" if isinstance(proxy, Socks) else "http_proxy"
    return egress(name, kind=kind, proxy=proxy.address)


def dead_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.mark.parametrize("kind", [Socks, Connect])
async def test_a_proxy_is_told_numbers_and_the_peer_is_the_target(kind):
    """Plain and TLS alike: the proxy hears no name, the host is verified by its true name."""
    async with Hosts() as hosts, kind(hosts) as proxy:
        hosts.routes["/p"] = Answer(PAGE)
        await hosts.site("203.0.113.11", 443, tls=hosts.authority.server("secure.test"))
        await hosts.site("2001:db8::10", 80)
        hosts.names.zone |= {"secure.test": ["203.0.113.11"], "six.test": ["2001:db8::10"]}
        async with hosts.fetcher(ways=[way(proxy)]) as fetcher:
            urls = ["http://site.test/p", "https://secure.test/p", "http://six.test/p"]
            found = [await fetcher.fetch(request(url, egress="proxy")) for url in urls]
    assert [one.error for one in found] == [None] * 3
    assert [one.peer for one in found] == [HERE, "203.0.113.11", "2001:db8::10"]
    assert [one.tls for one in found] == ["none", "verified", "none"]
    asked = [one for one in proxy.handed if one != hosts.resolver]
    six = "2001:db8::10:80" if kind is Socks else "[2001:db8::10]:80"
    assert asked == [NUMBER, "203.0.113.11:443", six]
    assert [seen.headers["Host"] for seen in hosts.seen] == ["site.test", "secure.test", "six.test"]


async def test_through_socks_names_are_asked_for_through_the_proxy_over_tcp():
    """The resolver is reached through the proxy alone, and the result says so."""
    async with Hosts() as hosts, Socks(hosts) as proxy:
        hosts.names.zone["mail.test"] = ["mx:10 mx.mail.test."]
        async with hosts.fetcher(ways=[way(proxy)]) as fetcher:
            found = await fetcher.fetch(request("http://site.test/", egress="proxy"))
            question = ResolveRequest(
                permit=permits.dns("HW-2026-000001", "mail.test"), egress="proxy", records="mx"
            )
            mail = await fetcher.resolve(question)
            missing = await fetcher.fetch(request("http://none.test/", egress="proxy"))
    assert hosts.names.asked == []
    assert hosts.names.asked_by_tcp[:2] == ["site.test"] * 2
    assert (found.dns, mail.dns, mail.names) == ("tunnel", "tunnel", ("mx.mail.test",))
    assert missing.error is FetchCode.NXDOMAIN
    assert set(proxy.kinds) == {1}


async def test_through_connect_names_are_resolved_here():
    """An HTTP proxy carries no questions; the result says that they were asked from here."""
    async with (
        Hosts() as hosts,
        Connect(hosts) as proxy,
        hosts.fetcher(ways=[way(proxy)]) as fetcher,
    ):
        found = await fetcher.fetch(request("http://site.test/", egress="proxy"))
        numeric = await fetcher.fetch(request(f"http://{HERE}/", egress="proxy"))
    assert (found.dns, numeric.dns) == ("local", "none")
    assert proxy.handed == [NUMBER, NUMBER]
    assert b"site.test" not in b"".join(proxy.heads)


@pytest.mark.parametrize("kind", [Socks, Connect])
async def test_what_is_refused_is_not_even_told_to_the_proxy(kind):
    """A name with an internal address, a literal one, a redirect to one, the proxy itself."""
    async with Hosts() as hosts, kind(hosts) as proxy:
        inner = f"http://127.0.0.1:{hosts.internal_port}/"
        hosts.names.zone |= {"inner.test": ["127.0.0.1"], "mixed.test": [HERE, "10.0.0.1"]}
        hosts.routes["/r"] = Answer(status=302, headers=[("Location", inner)])
        urls = [inner, "http://inner.test/", "http://mixed.test/", f"http://{proxy.address}/"]
        async with hosts.fetcher(ways=[way(proxy)]) as fetcher:
            found = [await fetcher.fetch(request(url, egress="proxy")) for url in urls]
            redirected = await fetcher.fetch(request("http://site.test/r", egress="proxy"))
    assert {one.error for one in found} == {FetchCode.REFUSED_ADDRESS}
    assert redirected.hops[-1].error is FetchCode.REFUSED_ADDRESS
    assert hosts.internal_connections == 0
    assert [one for one in proxy.handed if one != hosts.resolver] == [NUMBER]


@pytest.mark.parametrize("kind", ["socks5", "http_proxy"])
async def test_a_dead_proxy_is_our_fault_and_nobody_goes_around_it(kind):
    """No direct connection is made, neither to the host nor, through SOCKS, to the resolver."""
    async with Hosts() as hosts:
        dead = egress("proxy", kind=kind, proxy=f"127.0.0.1:{dead_port()}")
        async with hosts.fetcher(ways=[dead]) as fetcher:
            urls = ["http://site.test/", f"http://{HERE}/", "https://site.test/"]
            found = [await fetcher.fetch(request(url, egress="proxy")) for url in urls]
            question = ResolveRequest(
                permit=permits.dns("HW-2026-000001", "site.test"), egress="proxy"
            )
            if kind == "socks5":
                with pytest.raises(TemporaryFailure, match="proxy"):
                    await fetcher.resolve(question)
    assert {one.error for one in found} == {FetchCode.EGRESS_DOWN}
    assert hosts.seen == []
    assert kind == "http_proxy" or (hosts.names.asked, hosts.names.asked_by_tcp) == ([], [])


async def test_a_proxy_that_hangs_up_or_answers_nonsense_is_down():
    """Silence ends as a time-out of the proxy's; nonsense and a hang-up at once; never direct."""

    async def serve(words):
        async def talk(reader, writer):
            writer.write(words)
            await writer.drain()
            writer.close()

        return await asyncio.start_server(talk, "127.0.0.1", 0)

    async with Hosts() as hosts:
        servers = [
            await serve(words) for words in (b"", b"SSH-2.0-x\r\n\r\n", b"\x05\xff", b"x" * 9000)
        ]
        ways = [
            egress(
                f"{kind[:5]}{number}",
                kind=kind,
                proxy=f"127.0.0.1:{server.sockets[0].getsockname()[1]}",
            )
            for number, server in enumerate(servers)
            for kind in ("socks5", "http_proxy")
        ]
        async with hosts.fetcher(ways=ways) as fetcher:
            found = [
                await fetcher.fetch(request(f"http://{HERE}/", egress=one.name)) for one in ways
            ]
        for server in servers:
            server.close()
    assert {one.error for one in found} == {FetchCode.EGRESS_DOWN}
    assert hosts.seen == []


@pytest.mark.parametrize("kind", [Socks, Connect])
async def test_a_proxy_may_want_a_password(kind):
    """Right credentials pass; wrong ones and none are our fault and are shown nowhere."""
    given = {"good": ("u", "p:x"), "bad": ("u", "no")}
    async with Hosts() as hosts, kind(hosts, user="u:p:x") as proxy:
        ways = [way(proxy, name=name) for name in ("good", "bad", "none")]
        fetcher = hosts.fetcher(ways=ways, credentials=given)
        async with fetcher:
            found = [
                (await fetcher.fetch(request(f"http://{HERE}/", egress=one.name))).error
                for one in ways
            ]
    assert found == [None, FetchCode.EGRESS_DOWN, FetchCode.EGRESS_DOWN]
    assert len(hosts.seen) == 1
    assert "p:x" not in repr(fetcher._setup)


SAID = {
    1: "egress_down",
    2: "egress_down",
    3: "egress_down",
    4: "connect_timeout",
    5: "connect_refused",
    6: "connect_timeout",
    8: "egress_down",
    403: "egress_down",
    407: "egress_down",
    500: "egress_down",
    502: "connect_timeout",
    503: "connect_timeout",
    504: "connect_timeout",
}


async def test_what_a_proxy_says_of_a_target_never_proves_it_gone():
    """Its word is the host's passing trouble or our fault; `no_route` is never among them."""
    async with Hosts() as hosts, contextlib.AsyncExitStack() as stack:
        ways = []
        for word in SAID:
            proxy = (
                Socks(hosts, reply=word)
                if word < 100
                else Connect(hosts, answer=b"HTTP/1.1 %d x\r\n\r\n" % word)
            )
            ways.append(way(await stack.enter_async_context(proxy), name=f"said{word}"))
        async with hosts.fetcher(ways=ways) as fetcher:
            found = {
                word: (await fetcher.fetch(request(f"http://{HERE}/", egress=f"said{word}"))).error
                for word in SAID
            }
    assert found == SAID
    assert hosts.seen == []


@pytest.mark.parametrize("kind", [Socks, Connect])
async def test_a_bad_certificate_is_seen_through_the_proxy(kind):
    """The certificate is the host's: another name fails, and the second attempt is marked."""
    async with Hosts() as hosts, kind(hosts) as proxy:
        await hosts.site("203.0.113.11", 443, tls=hosts.authority.server("other.test"))
        hosts.names.zone["secure.test"] = ["203.0.113.11"]
        hosts.routes["/"] = Answer(PAGE)
        async with hosts.fetcher(ways=[way(proxy)]) as fetcher:
            strict = await fetcher.fetch(
                request("https://secure.test/", egress="proxy", tls="verify")
            )
            loose = await fetcher.fetch(request("https://secure.test/", egress="proxy"))
    assert (strict.error, len(strict.hops)) == (FetchCode.TLS_FAILED, 1)
    assert (loose.error, loose.tls) == (None, "unverified")
