"""The fetcher process over its life: TLS, pace, the kill switch, deaths, what it leaves behind."""

import asyncio
import hashlib
import os
import signal
import time

import pytest
from practice_hosts import HERE, JOBS, JPEG, Answer, Hosts, limits, request

from cases.errors import PermanentFailure, TemporaryFailure
from crawler.fetch import permits
from crawler.fetch.contract import FetchCode, ResolveRequest

CASE = "HW-2026-000001"
PAGE = b"<!doctype html><title>x</title>"


async def test_a_page_is_digested_and_read_in_a_locked_worker():
    """A page comes back as digests and a record; the worker got its URL with the fragment."""
    async with Hosts() as hosts:
        hosts.routes["/res/1"] = Answer(PAGE)
        async with hosts.fetcher() as fetcher:
            result = await fetcher.fetch(request("http://site.test/res/1#p5"))
    assert (result.error, result.status, result.peer, result.tls) == (None, 200, HERE, "none")
    assert result.url == "http://site.test/res/1"
    assert (result.body.kind, result.body.content_type, result.body.complete) == (
        "page",
        "text/html",
        True,
    )
    assert result.body.digests.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert result.body.digests.md5 == hashlib.md5(PAGE).hexdigest()
    assert result.record["sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert result.record["header"] == {
        "url": "http://site.test/res/1#p5",
        "fragment_url": "http://site.test/res/1#p5",
        "content_type": "text/html",
        "status": 200,
    }
    assert "server" in result.headers
    assert result.started <= result.finished


async def test_a_picture_is_digested_and_held_until_the_core_decides():
    """A picture is held under a ticket, measured as often as asked, and thrown away by drop."""
    async with Hosts() as hosts:
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        async with hosts.fetcher() as fetcher:
            first, second = [
                await fetcher.fetch(request("http://site.test/p.jpg", read_as=read_as))
                for read_as in ("media", "auto")
            ]
            record = await fetcher.decode(first.ticket)
            again = await fetcher.decode(first.ticket, {"size": "full"})
            await fetcher.drop(first.ticket)
            await fetcher.drop(second.ticket)
            dropped = [await fetcher.decode(one.ticket) for one in (first, second)]
    assert first.body.kind == "picture"
    assert first.body.digests.sha1 == hashlib.sha1(JPEG).hexdigest()
    assert first.record is None
    assert record["sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert again["header"] == record["header"] | {"size": "full"}
    assert again["sha256"] == record["sha256"]
    assert dropped == [{"error": "ticket_unknown"}] * 2


async def test_a_broken_certificate_is_tried_once_without_verification():
    """A bad certificate gives one bare second attempt, marked; a broken handshake does not."""
    async with Hosts() as hosts:
        await hosts.site("203.0.113.11", 443, tls=hosts.authority.server("right.test"))
        hosts.names.zone |= {"right.test": ["203.0.113.11"], "wrong.test": ["203.0.113.11"]}
        hosts.names.zone["plain.test"] = ["203.0.113.12"]
        await hosts.site("203.0.113.12", 443)
        hosts.routes["/t"] = Answer(PAGE, headers=[("Set-Cookie", "a=1")])
        async with hosts.fetcher() as fetcher:
            right = await fetcher.fetch(request("https://right.test/t", jar="j"))
            wrong = await fetcher.fetch(
                request("https://wrong.test/t", jar="k", referer="https://wrong.test/")
            )
            again = await fetcher.fetch(request("https://right.test/t", jar="j"))
            broken = await fetcher.fetch(request("https://plain.test/t"))
    assert (right.error, right.tls, len(right.hops)) == (None, "verified", 1)
    assert (wrong.error, wrong.tls) == (None, "unverified")
    assert [hop.error for hop in wrong.hops] == [FetchCode.TLS_FAILED, None]
    assert "Referer" not in hosts.seen[1].headers
    assert hosts.seen[2].headers["Cookie"] == "a=1"
    assert again.tls == "verified"
    assert (broken.error, len(broken.hops)) == (FetchCode.TLS_FAILED, 1)


async def test_a_host_is_asked_at_its_pace():
    """Starts at one host keep their distance; another host does not wait for it."""
    starts = {}

    async def note(request):
        starts.setdefault(request.host, []).append(time.monotonic())
        await asyncio.sleep(0.05)
        return Answer(PAGE).clone()

    async with Hosts() as hosts:
        hosts.names.zone["other.test"] = [HERE]
        hosts.routes["/w"] = note
        async with hosts.fetcher(fetch={"pace_period_s": 0.2, "per_host": 1}) as fetcher:
            await asyncio.gather(
                *(fetcher.fetch(request("http://site.test/w")) for _ in range(5)),
                fetcher.fetch(request("http://other.test/w")),
            )
    gaps = [
        later - earlier
        for earlier, later in zip(*(starts["site.test"][n:] for n in (0, 1)), strict=False)
    ]
    assert min(gaps) > 0.15
    assert starts["other.test"][0] < starts["site.test"][1]


async def test_pausing_stops_what_runs_and_what_comes():
    """The kill switch ends a running fetch at once, refuses new ones, and outlasts a restart."""

    async def slow(_reader, _writer):
        await asyncio.sleep(30)

    async with Hosts() as hosts:
        hosts.routes["/p"] = Answer(PAGE)
        await hosts.raw(HERE, 8081, slow)
        async with hosts.fetcher() as fetcher:
            running = asyncio.create_task(fetcher.fetch(request("http://site.test:8081/")))
            await asyncio.sleep(0.2)
            await fetcher.pause(True)
            async with asyncio.timeout(1):
                assert (await running).error is FetchCode.PAUSED
            assert (await fetcher.fetch(request("http://site.test/p"))).error is FetchCode.PAUSED
            with pytest.raises(TemporaryFailure, match="paused"):
                await fetcher.resolve(
                    ResolveRequest(permit=permits.dns(CASE, "site.test"), egress="home")
                )
            os.kill(fetcher.pid, signal.SIGKILL)
            await asyncio.sleep(0.2)
            assert (await fetcher.fetch(request("http://site.test/p"))).error is FetchCode.PAUSED
            await fetcher.pause(False)
            assert (await fetcher.fetch(request("http://site.test/p"))).error is None
    assert [seen.path for seen in hosts.seen] == ["/p"]


async def test_a_killed_fetcher_is_replaced():
    """Killed amid a fetch, that one is to be tried again; the next one works; tickets are gone."""

    async def slow(_reader, _writer):
        await asyncio.sleep(30)

    async with Hosts() as hosts:
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        await hosts.raw(HERE, 8081, slow)
        async with hosts.fetcher() as fetcher:
            held = await fetcher.fetch(request("http://site.test/p.jpg"))
            running = asyncio.create_task(fetcher.fetch(request("http://site.test:8081/")))
            await asyncio.sleep(0.2)
            before = fetcher.pid
            os.kill(before, signal.SIGKILL)
            with pytest.raises(TemporaryFailure):
                await running
            assert await fetcher.decode(held.ticket) == {"error": "ticket_unknown"}
            assert (await fetcher.fetch(request("http://site.test/p.jpg"))).error is None
            assert fetcher.pid != before


async def test_a_killed_worker_costs_one_job():
    """A reader that dies on a page leaves the digests and a reason; what waits is not lost."""
    jobs = JOBS | {"page": "isolation.selftest:misbehave"}
    async with Hosts() as hosts:
        hosts.routes["/p"] = Answer(PAGE)
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        async with hosts.fetcher(jobs=jobs) as fetcher:
            held = await fetcher.fetch(request("http://site.test/p.jpg"))
            for pid in children(fetcher.pid):
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.2)
            assert (await fetcher.decode(held.ticket))["length"] == len(JPEG)
            assert (await fetcher.fetch(request("http://site.test/p"))).record["length"] == len(
                PAGE
            )


async def test_nothing_outlives_the_client():
    """After closing, neither the fetcher nor a worker is left."""
    async with Hosts() as hosts, hosts.fetcher() as fetcher:
        pids = [fetcher.pid, *children(fetcher.pid)]
    assert len(pids) == 2
    for _ in range(100):
        if not any(map(alive, pids)):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a process was left behind")


async def test_workers_die_with_a_killed_fetcher():
    """When the fetcher is killed its workers go with it."""
    async with Hosts() as hosts, hosts.fetcher() as fetcher:
        workers = children(fetcher.pid)
        os.kill(fetcher.pid, signal.SIGKILL)
        for _ in range(100):
            if not any(map(alive, workers)):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("a worker was left behind")


async def test_the_fetcher_knows_nothing_of_its_parents_environment(monkeypatch):
    """The process has a bare environment, cannot grow files, dumps no core, is not dumpable."""
    monkeypatch.setenv("HOSTWATCH_SECRET", "do-not-pass-on")
    async with Hosts() as hosts, hosts.fetcher() as fetcher:
        with open(f"/proc/{fetcher.pid}/limits", encoding="ascii") as file:
            limit = {line[:26].strip(): line[26:].split()[:2] for line in file}
        assert limit["Max file size"] == ["0", "0"]
        assert limit["Max core file size"] == ["0", "0"]
        assert os.stat(f"/proc/{fetcher.pid}/environ").st_uid == 0
        if os.geteuid() == 0:
            with open(f"/proc/{fetcher.pid}/environ", "rb") as file:
                assert b"HOSTWATCH" not in file.read()
        assert fetcher.lock_report.rlimits


async def test_a_fetcher_whose_readers_cannot_start_says_so():
    """A wrong import string ends in one clear sentence that names the job."""
    async with Hosts() as hosts:
        with pytest.raises(PermanentFailure, match=r"import_failed: page"):
            async with hosts.fetcher(jobs={"page": "isolation.nothing:job"}):
                pass


async def test_a_client_works_only_while_it_is_open():
    """Before the start and after the end a call is refused for now."""
    async with Hosts() as hosts:
        fetcher = hosts.fetcher()
        with pytest.raises(TemporaryFailure):
            await fetcher.fetch(request("http://site.test/"))


async def test_a_cancelled_fetch_is_cancelled_over_there():
    """Giving up in the core frees the host's lease in the fetcher."""

    async def slow(_reader, _writer):
        await asyncio.sleep(30)

    async with Hosts() as hosts:
        await hosts.raw(HERE, 8081, slow)
        hosts.routes["/p"] = Answer(PAGE)
        async with hosts.fetcher(fetch={"per_host": 1, "total_s": 30, "read_s": 30}) as fetcher:
            given_up = asyncio.create_task(
                fetcher.fetch(
                    request("http://site.test:8081/", limits=limits(total_s=30, read_s=30))
                )
            )
            await asyncio.sleep(0.2)
            given_up.cancel()
            async with asyncio.timeout(3):
                assert (await fetcher.fetch(request("http://site.test/p"))).error is None


async def test_many_pictures_at_once_do_not_block_pages():
    """With every held place taken by undecided pictures a page is still read."""
    async with Hosts() as hosts:
        hosts.routes["/p.jpg"] = Answer(JPEG, content_type="image/jpeg")
        hosts.routes["/p"] = Answer(PAGE)
        async with hosts.fetcher() as fetcher:
            held = [await fetcher.fetch(request("http://site.test/p.jpg")) for _ in range(2)]
            waiting = asyncio.create_task(fetcher.fetch(request("http://site.test/p.jpg")))
            async with asyncio.timeout(5):
                assert (await fetcher.fetch(request("http://site.test/p"))).record is not None
            await fetcher.drop(held[0].ticket)
            async with asyncio.timeout(5):
                assert (await waiting).ticket
            assert (await fetcher.decode(held[1].ticket))["length"] == len(JPEG)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_control_c_passes_the_fetcher_by_and_still_reaches_the_core():
    """The terminal tells the whole group; the fetcher goes on, the core's handler is its own."""
    mine = signal.getsignal(signal.SIGINT)
    async with Hosts() as hosts:
        hosts.routes["/res/1"] = Answer(PAGE)
        async with hosts.fetcher() as fetcher:
            before = fetcher.pid
            os.kill(before, signal.SIGINT)
            result = await fetcher.fetch(request("http://site.test/res/1"))
            assert (result.error, fetcher.pid) == (None, before)
    assert signal.getsignal(signal.SIGINT) is mine
