"""Answers made to break the fetcher, and failures that must be read as whose they are."""

import asyncio
import os
import resource
import signal
import socket
import struct

import pytest
from practice_hosts import HERE, JPEG, Answer, Hosts, egress, request
from practice_proxies import Connect

from cases.errors import TemporaryFailure
from crawler.fetch import gate, permits
from crawler.fetch.contract import MAX_COOKIE_NAMES, MAX_HOP_URL, FetchCode, ResolveRequest
from crawler.fetch.resolver import Resolver

CASE = "HW-2026-000001"
LARGE = JPEG + bytes(2_000_000)


def head(*lines, status="200 OK"):
    text = f"HTTP/1.1 {status}\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    return text.encode()


def says(data):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    return talk


async def test_crumbs_and_interim_answers_at_full_speed_end_by_what_they_are():
    """They are broken off long before any time-out, so that no other host waits for them."""
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    crumbs = b"1\r\na\r\n" * 5000

    def flood(start, piece):
        async def talk(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(start)
            while True:
                writer.write(piece)
                await writer.drain()

        return talk

    talks = [
        flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
        flood(chunks, crumbs),
        flood(chunks + b"400\r\n" + JPEG[:1024] + b"\r\n", crumbs),
        flood(chunks + b"5;a=", b"b" * 50_000),
        flood(chunks + b"400\r\n" + JPEG[:1024] + b"\r\n0\r\n", b"T: " + b"r" * 100 + b"\r\n"),
    ]
    patient = "<!doctype html><p>" + "letter by letter " * 100
    letters = chunks + b"".join(b"1\r\n%c\r\n" % letter for letter in patient.encode())
    talks.append(says(head(status="103 Early Hints") * 50 + letters + b"0\r\n\r\n"))
    async with Hosts() as hosts:
        for number, talk in enumerate(talks):
            await hosts.raw(HERE, 8081 + number, talk)
        fetch = {"total_s": 60, "read_s": 60, "connect_s": 60, "failures": 50}
        async with hosts.fetcher(fetch=fetch) as fetcher:
            *floods, patience = [
                await fetcher.fetch(request(f"http://site.test:{8081 + number}/"))
                for number in range(len(talks))
            ]
    *others, trailers = [result.error for result in floods]
    assert (set(others), trailers) == ({FetchCode.MALFORMED_ANSWER}, FetchCode.TRUNCATED)
    assert all(result.body is None or result.body.digests is None for result in floods)
    assert patience.body.length == len(patient)
    assert patience.body.complete


async def test_many_cookies_on_many_hops_cost_names_and_not_the_fetcher():
    """Fifty cookies on each of ten hops: so many names are told, and the same process goes on."""

    async def talk(reader, writer):
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        hop = int(path.strip("/") or 0)
        cookies = [f"Set-Cookie: c{hop}x{number}=1" for number in range(50)]
        goal = [f"Location: /{hop + 1}"] if hop < 9 else []
        status = "302 Found" if goal else "200 OK"
        writer.write(head(*cookies, *goal, "Content-Length: 0", status=status))
        await writer.drain()

    async with Hosts() as hosts:
        await hosts.raw(HERE, 8081, talk)
        async with hosts.fetcher() as fetcher:
            before = fetcher.pid
            found = await fetcher.fetch(request("http://site.test:8081/"))
            assert fetcher.pid == before
    assert (found.error, found.status, len(found.hops)) == (None, 200, 10)
    assert len(found.cookie_names) == MAX_COOKIE_NAMES


async def test_a_jar_takes_a_bounded_number_of_cookies():
    """Of one answer fifty, and altogether three hundred: the next ones are not taken."""

    async def talk(reader, writer):
        asked = await reader.readuntil(b"\r\n\r\n")
        host = asked.partition(b"Host: ")[2].partition(b":")[0].decode()
        sent.setdefault(host, []).append(asked.count(b"=x"))
        cookies = [f"Set-Cookie: n{number}=x" for number in range(100)]
        writer.write(head(*cookies, "Content-Length: 0"))
        await writer.drain()

    sent = {}
    names = [f"h{number}.site.test" for number in range(8)]
    async with Hosts() as hosts:
        hosts.names.zone |= {name: [HERE] for name in names}
        await hosts.raw(HERE, 8081, talk)
        async with hosts.fetcher() as fetcher:
            for name in names * 2:
                await fetcher.fetch(request(f"http://{name}:8081/", jar="visit"))
    assert [counts[0] for counts in sent.values()] == [0] * 8
    assert [counts[1] for counts in sent.values()] == [50] * 6 + [0] * 2


async def test_a_redirect_that_swells_when_it_is_encoded_is_too_long():
    """2,700 letters of three bytes each: refused at the hop, and the same process goes on."""
    async with Hosts() as hosts:
        goal = "/" + "一" * 2700
        await hosts.raw(HERE, 8081, says(head(f"Location: {goal}", status="302 Found")))
        async with hosts.fetcher() as fetcher:
            before = fetcher.pid
            found = await fetcher.fetch(request("http://site.test:8081/"))
            reported = await fetcher.fetch(request("http://site.test/" + "😀" * 4000))
            assert fetcher.pid == before
    assert [hop.error for hop in found.hops] == [None, FetchCode.REFUSED_LENGTH]
    assert found.error is FetchCode.REFUSED_REDIRECT
    assert reported.error is FetchCode.REFUSED_LENGTH
    assert hosts.seen == []


def test_no_url_that_the_gate_lets_through_is_too_long_for_a_result():
    """Whatever letters it has: what is sent fits where hops are told."""
    for letter in "a ß一😀":
        found = gate.check("http://site.test/" + letter * 4000)
        assert isinstance(found, gate.Refused) or len(found.url) <= MAX_HOP_URL


@pytest.mark.parametrize(
    "wait",
    [
        "Fri, 02 Jan 99999999999999999999 00:01:00 GMT",
        "Fri, 02 Jan 2026 00:01:00 +99999999999999",
        "Fri, 02 Jan 2026 99999999999:01:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "9" * 5000,
    ],
)
async def test_an_absurd_wait_is_an_answer_all_the_same(wait):
    """A host cannot turn its 429 into a failure of ours by the date that it names."""
    async with Hosts() as hosts:
        answer = head(f"Retry-After: {wait}", "Content-Length: 0", status="429 Busy")
        await hosts.raw(HERE, 8081, says(answer))
        async with hosts.fetcher() as fetcher:
            found = await fetcher.fetch(request("http://site.test:8081/"))
    assert (found.status, found.error) == (429, None)


async def test_an_inward_address_does_not_hide_in_a_crowd():
    """Behind more addresses than are told the one that is refused still refuses the name."""
    async with Hosts() as hosts:
        crowd = [f"192.0.2.{number}" for number in range(1, 70)]
        for address in crowd:
            hosts._endpoint(address, 80, "127.0.0.250", 9)
        hosts.names.zone["crowd.test"] = [*crowd, "192.168.77.1"]
        async with hosts.fetcher() as fetcher:
            found = await fetcher.fetch(request("http://crowd.test/"))
        resolver = Resolver(servers=(), practice=hosts.network())
        answer = await resolver.resolve("crowd.test")
    assert found.error is FetchCode.REFUSED_ADDRESS
    assert answer.refused_addresses == ("192.168.77.1",)
    assert "192.168.77.1" in answer.addresses
    assert len(answer.addresses) <= 64


async def test_addresses_that_fail_in_different_ways_prove_nothing_about_the_network():
    """One is refused and one unreachable, in either order: a passing trouble of the host's."""
    async with Hosts() as hosts:
        hosts._endpoint("192.0.2.1", 80, "127.0.0.250", 9)
        hosts._endpoint("192.0.2.2", 80, "127.255.255.255", 9)  # the kernel knows no way there
        hosts._endpoint("192.0.2.3", 80, "127.0.0.250", 9)
        hosts.names.zone["mixed.test"] = ["192.0.2.1", "192.0.2.2"]
        hosts.names.zone["other.test"] = ["192.0.2.2", "192.0.2.3"]
        async with hosts.fetcher() as fetcher:
            urls = ["http://mixed.test/", "http://other.test/"]
            found = [await fetcher.fetch(request(url)) for url in urls]
    assert [result.error for result in found] == [FetchCode.CONNECT_REFUSED] * 2


async def test_who_hangs_up_amid_the_handshake_is_the_host():
    """Properly or by a reset, at once or after the first words: never a fault of ours or a refusal."""

    def reset(writer):
        link = writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def closes(reader, _writer):
        await reader.read(10)

    async def resets(reader, writer):
        await reader.read(10)
        reset(writer)

    async def resets_at_once(_reader, writer):
        reset(writer)

    async with Hosts() as hosts:
        for number, talk in enumerate((closes, resets, resets_at_once)):
            await hosts.raw(HERE, 8443 + number, talk)
        async with hosts.fetcher() as fetcher:
            urls = [f"https://site.test:{8443 + number}/" for number in range(3)]
            urls.append("http://site.test:8445/")
            found = [await fetcher.fetch(request(url, tls="verify")) for url in urls]
    assert {result.error for result in found} == {FetchCode.RESET}


async def test_a_proxy_is_told_the_next_address_when_it_does_not_reach_one():
    """Through a proxy too a host is down only when none of its addresses is reached."""
    async with Hosts() as hosts:
        hosts.routes["/"] = Answer(b"<!doctype html><p>here")
        hosts._endpoint("192.0.2.1", 80, "127.0.0.250", 9)
        hosts.names.zone["two.test"] = ["192.0.2.1", HERE]
        async with Connect(hosts) as proxy:
            way = egress("proxy", kind="http_proxy", proxy=proxy.address)
            async with hosts.fetcher(ways=[way]) as fetcher:
                found = await fetcher.fetch(request("http://two.test/", egress="proxy"))
    assert (found.error, found.status, found.peer) == (None, 200, HERE)
    assert proxy.handed == ["192.0.2.1:80", f"{HERE}:80"]


async def test_the_pause_ends_questions_for_names_as_well():
    """A name that is being asked for is not asked for again once fetching is paused."""
    async with Hosts() as hosts:
        hosts.names.zone["silent.test"] = "silent"
        async with hosts.fetcher(fetch={"connect_s": 20}) as fetcher:
            permit = permits.dns(CASE, "silent.test")
            question = asyncio.create_task(
                fetcher.resolve(ResolveRequest(permit=permit, egress="home"))
            )
            while not hosts.names.asked:
                await asyncio.sleep(0.01)
            await fetcher.pause(True)
            async with asyncio.timeout(1):
                with pytest.raises(TemporaryFailure, match="paused"):
                    await question
            asked = len(hosts.names.asked)
            await asyncio.sleep(2.5)
            assert len(hosts.names.asked) == asked


async def test_a_fetcher_that_does_not_obey_the_pause_is_ended():
    """One that is stuck sends nothing more either: it is killed, and the next one is paused."""
    async with Hosts() as hosts:
        hosts.routes["/"] = Answer(b"<!doctype html><p>here")
        async with hosts.fetcher() as fetcher:
            stuck = fetcher.pid
            os.kill(stuck, signal.SIGSTOP)
            async with asyncio.timeout(10):
                await fetcher.pause(True)
            assert fetcher.pid is None
            found = await fetcher.fetch(request("http://site.test/"))
            assert found.error is FetchCode.PAUSED
            assert fetcher.pid not in (None, stuck)
            await fetcher.pause(False)
            assert (await fetcher.fetch(request("http://site.test/"))).status == 200


async def test_a_machine_without_room_for_a_worker_still_digests_and_says_so():
    """No worker can be started for a large picture: the digests stand, the reason is ours."""
    async with Hosts() as hosts:
        hosts.routes["/large.jpg"] = Answer(LARGE, content_type="image/jpeg")
        async with hosts.fetcher() as fetcher:
            await fetcher.fetch(request("http://site.test/large.jpg", read_as="nothing"))
            for worker in children(fetcher.pid):
                os.kill(worker, signal.SIGKILL)
            while children(fetcher.pid):
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
            files = max(int(one) for one in os.listdir(f"/proc/{fetcher.pid}/fd")) + 1
            resource.prlimit(fetcher.pid, resource.RLIMIT_NOFILE, (files + 1, files + 1))
            found = await fetcher.fetch(request("http://site.test/large.jpg"))
    assert (found.error, found.ticket, found.record_error) == (None, None, "worker_down")
    assert found.body.digests.length == len(LARGE)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]
