"""From what a host answered to whom it is traced, and what a told origin changes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from operations_house import NOW, House
from scripted_web import ListedJudge, ScriptedWeb, digests, fails, page, picture
from store_samples import a_notice, a_snapshot, an_asset

from cases.errors import InvalidInput
from cases.invariants import check
from cases.model import (
    AssetKind,
    Case,
    Classification,
    CloseReason,
    Hold,
    Notice,
    NoticeKind,
    NoticeState,
    PartyRole,
)
from cases.ports import NoticeFilter
from crawler.fetch.contract import DnsAnswer, FetchCode, FetchRequest, FetchResult, ResolveRequest
from crawler.hosting.trace import Tracer
from hostwatch.engine import Engine
from hostwatch.operations import assessing, cases, hosting, origins
from hostwatch.operations.assessing import Judgement
from hostwatch.operations.origins import Told
from hostwatch.workflow.steps import step

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "hosting"))
from hosting_fakes import FRONT_NETWORK, HOST_NETWORK, NUMBERS, FakeFetcher, practice_tables

URL = "http://files.test/1.jpg"
TOLD = Told(addresses=("192.0.2.10",), source="front", reference="ticket 7")
HELD = Hold(reason="wait", owner="mara", since=NOW)
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


# --------------------------------------------------------------------------- requests to a front


async def requests(house: House, case_id: str) -> list[Notice]:
    async with house.store.reading() as tx:
        found = await tx.notices(NoticeFilter(case_id=case_id))
    return [one for one in found if one.kind is NoticeKind.FRONT_REVEAL]


async def veiled(house: House, **state) -> tuple[Engine, Case]:
    """A case whose request to the front stands where it is said to."""
    engine = engine_of(house, web("198.51.100.7", server="shield"))
    case = await worked(house, engine)
    (asked,) = await requests(house, case.id)
    await house.write(lambda tx: tx.save_notice(replace(asked, **state)))
    return engine, case


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"state": NoticeState.HELD, "hold": HELD},
        {"state": NoticeState.APPROVED, "approved_by": "mara"},
    ],
)
async def test_a_front_is_not_asked_for_what_is_known(house: House, state):
    """The request that has not left is withdrawn with its reason, and asked about no more."""
    house = practising(house)
    engine, case = await veiled(house, **state)
    await house.save(replace(await house.case(case.id), needs="notice_held:wait"))
    changed = await origins.record(house.desk(), case.id, TOLD)
    (asked,) = await requests(house, case.id)
    assert (asked.state, asked.hold) == (NoticeState.WITHDRAWN, None)
    assert changed.needs is None
    entry = next(one for one in await house.trail(case.id) if one.action == "notice_withdraw")
    detail = json.loads(entry.detail)
    assert (entry.actor, detail["serial"], detail["reason"]) == ("ana", asked.serial, "origin_told")
    assert await step(engine, case.id)
    assert len(await requests(house, case.id)) == 1, "nobody asks the front again"
    assert await check(house.store) == []


@pytest.mark.parametrize("left", [NoticeState.SENT, NoticeState.UNKNOWN, NoticeState.ANSWERED])
async def test_a_request_that_has_left_stays_as_it_is(house: House, left):
    """It was made, and its answer may be what told the origin."""
    house = practising(house)
    _, case = await veiled(house, state=left, sent_at=house.clock.now())
    before = await requests(house, case.id)
    await origins.record(house.desk(), case.id, TOLD)
    assert await requests(house, case.id) == before


async def test_a_request_for_two_hosts_goes_on_for_the_one_that_is_still_hidden(house: House):
    """It speaks of the other asset and its trace no more."""
    house = practising(house)
    _, case = await veiled(house)
    (asked,) = await requests(house, case.id)
    other = an_asset(case, 7, host="other.test", url="http://other.test/7")
    trace = a_snapshot(other)
    await house.put(other, snapshots=(trace,))
    both = replace(
        asked,
        asset_ids=(*asked.asset_ids, other.id),
        snapshot_ids=(*asked.snapshot_ids, trace.id),
    )
    await house.write(lambda tx: tx.save_notice(both))
    await origins.record(house.desk(), case.id, replace(TOLD, asset_id=asked.asset_ids[0]))
    (asked,) = await requests(house, case.id)
    assert asked.state is NoticeState.DRAFTED
    assert (asked.asset_ids, asked.snapshot_ids) == ((other.id,), (trace.id,))


async def test_what_waited_for_the_country_is_drafted_anew_where_it_is_known(house: House):
    """A draft for the masked host could only be withdrawn by hand, and would keep a new one off."""
    house = practising(house)
    engine, case = await veiled(house)
    (asked,) = await requests(house, case.id)
    hold = replace(HELD, reason="country_unknown", owner="policy")
    waiting = a_notice(
        case,
        9,
        state=NoticeState.HELD,
        hold=hold,
        asset_ids=asked.asset_ids,
        snapshot_ids=asked.snapshot_ids,
        answer_code="ABCDEFGHJKMZ",
    )
    await house.put(notices=(waiting,))
    await origins.record(house.desk(), case.id, TOLD)
    assert (await house.notice(waiting.serial)).state is NoticeState.HELD, "not traced yet"
    assert await step(engine, case.id)
    assert (await house.notice(waiting.serial)).state is NoticeState.WITHDRAWN
    dropped = [one for one in await house.trail(case.id) if one.action == "notice_dropped"]
    assert [json.loads(one.detail)["reason"] for one in dropped] == ["origin_told"]


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


async def test_an_origin_that_is_told_beside_further_material_opens_its_leg(house: House):
    """The trace that is made for the further material must not hide it from the next look."""
    house = practising(house)
    engine, case = await veiled(house)
    other = an_asset(
        case, 7, url="http://files.test/7.jpg", host="files.test", role="original",
        kind=AssetKind.PICTURE, digests=digests("fresh"),
    )  # fmt: skip
    await house.put(other)
    await origins.record(house.desk(), case.id, TOLD)
    said = Judgement(
        illegal=True, classification=Classification(scheme="a", value="b"), law="Act, 1",
        asset_ids=(other.id,),
    )  # fmt: skip
    await assessing.assess(house.desk(), case.id, said)
    assert await step(engine, case.id)
    after = await house.case(case.id)
    assert ([leg.ordinal for leg in after.legs], after.provider) == ([1, 2], "Harbour Hosting")
    async with house.store.reading() as tx:
        found = await tx.notices(NoticeFilter(case_id=case.id))
    told = {one.asset_ids for one in found if one.kind in {NoticeKind.FIRST, NoticeKind.POLICE}}
    assert told == {(f"{case.id}-0", other.id)}
