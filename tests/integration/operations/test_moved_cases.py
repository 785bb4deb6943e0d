"""Where material goes to another host: who is told of what, and who is not told again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from later_lists_house import FJORD, HARBOUR, MAILBOXES, MEADOW, PAGE, Town, a_town
from scripted_web import page, picture

from cases.model import Case, Hold, NoticeKind, NoticeState, Stage

OLD, NEW = (MAILBOXES[one] for one in (HARBOUR, MEADOW))
PROVIDERS = (NoticeKind.FIRST, NoticeKind.MOVED, NoticeKind.REAPPEARANCE, NoticeKind.REMINDER)


@pytest.fixture
async def town(house):
    """A hotline whose list knows one picture."""
    return await a_town(house)


async def sent(town: Town, *labels: str) -> Case:
    """A case whose notices have left."""
    town.board(*(labels or ("known", "second")))
    case = await town.reported()
    await town.send_all(case.id)
    assert (await town.case(case.id)).stage is Stage.MONITORING
    return case


async def drafted(town: Town, case: Case) -> list[tuple]:
    """Who is to be told by a provider's notice that has not left: kind, mailbox, labels."""
    serials = {one.serial for one in await town.waiting(case.id)}
    notices = [one for one in await town.notices(case.id) if one.state is not NoticeState.WITHDRAWN]
    told = await town.told(case.id)
    return [
        entry
        for one, entry in zip(notices, told, strict=True)
        if one.serial in serials and one.kind in PROVIDERS
    ]


async def test_a_new_host_learns_of_everything_that_lies_there(town):
    """Also where the move is noticed because further material is told: by one notice, one leg."""
    case = await sent(town)
    town.web.addresses["board.test"] = MEADOW
    town.house.clock.pass_by(hours=2)
    await town.list("known", "second")
    await town.work()
    assert await drafted(town, case) == [("moved", NEW, ("known", "second"))]
    after = await town.case(case.id)
    assert (len(after.legs), after.provider) == (2, "Meadow Hosting")
    assert len(await town.trail(case.id, "case_moved")) == 1
    await town.look(case.id)
    assert await drafted(town, case) == [("moved", NEW, ("known", "second"))]
    assert len((await town.case(case.id)).legs) == 2
    await town.sound()


async def test_a_host_that_keeps_its_part_is_not_told_of_it_again(town):
    """One of two pictures went elsewhere: its new host alone is told, of it alone."""
    pictures = {host: f"http://{host}.test/{host}.jpg" for host in ("one", "two")}
    shown = "".join(f"<img src='{url}' width=640 height=480>" for url in pictures.values())
    town.web.put(PAGE, page(f"<h1>Thread</h1>{shown}"))
    for label, url in pictures.items():
        town.web.put(url, picture(label))
    await town.list("one", "two")
    case = await town.reported()
    await town.send_all(case.id)
    before = {one.serial for one in await town.notices(case.id)}
    town.web.addresses["one.test"] = MEADOW
    await town.look(case.id)
    new = [one for one in await town.notices(case.id) if one.serial not in before]
    assert {one.recipient.address for one in new if one.kind in PROVIDERS} == {NEW}
    moved = await town.asset(case.id, "one")
    assert {one.asset_ids for one in new} == {(moved.id,)}
    # the other follows
    town.web.addresses["two.test"] = MEADOW
    await town.look(case.id)
    waiting = await drafted(town, case)
    assert {(kind, to) for kind, to, _ in waiting} == {("moved", NEW)}
    assert sorted(label for *_, labels in waiting for label in labels) == ["one", "two"]
    assert len((await town.case(case.id)).legs) == 3
    await town.sound()


async def test_a_draft_for_a_host_that_was_left_is_withdrawn(town):
    """It can be approved for nobody; the new host has its own."""
    town.board("known")
    case = await town.reported()
    assert await drafted(town, case) == [("first", OLD, ("known",))]
    town.web.addresses["board.test"] = MEADOW
    await town.look(case.id)
    assert await drafted(town, case) == [("moved", NEW, ("known",))]
    states = {one.recipient.address: one.state for one in await town.notices(case.id)}
    assert states[OLD] is NoticeState.WITHDRAWN
    kinds = [one.kind for one in await town.waiting(case.id)]
    assert len(kinds) == len(set(kinds)), "nobody is to be told twice"


async def test_a_move_that_the_last_proof_saw_is_not_forgotten(town):
    """The notice is held; the next look opens the leg and drafts for the new host."""
    town.board("known")
    case = await town.reported()
    (first,) = [one for one in await town.waiting(case.id) if one.kind is NoticeKind.FIRST]
    town.web.addresses["board.test"] = MEADOW
    town.house.clock.pass_by(hours=1)
    await town.send(first.serial)
    assert (await town.house.notice(first.serial)).state is NoticeState.HELD
    await town.look(case.id)
    assert await drafted(town, case) == [("moved", NEW, ("known",))]
    after = await town.case(case.id)
    assert (len(after.legs), after.needs) == (2, None)


async def test_a_move_that_was_traced_while_nothing_was_seen_is_not_forgotten(town):
    """The content shows again at the new address: then it has moved."""
    case = await sent(town, "known")
    shown = dict(town.web.answers)
    town.web.addresses["board.test"] = MEADOW
    town.board()
    await town.look(case.id)
    town.web.answers.update(shown)
    await town.look(case.id)
    assert await drafted(town, case) == [("moved", NEW, ("known",))]


async def test_nobody_is_reminded_of_what_lies_elsewhere_now(town):
    """The old host has done its part; reminders go to the new one."""
    case = await sent(town, "known")
    town.web.addresses["board.test"] = MEADOW
    await town.look(case.id)
    await town.send_all(case.id)
    await town.look(case.id, days=4)
    reminders = {to for kind, to, _ in await drafted(town, case) if kind == "reminder"}
    assert reminders >= {NEW}
    assert OLD not in reminders


async def test_a_persons_hold_outlasts_a_move(town):
    """The police asked to wait: the provider is not told by way of its new address."""
    town.board("known")
    case = await town.reported()
    (first,) = [one for one in await town.waiting(case.id) if one.kind is NoticeKind.FIRST]
    wait = Hold(reason="the police asked to wait", owner="mara", since=town.house.clock.now())
    held = replace(first, state=NoticeState.HELD, hold=wait)
    await town.house.write(lambda tx: tx.save_notice(held))
    town.web.addresses["board.test"] = MEADOW
    await town.look(case.id)
    (new,) = [one for one in await town.waiting(case.id) if one.kind is NoticeKind.MOVED]
    assert new.hold == wait


async def test_what_went_away_and_came_home_is_told_as_moved_each_time(town):
    """Each leg has its own notice; no draft of an earlier one is left."""
    case = await sent(town, "known")
    for address in (MEADOW, HARBOUR):
        town.web.addresses["board.test"] = address
        await town.look(case.id, days=2)
    assert await drafted(town, case) == [("moved", OLD, ("known",))]
    assert len((await town.case(case.id)).legs) == 3


async def test_the_police_learn_within_the_day_that_it_went_elsewhere(town):
    """The pause between identical notices is for what is identical."""
    case = await sent(town, "known")
    before = await town.notices(case.id)
    assert NoticeKind.POLICE in {one.kind for one in before}
    town.web.addresses["board.test"] = FJORD
    await town.look(case.id)
    new = (await town.notices(case.id))[len(before) :]
    assert NoticeKind.POLICE in {one.kind for one in new}
    assert OLD not in {one.recipient.address for one in new}
    assert (await town.case(case.id)).country == "SE"
