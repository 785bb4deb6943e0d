"""`hostwatch init` makes a data directory and never overwrites anything."""

from __future__ import annotations

import os
import stat

import pytest
from command_house import ADMINISTRATOR, in_store, run

from cases.model import Role

FILES = (
    "hostwatch.toml",
    "policy.toml",
    "catalogue.toml",
    "partners.toml",
    "master.key",
    "partner-signing.key",
    "audit.key",
    "hostwatch.sqlite3",
)


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def test_a_new_directory_is_readable_by_its_owner_alone(tmp_path):
    """Whatever the umask, the folder is 0700 and every file in it 0600."""
    before = os.umask(0)
    try:
        said = run(tmp_path, "init", str(tmp_path / "new"), account=ADMINISTRATOR)
    finally:
        os.umask(before)
    assert said.code == 0, said
    assert mode(tmp_path / "new") == 0o700
    assert {name: oct(mode(tmp_path / "new" / name)) for name in FILES} == dict.fromkeys(
        FILES, "0o600"
    )
    assert mode(tmp_path / "new" / "hashlists") == mode(tmp_path / "new" / "ranges") == 0o700


def test_the_first_account_is_an_administrator(tmp_path):
    """Who initialises may add the others; the trail begins with it."""
    run(tmp_path, "init", str(tmp_path / "new"), "--administrator", "first")

    async def look(tx):
        return await tx.accounts(), await tx.trail()

    (account,), (entry,) = in_store(tmp_path / "new", look)
    assert (account.name, account.role) == ("first", Role.ADMINISTRATOR)
    assert (entry.actor, entry.action) == ("first", "initialised")


def test_a_directory_in_use_is_left_as_it_is(data):
    """A second `init` changes not one byte."""
    before = contents(data)
    run(data, "init", str(data), account=ADMINISTRATOR).is_sentence(
        78, "not overwritten", lines=len(FILES)
    )
    assert contents(data) == before


@pytest.mark.parametrize("name", FILES)
def test_any_single_file_that_is_there_already_stops_it_before_it_writes(tmp_path, name):
    """A half-removed installation is not filled up behind the administrator's back."""
    place = tmp_path / "half"
    place.mkdir()
    (place / name).write_text("mine")
    said = run(tmp_path, "init", str(place), account=ADMINISTRATOR)
    assert said.code in (74, 78), said
    said.is_sentence(said.code, str(place / name), "overwritten")
    assert contents(place) == {name: b"mine"}


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    """A file stands where the folder should be made."""
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        run(tmp_path, "init", str(place), account=ADMINISTRATOR).is_sentence(78, str(place))


def test_an_unusable_name_of_the_first_account_is_refused(tmp_path):
    """The same rule as for every other account, before anything is written."""
    said = run(tmp_path, "init", str(tmp_path / "new"), "--administrator", "a b;c\x1b[2J")
    said.is_sentence(65, "account name")
    assert not (tmp_path / "new").exists()
