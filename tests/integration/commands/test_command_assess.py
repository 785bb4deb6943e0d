"""`hostwatch case assess` on a case that was noticed: what is new to its recipients is told."""

from __future__ import annotations

import json

import pytest
from practice_hotline import ANALYST, Hotline, cases, notices, set_up, until

from cases.invariants import check
from cases.model import Notice, NoticeKind, NoticeState, Stage
from hostwatch.engine import Engine
from sandbox.client import BlockingSandbox

LAW = "Practice Criminal Code, article 240b"
LEFT = {NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    """A hotline on the practice web."""
    root = tmp_path_factory.mktemp("practice")
    with BlockingSandbox.start(workdir=root) as sandbox:
        yield set_up(root, sandbox)


async def assess(hotline: Hotline, asset_id: str) -> None:
    """Enter that a picture is illegal, as the hotline's own tool says."""
    case_id = asset_id.rpartition("-")[0]
    await hotline.command(
        ANALYST, "case", "assess", case_id, "--classification", "interpol:baseline",
        "--law", LAW, "--asset", asset_id,
    )  # fmt: skip


async def send(hotline: Hotline, engine: Engine, serial: str) -> None:
    """Approve a notice and wait until it has left."""
    await hotline.command(ANALYST, "notices", "approve", serial)

    async def left() -> bool:
        return any(one.serial == serial and one.state in LEFT for one in await notices(engine))

    await until(left, f"{serial} has left")


async def drafted(engine: Engine, asset_id: str) -> list[Notice]:
    """Wait until both recipients are to be told of a picture; return the notices that name it."""

    async def both() -> bool:
        found = [one for one in await notices(engine) if asset_id in one.asset_ids]
        return {one.kind for one in found} == {NoticeKind.POLICE, NoticeKind.FIRST}

    await until(both, f"notices that name {asset_id}")
    return [one for one in await notices(engine) if asset_id in one.asset_ids]


async def test_material_assessed_later_goes_to_the_same_recipients(hotline: Hotline):
    """By notices of its own or drafts that wait, under the same hold; saying it twice adds none."""
    await hotline.report("image_board_taken_down")
    async with hotline.worker() as engine:
        await until(lambda: _drafts(engine, 2), "drafts of the listed picture")
        case_id = (await cases(engine))[0].id
        listed, second, third = (f"{case_id}-{number}" for number in (1, 2, 3))
        police, host = await drafted(engine, listed)
        await send(hotline, engine, police.serial)

        await assess(hotline, second)
        to_police, to_host = await drafted(engine, second)
        for new, old in ((to_police, police), (to_host, host)):
            assert new.serial != old.serial
            assert (new.asset_ids, new.recipient, new.kind) == ((second,), old.recipient, old.kind)
            assert new.approved_by is None, "a person sends"
        assert (to_police.state, to_host.state) == (NoticeState.DRAFTED, NoticeState.HELD)
        assert to_host.hold is not None
        assert to_host.hold.reason == "police_first"
        assert (await cases(engine))[0].stage is Stage.MONITORING

        await assess(hotline, third)
        again, apart = await drafted(engine, third)
        assert (again.serial, again.asset_ids) == (to_police.serial, (second, third))
        assert apart.asset_ids == (third,), "a hold that runs is not lengthened"

        for one in (second, third):
            await assess(hotline, one)
        await send(hotline, engine, to_police.serial)
        assert len(await notices(engine)) == 5
        async with engine.store.reading() as tx:
            urls = {one.id: one.url for one in await tx.assets(case_id)}
            trail = await tx.trail(case_id)
        assert await check(engine.store) == []
    mails = hotline.sandbox.command("mails")["mails"]
    read = [one["urls"] for one in mails if one["serial"] == to_police.serial]
    assert read == [[urls[second], urls[third]]]
    extended = [json.loads(one.detail) for one in trail if one.action == "notice_extended"]
    assert [(one["serial"], one["assets"]) for one in extended] == [(to_police.serial, 2)]


async def _drafts(engine: Engine, number: int) -> bool:
    return len(await notices(engine)) == number
