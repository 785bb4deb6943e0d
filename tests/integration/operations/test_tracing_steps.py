"""From what a host answered to whom it is traced, and what a told origin changes."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from operations_house import House
from scripted_web import ListedJudge, ScriptedWeb, fails, page, picture

from cases.errors import InvalidInput
from cases.model import Case, CloseReason, NoticeKind, PartyRole
from cases.ports import NoticeFilter
from crawler.fetch.contract import DnsAnswer, FetchCode, FetchRequest, FetchResult, ResolveRequest
from crawler.hosting.trace import Tracer
from hostwatch.engine import Engine
from hostwatch.operations import cases, hosting, origins
from hostwatch.operations.origins import Told
from hostwatch.workflow.steps import step

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "hosting"))
from hosting_fakes import FRONT_NETWORK, HOST_NETWORK, NUMBERS, FakeFetcher, practice_tables

URL = "http://files.test/1.jpg"
TOLD = Told(addresses=("192.0.2.10",), source="front", reference="ticket 7")
UNKNOWN = "203.0.113.200"
"""An address that no table of numbers knows."""


class Judge(ListedJudge):
    """Knows its labels; no list is imported meanwhile."""

    def reload_if_changed(self) -> bool:
        return False


class Web(ScriptedWeb):
    """A scripted web with addresses, telling headers and registries."""

    address = UNKNOWN
    marks: dict[str, str]
    registries: FakeFetcher

    async def fetch(self, request: FetchRequest) -> FetchResult:
        if request.permit.url.startswith(NUMBERS):
            return await self.registries.fetch(request)
        found = await super().fetch(request)
        return replace(found, peer=found.peer and self.address, headers=self.marks)

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        host = request.permit.url
        if request.records == "ns":
            return DnsAnswer(host=host, outcome="ok", names=(f"ns1.{host}",))
        return DnsAnswer(host=host, outcome="ok", addresses=(self.address,))


def web(address: str = UNKNOWN, **marks: str) -> Web:
    made = Web()
    made.address, made.marks = address, marks
    made.registries = FakeFetcher(
        answers={
            f"{NUMBERS}ip/198.51.100.7": FRONT_NETWORK,
            f"{NUMBERS}ip/192.0.2.10": HOST_NETWORK,
        }
    )
    made.put(URL, picture("known"))
    return made


def engine_of(house: House, fetcher: Web) -> Engine:
    """Build the worker's rooms over the tables of the practice world."""
    made = house.engine(fetcher, matcher=Judge(listed={"known"}))
    tables = practice_tables(house.directory)
    tracer = Tracer(fetcher=fetcher, tables=tables, egress="home", now=house.clock.now)
    return replace(made, tracers=dict.fromkeys(made.tracers, tracer))


def practising(house: House) -> House:
    """Let addresses of the documentation blocks stand for public ones."""
    return replace(house, policy=house.policy.model_copy(update={"practice": True}))


async def worked(house: House, engine: Engine, url: str = URL) -> Case:
    """Report, visit, trace and draft."""
    entered = await house.report(url)
    while await step(engine, entered.case_id):
        pass
    return await house.case(entered.case_id)


async def kinds(house: House, case_id: str) -> list[NoticeKind]:
    async with house.store.reading() as tx:
        return [one.kind for one in await tx.notices(NoticeFilter(case_id=case_id))]


async def test_a_front_that_shows_itself_only_in_its_answer_is_known_from_the_first_trace(
    house: House,
):
    """The header of the first visit is kept and counts when the host is traced."""
    case = await worked(house, engine_of(house, web(server="shield")))
    assert (case.masked_by, case.country) == ("Shield", None)
    plain = await worked(house, engine_of(house, web(server="nginx")), "http://files.test/2.jpg")
    assert plain.masked_by is None


@pytest.mark.parametrize(
    "seen", [picture("known"), fails(FetchCode.CONNECT_TIMEOUT), page("<h1>Log in</h1>", 403)]
)
async def test_a_told_origin_is_followed_whatever_the_next_look_shows(house: House, seen):
    """The leg opens and drafts wait, also while the content cannot be seen at the moment."""
    house = practising(house)
    fetcher = web("198.51.100.7", server="shield")
    engine = engine_of(house, fetcher)
    case = await worked(house, engine)
    assert case.masked_by == "Shield"
    assert NoticeKind.FRONT_REVEAL in await kinds(house, case.id)
    house.clock.pass_by(minutes=30)
    await origins.record(house.desk(), case.id, TOLD)
    fetcher.put(URL, seen)
    assert await step(engine, case.id)
    after = await house.case(case.id)
    assert [leg.ordinal for leg in after.legs] == [1, 2]
    assert (after.masked_by, after.country, after.provider) == (None, "NL", "Harbour Hosting")
    drafted = await kinds(house, case.id)
    assert {NoticeKind.FIRST, NoticeKind.POLICE} & set(drafted)
    traced = (await hosting.traces(house.desk(), case.id))[0]
    assert traced.changes == ("origin_told",)
    assert traced.snapshot.party(PartyRole.FRONT).key == "shield"
    house.clock.pass_by(hours=2)
    await cases.make_due(house.desk(), [case.id])
    fetcher.put(URL, picture("known"))
    assert await step(engine, case.id)
    assert len((await house.case(case.id)).legs) == 2, "the same origin opens no leg again"


async def test_refusals_name_the_way_out_and_change_nothing(house: House):
    """A closed case, an asset that is not there, a front's own address."""
    house = practising(house)
    case = await worked(house, engine_of(house, web("198.51.100.200", server="shield")))
    for told, why in (
        (replace(TOLD, asset_id=f"{case.id}-77"), "no asset"),
        (replace(TOLD, addresses=("198.51.100.200",)), "what DNS gives"),
        (replace(TOLD, addresses=("198.51.100.7",)), "belongs to a front"),
        (replace(TOLD, addresses=("10.0.0.1",)), "not public"),
        (replace(TOLD, reference="http://a.test/"), "without a location"),
    ):
        with pytest.raises(InvalidInput, match=why):
            await origins.record(house.desk(), case.id, told)
    assert (await house.case(case.id)).origins == ()
    await cases.close(house.desk(), case.id, CloseReason.SPAM)
    with pytest.raises(InvalidInput, match="closed"):
        await origins.record(house.desk(), case.id, TOLD)


async def test_reserved_addresses_are_no_origin_in_earnest(house: House):
    """Outside the practice web the documentation blocks are nobody's."""
    case = await worked(house, engine_of(house, web("198.51.100.7", server="shield")))
    with pytest.raises(InvalidInput, match="reserved"):
        await origins.record(house.desk(), case.id, TOLD)
