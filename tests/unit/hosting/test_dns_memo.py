"""A round of re-checks asks DNS once for each host; proof always asks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hosting_fakes import FakeClock, FakeFetcher, practice_tables

from crawler.fetch.contract import Derivation, DnsAnswer, Permit, ResolveRequest
from crawler.hosting.dns_memo import DnsMemo, kept_for
from crawler.hosting.trace import Tracer

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Names:
    """A fetcher that answers names and counts."""

    def __init__(self, outcome="ok", ttl=600):
        self.asked = []
        self.outcome, self.ttl = outcome, ttl

    async def resolve(self, request):
        self.asked.append(request.permit.url)
        await asyncio.sleep(0)
        return DnsAnswer(host=request.permit.url, outcome=self.outcome, ttl=self.ttl)


class Clock:
    def __init__(self):
        self.at = START

    def now(self):
        return self.at


def wanted(host, case="HW-2026-000001", records="addresses"):
    permit = Permit(case_id=case, derivation=Derivation.DNS, url=host)
    return ResolveRequest(permit=permit, egress="home", records=records)


@pytest.mark.parametrize(
    ("outcome", "ttl", "seconds"),
    [
        ("ok", 600, 600),
        ("ok", 5, 30),
        ("ok", None, 30),
        ("ok", 86_400, 3600),
        ("nxdomain", None, 300),
        ("nodata", 86_400, 300),
        ("servfail", 600, 0),
        ("timeout", None, 0),
        ("refused", None, 0),
    ],
)
def test_how_long_an_answer_serves_others(outcome, ttl, seconds):
    """Its TTL between 30 seconds and an hour, absence five minutes, a failure never."""
    answer = DnsAnswer(host="a.example", outcome=outcome, ttl=ttl)
    assert kept_for(answer) == timedelta(seconds=seconds)


async def test_many_cases_of_one_host_ask_once():
    """Together and one after the other; each kind of records for itself."""
    names, clock = Names(), Clock()
    memo = DnsMemo(names, clock.now)
    cases = [f"HW-2026-{number:06}" for number in range(50)]
    await asyncio.gather(*(memo.resolve(wanted("a.example", one), lately=True) for one in cases))
    await memo.resolve(wanted("a.example"), lately=True)
    assert names.asked == ["a.example"]
    await memo.resolve(wanted("a.example", records="ns"), lately=True)
    assert len(names.asked) == 2


async def test_an_answer_carries_the_time_at_which_it_was_given():
    """What is told later does not look newer than it is, and ends with its TTL."""
    names, clock = Names(), Clock()
    memo = DnsMemo(names, clock.now)
    await memo.resolve(wanted("a.example"), lately=True)
    clock.at += timedelta(seconds=599)
    assert (await memo.resolve(wanted("a.example"), lately=True)).at == START
    clock.at += timedelta(seconds=1)
    assert (await memo.resolve(wanted("a.example"), lately=True)).at == clock.at
    assert len(names.asked) == 2


async def test_proof_asks_and_what_it_learns_serves_the_round():
    """Nothing that was known before is read for it."""
    names, clock = Names(), Clock()
    memo = DnsMemo(names, clock.now)
    await memo.resolve(wanted("a.example"), lately=True)
    await memo.resolve(wanted("a.example"), lately=False)
    await memo.resolve(wanted("a.example"), lately=True)
    assert len(names.asked) == 2


@pytest.mark.parametrize("outcome", ["servfail", "timeout", "refused"])
async def test_a_failure_is_asked_again(outcome):
    """It says nothing of the host, and wipes out what was known."""
    names, clock = Names(), Clock()
    memo = DnsMemo(names, clock.now)
    await memo.resolve(wanted("a.example"), lately=True)
    names.outcome = outcome
    await memo.resolve(wanted("a.example"), lately=False)
    answers = [await memo.resolve(wanted("a.example"), lately=True) for _ in range(3)]
    assert {one.answer.outcome for one in answers} == {outcome}
    assert len(names.asked) == 5


async def test_a_trace_is_dated_by_what_dns_said(tmp_path):
    """A re-check may use an answer of the round and says how old it is; proof is of now."""
    clock = FakeClock()
    host = "www.site1.example"
    answer = DnsAnswer(host=host, outcome="ok", addresses=("192.0.2.7",), ttl=3600)
    fetcher = FakeFetcher(dns={host: answer})
    tracer = Tracer(fetcher=fetcher, tables=practice_tables(tmp_path), egress="home", now=clock.now)

    async def traced(*, lately: bool):
        return await tracer.trace(
            case_id="HW-2026-000001",
            asset_id="HW-2026-000001-1",
            url=f"https://{host}/1.jpg",
            peer=None,
            headers={},
            cookie_names=(),
            lately=lately,
        )

    def dns_questions() -> int:
        asked = [one for one in fetcher.permits if one[1] is Derivation.DNS]
        return sum(one[2] == host for one in asked)

    first = await traced(lately=True)
    clock.at += timedelta(minutes=20)
    second = await traced(lately=True)
    assert (dns_questions(), second.taken_at) == (1, first.taken_at)
    proof = await traced(lately=False)
    assert (dns_questions(), proof.taken_at) == (2, clock.at)
