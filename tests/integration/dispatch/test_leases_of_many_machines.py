"""No two machines ask one host at a time, and none waits for ever."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Self

import pytest
from aiohttp import web
from practice_hosts import HERE, Hosts, request

from cases.ports import CaseStore
from cases.seal import Keyring
from cases.store.opening import open_store
from cases.store.postgres import PostgresPlace
from crawler.fetch.client import FetcherProcess
from crawler.fetch.contract import FetchCode
from hostwatch.dispatch import leases
from hostwatch.dispatch.leases import Leases

KEYRING = Keyring.derive(b"k" * 32)
_IN_A_ROW = 4


class Watch:
    """A page at every host that notes which machines ask at the same time."""

    def __init__(self, seconds: float) -> None:
        self.asked = 0
        self.overlaps = 0
        self._seconds = seconds
        self._now: dict[str, Counter[str]] = {}

    async def answer(self, asked: web.Request) -> web.Response:
        """Answer after a while; the machine is told by the address that it comes from."""
        self.asked += 1
        here = self._now.setdefault(asked.host, Counter())
        machine = str(asked.remote)
        here[machine] += 1
        if sum(1 for number in here.values() if number) > 1:
            self.overlaps += 1
        await asyncio.sleep(self._seconds)
        here[machine] -= 1
        return web.Response(body=b"x" * 300, content_type="application/octet-stream")


class Machines:
    """Two machines: a store and a fetcher each, on one database."""

    def __init__(self, place: PostgresPlace, hosts: Hosts, *, leased: bool = True) -> None:
        self._place = place
        self._leased = leased
        self._hosts = hosts
        self._stack = AsyncExitStack()
        self.machines: list[tuple[str, FetcherProcess]] = []

    async def __aenter__(self) -> Self:
        await (await open_store(self._place, KEYRING, create=True)).close()
        for egress in ("home", "abroad"):
            store: CaseStore = await open_store(self._place, KEYRING)
            self._stack.push_async_callback(store.close)
            beat = asyncio.create_task(_renew(store, egress))
            self._stack.callback(beat.cancel)
            pace = timedelta(milliseconds=5)
            turns = Leases(store, egress, beat_s=5, pace=pace) if self._leased else None
            fetcher = self._hosts.fetcher(
                fetch={"total_s": 60, "read_s": 20, "per_host": 2}, turns=turns
            )
            self.machines.append((egress, await self._stack.enter_async_context(fetcher)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def fetch_all(self, names: list[str], times: int, at_once: int) -> Counter[str]:
        """
        Let both machines fetch every name so often; count the outcomes.

        Like visits they ask a host a few times in a row, and they begin at different hosts.
        """
        outcomes: Counter[str] = Counter()

        async def some(egress: str, fetcher: FetcherProcess, work: itertools.chain[str]) -> None:
            for name in work:
                found = await fetcher.fetch(
                    request(f"http://{name}/any", read_as="nothing", egress=egress)
                )
                outcomes[found.error.value if found.error else "ok"] += 1

        async with asyncio.TaskGroup() as group:
            for number, (egress, fetcher) in enumerate(self.machines):
                begin = number * len(names) // len(self.machines)
                turn = [name for name in names[begin:] + names[:begin] for _ in range(_IN_A_ROW)]
                work = itertools.chain.from_iterable(itertools.repeat(turn, times // _IN_A_ROW))
                for _ in range(at_once):
                    group.create_task(some(egress, fetcher, work))
        return outcomes


async def _renew(store: CaseStore, worker: str) -> None:
    while True:
        await asyncio.sleep(3)
        async with store.transaction() as tx:
            now = await tx.now()
            await tx.renew_leases(worker, now, now + timedelta(seconds=15))


async def crawl(
    place: PostgresPlace,
    *,
    names: int,
    times: int,
    at_once: int,
    seconds: float,
    leased: bool = True,
) -> tuple[Watch, Counter[str]]:
    async with Hosts() as hosts:
        watch = Watch(seconds)
        hosts.routes["/any"] = watch.answer
        every = [f"host{number}.test" for number in range(names)]
        for name in every:
            hosts.names.zone[name] = [HERE]
        async with Machines(place, hosts, leased=leased) as machines:
            return watch, await machines.fetch_all(every, times, at_once)


async def test_two_machines_never_ask_one_host_at_a_time(place: PostgresPlace):
    """Both want the same five hosts all the time; every request is made."""
    watch, outcomes = await crawl(place, names=5, times=12, at_once=4, seconds=0.02)
    assert outcomes == {"ok": 120}
    assert watch.asked == 120
    assert watch.overlaps == 0


async def test_the_watch_sees_machines_that_know_nothing_of_each_other(place: PostgresPlace):
    """Without leases both ask at the same time, and that is counted."""
    watch, _ = await crawl(place, names=2, times=10, at_once=4, seconds=0.05, leased=False)
    assert watch.overlaps > 0


async def test_a_host_that_another_machine_keeps_is_told_as_busy(
    place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
):
    """It is our own trouble, and says nothing about the host."""
    monkeypatch.setattr(leases, "_PATIENCE_S", 0.3)
    async with Hosts() as hosts:
        hosts.routes["/any"] = Watch(0.01).answer
        async with Machines(place, hosts) as machines:
            store = await open_store(place, KEYRING)
            async with store.transaction() as tx:
                now = await tx.now()
                await tx.lease_host(
                    tx.host_key("site.test"), "third", now, now + timedelta(minutes=5)
                )
            egress, fetcher = machines.machines[0]
            found = await fetcher.fetch(request("http://site.test/any", egress=egress))
            assert found.error is FetchCode.HOST_BUSY
            async with store.transaction() as tx:
                await tx.release_all_hosts("third")
            found = await fetcher.fetch(request("http://site.test/any", egress=egress))
            assert found.error is None
            await store.close()


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_no_overlap_in_a_hundred_thousand_fetches(place: PostgresPlace):
    """Two machines, five hundred hosts, each asked two hundred times."""
    watch, outcomes = await crawl(place, names=500, times=100, at_once=32, seconds=0.0)
    print(f"fetches {watch.asked}, overlaps {watch.overlaps}, outcomes {dict(outcomes)}")
    assert outcomes.total() == 100_000
    assert outcomes["ok"] > 99_500  # a busy machine drops a question to the practice resolver
    assert watch.overlaps == 0
