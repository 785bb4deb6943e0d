"""Master keys in generations: rotated, prepared, retired, proven by check values."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from cases.errors import KeyProblem, TemporaryFailure
from cases.seal import (
    Keyring,
    add_generation,
    alone_with_keys,
    check_value,
    create_key_file,
    load_keyring,
    load_masters,
    remove_generation,
)

CASE = "HW-2026-000001"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_key_file(tmp_path / "master.key")
    return tmp_path / "master.key"


def test_a_new_generation_becomes_the_newest_and_the_older_stays(path: Path):
    """What the older one wrapped opens; what is wrapped from now on names the new one."""
    before = load_keyring(path)
    wrapped = before.wrap(CASE, b"k" * 32)
    assert add_generation(path).current == 2
    after = load_keyring(path)
    assert after.unwrap(CASE, wrapped) == b"k" * 32
    assert after.wrap(CASE, b"k" * 32)[0] == 2
    assert after.wrap(CASE, b"k" * 32, under=1)[0] == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_process_that_runs_takes_up_a_new_generation_by_itself(path: Path):
    """Its keyring was read before the rotation."""
    running = load_keyring(path)
    add_generation(path)
    wrapped = load_keyring(path).wrap(CASE, b"k" * 32)
    assert wrapped[0] == 2
    assert running.unwrap(CASE, wrapped) == b"k" * 32
    assert running.knows(2)
    assert not running.knows(9)


def test_what_a_retired_generation_wrapped_needs_its_copy(path: Path):
    """The sentence names the id that is needed."""
    wrapped = load_keyring(path).wrap(CASE, b"k" * 32)
    add_generation(path)
    assert set(remove_generation(path, 1).keys) == {2}
    with pytest.raises(KeyProblem, match="master key with id 1"):
        load_keyring(path).unwrap(CASE, wrapped)


def test_the_newest_generation_cannot_be_removed(path: Path):
    """Neither can one that is not there."""
    for key_id in (1, 7):
        with pytest.raises(KeyProblem, match="holds no older master key"):
            remove_generation(path, key_id)


def test_ids_are_never_used_twice_in_one_file(path: Path):
    """A retired id is not given again, and after the last id there is none."""
    add_generation(path)
    remove_generation(path, 1)
    assert add_generation(path).current == 3
    header, *rest = path.read_text("ascii").splitlines()
    path.write_text("\n".join([header.replace("id 3", "id 255"), *rest]) + "\n", "ascii")
    with pytest.raises(KeyProblem, match="all ids"):
        add_generation(path)


def test_the_index_key_that_was_derived_stays_that_of_the_first_generation(path: Path):
    """A database that has no index key of its own finds its cases after a rotation too."""
    before = load_keyring(path).blind("host", "board.test")
    add_generation(path)
    assert load_keyring(path).blind("host", "board.test") == before


def test_half_a_file_of_an_interrupted_rotation_is_replaced(path: Path):
    """It was never in use."""
    path.with_name("master.key.new").write_text("half", "ascii")
    assert add_generation(path).current == 2
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize("line", ["2", "2 not-base64", "x YWJj", f"300 {'QUJD' * 11}", "2 YWJj"])
def test_a_damaged_older_line_is_told(path: Path, line: str):
    """A key file is read whole or not at all."""
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")
    with pytest.raises(KeyProblem, match=r"damaged|holds 3 bytes"):
        load_keyring(path)


def test_the_check_value_is_that_of_the_key_and_does_not_hold_it(path: Path):
    """Equal for a copy, other for another key, four groups to be read aloud."""
    master = load_masters(path).keys[1]
    value = load_masters(path).check_values()[1]
    assert value == check_value(master) != check_value(b"x" * 32)
    assert [len(one) for one in value.split("-")] == [4, 4, 4, 4]
    assert value.replace("-", "").lower() not in master.hex()
    assert base64.b64encode(master).decode() not in repr(load_masters(path))


def test_of_two_who_change_the_keys_one_waits(path: Path):
    """The second is told so at once."""
    with (
        alone_with_keys(path),
        pytest.raises(TemporaryFailure, match="Somebody else"),
        alone_with_keys(path),
    ):
        pass
    with alone_with_keys(path):
        pass


def test_a_keyring_of_older_keys_shows_none(path: Path):
    """Neither the newest nor the older ones."""
    add_generation(path)
    ring = load_keyring(path)
    assert repr(ring) == "Keyring(key_id=2)"


def test_a_renewed_index_is_reached_from_the_old_one(path: Path):
    """Without the value, with the new key; the old key alone does not lead there."""
    ring = Keyring.derive(b"k" * 32)
    renewed = ring.with_index_key(ring.indexing + os.urandom(32))
    old = ring.blind("host", "board.test")
    assert renewed.blind("host", "board.test") == renewed.blind_again(old) != old
