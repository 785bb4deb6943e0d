"""A full disk: one sentence, exit code 74, and everything that was accepted is still there."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from command_house import ADMINISTRATOR, ANALYST, MANAGER, Said, copy_house, run, run_process

ROOM = "3m"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 3 MB."""
    mount = shutil.which("mount")
    place = tmp_path / "small"
    place.mkdir()
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> Path:
    """Take all the room that is left."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return filler


@contextmanager
def opened(data: Path) -> Iterator[None]:
    """Keep the database open beside the commands, as a running worker does."""
    with closing(sqlite3.connect(data / "hostwatch.sqlite3")) as worker:
        worker.execute("SELECT count(*) FROM cases").fetchall()
        yield


def is_full(said: Said) -> None:
    assert said.code == 74, said
    said.is_plain()
    assert said.err.splitlines()[-1].startswith("hostwatch: "), said


def cases_in(data: Path) -> list[dict]:
    said = run(data, "cases", "list", "--json", "--limit", "9999")
    assert said.code == 0, said
    return json.loads(said.out)


def test_a_report_that_does_not_fit_is_refused_and_can_be_entered_later(small, template):
    """It was never called accepted; after room was made the same command enters it."""
    data = copy_house(template, small / "data")
    assert run(data, "report", "add", "http://a.test/1").code == 0
    with opened(data):
        filler = fill(small)
        refused = run(data, "report", "add", "http://a.test/2")
        refused.is_sentence(74, "disk is full", "make room")
        assert refused.out == ""
        assert len(cases_in(data)) == 1
    run(data, "report", "add", "http://a.test/2").is_sentence(74, "disk")
    filler.unlink()
    assert run(data, "report", "add", "http://a.test/2").code == 0
    assert len(cases_in(data)) == 2
    assert run(data, "check", account=MANAGER).code == 0


def test_an_import_that_does_not_fit_tells_what_was_entered_before(small, template, tmp_path):
    """Whole steps are in or out; the lines in have their verdicts; a second run adds the rest."""
    data = copy_house(template, small / "data")
    file = tmp_path / "reports.csv"
    rows = "".join(
        f"http://site.test/{number},{secrets.token_urlsafe(2600)}\n" for number in range(800)
    )
    file.write_text("url,note\n" + rows)
    said = run(data, "report", "import", str(file), "--json")
    is_full(said)
    told = [json.loads(line) for line in said.out.splitlines()]
    known = cases_in(data)
    assert 0 < len(known) < 800
    assert {row["case"] for row in told} == {case["case"] for case in known}
    assert f"{len(known)} of 800 lines are done" in said.err
    assert run(data, "check", account=MANAGER).code == 0
    # Moved to a larger disk, as the sentence advises, the same file goes on where it stopped.
    larger = copy_house(data, tmp_path / "larger")
    again = run(larger, "report", "import", str(file), "--json")
    outcomes = [json.loads(line)["outcome"] for line in again.out.splitlines()]
    assert (again.code, len(outcomes)) == (0, 800)
    assert outcomes.count("repeated") == len(known)
    assert outcomes.count("new") == 800 - len(known)


@pytest.mark.parametrize(
    "command",
    [
        ("pause", "--fetching"),
        ("account", "add", "eve", "--role", "analyst"),
        ("hashlist", "import", "LIST", "--name", "national", "--classification", "national:A"),
        ("ranges", "import", "TABLE", "--kind", "asn", "--name", "t", "--build-date", "2026-11-01"),
    ],
    ids=lambda command: command[0],
)
def test_every_other_command_that_writes_says_the_same(small, template, tmp_path, command):
    """Also those that write files beside the database; nothing half-written is left."""
    data = copy_house(template, small / "data")
    (tmp_path / "LIST").write_text("".join(f"{n:064x}\n" for n in range(10**70, 10**70 + 5000)))
    (tmp_path / "TABLE").write_text(
        "".join(f"10.{n >> 8}.{n & 255}.0/24,{n}\n" for n in range(1, 20000))
    )
    before = {
        path for path in data.rglob("*") if "-wal" not in path.name and "-shm" not in path.name
    }
    fill(small)
    arguments = [str(tmp_path / word) if word.isupper() else word for word in command]
    account = "adam" if command[0] == "account" else MANAGER
    said = run(data, *arguments, account=account)
    said.is_sentence(74)
    after = {
        path for path in data.rglob("*") if "-wal" not in path.name and "-shm" not in path.name
    }
    assert {path for path in after - before if path.is_file() and path.stat().st_size} == set()


def test_reading_goes_on_with_a_full_disk(small, template):
    """Staff can still see what there is, as long as the worker keeps the database open."""
    data = copy_house(template, small / "data")
    run(data, "report", "add", "http://a.test/1")
    with opened(data):
        fill(small)
        assert len(cases_in(data)) == 1


def test_init_on_a_full_disk_leaves_no_half_made_directory(small):
    """The next try, with room, is not refused because of the leavings of the first."""
    filler = fill(small)
    run(small, "init", str(small / "new"), account="adam").is_sentence(78, "cannot be written")
    filler.unlink()
    assert run(small, "init", str(small / "new"), account="adam").code == 0


@pytest.mark.parametrize("room", [8192, 20000, 60000, 150000])
def test_init_that_runs_out_of_room_on_the_way_can_be_repeated(small, room):
    """Wherever it stopped: the configuration, the keys or the database."""
    filler = fill(small)
    os.truncate(filler, filler.stat().st_size - room)
    said = run(small, "init", str(small / "new"), account="adam")
    assert said.code in (74, 78), said
    said.is_sentence(said.code)
    filler.unlink()
    assert run(small, "init", str(small / "new"), account="adam").code == 0


def test_output_into_a_full_disk_is_told():
    """A list redirected to a full disk must not look complete."""
    with Path("/dev/full").open("wb") as full:
        done = run_process_into(full, "inspect", "gate", "http://a.test/", "--json")
    assert done.code == 74
    done.is_sentence(74, "No space left")


def run_process_into(file, *arguments: str) -> Said:
    from command_house import PROGRAM

    done = subprocess.run([PROGRAM, *arguments], stdout=file, stderr=subprocess.PIPE, check=False)
    return Said(done.returncode, "", done.stderr.decode())


def test_a_reader_that_goes_away_is_no_failure_of_ours(data):
    """`hostwatch ... | head -1`: no traceback and no complaint at the end of the process."""
    from command_house import PROGRAM

    run(data, "report", "add", "http://a.test/1")
    line = f"{PROGRAM} --data {data} --as {ANALYST} cases list --json | head -c 1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"[", b"")
    assert run_process("--data", str(data), "--as", ANALYST, "cases", "list").code == 0


def test_a_backup_or_an_export_that_does_not_fit_leaves_nothing(small, data):
    """One sentence, and no half file that could be taken for a whole one."""
    filler = fill(small)
    said = run(data, "backup", "create", str(small / "a.backup"), account=MANAGER)
    said.is_sentence(74, "backup cannot be written", "No space left")
    filler.unlink()
    assert list(small.iterdir()) == []
    assert run(data, "backup", "create", str(small / "a.backup"), account=MANAGER).code == 0


def test_a_key_that_does_not_fit_leaves_the_old_one(small, template):
    """A rotation without room changes nothing; with room it is done."""
    data = copy_house(template, small / "data")
    before = (data / "master.key").read_bytes()
    with opened(data):
        filler = fill(small)
        said = run(data, "keys", "rotate", account=ADMINISTRATOR)
        assert said.code in (74, 78), said
        said.is_sentence(said.code, "disk is full" if said.code == 74 else "the old one stands")
        assert (data / "master.key").read_bytes() == before
        filler.unlink()
    assert run(data, "keys", "rotate", account=ADMINISTRATOR).code == 0
    assert run(data, "keys", "verify", account=MANAGER).code == 0
