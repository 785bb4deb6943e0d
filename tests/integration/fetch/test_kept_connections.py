"""A visit keeps its connections; what is heard over a kept one never speaks against a host."""

import asyncio

import pytest
from practice_hosts import HERE, JPEG, Answer, Hosts, egress, redirect, request
from practice_proxies import Connect, Socks

from crawler.fetch import permits
from crawler.fetch.contract import Derivation, FetchCode

PAGE = "http://talk.test:8081/page"
GOOD = b"<html>hello, this is a page</html>"


class Talk:
    """A host that answers by hand; `say(connection, number)` gives the bytes of an answer."""

    def __init__(self, say=lambda connection, number: whole(GOOD)):
        self.say = say
        self.connections = 0
        self.asked = []
        self.ends = 0

    async def __call__(self, reader, writer):
        self.connections += 1
        connection, number = self.connections, 0
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            number += 1
            self.asked.append((connection, head.split(b" ")[1].decode()))
            answer = self.say(connection, number)
            writer.write(answer)
            await writer.drain()
            if not answer:
                return


def whole(body, status="200 OK", kind="text/html"):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def media(path="/a.jpg", visit="visit"):
    """A request for a picture on the page, in a visit."""
    return request(
        PAGE,
        jar=visit,
        permit=permits.derive(
            permits.reported("HW-2026-000001", PAGE),
            Derivation.EMBEDDED_MEDIA,
            f"http://talk.test:8081{path}",
        ),
        read_as="media",
    )


async def talking(hosts, talk):
    await hosts.raw("203.0.113.30", 8081, talk)
    hosts.names.zone["talk.test"] = ["203.0.113.30"]


async def test_a_page_and_its_media_share_a_connection_and_one_question_for_the_name():
    """In a visit the host is connected to once and its name asked once; the next visit begins anew."""
    talk = Talk()
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            for found in (
                await fetcher.fetch(request(PAGE, jar="visit")),
                await fetcher.fetch(media("/a.jpg")),
                await fetcher.fetch(media("/b.jpg")),
            ):
                assert (found.status, found.peer, found.dns) == (200, "203.0.113.30", "local")
            assert (talk.connections, hosts.names.asked) == (1, ["talk.test"] * 2)
            await fetcher.fetch(media(visit="another"))
            assert (talk.connections, len(hosts.names.asked)) == (2, 4)


async def test_without_a_visit_every_request_has_its_own_connection():
    """A request that belongs to no visit shares nothing."""
    talk = Talk()
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE))
            await fetcher.fetch(request(PAGE))
    assert talk.connections == 2


@pytest.mark.parametrize(
    ("derivation", "path"),
    [
        (Derivation.LIVENESS_CONTROL, "/robots.txt"),
        (Derivation.SOFT_404_SIBLING, "/page2"),
        (Derivation.LINK_CHECK, "/check"),
        (Derivation.DOWNLOAD_STEP, "/step"),
    ],
)
async def test_what_decides_about_a_location_begins_on_a_connection_of_its_own(derivation, path):
    """Controls, siblings, link checks and steps of a download use no kept connection."""
    talk = Talk()
    parent = permits.reported("HW-2026-000001", PAGE)
    permit = permits.derive(parent, derivation, f"http://talk.test:8081{path}")
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            await fetcher.fetch(request(PAGE, jar="visit", permit=permit))
    assert [connection for connection, _ in talk.asked] == [1, 2]


async def test_a_form_is_sent_over_a_connection_of_its_own():
    """A request that may change something is made once, so it is never made over an old line."""
    talk = Talk()
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            await fetcher.fetch(request(PAGE, jar="visit", method="POST", form=(("a", "b"),)))
    assert [connection for connection, _ in talk.asked] == [1, 2]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf of it",
        whole(b"gone", "404 Not Found"),
        whole(b"gone", "410 Gone"),
        whole(b"no", "403 Forbidden"),
        whole(b"oh", "500 Internal Server Error"),
        b"no HTTP at all\r\n\r\n",
    ],
)
async def test_no_failure_over_a_kept_connection_stands(broken):
    """What breaks off or is refused there is asked for again on a connection of its own."""
    talk = Talk(
        lambda connection, number: broken if (connection, number) == (1, 2) else whole(JPEG)
    )
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher(fetch={"read_s": 1}) as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            found = await fetcher.fetch(media())
    assert (found.error, found.status, found.body.complete) == (None, 200, True)
    assert [connection for connection, _ in talk.asked] == [1, 1, 2]
    assert [hop.url for hop in found.hops] == ["http://talk.test:8081/a.jpg"] * 2
    assert found.hops[0].status != 200 or found.hops[0].error is not None


async def test_what_is_gone_on_a_fresh_connection_too_is_gone():
    """The second answer is the one that counts, and both requests are on record."""
    gone = whole(b"gone", "404 Not Found")
    talk = Talk(lambda connection, number: whole(GOOD) if connection == number == 1 else gone)
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            found = await fetcher.fetch(media())
    assert ([hop.status for hop in found.hops], found.status) == ([404, 404], 404)
    assert [connection for connection, _ in talk.asked] == [1, 1, 2]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_a_host_that_asks_us_to_wait_is_not_asked_again(status):
    """A request for patience stands as it is, also over a kept connection."""
    talk = Talk(lambda _, number: whole(GOOD) if number == 1 else whole(b"", status))
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            found = await fetcher.fetch(media())
    assert (found.status, len(talk.asked)) == (int(status[:3]), 2)


async def test_what_a_host_says_without_being_asked_is_no_answer():
    """An answer that was there before the question is not taken for one."""
    talk = Talk(
        lambda connection, number: (
            whole(GOOD) + whole(b"pushed" * 200, "404 Not Found")
            if (connection, number) == (1, 1)
            else whole(JPEG)
        )
    )
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            await asyncio.sleep(0.05)
            found = await fetcher.fetch(media())
    assert (found.status, found.body.length) == (200, len(JPEG))
    assert [hop.status for hop in found.hops] == [200]


async def test_a_name_that_moves_inward_during_a_visit_leads_nowhere_new():
    """Within a visit the judged address stands; the next visit judges the new one and refuses it."""
    talk = Talk()
    async with Hosts() as hosts:
        await talking(hosts, talk)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            hosts.names.zone["talk.test"] = ["127.0.0.1"]
            found = await fetcher.fetch(media())
            assert (found.status, found.peer) == (200, "203.0.113.30")
            await fetcher.forget("visit")
            refused = await fetcher.fetch(media())
            assert refused.error is FetchCode.REFUSED_ADDRESS
            assert hosts.internal_connections == 0


async def test_kept_connections_end_with_their_visit_and_with_the_pause():
    """When a visit is over, or fetching is paused, no connection stays open."""
    ended = asyncio.Queue()

    async def talk(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(whole(GOOD))

    async def watched(reader, writer):
        try:
            await talk(reader, writer)
        finally:
            ended.put_nowait(True)

    async with Hosts() as hosts:
        await talking(hosts, watched)
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request(PAGE, jar="visit"))
            assert ended.empty()
            await fetcher.forget("visit")
            async with asyncio.timeout(3):
                await ended.get()
            await fetcher.fetch(request(PAGE, jar="another"))
            await fetcher.pause(True)
            async with asyncio.timeout(3):
                await ended.get()


async def test_redirects_on_the_same_host_use_the_same_connection():
    """A redirect within an origin costs no second connection."""
    ports = set()
    async with Hosts() as hosts:

        async def goal(heard):
            ports.add(heard.transport.get_extra_info("peername"))
            return Answer(GOOD).clone()

        async def start(heard):
            ports.add(heard.transport.get_extra_info("peername"))
            return redirect("/goal").clone()

        hosts.routes |= {"/start": start, "/goal": goal}
        async with hosts.fetcher() as fetcher:
            found = await fetcher.fetch(request("http://site.test/start", jar="visit"))
    assert (found.status, len(found.hops), len(ports)) == (200, 2, 1)


async def test_a_secure_connection_is_kept_and_still_verified():
    """Over TLS too one connection serves a visit, and its answers are marked verified."""
    ports = set()
    async with Hosts() as hosts:

        async def answer(heard):
            ports.add(heard.transport.get_extra_info("peername"))
            return Answer(GOOD).clone()

        hosts.routes["/page"] = answer
        await hosts.site(HERE, 443, tls=hosts.authority.server("site.test"))
        async with hosts.fetcher() as fetcher:
            for _ in range(3):
                found = await fetcher.fetch(request("https://site.test/page", jar="visit"))
                assert (found.status, found.tls) == (200, "verified")
    assert len(ports) == 1


@pytest.mark.parametrize("kind", [Connect, Socks])
async def test_a_connection_through_a_proxy_is_kept_as_well(kind):
    """The proxy is told the judged address once for a visit, and the peer stays the target."""
    talk = Talk()
    async with Hosts() as hosts, kind(hosts) as proxy:
        await talking(hosts, talk)
        word = "http_proxy" if kind is Connect else "socks5"
        way = egress("proxied", kind=word, proxy=proxy.address)
        async with hosts.fetcher(ways=(way,)) as fetcher:
            for _ in range(3):
                found = await fetcher.fetch(request(PAGE, jar="visit", egress="proxied"))
                assert (found.status, found.peer) == (200, "203.0.113.30")
    assert talk.connections == 1
    assert sum("203.0.113.30" in str(target) for target in proxy.handed) == 1
