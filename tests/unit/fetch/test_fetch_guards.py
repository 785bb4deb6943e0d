"""The guarded connection, the wire and the budget, without any server."""

import asyncio
import itertools
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from yarl import URL

from cases.model import Digests
from crawler.fetch import gate, permits
from crawler.fetch.budget import Budget
from crawler.fetch.contract import (
    Body,
    Derivation,
    FetchLimits,
    FetchRequest,
    FetchResult,
    Hop,
)
from crawler.fetch.cookies import CaseJar, Jars
from crawler.fetch.exchange import Line, Manner, request_url
from crawler.fetch.guard import Guard, GuardViolation
from crawler.fetch.practice import Endpoint, PracticeNetwork
from crawler.fetch.redirects import Step
from crawler.fetch.throttle import Throttle
from crawler.fetch.transport import Reached
from crawler.fetch.trust import trust
from crawler.fetch.wire import REQUEST, RESULT, WireError, dump, load, load_result

SERVED = Endpoint(address="203.0.113.5", port=80, real_address="127.0.0.2", real_port=8080)
PRACTICE = PracticeNetwork(endpoints=(SERVED,), resolver="127.0.0.1:53", ca_pem="")


def info(address, port=80):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "203.0.113.5"])
def test_no_socket_is_made_to_a_refused_address(address):
    """The guard refuses both where addresses become targets and where the socket is made."""
    with pytest.raises(GuardViolation):
        Guard().target(info(address))
    with pytest.raises(GuardViolation):
        Guard().open_socket(info(address))


def test_a_judged_address_cannot_be_exchanged_for_another():
    """The socket goes to the address that was judged."""
    family, kind, protocol, judged, actual = Guard().target(info("8.8.8.8"))
    assert (judged, actual) == ("8.8.8.8", ("8.8.8.8", 80))
    with pytest.raises(GuardViolation):
        Guard().open_socket((family, kind, protocol, judged, ("127.0.0.1", 80)))
    Guard().open_socket((family, kind, protocol, judged, actual)).close()


def test_a_practice_address_leads_to_its_own_loopback_port_only():
    """Look-alike address and port map to one endpoint; other loopback ports stay shut."""
    guard = Guard(practice=PRACTICE)
    target = guard.target(info("203.0.113.5"))
    assert target[3:] == ("203.0.113.5", ("127.0.0.2", 8080))
    guard.open_socket(target).close()
    assert guard.target(info("203.0.113.5", 81)) is None
    with pytest.raises(GuardViolation):
        guard.open_socket((*target[:4], ("127.0.0.2", 22)))
    with pytest.raises(GuardViolation):
        guard.target(info("8.8.8.8"))


@pytest.mark.parametrize("practice", [None, PRACTICE])
async def test_even_without_the_gate_the_connection_is_refused(practice):
    """A numeric internal host that slipped past the gate reaches no server."""
    connections = []
    server = await asyncio.start_server(lambda *_: connections.append(1), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    parts = trust(None)
    async with server:
        url = gate.parts(f"http://127.0.0.1:{port}/")
        line = Line(
            guard=Guard(practice=practice),
            host=url.host,
            addresses=("127.0.0.1",),
            context=parts.verified,
            source=None,
            jar=None,
        )
        manner = Manner(read_as="auto", user_agent="x", accept_language="en", limits=FetchLimits())
        step = Step(permit=permits.reported("HW-2026-000001", url.url))
        with pytest.raises(GuardViolation):
            await line.ask(url, step, manner, Reached())
        await line.close()
    assert connections == []


@pytest.mark.parametrize(
    "url",
    [
        "http://site.test/a%2Fb?x=%2F+y&z=%3d",
        "https://site.test:8443/",
        "http://[2001:db8::1]:8080/x",
        "http://203.0.113.5/x?y",
    ],
)
def test_the_url_object_is_built_from_the_checked_parts(url):
    """Nothing is quoted again and the host stays the checked one."""
    parts = gate.parts(url)
    built = request_url(parts)
    assert (str(built), built.raw_host, built.port) == (url, parts.host, parts.port)


RESULT_VALUE = FetchResult(
    egress="home",
    started=datetime(2026, 1, 2, tzinfo=UTC),
    finished=datetime(2026, 1, 3, tzinfo=UTC),
    hops=(
        Hop(
            url="http://a.test/",
            derivation=Derivation.REPORTED_URL,
            method="GET",
            status=200,
            peer="203.0.113.5",
        ),
    ),
    status=200,
    headers={"server": "x"},
    cookie_names=("a",),
    body=Body(
        kind="page",
        content_type="text/html",
        complete=True,
        length=1,
        digests=Digests(md5="0" * 32, sha1="0" * 40, sha256="0" * 64, length=1),
    ),
    record={"engine": "generic"},
)


def test_values_survive_the_pipe():
    """A request and a result read back as they were."""
    request = FetchRequest(
        permit=permits.reported("HW-2026-000001", "http://a.test/#x"),
        egress="home",
        method="POST",
        form=(("a", "b"), ("a", "c")),
        limits=FetchLimits(total_s=1.5),
    )
    assert load(REQUEST, json.loads(dump(REQUEST, request))) == request
    assert load_result(json.loads(dump(RESULT, RESULT_VALUE))) == RESULT_VALUE


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {"server": "x" * 201}},
        {"cookie_names": ("a",) * 65},
        {"hops": (replace(RESULT_VALUE.hops[0], url="x" * 20_000),)},
        {
            "body": replace(
                RESULT_VALUE.body, digests=Digests(md5="xy", sha1="", sha256="", length=1)
            )
        },
    ],
)
def test_a_result_that_breaks_a_bound_is_refused(change):
    """Lengths of digests, headers, names and URLs are checked in the core."""
    with pytest.raises(WireError):
        load_result(json.loads(dump(RESULT, replace(RESULT_VALUE, **change))))


@pytest.mark.parametrize("value", [None, {}, {"error": "no_such_code"}, {"egress": 1}])
def test_a_value_of_another_shape_is_refused_without_quoting_it(value):
    """What does not fit is refused with a machine word."""
    with pytest.raises(WireError, match=r"^value_does_not_fit$"):
        load_result(value)


async def test_a_budget_runs_only_while_it_is_spent():
    """Waiting outside costs nothing; inside the block the time ends with an error."""
    budget = Budget(0.5)
    await asyncio.sleep(0.6)
    async with budget.spend():
        await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        async with budget.spend():
            await asyncio.sleep(5)


async def test_large_bodies_and_our_own_waits_earn_time():
    """Bytes that arrive and waits of our own extend the time that runs."""
    budget = Budget(0.1)
    async with budget.spend():
        budget.earn(20 * 1024)
        budget.excuse(0.1)
        await asyncio.sleep(0.25)


async def test_turns_at_one_host_are_paced_and_ordered():
    """Starts keep the period, in the order of asking; another host starts at once."""
    throttle = Throttle(starts=1, period_s=0.1, per_host=5, overall=10)
    loop = asyncio.get_running_loop()
    starts, began = [], loop.time()

    async def visit(host, number):
        async with throttle.turn(host):
            starts.append((host, number, loop.time() - began))

    await asyncio.gather(*(visit("a.test", n) for n in range(4)), visit("b.test", 0))
    at = [time for host, _, time in starts if host == "a.test"]
    assert [number for host, number, _ in starts if host == "a.test"] == [0, 1, 2, 3]
    assert min(later - earlier for earlier, later in itertools.pairwise(at)) >= 0.095
    assert next(time for host, _, time in starts if host == "b.test") < 0.05


async def test_leases_bound_what_runs_at_the_same_time():
    """Never more requests at one host, nor altogether, than allowed."""
    throttle = Throttle(starts=100, period_s=0.001, per_host=2, overall=3)
    running, most = {"a.test": 0, "b.test": 0}, {"a.test": 0, "all": 0}

    async def visit(host):
        async with throttle.turn(host):
            running[host] += 1
            most["a.test"] = max(most["a.test"], running["a.test"])
            most["all"] = max(most["all"], sum(running.values()))
            await asyncio.sleep(0.01)
            running[host] -= 1

    await asyncio.gather(*(visit(host) for host in ("a.test", "b.test") for _ in range(8)))
    assert most == {"a.test": 2, "all": 3}


async def test_a_cancelled_turn_gives_its_places_back():
    """Whoever gives up waiting or working leaves the lane free."""
    throttle = Throttle(starts=100, period_s=0.001, per_host=1, overall=1)

    async def hold():
        async with throttle.turn("a.test"):
            await asyncio.sleep(10)

    tasks = [asyncio.create_task(hold()) for _ in range(3)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(1), throttle.turn("a.test"):
        pass


async def test_a_jar_takes_no_cookie_for_a_suffix_a_number_or_of_great_size():
    """Cookies for public suffixes, of numeric hosts and over 4 KiB are not kept."""
    jar = CaseJar()
    headers = ["a=1; Domain=test", "b=1; Domain=site.test", f"c={'x' * 5000}", "d=1"]
    jar.update_cookies_from_headers(headers, URL("http://www.site.test/"))
    jar.update_cookies_from_headers(["n=1"], URL("http://203.0.113.5/"))
    assert set(jar.filter_cookies(URL("http://www.site.test/"))) == {"b", "d"}
    assert not jar.filter_cookies(URL("http://203.0.113.5/"))
    assert not jar.filter_cookies(URL("http://other.test/"))


async def test_jars_are_kept_apart_and_forgotten():
    """One name, one jar; no name, a fresh one; forgotten means empty."""
    jars = Jars()
    jars.get("x").update_cookies({"a": "1"}, URL("http://site.test/"))
    assert len(jars.get("x")) == 1
    assert len(jars.get("y")) == len(jars.get(None)) == 0
    jars.forget("x")
    assert len(jars.get("x")) == 0
