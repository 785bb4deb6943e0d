"""Every store rotates its keys while it works, and renews its blind indexes."""

from __future__ import annotations

import asyncio

import pytest
from store_samples import NOW, a_case, a_notice, a_report, add

from cases.errors import KeyProblem
from cases.ports import CaseFilter, CaseStore
from cases.seal import Keyring
from cases.store.opening import Place, open_store

OLD = Keyring.derive(b"k" * 32)
BOTH = Keyring.of_generations({1: b"k" * 32, 2: b"n" * 32}, 2)
NEW = Keyring.derive(b"n" * 32, key_id=2)


async def rotate(store: CaseStore, limit: int = 3) -> int:
    """Wrap everything by the newest key, as the command does."""
    async with store.transaction() as step:
        await step.use_master(2)
    changed, after = 0, ""
    while after is not None:
        async with store.transaction() as step:
            after, some = await step.wrap_again(after, limit)
            changed += some
    return changed


@pytest.fixture
async def filled(place: Place):
    """A store of ten cases under the old key, opened with both."""
    old = await open_store(place, OLD, create=True)
    await add(old, *(a_case(number) for number in range(1, 11)), reports=True)
    await old.close()
    opened = await open_store(place, BOTH)
    yield opened
    await opened.close()


async def test_keys_are_counted_by_their_master_key(filled: CaseStore):
    """The two of the installation are among them."""
    async with filled.reading() as step:
        assert await step.keys_by_master() == {1: 12}
        assert await step.current_key() == 1


async def test_a_rotation_leaves_nothing_under_the_old_key(filled: CaseStore, place: Place):
    """Then the new key opens everything alone, and the old one nothing."""
    assert await rotate(filled) == 10
    async with filled.transaction() as step:
        assert await step.keys_by_master() == {2: 12}
        assert await step.is_unused(1)
        assert not await step.is_unused(2)
    again = await open_store(place, NEW)
    async with again.transaction() as step:
        assert len(await step.cases(CaseFilter())) == 10
        assert (await step.case_at(a_case(4).canonical)).id == a_case(4).id
        await step.add_case(a_case(11))
    await again.close()
    with pytest.raises(KeyProblem, match="not the key that sealed this database"):
        await open_store(place, OLD)


async def test_a_rotation_that_was_interrupted_goes_on(filled: CaseStore):
    """Half of the keys are under each; both open, and the second run does the rest."""
    async with filled.transaction() as step:
        await step.use_master(2)
        assert await step.wrap_again("", 4) == (a_case(4).id, 4)
    async with filled.transaction() as step:
        assert await step.keys_by_master() == {1: 6, 2: 6}
        assert not await step.is_unused(1)
        assert len(await step.cases(CaseFilter())) == 10
    assert await rotate(filled) == 6


async def test_a_running_process_wraps_new_keys_by_the_new_key(filled: CaseStore, place: Place):
    """It was opened with the old key alone, and its key file has got the new one meanwhile."""
    running = await open_store(
        place, Keyring.of_generations({1: b"k" * 32}, 1, source=lambda: BOTH)
    )
    await rotate(filled)
    async with running.transaction() as step:
        await step.add_case(a_case(12))
    async with filled.reading() as step:
        assert await step.keys_by_master() == {2: 13}
    async with running.reading() as step:
        assert len(await step.cases(CaseFilter())) == 11
    await running.close()


async def test_a_process_without_the_new_key_stores_nothing_it_could_lose(filled, place: Place):
    """It is told which key it lacks."""
    running = await open_store(place, OLD)
    await rotate(filled)
    with pytest.raises(KeyProblem, match="master key with id 2"):
        async with running.transaction() as step:
            await step.add_case(a_case(12))
    with pytest.raises(KeyProblem, match="master key with id 2"):
        async with running.reading() as step:
            await step.case(a_case(1).id)
    await running.close()


async def test_cases_that_come_in_while_keys_are_rotated_are_all_there(filled, place: Place):
    """Two writers and a rotation at once, on one store."""
    source = Keyring.of_generations({1: b"k" * 32}, 1, source=lambda: BOTH)
    writers = [await open_store(place, source) for _ in range(2)]

    async def write(store: CaseStore, start: int) -> None:
        for number in range(start, start + 15):
            await add(store, a_case(number))

    await asyncio.gather(write(writers[0], 100), rotate(filled, 2), write(writers[1], 200))
    await rotate(filled)
    for one in writers:
        await one.close()
    async with filled.transaction() as step:
        assert await step.keys_by_master() == {2: 42}
        assert len(await step.cases(CaseFilter())) == 40
        assert await step.is_unused(1)


async def test_an_erased_case_gets_no_key_back_by_a_rotation(filled: CaseStore):
    """There is nothing to wrap."""
    async with filled.transaction() as step:
        await step.erase_case(a_case(3).id)
    assert await rotate(filled) == 9
    async with filled.reading() as step:
        assert await step.is_erased(a_case(3).id)
        assert await step.half_erased() == []


async def test_renewed_indexes_find_everything_again(place: Place):
    """Cases, hosts, idempotency keys, answer codes and Message-IDs; the old index key none."""
    store = await open_store(place, OLD, create=True)
    case = a_case(next_action_at=NOW)
    notice = a_notice(case, answer_code="CODE", message_id="<1@hotline.example>")
    async with store.transaction() as step:
        await step.add_case(case)
        await step.add_report(a_report(case), idempotency_key="key")
        await step.add_notice(notice)
        host = step.host_key(case.host)
        assert await step.lease_host(host, "core", NOW, NOW)
    async with store.transaction() as step:
        # case, host, idempotency key, answer code, Message-ID, lease
        assert await step.renew_index() == 6
    again = await open_store(place, OLD)
    async with again.transaction() as step:
        assert (await step.case_at(case.canonical)).id == case.id
        assert (await step.report_by_idempotency("key")).case_id == case.id
        assert (await step.notice_by_code("CODE")).serial == notice.serial
        assert (await step.notice_by_message_id("<1@hotline.example>")).serial == notice.serial
        assert step.host_key(case.host) != host
        assert [one.key for one in await step.due_hosts(NOW, 9)] == [step.host_key(case.host)]
    async with store.reading() as step:
        assert await step.case_at(case.canonical) is None
    for one in (store, again):
        await one.close()
