"""The list of erasures: only added to, signed, and read with suspicion."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.audit_key import create_audit_key
from cases.erasures import FILE, Erasures, note_erasure, read_erasures
from cases.errors import StoreProblem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASES = [f"HW-2026-00000{number}" for number in range(1, 4)]


@pytest.fixture
def signer(tmp_path: Path):
    return create_audit_key(tmp_path / "audit.key")


@pytest.fixture
def folder(tmp_path: Path, signer) -> Path:
    for case_id in CASES:
        note_erasure(tmp_path / "list", signer, case_id, NOW)
    return tmp_path / "list"


def test_what_was_noted_is_read_back(folder: Path, signer):
    """In order, private, without a fault."""
    found = read_erasures(folder / FILE, [signer.public])
    assert [one.case_id for one in found.found] == CASES
    assert found.faults == ()
    assert found.found[0].at == NOW
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_no_list_means_no_erasure(tmp_path: Path):
    """As in a new installation."""
    assert read_erasures(tmp_path / FILE, []) == Erasures()


def test_a_line_that_was_forged_or_taken_away_is_told(folder: Path, signer, tmp_path: Path):
    """A forged line erases nothing; a missing one shows at the next."""
    path = folder / FILE
    lines = path.read_text("ascii").splitlines()
    path.write_text("\n".join([lines[0].replace("000001", "000009"), *lines[1:]]) + "\n", "ascii")
    found = read_erasures(path, [signer.public])
    assert "HW-2026-000009" not in found.case_ids
    assert len(found.faults) == 2
    path.write_text("\n".join([lines[0], lines[2]]) + "\n", "ascii")
    assert read_erasures(path, [signer.public]).faults == (
        "A line before line 2 of the list of erasures is missing.",
    )
    other = create_audit_key(tmp_path / "other.key")
    assert len(read_erasures(path, [other.public]).faults) == 2


def test_a_line_that_a_crash_cut_short_does_not_swallow_the_next(folder: Path, signer):
    """It is told, and what follows counts."""
    path = folder / FILE
    path.write_bytes(path.read_bytes()[:-30])
    note_erasure(folder, signer, "HW-2026-000004", NOW)
    found = read_erasures(path, [signer.public])
    assert found.case_ids == {CASES[0], CASES[1], "HW-2026-000004"}
    assert len(found.faults) == 1


def test_a_list_that_cannot_be_written_stops_the_erasure(tmp_path: Path, signer):
    """The sentence says that nothing was erased."""
    (tmp_path / "list").write_text("x", "ascii")
    with pytest.raises(StoreProblem, match="nothing was erased"):
        note_erasure(tmp_path / "list", signer, CASES[0], NOW)


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"\xff", b'{"case":1,"at":"x"}'])
def test_garbage_is_told_line_by_line(folder: Path, signer, line: bytes):
    """And never stops the reading."""
    path = folder / FILE
    path.write_bytes(line + b"\n" + path.read_bytes())
    found = read_erasures(path, [signer.public])
    assert len(found.found) == 3
    assert found.faults
