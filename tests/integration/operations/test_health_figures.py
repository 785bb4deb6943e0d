"""Health and figures of a real store, through the real pages."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from store_samples import a_case, a_notice, an_asset

from cases.model import NoticeState, Stage
from console.web.app import create_console, create_monitor
from console.web.probe import lives, main
from console.web.serve import listening
from crawler.fetch.contract import (
    Body,
    Derivation,
    FetchCode,
    FetchRequest,
    FetchResult,
    Permit,
)
from hostwatch.counters import Counters
from hostwatch.counting import CountedChannel, CountedFetcher, CountedStore
from hostwatch.health import Health
from hostwatch.office import Office, Rules
from matchers.matcher import Matcher
from notices.delivery.channel import NotSent

SECRETS = ("board", "hosting", "example", "zoe", "192.0.2", "http", "thread")


class Web:
    """A fetcher that answers what it is told."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.error: FetchCode | None = None

    async def fetch(self, request: FetchRequest) -> FetchResult:
        now = self.clock.now()
        body = Body(kind="picture", content_type="", complete=True, length=70, digests=None)
        return FetchResult(
            egress="home",
            started=now,
            finished=now + timedelta(seconds=2),
            hops=(),
            error=self.error,
            status=None if self.error else 200,
            body=None if self.error else body,
            ticket=None if self.error else "t1",
        )

    async def decode(self, ticket, ask=None):
        return {"error": "decode_crashed"} if ask else {}

    async def drop(self, ticket):
        pass

    async def resolve(self, request):
        raise AssertionError

    async def pause(self, paused):
        pass

    async def forget(self, jar):
        pass


def counted(house):
    """Build a worker's rooms as the composition root does, round a fetcher of ours."""
    counters = Counters()
    web = Web(house.clock)
    engine = house.engine(
        CountedFetcher(web, counters),
        matcher=Matcher.open(house.settings.paths.hash_lists, house.policy.matching),
    )
    return replace(engine, counters=counters, store=CountedStore(house.store, counters)), web


def office(house) -> Office:
    rules = Rules(directory=house.directory, settings=house.settings, policy=house.policy)
    return Office(rules=rules, store=house.store, clock=house.clock)


@asynccontextmanager
async def visiting(app):
    async with (
        listening(app, host="127.0.0.1", port=0) as port,
        ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        client.port = port  # type: ignore[attr-defined]
        yield client


async def scraped(client) -> dict[str, dict[str, float]]:
    """Read /metrics with the reference parser: name -> label's value (or empty) -> value."""
    async with client.get("/metrics") as response:
        assert response.status == 200
        text = await response.text()
    for secret in SECRETS:
        assert secret not in text.lower()
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            word = next(iter(sample.labels.values()), "")
            found.setdefault(sample.name.removeprefix("hostwatch_"), {})[word] = sample.value
    return found


async def fill(house) -> None:
    """Put two cases, a question and a notice into the store."""
    now = house.clock.now()
    waiting = a_case(1, needs="notice_held:host_changed", stage=Stage.NOTIFIED)
    late = a_case(2, next_action_at=now - timedelta(minutes=5))

    async def work(tx):
        for case in (waiting, late):
            await tx.add_case(case)
            await tx.save_asset(an_asset(case))
        await tx.add_notice(a_notice(waiting, state=NoticeState.HELD))
        await tx.audit(now, "zoe", "report_add", late.id)
        await tx.beat("worker-one", now)

    await house.write(work)


async def test_the_store_speaks_through_the_metrics_page(house):
    """Stages, questions, notices, lateness, workers, trail; counted without unsealing anything."""
    await fill(house)
    engine, _ = counted(house)
    async with visiting(create_console(Health(engine))) as client:
        found = await scraped(client)
    assert found["cases"] == {"received": 1.0, "notified": 1.0}
    assert found["cases_needing_analyst"] == {"notice_held": 1.0}
    assert found["notices"] == {"held": 1.0}
    assert found["lateness_seconds"] == {"": 300.0}
    assert found["due_cases"] == {"": 1.0}
    assert found["workers_alive"] == {"": 1.0}
    assert found["audit_sequence"][""] >= 1
    assert found["database_up"] == {"": 1.0}
    assert found["paused"] == {"fetching": 0.0, "sending": 0.0}


async def test_what_the_rooms_did_is_counted_by_class(house):
    """Fetches, bytes, decodes, held bodies, mails and database steps; never whom."""
    engine, web = counted(house)
    request = FetchRequest(
        permit=Permit(
            case_id="HW-2026-000001", derivation=Derivation.REPORTED_URL, url="http://board.test/1"
        ),
        egress="home",
    )
    await engine.fetcher.fetch(request)
    web.error = FetchCode.NXDOMAIN
    await engine.fetcher.fetch(request)
    async with visiting(create_monitor(Health(engine))) as client:
        held = await scraped(client)
        await engine.fetcher.decode("t1", {"size": "full"})
        await engine.fetcher.drop("t1")
        found = await scraped(client)
    assert found["fetches_total"] == {"2xx": 1.0, "dns": 1.0}
    assert found["fetches_seconds_total"] == {"2xx": 2.0, "dns": 2.0}
    assert found["fetched_bytes_total"] == {"": 70.0}
    assert found["decodes_total"] == {"decode_crashed": 1.0}
    assert (held["held_bodies"], found["held_bodies"]) == ({"": 1.0}, {"": 0.0})
    assert found["database_total"]["read"] > 0


async def test_a_step_that_is_rolled_back_is_counted_apart(house):
    """It took time as well."""
    counters = Counters()
    store = CountedStore(house.store, counters)
    with pytest.raises(ValueError, match="no"):
        async with store.transaction():
            raise ValueError("no")
    async with store.transaction() as tx:
        await tx.set_setting("x", "1")
    assert {word: one.times for word, one in counters.times("database").items()} == {
        "write": 1,
        "write_rolled_back": 1,
    }


async def test_mails_are_counted_by_what_became_of_them():
    """The receipt is handed on as it was."""

    class Relay:
        async def send(self, message, *, message_id, sender, recipient):
            return NotSent(reason="timeout")

    counters = Counters()
    channel = CountedChannel(Relay(), counters)
    receipt = await channel.send(b"", message_id="m", sender="s", recipient="r")
    assert receipt == NotSent(reason="timeout")
    assert set(counters.times("mails")) == {"not_sent"}


async def test_late_work_is_degraded_but_ready(house):
    """A late worker must not be taken out of service."""
    await fill(house)
    house.clock.pass_by(hours=1)
    engine, _ = counted(house)
    async with visiting(create_console(Health(engine))) as client:
        async with client.get("/health") as response:
            assert response.status == 503
            value = await response.json()
        async with client.get("/ready") as response:
            ready = await response.json()
    assert (value["status"], value["cases"]) == ("degraded", "late")
    assert ready["database"] == "ok"


async def test_a_worker_without_a_hash_list_is_not_ready(house):
    """It could compare nothing."""
    engine, _ = counted(house)
    async with visiting(create_monitor(Health(engine))) as client, client.get("/ready") as response:
        assert response.status == 503
        assert await response.json() == {
            "status": "not_ready",
            "database": "ok",
            "hash_list": "none",
        }


async def test_pages_without_a_worker_tell_whether_anybody_works(house):
    """A console has no fetcher and no list; without a live worker somewhere it is degraded."""
    async with visiting(create_console(Health(office(house)))) as client:
        async with client.get("/health") as response:
            assert response.status == 503
            assert (await response.json())["workers"] == "none"
        async with client.get("/ready") as response:
            assert response.status == 200
        await house.write(lambda tx: tx.beat("one", house.clock.now()))
        async with client.get("/health") as response:
            assert response.status == 200
        found = await scraped(client)
    assert "fetches_total" not in found
    assert found["workers_alive"] == {"": 1.0}


async def test_a_turned_switch_is_told_and_is_not_degraded(house):
    """A person turned it on purpose."""
    await house.write(lambda tx: tx.set_setting("paused_sending", "1"))
    await house.write(lambda tx: tx.beat("one", house.clock.now()))
    async with visiting(create_console(Health(office(house)))) as client:
        async with client.get("/health") as response:
            assert response.status == 200
            assert (await response.json())["sending"] == "paused"
        assert (await scraped(client))["paused"] == {"fetching": 0.0, "sending": 1.0}


async def test_a_database_that_is_gone_is_told_by_every_page_but_live(house):
    """Words and codes, no text of an error, and the metrics page still answers."""
    engine, _ = counted(house)
    await house.store.close()
    house.settings.paths.database.unlink(missing_ok=True)
    (house.directory / "cases.db").unlink()
    async with visiting(create_console(Health(engine))) as client:
        for path, status in (("/live", 200), ("/ready", 503), ("/health", 503), ("/", 200)):
            async with client.get(path) as response:
                assert response.status == status
                assert "cases.db" not in await response.text()
        found = await scraped(client)
    assert (found["healthy"], found["database_up"]) == ({"": 0.0}, {"": 0.0})


async def test_the_probe_asks_for_life(house):
    """For a container's health check: 0 where one of the ports lives, else 1."""
    engine, _ = counted(house)
    async with visiting(create_monitor(Health(engine))) as client:
        port = client.port
        assert await asyncio.to_thread(main, ["1", str(port)]) == 0
    assert await asyncio.to_thread(lives, port) is False
    assert main([]) == 1
