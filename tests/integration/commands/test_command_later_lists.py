"""`hostwatch hashlist import` on a hotline at work: what is known is compared with what is new."""

from __future__ import annotations

import json

import pytest
from practice_hotline import ANALYST, MANAGER, Hotline, cases, notices, set_up, until

from cases.invariants import check
from cases.model import Asset, NoticeKind, NoticeState, Stage
from hostwatch.engine import Engine
from sandbox.client import BlockingSandbox


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    """A hotline on the practice web."""
    root = tmp_path_factory.mktemp("practice")
    with BlockingSandbox.start(workdir=root) as sandbox:
        yield set_up(root, sandbox)


async def list_later(hotline: Hotline, *assets: Asset) -> None:
    """Bring a new list in, as a manager does who was sent one."""
    file = hotline.data.parent / "later.jsonl"
    digests = [asset.digests for asset in assets if asset.digests is not None]
    lines = [json.dumps({"type": "sha256", "value": one.sha256}) for one in digests]
    file.write_text("\n".join(lines), encoding="utf-8")
    await hotline.command(
        MANAGER, "hashlist", "import", str(file), "--name", "later", "--tier", "national",
        "--classification", "interpol:baseline",
    )  # fmt: skip


async def media(engine: Engine, case_id: str) -> list[Asset]:
    """Return what was compared of a case."""
    async with engine.store.reading() as tx:
        return [one for one in await tx.assets(case_id) if one.digests is not None]


async def test_a_list_that_comes_later_reaches_the_cases_that_are_known(hotline: Hotline):
    """One returned as no match goes on; one that was noticed tells its recipients of the rest."""
    await hotline.report("no_match", "image_board_taken_down")
    async with hotline.worker() as engine:

        async def settled() -> bool:
            closed = [one for one in await cases(engine) if one.stage is Stage.CLOSED]
            return len(closed) == 1 and len(await notices(engine)) == 2

        await until(settled, "one case closed as no match, one drafted")
        returned, noticed = await cases(engine)
        fresh = await media(engine, returned.id)
        listed, further, *_ = await media(engine, noticed.id)
        await list_later(hotline, *fresh, further)

        async def told() -> bool:
            named = {asset_id for one in await notices(engine) for asset_id in one.asset_ids}
            return {fresh[0].id, further.id, listed.id} <= named

        await until(told, "drafts that name what is listed now")
        found = await notices(engine)
        assert {one.state for one in found} <= {NoticeState.DRAFTED, NoticeState.HELD}
        further_to = {one.kind for one in found if further.id in one.asset_ids}
        assert further_to == {NoticeKind.POLICE, NoticeKind.FIRST}
        shown = json.loads(await hotline.command(ANALYST, "cases", "show", returned.id, "--json"))
        assert "listed_later" in json.dumps(shown)
        why = await hotline.command(ANALYST, "cases", "show", noticed.id)
        assert "listed_later" in why
        assert await check(engine.store) == []
    assert hotline.sandbox.command("mails")["mails"] == []
