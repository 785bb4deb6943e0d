"""How registries are asked: pace, one question for many, national registries, old answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest
from hosting_fakes import (
    DOMAIN,
    HOST_NETWORK,
    NAMES,
    NOW,
    NUMBERS,
    FakeClock,
    FakeFetcher,
    entity,
    network,
)

from crawler.fetch.contract import FetchCode, Hop
from crawler.hosting.bootstrap import Bootstrap, load_bootstrap
from crawler.hosting.rdap import RdapClient
from crawler.hosting.rdap_turns import RegistryTurns
from crawler.hosting.registry_facts import Pace, pace_of

KRNIC = "https://krnic.national.example/"
BOOTSTRAP = Bootstrap(
    networks={
        (4, int(ip_address("192.0.2.0")), 24): NUMBERS,
        (4, int(ip_address("198.51.100.0")), 24): NUMBERS,
        (6, int(ip_address("2001:db8::")), 32): NUMBERS,
    },
    domains={"example": NAMES},
    nationals={"nic.or.kr": KRNIC},
)
ADDRESS = ip_address("192.0.2.10")
URL = f"{NUMBERS}ip/192.0.2.10"


def client(fetcher, clock=None, **more):
    return RdapClient(
        fetcher=fetcher, bootstrap=BOOTSTRAP, egress="home", now=(clock or FakeClock()).now, **more
    )


class WholeRange(FakeFetcher):
    """Answers every address with the block of its size around it, after a while."""

    def __init__(self, length):
        super().__init__()
        self.length = length

    async def fetch(self, request):
        address = request.permit.url.rpartition("/")[2]
        base = int(ip_address(address)) >> (32 - self.length) << (32 - self.length)
        first, last = ip_address(base), ip_address(base + (1 << (32 - self.length)) - 1)
        self.answers[request.permit.url] = network(str(first), str(last), type="ASSIGNED PA")
        self.slow[request.permit.url] = 0.005
        return await super().fetch(request)


async def test_a_thousand_cases_in_one_range_ask_once():
    """Addresses of one assigned range that are asked for at the same time share one question."""
    fetcher = WholeRange(24)
    asked = client(fetcher)
    hosts = [ip_address(f"192.0.2.{n % 256}") for n in range(1000)]
    answers = await asyncio.gather(
        *(asked.network(f"HW-{n}", host) for n, host in enumerate(hosts))
    )
    assert len(fetcher.asked) == 1
    assert {answer.outcome for answer in answers} == {"found"}


async def test_ranges_of_one_neighbourhood_are_asked_for_once_each():
    """Sixteen small ranges in one block take sixteen questions, whatever the order."""
    fetcher = WholeRange(28)
    asked = client(fetcher)
    hosts = [ip_address(f"192.0.2.{n}") for n in range(256)]
    await asyncio.gather(*(asked.network(f"HW-{n}", host) for n, host in enumerate(hosts)))
    assert len(fetcher.asked) == 16


async def test_a_slow_address_ends_at_the_cap_and_its_neighbours_are_asked_for():
    """When the first of a block gets no answer the others no longer wait for it."""
    fetcher = FakeFetcher({URL: FetchCode.TIMEOUT, f"{NUMBERS}ip/192.0.2.11": HOST_NETWORK})
    asked = client(fetcher)
    late, found = await asyncio.gather(
        asked.network("HW-1", ADDRESS), asked.network("HW-2", ip_address("192.0.2.11"))
    )
    assert (late.outcome, found.outcome) == ("timeout", "found")


async def test_certificates_are_verified():
    """A registry whose certificate fails is not listened to."""
    seen = []

    class Watching(FakeFetcher):
        async def fetch(self, request):
            seen.append((request.tls, request.read_as, request.limits.redirects))
            return await super().fetch(request)

    await client(Watching({URL: HOST_NETWORK})).network("HW-1", ADDRESS)
    assert seen == [("verify", "rdap", 4)]


async def test_a_way_over_http_is_refused():
    """A redirect that leaves https anywhere on its way gives no answer."""

    class Redirected(FakeFetcher):
        async def fetch(self, request):
            result = await super().fetch(request)
            hop = Hop(
                url="http://r.example/",
                derivation="redirect_hop",
                method="GET",
                status=200,
                peer=None,
            )
            return replace(result, hops=(*result.hops, hop))

    answer = await client(Redirected({URL: HOST_NETWORK})).network("HW-1", ADDRESS)
    assert (answer.outcome, answer.record) == ("refused_redirect", None)


@pytest.mark.parametrize(
    ("host", "questions", "period"),
    [
        ("rdap.lacnic.net", 6, 60),
        ("rdap.registro.br", 6, 60),
        ("rdap.db.ripe.net", 1, 1),
        ("rdap.arin.net", 2, 1),
        ("rdap.verisign.com", 2, 1),
    ],
)
def test_paces(host, questions, period):
    """Each registry has its pace."""
    assert pace_of(host) == Pace(questions=questions, period_s=period)


@pytest.mark.parametrize("host", ["rdap.registry.test", "rdap.numbers.example"])
def test_practice_registries_have_no_pace(host):
    """Names that never exist in the world are asked as fast as they answer."""
    assert pace_of(host) is None


async def test_the_pace_is_kept_and_the_order_too():
    """More than a registry's number of questions in a period wait, first come first served."""
    turns = RegistryTurns(lambda _host: Pace(questions=2, period_s=60))
    order: list[int] = []

    async def ask(number):
        await turns.turn("r.example", skip=lambda: False)
        order.append(number)

    asking = [asyncio.ensure_future(ask(number)) for number in range(5)]
    _, waiting = await asyncio.wait(asking, timeout=0.1)
    assert (order, len(waiting), turns.waiting("r.example")) == ([0, 1], 3, True)
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)


async def test_a_long_queue_is_no_absence_and_no_failure_of_the_registry():
    """Who gets no turn in time hears that the registry is asked too often; nothing is kept."""
    fetcher = FakeFetcher({URL: HOST_NETWORK, f"{NAMES}domain/pictures.example": DOMAIN})
    asked = client(
        fetcher,
        hard_cap_s=0.1,
        pace_of=lambda host: Pace(questions=1, period_s=60) if "numbers" in host else None,
    )
    first = await asked.network("HW-1", ADDRESS)
    second = await asked.network("HW-2", ip_address("198.51.100.1"))
    other = await asked.domain("HW-3", "pictures.example")
    assert (first.outcome, second.outcome, other.outcome) == ("found", "rate_limited", "found")


PLACEHOLDER = network(
    "192.0.2.0",
    "192.0.2.255",
    entity(["abuse"], email="irt@nic.or.kr"),
    type="ALLOCATED PORTABLE",
)


@pytest.mark.parametrize(
    ("answer", "outcome"), [(HOST_NETWORK, "found"), (404, "none"), (429, "rate_limited")]
)
async def test_the_national_registry_is_asked_behind_its_placeholder(answer, outcome):
    """Its own server knows whom it gave the block to."""
    national = f"{KRNIC}ip/192.0.2.10"
    fetcher = FakeFetcher({URL: PLACEHOLDER, national: answer})
    asked = client(fetcher)
    first = await asked.network("HW-1", ADDRESS)
    found = await asked.national("HW-1", first.record, ADDRESS)
    assert (found.outcome, found.source) == (outcome, "rdap:krnic.national.example")


async def test_a_contact_of_its_own_needs_no_national_registry():
    """Without a placeholder nobody else is asked."""
    fetcher = FakeFetcher({URL: HOST_NETWORK})
    asked = client(fetcher)
    first = await asked.network("HW-1", ADDRESS)
    assert await asked.national("HW-1", first.record, ADDRESS) is None


async def test_what_a_registry_said_before_stands_in_for_two_weeks():
    """A registry that fails is covered by its own earlier answer, marked as old."""
    clock = FakeClock()
    fetcher = FakeFetcher({URL: HOST_NETWORK})
    asked = client(fetcher, clock)
    await asked.network("HW-1", ADDRESS)
    fetcher.answers[URL] = FetchCode.TIMEOUT
    clock.at = NOW + timedelta(days=13)
    old = await asked.network("HW-1", ADDRESS)
    assert (old.outcome, old.stale, old.at) == ("found", "timeout", NOW)
    assert "stale_answer" in old.record.flags
    clock.at = NOW + timedelta(days=15)
    assert (await asked.network("HW-1", ADDRESS)).outcome == "timeout"


async def test_an_old_answer_about_a_range_stands_in_for_no_other_address():
    """An address that was never asked for gets no answer from a block older than a day."""
    clock = FakeClock()
    fetcher = FakeFetcher({URL: HOST_NETWORK})
    asked = client(fetcher, clock)
    await asked.network("HW-1", ADDRESS)
    fetcher.answers = {f"{NUMBERS}ip/192.0.2.11": FetchCode.TIMEOUT}
    clock.at = NOW + timedelta(hours=25)
    other = await asked.network("HW-1", ip_address("192.0.2.11"))
    assert (other.outcome, other.record) == ("timeout", None)


async def test_an_absence_is_told_although_there_was_an_answer():
    """What the registry says now counts, also when it says that there is nothing."""
    clock = FakeClock()
    fetcher = FakeFetcher({URL: HOST_NETWORK})
    asked = client(fetcher, clock)
    await asked.network("HW-1", ADDRESS)
    fetcher.answers[URL] = 404
    clock.at = NOW + timedelta(days=2)
    assert (await asked.network("HW-1", ADDRESS)).outcome == "none"


async def test_a_name_is_asked_for_once_a_week_and_its_state_when_it_matters():
    """Seven days for the registrar; who needs the state of now asks now and gets nothing old."""
    clock = FakeClock()
    url = f"{NAMES}domain/pictures.example"
    fetcher = FakeFetcher({url: DOMAIN})
    asked = client(fetcher, clock)
    for days in (0, 3, 6):
        clock.at = NOW + timedelta(days=days)
        await asked.domain("HW-1", "pictures.example")
    assert len(fetcher.asked) == 1
    fetcher.answers[url] = 500
    now = await asked.domain("HW-1", "pictures.example", fresh=timedelta(hours=1))
    assert (now.outcome, len(fetcher.asked)) == ("server_error", 2)
    clock.at = NOW + timedelta(days=8)
    old = await asked.domain("HW-1", "pictures.example")
    assert (old.stale, old.record.registrar) == ("server_error", "Names Ltd")


def test_unlisted_servers_stand_behind_listed_ones(tmp_path):
    """What IANA's file leaves out is known; what it lists goes first."""
    (tmp_path / "rdap-bootstrap-dns.json").write_text(
        '{"services": [[["ch", "example"], ["https://listed.example/"]]]}'
    )
    found, _ = load_bootstrap(tmp_path)
    assert found.for_domain("a.ch") == "https://listed.example/"
    assert found.for_domain("a.de").startswith("https://")


# --------------------------------------------------------------------------- silence


def silent_names(count, code=FetchCode.CONNECT_TIMEOUT):
    """A registry of names that fails on every one of them."""
    fetcher, names = FakeFetcher(), [f"name{n}.example" for n in range(count)]
    fetcher.answers.update({f"{NAMES}domain/{name}": code for name in names})
    return fetcher, names


async def test_the_line_in_front_of_a_silent_registry_goes_home():
    """After three silences nobody waits for a turn any more; nobody is told that there is none."""
    fetcher, names = silent_names(40)
    asked = client(fetcher, pace_of=lambda _: Pace(questions=3, period_s=3600.0))
    answers = await asyncio.gather(*(asked.domain("HW-1", name) for name in names))
    outcomes = [one.outcome for one in answers]
    assert (outcomes.count("connect_timeout"), outcomes.count("registry_silent")) == (3, 37)
    assert len(fetcher.asked) == 3


async def test_a_silent_registry_is_asked_again_after_a_minute():
    """One question finds out whether it is back; an answer ends the silence."""
    fetcher, names = silent_names(4)
    clock = FakeClock()
    asked = client(fetcher, clock)
    outcomes = [(await asked.domain("HW-1", name)).outcome for name in names]
    assert outcomes == ["connect_timeout"] * 3 + ["registry_silent"]
    clock.at += timedelta(seconds=61)
    fetcher.answers.clear()
    assert (await asked.domain("HW-1", names[3])).outcome == "none"


async def test_a_failure_of_ours_says_nothing_of_a_registry():
    """Our own proxy being down is not its silence."""
    fetcher, names = silent_names(5, FetchCode.EGRESS_DOWN)
    asked = client(fetcher)
    outcomes = [(await asked.domain("HW-1", name)).outcome for name in names]
    assert outcomes == ["egress_down"] * 5
