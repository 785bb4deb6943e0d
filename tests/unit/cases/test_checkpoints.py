"""Signed checkpoints: as text, as files, and what a reader refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.audit import GENESIS
from cases.audit_key import create_audit_key, load_audit_key, public_text, read_public
from cases.checkpoint_folder import read_folder, write_checkpoint
from cases.checkpoints import digest_of, from_text, genuine, next_checkpoint, sign, to_text
from cases.errors import InvalidInput, KeyProblem, StoreProblem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTS = {"installation": "ab" * 8, "sequence": 7, "count": 7, "head": "c" * 64, "at": NOW}


@pytest.fixture
def signer(tmp_path: Path):
    return create_audit_key(tmp_path / "audit.key")


def test_a_checkpoint_is_read_back_as_it_was_signed(signer):
    """And names the one before."""
    first = sign(next_checkpoint(None, **FACTS), signer)
    second = sign(next_checkpoint(first, **FACTS), signer)
    assert (first.number, first.previous) == (1, GENESIS)
    assert (second.number, second.previous) == (2, digest_of(first))
    assert from_text(to_text(second)) == second
    assert genuine(second, signer.public)


@pytest.mark.parametrize(
    "change",
    [
        {"installation": "cd" * 8},
        {"number": 2},
        {"sequence": 6},
        {"count": 6},
        {"head": "d" * 64},
        {"at": NOW.replace(hour=1)},
        {"previous": "e" * 64},
        {"restored_after": 3},
        {"signature": ""},
        {"signature": "AAAA"},
        {"signature": "not base64"},
    ],
)
def test_no_member_can_be_changed(signer, change):
    """The signature covers all of them."""
    made = sign(next_checkpoint(None, **FACTS), signer)
    assert not genuine(replace(made, **change), signer.public)


def test_another_key_does_not_sign_for_us(signer, tmp_path: Path):
    """Only the owner of the public key does."""
    other = create_audit_key(tmp_path / "other.key")
    made = sign(next_checkpoint(None, **FACTS), other)
    assert not genuine(made, signer.public)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "x", "[" * 100_000, '{"format":"hostwatch checkpoint 1"}'],
)
def test_what_is_no_checkpoint_is_refused(text):
    """In one sentence."""
    with pytest.raises(InvalidInput, match="not a checkpoint"):
        from_text(text)


def test_a_checkpoint_in_another_spelling_is_refused(signer):
    """One line, one spelling: what was signed is what is read."""
    text = to_text(sign(next_checkpoint(None, **FACTS), signer))
    for other in (text.replace(":", ": ", 1), text.replace("{", '{"more":1,', 1)):
        with pytest.raises(InvalidInput):
            from_text(other)
    for name, value in (("sequence", '"7"'), ("count", "true"), ("head", '"short"')):
        with pytest.raises(InvalidInput):
            from_text(text.replace(f'"{name}":', f'"{name}":{value},"x":', 1))


def test_files_are_written_once_and_read_only(signer, tmp_path: Path):
    """The same again does no harm; another one under the same number is refused."""
    folder = tmp_path / "checkpoints"
    made = sign(next_checkpoint(None, **FACTS), signer)
    path = write_checkpoint(folder, made)
    assert write_checkpoint(folder, made) == path
    assert path.stat().st_mode & 0o777 == 0o400
    other = sign(next_checkpoint(None, **{**FACTS, "sequence": 8}), signer)
    with pytest.raises(StoreProblem, match="older copy of the database"):
        write_checkpoint(folder, other)
    assert read_folder(folder).checkpoints == (made,)
    assert read_folder(folder).newest == made


def test_a_folder_tells_what_cannot_be_read(signer, tmp_path: Path):
    """Other files are none of its business; no folder holds no checkpoint."""
    folder = tmp_path / "checkpoints"
    assert read_folder(folder).newest is None
    write_checkpoint(folder, sign(next_checkpoint(None, **FACTS), signer))
    (folder / "checkpoint-00000002.json").write_text("half", "ascii")
    (folder / "notes.txt").write_text("x", "ascii")
    found = read_folder(folder)
    assert len(found.checkpoints) == 1
    assert len(found.unreadable) == 1


def test_a_folder_that_cannot_be_written_is_told(signer, tmp_path: Path):
    """A file stands where the folder should be."""
    (tmp_path / "checkpoints").write_text("x", "ascii")
    with pytest.raises(StoreProblem, match="cannot be written"):
        write_checkpoint(tmp_path / "checkpoints", sign(next_checkpoint(None, **FACTS), signer))


def test_the_key_is_private_and_never_overwritten(tmp_path: Path):
    """Mode 0600, and each way of being unusable has its sentence."""
    path = tmp_path / "audit.key"
    signer = create_audit_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_audit_key(path).public == signer.public
    assert "PrivateKey" not in repr(signer)
    with pytest.raises(KeyProblem, match="never overwritten"):
        create_audit_key(path)
    path.chmod(0o640)
    with pytest.raises(KeyProblem, match="0600"):
        load_audit_key(path)
    path.chmod(0o600)
    path.write_text("x", "ascii")
    with pytest.raises(KeyProblem, match="not a signing key"):
        load_audit_key(path)
    with pytest.raises(KeyProblem, match="audit key --create"):
        load_audit_key(tmp_path / "none.key")


def test_a_public_key_is_read_as_it_was_printed(signer):
    """Anything else is refused."""
    assert read_public(f" {public_text(signer.public)}\n") == signer.public
    for text in ("", "x", "YWJj", "ä"):
        with pytest.raises(InvalidInput, match="public key"):
            read_public(text)
