"""`hostwatch audit`: verified, attested, handed out, and verified elsewhere without hostwatch."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_house import ADMINISTRATOR, ANALYST, AUDITOR, MANAGER, in_store, run

MANUAL = Path(__file__).parents[3] / "docs" / "operations.md"


@pytest.fixture
def attested(data):
    """A trail with two checkpoints."""
    for _ in range(2):
        assert run(data, "audit", "checkpoint", account=MANAGER).code == 0
    return data


def test_a_trail_is_verified_by_an_auditor(attested):
    """With the number of entries and checkpoints, as text and as JSON."""
    said = run(attested, "audit", "verify", account=AUDITOR)
    assert said.code == 0
    assert "entries stand, held against 2 checkpoints" in said.out
    found = json.loads(run(attested, "audit", "verify", "--json", account=AUDITOR).out)
    assert found["intact"]
    assert found["faults"] == []


def test_a_trail_that_does_not_stand_is_told_with_an_exit_code(attested):
    """One sentence a fault, and what to do."""

    async def cut(tx):
        await tx._connection.exec_driver_sql("DELETE FROM audit WHERE sequence > 3")

    in_store(attested, cut)
    said = run(attested, "audit", "verify", account=AUDITOR)
    said.is_sentence(1, "does not stand: 1 faults")
    assert "newest entries of the trail were cut off" in said.out
    assert run(attested, "check", account=ADMINISTRATOR).code == 1


def test_checkpoints_from_elsewhere_prove_as_much_as_they_are_signed(attested, tmp_path):
    """Mailed copies with the public key; another key proves nothing."""
    key = run(attested, "audit", "key").out.strip()
    copies = tmp_path / "mailed"
    (attested / "checkpoints").rename(copies)
    line = ["audit", "verify", "--checkpoints", str(copies)]
    assert run(attested, *line, "--key", key, account=AUDITOR).code == 0
    other = run(attested, *line, "--key", "A" * 43 + "=", account=AUDITOR)
    other.is_sentence(1, "faults")
    run(attested, *line, "--key", "x", account=AUDITOR).is_sentence(65, "public key")
    run(
        attested, "audit", "verify", "--checkpoints", str(tmp_path / "no"), account=AUDITOR
    ).is_sentence(65, "no such folder")


def test_who_may_not_is_refused(data):
    """An analyst neither verifies nor attests; an auditor does not attest."""
    run(data, "audit", "verify", account=ANALYST).is_sentence(77, "trail_read")
    run(data, "audit", "export", account=ANALYST).is_sentence(77, "trail_read")
    run(data, "audit", "checkpoint", account=AUDITOR).is_sentence(77, "trail_attest")


def test_an_installation_without_its_key_is_told(data):
    """And can make one, once."""
    (data / "audit.key").unlink()
    run(data, "audit", "checkpoint", account=MANAGER).is_sentence(78, "audit key --create")
    assert run(data, "audit", "key", "--create").code == 0
    run(data, "audit", "key", "--create").is_sentence(78, "never overwritten")
    assert run(data, "audit", "checkpoint", account=MANAGER).code == 0


def exported(data: Path, out: Path, *arguments: str) -> list[dict]:
    said = run(data, "audit", "export", "--out", str(out), *arguments, account=AUDITOR)
    assert said.code == 0, said
    return [json.loads(line) for line in out.read_text("ascii").splitlines()]


def test_an_export_holds_its_span_with_checkpoints(attested, tmp_path):
    """A head, the entries, the checkpoints that speak of them, and an end."""
    head, *rest, end = exported(attested, tmp_path / "all.jsonl")
    entries = [one for one in rest if "sequence" in one]
    assert head["first"] == 1
    assert end["entries"] == len(entries) == head["last"]
    assert len([one for one in rest if "checkpoint" in one]) == 2
    assert (tmp_path / "all.jsonl").stat().st_mode & 0o777 == 0o600
    day = entries[0]["at"][:10]
    assert len(exported(attested, tmp_path / "day.jsonl", "--from", day, "--to", day)) > 5
    said = run(
        attested, "audit", "export", "--from", "2020-01-01", "--to", "2020-01-02", account=AUDITOR
    )
    said.is_sentence(65, "no entry in this span")
    run(attested, "audit", "export", "--from", "monday", account=AUDITOR).is_sentence(65, "--from")
    again = run(attested, "audit", "export", "--out", str(tmp_path / "all.jsonl"), account=AUDITOR)
    again.is_sentence(65, "not overwritten")


def recipe(tmp_path: Path) -> Path:
    """Take the script out of the manual."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", MANUAL.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (script,) = [one for one in blocks if "Ed25519PublicKey" in one]
    path = tmp_path / "verify.py"
    path.write_text(script, "utf-8")
    return path


def verified(script: Path, export: Path) -> subprocess.CompletedProcess[str]:
    # -I: without the checkout on the path, so that nothing of ours can help
    return subprocess.run(
        [sys.executable, "-I", str(script), str(export)],
        cwd=script.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_export_is_verified_without_hostwatch(attested, tmp_path):
    """With the script of the manual, which needs Python and `cryptography` only."""
    script, export = recipe(tmp_path), tmp_path / "all.jsonl"
    assert "hostwatch" not in script.read_text("utf-8")
    entries = exported(attested, export)[-1]["entries"]
    done = verified(script, export)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{entries} entries stand")


@pytest.mark.parametrize("what", ["change", "remove", "reorder", "truncate", "forge", "insert"])
def test_an_export_that_was_altered_is_not_believed(attested, tmp_path, what):
    """By the same script."""
    export = tmp_path / "all.jsonl"
    exported(attested, export)
    lines = export.read_text("ascii").splitlines()
    altered = {
        "change": lambda: [
            *lines[:2],
            lines[2].replace('"actor":"adam"', '"actor":"eve"'),
            *lines[3:],
        ],
        "remove": lambda: lines[:2] + lines[3:],
        "reorder": lambda: [lines[0], lines[2], lines[1], *lines[3:]],
        "truncate": lambda: lines[:-2],
        "forge": lambda: [
            one.replace('"count":', '"count":1') if "checkpoint" in one else one for one in lines
        ],
        "insert": lambda: [*lines[:3], lines[2], *lines[3:]],
    }[what]()
    assert altered != lines
    export.write_text("\n".join(altered) + "\n", "ascii")
    assert verified(recipe(tmp_path), export).returncode != 0
