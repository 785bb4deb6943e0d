"""`hostwatch keys`: rotated, killed, retired, proven against copies, lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_house import (
    ADMINISTRATOR,
    ANALYST,
    MANAGER,
    PROGRAM,
    added,
    in_store,
    run,
    run_process,
)
from store_samples import NOW, a_case, a_report


def generations(data: Path) -> dict[int, dict]:
    said = run(data, "keys", "status", "--json", account=MANAGER)
    assert said.code == 0, said
    return {one["id"]: one for one in json.loads(said.out)}


def fill(data: Path, number: int) -> None:
    async def work(tx):
        for one in range(1, number + 1):
            await tx.next_case_id(NOW)
            await tx.add_case(a_case(one, next_action_at=NOW))
            await tx.add_report(a_report(a_case(one)))

    in_store(data, work)


def test_a_rotation_from_beginning_to_end(data):
    """Rotated, checked, retired; everything opens, and the old key opens nothing."""
    fill(data, 5)
    old = data / "old.key"
    shutil.copy(data / "master.key", old)
    said = run(data, "keys", "rotate", account=ADMINISTRATOR)
    assert "wrapped by master key 2 (5 now)" in said.out
    assert generations(data)[1]["wraps"] == 0
    assert run(data, "keys", "verify", account=MANAGER).out == "5 cases tried, everything opens.\n"
    assert run(data, "keys", "retire", "1", account=ADMINISTRATOR).code == 0
    assert set(generations(data)) == {2}
    assert run(data, "check", account=ANALYST).code == 0
    shutil.copy(old, data / "master.key")
    run(data, "check", account=ANALYST).is_sentence(78, "is not the key that sealed this database")


def test_a_key_in_use_is_not_retired(data):
    """Neither the newest, nor one that is not there, nor one that still wraps something."""
    run(data, "keys", "retire", "1", account=ADMINISTRATOR).is_sentence(65, "still in use")
    run(data, "keys", "retire", "9", account=ADMINISTRATOR).is_sentence(
        65, "no master key with id 9"
    )
    assert run(data, "keys", "rotate", "--prepare", account=ADMINISTRATOR).code == 0
    run(data, "keys", "retire", "1", account=ADMINISTRATOR).is_sentence(65, "still in use")
    run(data, "keys", "rotate", "--prepare", account=ADMINISTRATOR).is_sentence(
        65, "waits to be used"
    )


def test_a_prepared_key_is_used_by_the_next_rotation(data):
    """No second one is made."""
    assert run(data, "keys", "rotate", "--prepare", account=ADMINISTRATOR).code == 0
    assert [one["current"] for one in generations(data).values()] == [True, False]
    said = run(data, "keys", "rotate", account=ADMINISTRATOR)
    assert "An unfinished rotation went on" in said.out
    assert set(generations(data)) == {1, 2}


def test_copies_are_proven_without_being_shown(data, tmp_path, monkeypatch):
    """Right, another, older, from paper; no output holds a key."""
    copy = tmp_path / "copy.key"
    shutil.copy(data / "master.key", copy)
    copy.chmod(0o755)  # as media of other systems have it
    said = run(data, "keys", "check-copy", str(copy), account=MANAGER)
    assert said.out.endswith("The copy is good.\n")
    secret = copy.read_text("ascii").splitlines()[1]
    run(data, "keys", "rotate", account=ADMINISTRATOR)
    older = run(data, "keys", "check-copy", str(copy), account=MANAGER)
    older.is_sentence(78, "not good")
    assert "master key 2 is missing in the copy" in older.out
    newest = data / "master.key"
    monkeypatch.setattr(sys, "stdin", newest.open(encoding="ascii"))
    typed = run(data, "keys", "check-copy", "-", account=MANAGER)
    sys.stdin.close()
    assert typed.code == 0
    shown = run(data, "keys", "fingerprint", account=MANAGER)
    assert len(shown.out.splitlines()) == 2
    for one in (said, older, typed, shown):
        assert secret not in one.out + one.err
    run(data, "keys", "check-copy", str(tmp_path / "no"), account=MANAGER).is_sentence(78, "read")
    (tmp_path / "other").write_text("x", "ascii")
    run(data, "keys", "check-copy", str(tmp_path / "other"), account=MANAGER).is_sentence(
        78, "not a hostwatch key file"
    )


def test_another_key_under_the_same_id_is_told(data, tmp_path):
    """It says so in capital letters."""
    copy = tmp_path / "copy.key"
    header = (data / "master.key").read_text("ascii").splitlines()[0]
    copy.write_text(f"{header}\n{'A' * 43}=\n", "ascii")
    said = run(data, "keys", "check-copy", str(copy), account=MANAGER)
    said.is_sentence(78, "not good")
    assert "IS ANOTHER KEY" in said.out


@pytest.mark.parametrize(
    "line",
    [
        ("check",),
        ("cases", "list"),
        ("keys", "status"),
        ("keys", "rotate"),
        ("backup", "create", "x.backup"),
        ("audit", "verify"),
    ],
)
def test_a_lost_key_is_one_sentence_in_every_command(data, line):
    """With what to do."""
    (data / "master.key").unlink()
    run(data, *line, account=ADMINISTRATOR).is_sentence(78, "There is no key file", "copy")


def test_a_renewed_index_finds_the_same_locations(data):
    """A known location is added to its case."""
    url = "https://board.test/1"
    first = added(
        run_process(
            "--data", str(data), "--as", ANALYST, "report", "add", "--json", stdin=url.encode()
        )
    )
    said = run(data, "keys", "rotate", "--reindex", account=ADMINISTRATOR)
    assert "blind indexes were renewed" in said.out
    again = run_process(
        "--data", str(data), "--as", ANALYST, "report", "add", "--json", stdin=url.encode()
    )
    assert added(again) == first
    assert json.loads(again.out)["outcome"] == "added"


def test_who_may_not_is_refused(data):
    """Keys are the administrator's; a manager may look."""
    run(data, "keys", "rotate", account=MANAGER).is_sentence(77, "keys_change")
    run(data, "keys", "fingerprint", account=ANALYST).is_sentence(77, "keys_read")
    run(data, "keys", "rotate", "--prepare", "--reindex", account=ADMINISTRATOR).is_sentence(
        65, "not both"
    )


def test_a_rotation_that_is_killed_again_and_again_loses_no_key(data):
    """Whenever the kill comes, every case opens and the next call goes on."""
    fill(data, 1500)
    env = {name: value for name, value in os.environ.items() if "HOSTWATCH" not in name}
    line = [str(PROGRAM), "--data", str(data), "--as", ADMINISTRATOR, "keys", "rotate"]
    for number in range(4):
        process = subprocess.Popen(
            line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = (data / "master.key").read_bytes()
        deadline = time.monotonic() + 20
        while (data / "master.key").read_bytes() == before and number == 0:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(0.05 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        said = run(data, "keys", "verify", "--sample", "40", account=MANAGER)
        assert said.code == 0, said
    assert run(data, "keys", "rotate", account=ADMINISTRATOR).code == 0
    found = generations(data)
    newest = max(found)
    assert found[newest]["wraps"] == 1502
    assert sum(one["wraps"] for one in found.values()) == 1502
