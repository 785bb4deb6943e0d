"""A backup of either store is restored on either store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_samples import (
    HOUR,
    NOW,
    a_case,
    a_notice,
    a_report,
    a_snapshot,
    an_assessment,
    an_asset,
    an_observation,
    digests,
)

from cases.audit_key import create_audit_key
from cases.backup.content import content_of, sums_of
from cases.erasures import Erasures, note_erasure, read_erasures
from cases.errors import InvalidInput, KeyProblem, StoreProblem
from cases.invariants import check
from cases.model import Account, Answer, NoticeState, Role
from cases.ports import CaseFilter, CaseStore, NoticeFilter
from cases.seal import Keyring
from cases.store.opening import Place, open_store
from config.initialise import write_configuration
from hostwatch.desk import Desk
from hostwatch.office import read_rules
from hostwatch.operations import backup
from hostwatch.permissions import Actor

KEYS = Keyring.derive(b"k" * 32)
READABLE = ("board1.test", "Example Hosting", "Reporter Zebediah", "Clear Provider", "ana")


class Standing:
    def now(self):
        return NOW


@pytest.fixture
def desk(store: CaseStore, tmp_path: Path) -> Desk:
    write_configuration(tmp_path / "house")
    rules = read_rules(tmp_path / "house", {})
    actor = Actor(name="adam", role=Role.ADMINISTRATOR, login="login")
    return Desk(
        store=store, clock=Standing(), settings=rules.settings, policy=rules.policy, actor=actor
    )


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a store may be restored."""
    if request.param == "sqlite":
        yield tmp_path / "restored.db"
        return
    house = request.getfixturevalue("postgres")
    made = house.fresh()
    yield made
    house.drop(made)


async def fill(store: CaseStore) -> None:
    async with store.transaction() as step:
        await step.save_account(Account(name="ana", role=Role.ANALYST, created_at=NOW))
        await step.set_setting("paused_fetching", "yes")
        for number in (1, 2):
            await step.next_case_id(NOW)
            case = a_case(number, next_action_at=NOW, provider="Clear Provider")
            asset = an_asset(case, digests=digests("a"))
            await step.add_case(case)
            await step.add_report(
                a_report(case, reporter="Reporter Zebediah"), idempotency_key=case.id
            )
            await step.save_asset(asset)
            await step.add_observation(an_observation(asset))
            await step.add_snapshot(a_snapshot(asset))
            await step.add_assessment(an_assessment(case))
            notice = a_notice(
                case,
                state=NoticeState.APPROVED,
                approved_by="ana",
                approved_at=NOW,
                answer_code=case.id,
                message_id=f"<{case.id}@hotline.example>",
            )
            await step.add_notice(notice)
            await step.add_answer(
                Answer(serial=notice.serial, at=NOW, claim="removed", channel="web")
            )
            await step.audit(NOW, "ana", "notice_approved", case.id)


async def made(desk: Desk, folder: Path) -> Path:
    await fill(desk.store)
    await backup.create(desk, folder / "a.backup", KEYS)
    return folder / "a.backup"


async def restore(file: Path, place: Place, erasures: Erasures | None = None) -> backup.Restored:
    return await backup.restore(
        file, place, KEYS, erasures=erasures or Erasures(), now=NOW, login="login"
    )


async def test_everything_comes_back_on_either_store(desk: Desk, elsewhere: Place, tmp_path: Path):
    """Records, indexes, accounts, switches and the trail; then work goes on behind them."""
    file = await made(desk, tmp_path)
    done = await restore(file, elsewhere)
    assert (done.erased, done.held) == (0, 2)
    store = await open_store(elsewhere, KEYS)
    async with store.transaction() as step:
        assert len(await step.cases(CaseFilter())) == 2
        case = await step.case_at(a_case(1).canonical)
        assert (await step.reports(case.id))[0].reporter == "Reporter Zebediah"
        assert len(await step.observations(case.id)) == len(await step.assessments(case.id)) == 1
        assert (await step.latest_snapshot(case.id, f"{case.id}-0")).addresses == ("192.0.2.7",)
        assert (await step.report_by_idempotency(case.id)).case_id == case.id
        assert await step.cases_with_digest("a" * 64) == [case.id, a_case(2).id]
        notice = await step.notice_by_message_id(f"<{case.id}@hotline.example>")
        assert len(await step.answers(notice.serial)) == 1
        assert (await step.account("ana")).role is Role.ANALYST
        assert await step.setting("paused_fetching") == "yes"
        assert "restored" in [one.action for one in await step.trail()]
        # behind what was put in
        await step.add_observation(an_observation(an_asset(case), 5))
        assert await step.next_case_id(NOW) == "HW-2026-001003"
    assert await check(store, now=NOW) == []
    await store.close()


async def test_what_may_have_left_since_waits_for_a_person(desk: Desk, tmp_path: Path):
    """Approved notices are held, their cases ask, and nothing is sent."""
    await restore(await made(desk, tmp_path), tmp_path / "restored.db")
    store = await open_store(tmp_path / "restored.db", KEYS)
    async with store.reading() as step:
        assert await step.setting("paused_sending") == "yes"
        held = await step.notices(NoticeFilter(states=(NoticeState.HELD,)))
        assert [one.hold.reason for one in held] == [backup.RESTORED] * 2
        assert {one.approved_by for one in held} == {None}
        assert (await step.case(a_case(1).id)).needs == f"notice_held:{backup.RESTORED}"
    await store.close()


async def test_a_case_that_was_erased_since_does_not_come_back(desk: Desk, elsewhere, tmp_path):
    """The list of erasures is applied, and said so in the trail."""
    file = await made(desk, tmp_path)
    signer = create_audit_key(tmp_path / "audit.key")
    for case_id in (a_case(1).id, "HW-2026-000099"):
        note_erasure(tmp_path, signer, case_id, NOW + HOUR)
    listed = read_erasures(tmp_path / "erasures.jsonl", [signer.public])
    done = await restore(file, elsewhere, listed)
    assert (done.erased, done.held) == (1, 1)
    store = await open_store(elsewhere, KEYS)
    async with store.reading() as step:
        assert [one.id for one in await step.cases(CaseFilter())] == [a_case(2).id]
        assert await step.is_erased(a_case(1).id)
    assert await check(store, now=NOW, erasures=listed) == []
    await store.close()


async def test_a_backup_after_an_erasure_holds_no_key_of_the_case(desk: Desk, tmp_path: Path):
    """Not even with the master key."""
    await fill(desk.store)
    async with desk.store.transaction() as step:
        await step.erase_case(a_case(1).id)
    lines = []
    async with desk.store.reading() as step:
        lines = [line async for line in content_of(step)]
    keys = lines.index(next(one for one in lines if one.startswith('{"table":"case_keys"')))
    assert [a_case(1).id in one for one in lines[keys + 1 : keys + 3]] == [False, False]
    assert a_case(2).id in lines[keys + 1]


async def test_nothing_can_be_read_in_the_file(desk: Desk, tmp_path: Path):
    """Neither what is sealed in the store nor what is clear in it; and it is private."""
    file = await made(desk, tmp_path)
    content = file.read_bytes()
    assert [word for word in READABLE[:-1] if word.encode() in content] == []
    assert a_case(1).id.encode() not in content
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"k" * 32 not in content


async def test_the_same_rows_have_the_same_sums_on_both_stores(desk: Desk, elsewhere, tmp_path):
    """What was restored is held against the manifest, whichever store orders it."""
    file = await made(desk, tmp_path)
    async with desk.store.reading() as step:
        before = await sums_of(step)
    opened = await backup.read(file, KEYS)
    assert opened.manifest.tables == before
    assert opened.manifest.rows == sum(one.rows for one in before.values())


async def test_a_drill_proves_a_backup_and_leaves_nothing(desk: Desk, tmp_path: Path):
    """Restored, checked, compared, deleted; noted in the trail."""
    file = await made(desk, tmp_path)
    done = await backup.drill(desk, file, KEYS)
    assert done.faults == ()
    assert list(desk.settings.paths.database.parent.glob(".drill-*")) == []
    async with desk.store.reading() as step:
        assert "backup_drill" in [one.action for one in await step.trail()]


async def test_a_failed_restoration_leaves_nothing(desk: Desk, elsewhere: Place, tmp_path: Path):
    """Cut off, altered, under another key: one sentence, and the place is as it was."""
    file = await made(desk, tmp_path)
    content = file.read_bytes()
    file.write_bytes(content[:-20])
    with pytest.raises(InvalidInput, match="cut off"):
        await restore(file, elsewhere)
    file.write_bytes(content)
    with pytest.raises(KeyProblem, match="--key-file"):
        await backup.restore(
            file,
            elsewhere,
            Keyring.derive(b"x" * 32),
            erasures=Erasures(),
            now=NOW,
            login="login",
        )
    await restore(file, elsewhere)
    with pytest.raises(StoreProblem, match="never overwritten"):
        await restore(file, elsewhere)


async def test_a_backup_never_overwrites(desk: Desk, tmp_path: Path):
    """And half a file of a crash is replaced."""
    (tmp_path / "a.backup.part").write_bytes(b"half")
    await made(desk, tmp_path)
    assert not (tmp_path / "a.backup.part").exists()
    with pytest.raises(InvalidInput, match="never overwritten"):
        await backup.create(desk, tmp_path / "a.backup", KEYS)
    with pytest.raises(StoreProblem, match="cannot be written"):
        await backup.create(desk, tmp_path / "nowhere" / "a.backup", KEYS)
