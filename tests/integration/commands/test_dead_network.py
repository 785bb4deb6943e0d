"""Dead names and a dead relay: nothing is called removed, nothing is lost, nothing goes twice."""

from __future__ import annotations

import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from practice_hotline import ANALYST, MANAGER, cases, notices, set_up, until

from cases.invariants import check
from cases.model import NoticeState, Presence, Stage, TakedownVerdict
from cases.ports import CaseFilter
from sandbox.client import BlockingSandbox

STAYS = ("behind_front", "abroad_no_partner")
"""Scenarios whose content stays where it is."""
GONE = {TakedownVerdict.REMOVED, TakedownVerdict.EXPIRED, TakedownVerdict.SITE_DOWN}


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """The practice web, and a hotline that is set up once and copied."""
    root = tmp_path_factory.mktemp("practice")
    with BlockingSandbox.start(workdir=root) as sandbox:
        yield set_up(root, sandbox)


@pytest.fixture
def hotline(practice, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(practice.data, data)
    practice.sandbox.command("mail_refuse", **{"with": ""})
    earlier = len(practice.sandbox.command("mails")["mails"])
    yield replace(practice, data=data, earlier=earlier)
    practice.sandbox.command("mail_refuse", **{"with": ""})


def mails_of(hotline, serials) -> Counter:
    found = hotline.sandbox.command("mails")["mails"][hotline.earlier :]
    return Counter(mail["serial"] for mail in found if mail["serial"] in serials)


@pytest.mark.timeout(400)
async def test_without_names_nothing_is_called_removed_and_everything_goes_on_later(hotline):
    """First visits are repeated and a person is asked; re-checks say nothing; all recover."""
    await hotline.report(*STAYS)
    async with hotline.worker(hotline.without_names) as engine:
        async with engine.store.transaction() as tx:
            # A question without an answer takes seconds, so the first tries are only counted.
            for case in await tx.cases(CaseFilter()):
                await tx.save_case(replace(case, attempts=engine.cadence.retry_limit - 1))

        async def tired() -> bool:
            return all(case.needs == "no_answer" for case in await cases(engine))

        await until(tired, "an analyst is asked after several tries")
        for case in await cases(engine):
            assert case.stage is Stage.VISITING
            assert case.comparison == "not_checked"
            assert case.verdict is TakedownVerdict.UNKNOWN
            assert case.next_action_at is not None, "the tries go on"
        assert await notices(engine) == []

    async with hotline.worker() as engine:

        async def told() -> bool:
            return all(case.stage is Stage.NOTIFIED for case in await cases(engine))

        await until(told, "names are back: compared, traced and drafted")
        for case in await cases(engine):
            assert case.comparison == "match"
            assert case.needs != "no_answer", "nobody has to look any more"

    async with hotline.worker(hotline.without_names) as engine:
        before = {case.id: case.version for case in await cases(engine)}

        async def looked() -> bool:
            return all(case.version > before[case.id] for case in await cases(engine))

        await until(looked, "a re-check without names")
        for case in await cases(engine):
            assert case.stage is Stage.NOTIFIED
            assert case.verdict not in GONE
            async with engine.store.reading() as tx:
                latest = (await tx.observations(case.id))[-1]
            assert latest.presence in (Presence.TEMPORARY, Presence.NO_VERDICT), latest
            assert latest.control != "normal"

    async with hotline.worker() as engine:

        async def present() -> bool:
            return all(case.verdict is TakedownVerdict.PRESENT for case in await cases(engine))

        await until(present, "seen again")
        assert await check(engine.store) == []


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses every connection, and that nobody else can take meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@pytest.mark.timeout(400)
async def test_a_dead_relay_loses_no_notice_and_sends_none_twice(hotline, closed_port):
    """No connection, then a relay that puts off, then one that takes: each notice leaves once."""
    await hotline.report(*STAYS)
    port = hotline.sandbox.description.smtp_port
    hotline.mail_port(closed_port)
    async with hotline.worker() as engine:

        async def drafted() -> bool:
            return all(case.stage is Stage.NOTIFIED for case in await cases(engine))

        await until(drafted, "drafts")
        await hotline.command(ANALYST, "notices", "approve", "--all")
        serials = {notice.serial for notice in await notices(engine) if notice.approved_by}
        assert serials

        async def tried() -> bool:
            found = [one for one in await notices(engine) if one.serial in serials]
            return all(one.attempt >= 2 and one.retry_at is not None for one in found)

        await until(tried, "two attempts at a closed port")
        for notice in await notices(engine):
            if notice.serial in serials:
                assert notice.state in (NoticeState.APPROVED, NoticeState.SENDING)
                assert (notice.receipt or "not_sent no_connection") == "not_sent no_connection"
    assert not mails_of(hotline, serials)

    hotline.mail_port(port)
    hotline.sandbox.command("mail_refuse", **{"with": "451 4.3.0 come back later"})
    async with hotline.worker() as engine:

        async def put_off() -> bool:
            found = [one for one in await notices(engine) if one.serial in serials]
            return all(one.receipt == "not_sent later_451" for one in found)

        await until(put_off, "the relay puts off")
        assert not mails_of(hotline, serials)
        hotline.sandbox.command("mail_refuse", **{"with": ""})

        async def sent() -> bool:
            found = [one for one in await notices(engine) if one.serial in serials]
            return all(one.sent_at is not None for one in found)

        await until(sent, "the relay takes them")
        for notice in await notices(engine):
            if notice.serial in serials:
                assert notice.state in (NoticeState.SENT, NoticeState.ANSWERED)
                assert notice.receipt.startswith("accepted 250")
                allowed = notice.deadline - notice.sent_at
                assert timedelta(hours=23) < allowed < timedelta(hours=49), "trying costs no time"
        assert await check(engine.store) == []
    assert mails_of(hotline, serials) == Counter(dict.fromkeys(serials, 1))


async def test_a_refusal_for_good_is_a_bounce_that_a_person_is_told_of(hotline):
    """It is not tried again by itself; approved once more by a person, it leaves."""
    await hotline.report("abroad_no_partner")
    hotline.sandbox.command("mail_refuse", **{"with": "554 5.7.1 we do not take that"})
    async with hotline.worker() as engine:

        async def drafted() -> bool:
            return bool(await notices(engine))

        await until(drafted, "a draft")
        await hotline.command(ANALYST, "notices", "approve", "--all")

        async def bounced() -> bool:
            return all(one.state is NoticeState.BOUNCED for one in await notices(engine))

        await until(bounced, "a bounce")
        (notice,) = await notices(engine)
        assert notice.receipt == "message_refused 554"

        async def asked() -> bool:
            return [case.needs for case in await cases(engine)] == ["notice_bounced"]

        await until(asked, "a person is asked")
        hotline.sandbox.command("mail_refuse", **{"with": ""})
        assert (
            await hotline.command(ANALYST, "notices", "approve", "--all") == "nothing to approve\n"
        )
        await hotline.command(ANALYST, "notices", "approve", notice.serial)

        async def sent() -> bool:
            return all(one.state is NoticeState.SENT for one in await notices(engine))

        await until(sent, "the second attempt")
        assert mails_of(hotline, {notice.serial}) == Counter({notice.serial: 1})
        assert await check(engine.store) == []


async def test_paused_sending_holds_everything_back_at_once(hotline):
    """Approved notices stay approved until a manager resumes."""
    await hotline.report("abroad_no_partner")
    await hotline.command(MANAGER, "pause", "--sending")
    async with hotline.worker() as engine:

        async def drafted() -> bool:
            return bool(await notices(engine))

        await until(drafted, "a draft")
        await hotline.command(ANALYST, "notices", "approve", "--all")
        before = [case.version for case in await cases(engine)]

        async def looked() -> bool:
            return [case.version for case in await cases(engine)] != before

        await until(looked, "another round of the worker")
        (notice,) = await notices(engine)
        assert (notice.state, notice.attempt) == (NoticeState.APPROVED, 0)
        await hotline.command(MANAGER, "resume", "--sending")

        async def sent() -> bool:
            return all(one.state is NoticeState.SENT for one in await notices(engine))

        await until(sent, "resumed")
