"""The worker's steps: one fault stops neither the case for ever nor the others at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from operations_house import NOW, House, Relay
from scripted_web import ListedJudge, ScriptedWeb, fails, page, picture
from store_samples import a_notice, a_snapshot, an_asset, an_observation, digests

from cases.errors import StoreProblem, TemporaryFailure
from cases.model import (
    AssetKind,
    Case,
    CloseReason,
    Hold,
    ListEntry,
    Match,
    NoticeKind,
    NoticeState,
    Presence,
    Priority,
    Stage,
)
from crawler.fetch.contract import FetchCode, FetchRequest, FetchResult
from hostwatch.dispatch.one_machine import Dispatcher
from hostwatch.engine import Engine
from hostwatch.worker import only_worker, work_off
from hostwatch.workflow.sending import send_all_due
from hostwatch.workflow.steps import advance, step
from notices.delivery.channel import NotSent, Refused

ENTRY = ListEntry(hash_list="n", version="1", tier="national", signal_type="sha256")
MATCH = Match(strength="strong", entry=ENTRY)
URL = "http://files.test/1.jpg"


class PoisonedWeb(ScriptedWeb):
    """Answers with something that makes our own code fail, for one host."""

    poisoned: str = "poison.test"

    async def fetch(self, request: FetchRequest) -> FetchResult:
        if self.poisoned in request.permit.url:
            raise ZeroDivisionError("http://secret.test/ would be in a traceback")
        return await super().fetch(request)


class UnchangingJudge(ListedJudge):
    """Knows its labels, and what the samples hold; no list is imported meanwhile."""

    def exact(self, found):
        return MATCH if found == digests("a") else super().exact(found)

    def reload_if_changed(self) -> bool:
        return False


def listed(*labels: str) -> UnchangingJudge:
    return UnchangingJudge(listed=set(labels))


async def due(house: House, url: str = URL, **fields) -> Case:
    entered = await house.report(url, **fields)
    return await house.case(entered.case_id)


# --------------------------------------------------------------------------- one worker


def test_a_second_worker_is_refused_with_a_way_out(tmp_path):
    """The sentence names the lock and what several workers need; the first goes on."""
    with only_worker(tmp_path):
        with pytest.raises(TemporaryFailure, match="PostgreSQL") as refused, only_worker(tmp_path):
            pass
        assert str(tmp_path) in str(refused.value)
    with only_worker(tmp_path):
        pass


# --------------------------------------------------------------------------- linked cases

SHOP = "Our members see all galleries. Join today and find walks in hills, lakes and old towns. "


@pytest.mark.parametrize(("words", "linked"), [(SHOP * 8, True), ("Welcome.", False)])
async def test_the_same_site_under_a_new_domain_is_linked(house: House, words, linked):
    """It reads the same but for its own name; a page with little to read tells nothing."""
    web = ScriptedWeb()
    for name, label in (("oldname", "known"), ("newname", "other")):
        text = f"<h1>{name}.test</h1><p>{words}</p><img src='/{label}.jpg'>"
        web.put(f"http://{name}.test/", page(text))
        web.put(f"http://{name}.test/{label}.jpg", picture(label))
    engine = house.engine(web, matcher=listed("known", "other"))
    old = await due(house, "http://oldname.test/")
    await step(engine, old.id)
    new = await due(house, "http://newname.test/")
    await step(engine, new.id)
    assert (await house.case(new.id)).linked == ((old.id,) if linked else ())


# --------------------------------------------------------------------------- poison


async def test_a_poisoned_case_waits_for_a_person_after_three_faults(house: House):
    """Postponed twice, then set aside; the others are done meanwhile; nothing is lost."""
    web = PoisonedWeb()
    web.put(URL, picture("known"))
    engine = house.engine(web, matcher=listed("known"))
    bad = await due(house, "http://poison.test/1.jpg")
    good = await due(house)
    for number in (1, 2):
        await work_off(engine)
        case = await house.case(bad.id)
        assert (case.attempts, case.needs) == (number, None)
        assert case.next_action_at > house.clock.now()
        house.clock.pass_by(minutes=10)
    await work_off(engine)
    case = await house.case(bad.id)
    assert (case.attempts, case.needs, case.next_action_at) == (3, "internal_error", None)
    assert case.stage is Stage.VISITING
    assert engine.counters.get("step_faults") == 3
    assert (await house.case(good.id)).comparison == "match"
    assert not await step(engine, bad.id), "it is not due any more"


async def test_the_log_of_a_fault_names_its_place_and_no_location(house: House, capsys):
    """Class, module and line are enough to mend it."""
    engine = house.engine(PoisonedWeb(), matcher=listed())
    bad = await due(house, "http://poison.test/1.jpg")
    await step(engine, bad.id)
    printed = capsys.readouterr().out
    assert "ZeroDivisionError" in printed
    assert "test_worker_steps" in printed
    assert "secret" not in printed
    assert "poison.test" not in printed


async def test_a_mended_case_asks_nobody_any_more(house: House):
    """Made due by a person; the step that goes well takes the question back."""
    web = PoisonedWeb()
    web.put("http://poison.test/1.jpg", picture("known"))
    engine = house.engine(web, matcher=listed("known"))
    case = await due(house, "http://poison.test/1.jpg")
    await house.save(replace(case, needs="internal_error", attempts=3))
    web.poisoned = "nowhere"
    await step(engine, case.id)
    after = await house.case(case.id)
    assert (after.stage, after.needs, after.attempts) == (Stage.ASSESSED, None, 0)


async def test_only_faults_in_a_row_count(house: House):
    """A re-check that went well forgets the faults before it."""
    case, engine = await monitored(house, picture("known"))
    await house.save(replace(case, attempts=2))
    await step(engine, case.id)
    assert (await house.case(case.id)).attempts == 0


# --------------------------------------------------------------------------- who was first


@dataclass
class Meddled:
    """A store in which somebody else is quicker, once, before our next step is written."""

    store: object
    meddle: Callable[[], Awaitable[object]] | None

    def reading(self):
        return self.store.reading()

    @asynccontextmanager
    async def transaction(self):
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            await meddle()
        async with self.store.transaction() as tx:
            yield tx


async def test_a_step_that_came_too_late_is_postponed_and_overwrites_nothing(house: House):
    """The other's change stands; the step is done later, and it is no fault."""
    web = ScriptedWeb()
    web.put(URL, picture("known"))
    case = await due(house)

    async def meddle() -> None:
        await house.report(URL, priority=Priority.URGENT)

    engine = replace(house.engine(web, matcher=listed("known")), store=Meddled(house.store, meddle))
    assert await step(engine, case.id)
    postponed = await house.case(case.id)
    assert (postponed.stage, postponed.reports) == (Stage.RECEIVED, 2)
    assert postponed.priority is Priority.URGENT
    assert (postponed.attempts, postponed.needs) == (0, None)
    assert house.clock.now() < postponed.next_action_at <= house.clock.now() + timedelta(minutes=5)
    assert web.log == []
    house.clock.pass_by(minutes=5)
    await step(engine, case.id)
    assert (await house.case(case.id)).comparison == "match"


async def test_a_fetcher_that_died_is_no_fault_of_the_case(house: House):
    """However often: the case is postponed and never set aside."""
    web = ScriptedWeb(down=True)
    engine = house.engine(web, matcher=listed())
    case = await due(house)
    for _ in range(5):
        await step(engine, case.id)
        house.clock.pass_by(hours=7)
    after = await house.case(case.id)
    assert after.needs != "internal_error"
    assert after.next_action_at is not None
    assert engine.counters.get("step_faults") == 0


async def test_a_case_closed_while_it_was_visited_stays_closed(house: House):
    """What a person decided meanwhile goes before what the visit found."""
    from hostwatch.operations import cases

    web = ScriptedWeb()
    case = await due(house)

    class Slow(ScriptedWeb):
        async def fetch(self, request: FetchRequest) -> FetchResult:
            await cases.close(house.desk(), case.id, CloseReason.SPAM)
            return await web.fetch(request)

    web.put(URL, picture("known"))
    await step(house.engine(Slow(), matcher=listed("known")), case.id)
    after = await house.case(case.id)
    assert (after.stage, after.close_reason) == (Stage.CLOSED, CloseReason.SPAM)


# --------------------------------------------------------------------------- answers and questions


async def test_an_answer_after_many_tries_ends_the_question(house: House):
    """`no_answer` asked a person to look; now there is something to act on."""
    web = ScriptedWeb()
    web.put(URL, fails(FetchCode.DNS_TIMEOUT))
    engine = house.engine(web, matcher=listed("known"))
    case = await due(house)
    limit = house.policy.cadence.retry_limit
    for _ in range(limit):
        await step(engine, case.id)
        house.clock.pass_by(hours=7)
    tired = await house.case(case.id)
    assert (tired.needs, tired.attempts, tired.stage) == ("no_answer", limit, Stage.VISITING)
    assert tired.next_action_at is not None
    web.put(URL, picture("known"))
    await step(engine, case.id)
    after = await house.case(case.id)
    assert (after.needs, after.attempts, after.stage) == (None, 0, Stage.ASSESSED)


async def monitored(house: House, answer) -> tuple[Case, Engine]:
    """A case whose listed picture is looked at again and answers as given."""
    entered = await house.report(URL)
    case = await house.save(
        replace(await house.case(entered.case_id), stage=Stage.MONITORING, comparison="match")
    )
    asset = an_asset(case, 0, kind=AssetKind.PICTURE, role="reported", url=URL, host="files.test",
                     digests=digests_of("known"), comparison=MATCH)  # fmt: skip
    await house.put(asset, snapshots=(a_snapshot(asset, taken_at=NOW),))
    await house.write(lambda tx: tx.add_observation(an_observation(asset, at=NOW)))
    web = ScriptedWeb()
    web.put(URL, answer)
    return case, house.engine(web, matcher=listed("known"))


def digests_of(label: str):
    from scripted_web import digests as of

    return of(label)


@pytest.mark.parametrize("asked", ["gated", "pathway_broken", "changed", "no_answer"])
async def test_what_was_asked_for_want_of_sight_is_moot_once_it_is_seen(house: House, asked):
    """Other questions stay."""
    case, engine = await monitored(house, picture("known"))
    await house.save(replace(case, needs=asked))
    await step(engine, case.id)
    assert (await house.case(case.id)).needs is None
    await house.save(
        replace(await house.case(case.id), needs="notice_held:blocked_here", next_action_at=NOW)
    )
    await step(engine, case.id)
    assert (await house.case(case.id)).needs == "notice_held:blocked_here"


@pytest.mark.parametrize(
    "answer",
    [
        fails(FetchCode.DNS_TIMEOUT),
        fails(FetchCode.SERVFAIL),
        fails(FetchCode.RESET),
        page("<title>Forbidden</title>", 403),
        page("<title>Unavailable</title>", 503),
    ],
)
async def test_an_error_is_never_a_removal(house: House, answer):
    """However often it is seen."""
    case, engine = await monitored(house, answer)
    for _ in range(6):
        await step(engine, case.id)
        house.clock.pass_by(days=2)
    after = await house.case(case.id)
    assert after.stage is Stage.MONITORING
    assert after.close_reason is None
    async with house.store.reading() as tx:
        seen = {one.presence for one in (await tx.observations(case.id))[1:]}
    assert seen <= {Presence.TEMPORARY, Presence.BLOCKED_HERE, Presence.NO_VERDICT}


# --------------------------------------------------------------------------- sending


async def approved(house: House, url: str, **changes) -> str:
    """A case whose approved notice has a fresh proof; return its serial."""
    entered = await house.report(url)
    case = await house.save(
        replace(
            await house.case(entered.case_id),
            stage=Stage.NOTIFIED,
            next_action_at=None,
            comparison="match",
        )
    )
    asset = an_asset(case, 0, digests=digests("a"), comparison=MATCH, url=url)
    snapshot = a_snapshot(asset, taken_at=house.clock.now())
    known = {
        "kind": NoticeKind.FIRST,
        "state": NoticeState.APPROVED,
        "approved_by": "mara",
        "approved_at": house.clock.now(),
        "drafted_at": house.clock.now(),
        "deadline": house.clock.now() + timedelta(hours=24),
        "snapshot_ids": (snapshot.id,),
        "template": "generic",
        "law": "Act, article 1",
        "answer_code": f"ABCDEFGHJK{case.id[-2:]}",
    }
    notice = a_notice(case, 1, **(known | changes))
    await house.put(asset, notices=(notice,), snapshots=(snapshot,))
    await house.write(lambda tx: tx.add_observation(an_observation(asset, at=house.clock.now())))
    return notice.serial


async def test_a_poisoned_notice_is_set_aside_and_the_others_leave(house: House):
    """One that names a trace which is not there; a person is asked, and its case says so."""
    relay = Relay()
    engine = house.engine(ScriptedWeb(), matcher=listed(), mail=relay)
    bad = await approved(house, "http://files.test/1", snapshot_ids=("HW-2026-999999-0-S1",))
    good = [await approved(house, f"http://files.test/{n}") for n in range(2, 6)]
    assert await send_all_due(engine) == 5
    for serial in good:
        assert (await house.notice(serial)).state is NoticeState.SENT
    held = await house.notice(bad)
    assert (held.state, held.hold.reason) == (NoticeState.HELD, "internal_error")
    assert (await house.case(held.case_id)).needs == "notice_held:internal_error"
    assert engine.counters.get("notice_faults") == 1
    assert len(relay.taken) == 4
    assert await send_all_due(engine) == 0


async def test_a_channel_that_breaks_leaves_the_fate_open_and_sends_nothing_again(house: House):
    """The message may have left, so only the relay's log settles it."""
    relay = Relay(raises=ZeroDivisionError("x"))
    engine = house.engine(ScriptedWeb(), matcher=listed(), mail=relay)
    serial = await approved(house, "http://files.test/1")
    await send_all_due(engine)
    await send_all_due(engine)
    notice = await house.notice(serial)
    assert (notice.state, notice.receipt) == (NoticeState.UNKNOWN, "uncertain channel_fault")
    assert len(relay.taken) == 1


async def test_trying_again_does_not_lengthen_the_deadline(house: House):
    """The recipient has as long as the policy says from the moment the notice leaves."""
    relay = Relay(receipt=NotSent(reason="no_connection"))
    engine = house.engine(ScriptedWeb(), matcher=listed(), mail=relay)
    # A withdrawal needs no new proof, so that each try costs no visit.
    serial = await approved(
        house,
        "http://files.test/1",
        kind=NoticeKind.WITHDRAWAL,
        template="withdrawal",
        replaces="HW-2026-000001-N2",
    )
    earlier = a_notice(await house.case("HW-2026-000001"), 2, state=NoticeState.SENT, sent_at=NOW)
    await house.put(notices=(earlier,))
    for _ in range(20):
        await send_all_due(engine)
        house.clock.pass_by(minutes=20)
    notice = await house.notice(serial)
    assert (notice.state, notice.attempt) == (NoticeState.APPROVED, 20)
    assert notice.deadline - notice.claimed_at == timedelta(hours=24)
    assert len(set(relay.taken)) == 20


async def test_a_refusal_asks_a_person_and_is_not_repeated(house: House):
    """The case says what it waits for."""
    relay = Relay(receipt=Refused(code=550, reason="recipient_refused"))
    engine = house.engine(ScriptedWeb(), matcher=listed(), mail=relay)
    serial = await approved(house, "http://files.test/1")
    await send_all_due(engine)
    await send_all_due(engine)
    notice = await house.notice(serial)
    assert (notice.state, notice.receipt) == (NoticeState.BOUNCED, "recipient_refused 550")
    assert (await house.case(notice.case_id)).needs == "notice_bounced"
    assert len(relay.taken) == 1


async def test_a_notice_that_waits_for_its_hold_stays_and_one_that_is_free_leaves(house: House):
    """However many wait before it."""
    relay = Relay()
    engine = house.engine(ScriptedWeb(), matcher=listed(), mail=relay)
    later = Hold(reason="police_first", owner="x", since=NOW, until=NOW + timedelta(hours=1))
    waiting = [
        await approved(house, f"http://wait.test/{n}", hold=later, answer_code=None)
        for n in range(3)
    ]
    free = await approved(house, "http://files.test/1")
    assert await send_all_due(engine) == 1
    assert (await house.notice(free)).state is NoticeState.SENT
    for serial in waiting:
        assert (await house.notice(serial)).state is NoticeState.APPROVED


@dataclass
class FullDisk:
    """A store that can be read and not written."""

    store: object

    def reading(self):
        return self.store.reading()

    @asynccontextmanager
    async def transaction(self):
        raise StoreProblem("The disk is full.")
        yield


async def test_a_full_disk_does_not_have_the_hosts_asked_in_a_loop(house: House):
    """Nothing leaves, everything stays approved, and sending rests for a while."""
    web = ScriptedWeb()
    serials = [await approved(house, f"http://files.test/{n}") for n in range(3)]
    house.clock.pass_by(hours=1)  # the proof is stale, so each is looked at again
    engine = replace(house.engine(web, matcher=listed()), store=FullDisk(house.store))
    dispatcher = Dispatcher(engine, poll_s=0.01)
    await dispatcher.tick()
    await dispatcher.drain()
    asked = len(web.log)
    assert asked > 0
    for _ in range(5):
        await dispatcher.tick()
        await dispatcher.drain()
    assert len(web.log) == asked
    for serial in serials:
        assert (await house.notice(serial)).state is NoticeState.APPROVED
    with pytest.raises(StoreProblem):
        await send_all_due(engine)


async def test_a_row_of_steps_ends_where_nothing_is_due(house: House):
    """Visit, trace and draft follow one another in one go."""
    web = ScriptedWeb()
    web.put(URL, picture("known"))
    engine = house.engine(web, matcher=listed("known"))
    case = await due(house)
    await asyncio.wait_for(advance(engine, case.id), 20)
    after = await house.case(case.id)
    assert after.stage is Stage.NOTIFIED
    assert after.next_action_at > house.clock.now()
