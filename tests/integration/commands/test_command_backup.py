"""`hostwatch backup` and `hostwatch case erase`, as the administrator types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_house import (
    ADMINISTRATOR,
    ANALYST,
    AUDITOR,
    MANAGER,
    added,
    copy_house,
    in_store,
    run,
    run_process,
)
from store_samples import NOW

from cases.model import Account, Role

SECOND = "mia"


def report(data: Path, url: str) -> str:
    line = ("--data", str(data), "--as", ANALYST, "report", "add", "--json")
    return added(run_process(*line, stdin=url.encode()))


@pytest.fixture(scope="module")
def staffed_template(template, tmp_path_factory):
    """A second manager, and a closed case; made once and copied."""
    data = copy_house(template, tmp_path_factory.mktemp("staffed") / "data")

    async def work(tx):
        await tx.save_account(Account(name=SECOND, role=Role.MANAGER, created_at=NOW))

    in_store(data, work)
    case_id = report(data, "https://board.test/1")
    report(data, "https://board.test/2")
    assert run(data, "case", "close", case_id, "--reason", "withdrawn").code == 0
    return data


@pytest.fixture
def staffed(staffed_template, tmp_path):
    """A house with them, of the test's own."""
    return copy_house(staffed_template, tmp_path / "data")


@pytest.fixture
def case_id(staffed) -> str:
    """The closed one."""

    async def first(tx):
        return (await tx.case_ids("", 1))[0]

    return in_store(staffed, first)


def erased(data: Path, case_id: str) -> None:
    line = ("case", "erase", case_id)
    assert run(data, *line, "--reason", "entered twice, ticket 4711").code == 0
    assert run(data, *line, "--confirm", account=MANAGER).code == 0


def test_an_erased_case_does_not_come_back_with_an_older_backup(staffed, case_id, tmp_path):
    """Backup, erasure, loss, restoration: the case stays erased, everything else is there."""
    file = tmp_path / "a.backup"
    assert run(staffed, "audit", "checkpoint", account=MANAGER).code == 0
    assert run(staffed, "backup", "create", str(file), account=MANAGER).code == 0
    erased(staffed, case_id)
    assert run(staffed, "audit", "checkpoint", account=MANAGER).code == 0
    for suffix in ("", "-wal", "-shm"):
        (staffed / f"hostwatch.sqlite3{suffix}").unlink(missing_ok=True)
    target = str(staffed / "hostwatch.sqlite3")
    said = run(staffed, "backup", "restore", str(file), "--into", target)
    assert said.code == 0, said
    assert "1 cases that were erased since were erased again" in said.out
    run(staffed, "cases", "show", case_id).is_sentence(66, "was erased")
    verified = run(staffed, "audit", "verify", account=AUDITOR)
    assert "rolled back to an older copy" in verified.out
    assert run(staffed, "audit", "checkpoint", "--after-restore", account=MANAGER).code == 0
    assert run(staffed, "check").out == "All invariants hold.\n"
    assert "are lost" in run(staffed, "audit", "verify", account=AUDITOR).out


def test_a_list_of_erasures_that_was_touched_stops_a_restoration(staffed, case_id, tmp_path):
    """Or an erased case would come back."""
    file = tmp_path / "a.backup"
    run(staffed, "backup", "create", str(file), account=MANAGER)
    erased(staffed, case_id)
    listed = staffed / "checkpoints" / "erasures.jsonl"
    listed.write_text(listed.read_text("ascii").replace(case_id, "HW-2026-000777"), "ascii")
    said = run(staffed, "backup", "restore", str(file), "--into", str(tmp_path / "new.db"))
    said.is_sentence(1, "list of erasures", "--erasures")
    assert not (tmp_path / "new.db").exists()


def test_a_drill_and_a_verification(staffed, tmp_path):
    """Also with a copy of the key, and after the key in use was rotated and retired."""
    file, copy = str(tmp_path / "a.backup"), str(tmp_path / "copy.key")
    shutil.copy(staffed / "master.key", copy)
    assert run(staffed, "backup", "create", file, account=MANAGER).code == 0
    assert "The drill succeeded" in run(staffed, "backup", "drill", file, account=MANAGER).out
    run(staffed, "keys", "rotate", account=ADMINISTRATOR)
    assert run(staffed, "backup", "verify", file).code == 0
    run(staffed, "keys", "retire", "1", account=ADMINISTRATOR)
    run(staffed, "backup", "verify", file).is_sentence(78, "master key with id 1", "--key-file")
    assert run(staffed, "backup", "drill", file, "--key-file", copy, account=MANAGER).code == 0


def test_each_way_of_going_wrong_has_its_sentence(staffed, tmp_path):
    """Something there already, no such file, no backup, cut off, altered, not allowed."""
    file = tmp_path / "a.backup"
    run(staffed, "backup", "create", str(file), account=ANALYST).is_sentence(77, "backup needs")
    assert not file.exists()
    run(staffed, "backup", "create", str(file), account=MANAGER)
    run(staffed, "backup", "create", str(file), account=MANAGER).is_sentence(
        65, "never overwritten"
    )
    run(staffed, "backup", "verify", str(tmp_path / "no")).is_sentence(65, "cannot be read")
    run(staffed, "backup", "verify", str(staffed / "hostwatch.toml")).is_sentence(
        65, "not a backup"
    )
    content = file.read_bytes()
    file.write_bytes(content[:-5])
    run(staffed, "backup", "verify", str(file)).is_sentence(65, "cut off")
    file.write_bytes(content[:-5] + b"xxxxx")
    run(staffed, "backup", "drill", str(file), account=MANAGER).is_sentence(65, "altered")
    file.write_bytes(content)
    target = str(staffed / "hostwatch.sqlite3")
    run(staffed, "backup", "restore", str(file), "--into", target).is_sentence(
        74, "never overwritten"
    )


def test_a_place_that_cannot_be_written_is_told(staffed):
    """And nothing is left there."""
    said = run(staffed, "backup", "create", str(staffed / "no" / "a.backup"), account=MANAGER)
    said.is_sentence(74, "cannot be written")
    assert not (staffed / "no").exists()


# --------------------------------------------------------------------------- erasing


def test_two_people_erase_a_case(staffed, case_id):
    """One asks, another manager confirms; the trail says both, and the case is gone."""
    line = ("case", "erase", case_id)
    run(staffed, *line, "--confirm", account=MANAGER).is_sentence(65, "Nobody asked")
    assert run(staffed, *line, "--reason", "entered twice, ticket 4711", account=MANAGER).code == 0
    run(staffed, *line, "--confirm", account=ANALYST).is_sentence(77, "case_erase needs manager")
    run(staffed, *line, "--confirm", account=MANAGER).is_sentence(77, "another manager")
    assert run(staffed, *line, "--confirm", account=SECOND).code == 0
    run(staffed, "cases", "show", case_id).is_sentence(66, "was erased")
    run(staffed, *line, "--reason", "entered twice, ticket 4711").is_sentence(66, "was erased")

    async def trail(tx):
        return [(one.actor, one.action) for one in await tx.trail(case_id)]

    assert in_store(staffed, trail)[-2:] == [
        (MANAGER, "case_erase_request"),
        (SECOND, "case_erase"),
    ]
    assert run(staffed, "check").code == 0


def test_a_request_can_be_taken_back(staffed, case_id):
    """Then nobody can confirm it."""
    line = ("case", "erase", case_id)
    run(staffed, *line, "--reason", "entered twice, ticket 4711")
    assert run(staffed, *line, "--cancel").code == 0
    run(staffed, *line, "--confirm", account=MANAGER).is_sentence(65, "Nobody asked")


def test_an_open_case_is_not_erased(staffed):
    """What was reported would be looked after by nobody."""

    async def other(tx):
        return (await tx.case_ids("", 9))[1]

    line = ("case", "erase", in_store(staffed, other), "--reason", "entered twice, ticket 4711")
    run(staffed, *line).is_sentence(65, "close it first")


def test_a_reason_is_needed_and_holds_no_location(staffed, case_id):
    """It stands in the trail for ever."""
    line = ("case", "erase", case_id)
    for reason in ("x", "see https://board.test/1"):
        run(staffed, *line, "--reason", reason).is_sentence(65, "reason")
    run(staffed, *line).is_sentence(65, "--reason", "--confirm")
    run(staffed, *line, "--confirm", "--cancel").is_sentence(65, "one of them")


def test_an_erasure_that_cannot_be_noted_is_not_done(staffed, case_id):
    """The list of erasures comes first."""
    line = ("case", "erase", case_id)
    run(staffed, *line, "--reason", "entered twice, ticket 4711")
    shutil.rmtree(staffed / "checkpoints")
    (staffed / "checkpoints").write_text("x", "ascii")
    run(staffed, *line, "--confirm", account=MANAGER).is_sentence(74, "nothing was erased")
    (staffed / "checkpoints").unlink()
    assert run(staffed, "cases", "show", case_id).code == 0
