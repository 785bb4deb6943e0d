"""Every store's trail shows what was done to it, against its chain and its checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_samples import HOUR, NOW

from cases.audit_key import create_audit_key
from cases.checkpoint_folder import Folder, read_folder
from cases.errors import StoreProblem
from cases.ports import CaseStore
from cases.trail import examine_trail
from hostwatch.workflow.checkpointing import take_checkpoint


async def said(store: CaseStore, number: int, word: str = "said") -> None:
    for count in range(number):
        async with store.transaction() as step:
            await step.audit(NOW + count * HOUR, "ana", word, None, number=count)


@pytest.fixture
def signer(tmp_path: Path):
    return create_audit_key(tmp_path / "audit.key")


@pytest.fixture
async def attested(store: CaseStore, signer, tmp_path: Path):
    """Ten entries with a checkpoint after the sixth and after the last."""
    folder = tmp_path / "checkpoints"
    await said(store, 6)
    await take_checkpoint(store, signer, folder, NOW)
    await said(store, 4)
    await take_checkpoint(store, signer, folder, NOW + HOUR)
    return folder


async def faults(store: CaseStore, signer, folder: Path) -> tuple[str, ...]:
    return (await examine_trail(store, read_folder(folder), [signer.public])).faults


async def tamper(store, *statements: str) -> None:
    async with store._engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def test_an_untouched_trail_stands(store: CaseStore, signer, attested):
    """Against both checkpoints."""
    found = await examine_trail(store, read_folder(attested), [signer.public])
    assert (found.entries, found.checkpoints, found.faults, found.notes) == (10, 2, (), ())
    await said(store, 3)
    assert await faults(store, signer, attested) == ()


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["UPDATE audit SET actor = 'eve' WHERE sequence = 4"], "entry 4 was changed"),
        (["DELETE FROM audit WHERE sequence = 4"], "entry 4 is missing"),
        (
            [
                "UPDATE audit SET sequence = 99 WHERE sequence = 4",
                "UPDATE audit SET sequence = 4 WHERE sequence = 5",
                "UPDATE audit SET sequence = 5 WHERE sequence = 99",
            ],
            "entry 4 does not follow",
        ),
        (
            [
                (
                    "INSERT INTO audit SELECT 11, at, actor, action, case_id, detail, previous, digest"
                    " FROM audit WHERE sequence = 10"
                ),
            ],
            "entry 11 does not follow",
        ),
        (["DELETE FROM audit WHERE sequence = 1"], "entry 1 is missing"),
        (["DELETE FROM audit WHERE sequence > 7"], "newest entries of the trail were cut off"),
        (["DELETE FROM audit"], "newest entries of the trail were cut off"),
    ],
)
async def test_what_was_done_to_the_trail_is_told(
    store: CaseStore, signer, attested, statements: list[str], sentence: str
):
    """Edited, deleted, reordered, inserted, truncated."""
    await tamper(store, *statements)
    found = await faults(store, signer, attested)
    assert any(sentence in one for one in found), found


async def test_a_trail_that_was_cut_off_and_went_on_is_told(store: CaseStore, signer, attested):
    """The new entries follow well, but are not those that were attested."""
    await tamper(store, "DELETE FROM audit WHERE sequence > 7")
    await said(store, 5, "forged")
    (found,) = await faults(store, signer, attested)
    assert "Entry 10 is not the one that checkpoint 2" in found


async def test_a_trail_that_was_written_anew_is_told(store: CaseStore, signer, attested):
    """Its chain is perfect; every checkpoint says otherwise."""
    await tamper(store, "DELETE FROM audit")
    await said(store, 12, "forged")
    assert len(await faults(store, signer, attested)) == 2


async def roll_back(store: CaseStore) -> None:
    """Put the database back to where it was after the first checkpoint."""
    async with store.transaction() as step:
        first = await step.setting("audit_checkpoint_first")
        await step.set_setting("audit_checkpoint", first)
    await tamper(store, "DELETE FROM audit WHERE sequence > 6")


async def test_an_older_copy_of_the_database_is_told(store: CaseStore, signer, tmp_path: Path):
    """No later checkpoint is made over it, until an administrator declares the restoration."""
    folder = tmp_path / "checkpoints"
    await said(store, 6)
    await take_checkpoint(store, signer, folder, NOW)
    async with store.transaction() as step:
        await step.set_setting("audit_checkpoint_first", await step.setting("audit_checkpoint"))
    await said(store, 4)
    await take_checkpoint(store, signer, folder, NOW + HOUR)
    await roll_back(store)
    (found,) = await faults(store, signer, folder)
    assert "rolled back to an older copy: checkpoint 2" in found
    with pytest.raises(StoreProblem, match="older copy of the database was put back"):
        await take_checkpoint(store, signer, folder, NOW + 2 * HOUR)
    await said(store, 6, "later")
    made = await take_checkpoint(store, signer, folder, NOW + 2 * HOUR, restored=True)
    assert (made.number, made.restored_after, made.sequence) == (3, 6, 12)
    after = await examine_trail(store, read_folder(folder), [signer.public])
    assert after.faults == ()
    assert after.checkpoints == 2
    assert "Checkpoint 2 attests 10 entries" in after.notes[0]


async def test_a_forged_or_missing_checkpoint_is_told(
    store: CaseStore, signer, attested: Path, tmp_path: Path
):
    """Only those that our key signed count, and the chain among them has no gap."""
    await take_checkpoint(store, signer, attested, NOW + 2 * HOUR)
    (attested / "checkpoint-00000002.json").unlink()
    assert "after 1 up to 3 are missing" in (await faults(store, signer, attested))[0]
    other = create_audit_key(tmp_path / "other.key")
    found = await examine_trail(store, read_folder(attested), [other.public])
    assert found.checkpoints == 0
    assert len([one for one in found.faults if "not signed by the key" in one]) == 2


async def test_the_store_alone_tells_that_its_end_was_cut_off(store: CaseStore, signer, attested):
    """It keeps its newest checkpoint, so that an empty folder hides nothing."""
    await tamper(store, "DELETE FROM audit WHERE sequence > 9")
    found = await examine_trail(store, Folder(), [signer.public])
    assert "cut off: checkpoint 2" in found.faults[0]


async def test_a_checkpoint_that_a_crash_kept_from_the_folder_is_made_good(
    store: CaseStore, signer, attested: Path
):
    """The store knew it first; the next one writes both."""
    (attested / "checkpoint-00000002.json").unlink()
    await take_checkpoint(store, signer, attested, NOW + 2 * HOUR)
    assert [one.number for one in read_folder(attested).checkpoints] == [1, 2, 3]
    assert await faults(store, signer, attested) == ()


async def test_the_ends_of_a_span_of_time_are_found(store: CaseStore):
    """Contiguous, the end excluded; none where nothing was said."""
    await said(store, 6)
    async with store.reading() as step:
        assert await step.trail_between(None, None) == (1, 6)
        assert await step.trail_between(NOW + HOUR, NOW + 3 * HOUR) == (2, 3)
        assert await step.trail_between(NOW + 9 * HOUR, None) is None
        assert (await step.trail_head()).sequence == await step.trail_count() == 6
