"""The outbox behaves alike on the sealed store and on the fake that the unit tests use."""

from __future__ import annotations

import base64
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cases.seal import Keyring
from cases.store.opening import open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "notices"))

from notice_builders import NOW, RULES, case, material, notice
from outbox_fakes import FakeStore, FixedClock, KnownChannel

from cases.errors import StaleWrite
from notices.compose import compose
from notices.delivery.channel import Accepted, NotSent, Uncertain
from notices.delivery.outbox import (
    claim,
    deliver,
    recover,
    settle_by_message_ids,
)
from notices.replies.answers import record

COMPOSED = compose(material())
SERIAL = notice().serial


@asynccontextmanager
async def fake_store(_folder):
    yield FakeStore(notice())


@asynccontextmanager
async def sqlite_store(folder):
    store = await open_store(folder / "cases.sqlite3", Keyring.derive(bytes(32)), create=True)
    async with store.transaction() as tx:
        await tx.add_case(case())
        await tx.add_notice(notice())
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture(params=[fake_store, sqlite_store], ids=["fake", "sqlite"])
def opened(request, tmp_path):
    return request.param(tmp_path)


async def stored(store):
    async with store.transaction() as tx:
        return await tx.notice(SERIAL)


async def run(store, receipt, message=COMPOSED):
    return await deliver(
        store,
        KnownChannel(receipt),
        await stored(store),
        message,
        sender="notices@hotline.example",
        clock=FixedClock(),
        retry_after=RULES.retry_mail,
    )


async def test_the_frozen_message_comes_back_byte_for_byte(opened):
    """Claimed, sent, stored: the body on disk is what left."""
    async with opened as store:
        await run(store, Accepted(code=250, text="ok"))
        after = await stored(store)
        assert after.state == "sent"
        assert base64.b64decode(after.body) == COMPOSED.message


async def test_a_second_claim_of_the_same_row_is_stale(opened):
    """Two workers, one sending."""
    async with opened as store:
        mine = await stored(store)
        async with store.transaction() as tx:
            await claim(tx, mine, COMPOSED, NOW)
        with pytest.raises(StaleWrite):
            async with store.transaction() as tx:
                await claim(tx, mine, COMPOSED, NOW)
        async with store.transaction() as tx:
            assert [n.serial for n in await recover(tx, NOW)] == [SERIAL]
        assert (await stored(store)).state == "unknown"


async def test_unknown_is_settled_by_message_id(opened):
    """The relay's log decides on both stores."""
    async with opened as store:
        await run(store, Uncertain(reason="lost_after_data"))
        async with store.transaction() as tx:
            await settle_by_message_ids(tx, {COMPOSED.message_id}, log_complete=False, now=NOW)
        assert (await stored(store)).state == "sent"


async def test_a_retry_keeps_the_serial_and_an_answer_is_kept(opened):
    """Not sent, sent at the second attempt, answered."""
    async with opened as store:
        first = await run(store, NotSent(reason="no_connection"))
        again = compose(material(notice=first))
        second = await run(store, Accepted(code=250, text="ok"), again)
        async with store.transaction() as tx:
            await tx.save_notice(record(second, "removed", NOW))
        after = await stored(store)
        assert (after.state, after.answer, after.attempt) == ("answered", "removed", 2)
