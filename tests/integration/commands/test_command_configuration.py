"""A configuration that cannot be used: one sentence, exit code 78, nothing touched."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_house import ANALYST, MANAGER, added, copy_house, give_mandate, run

from cases.seal import create_key_file

LIST = ("cases", "list")
NOBODY = 65534


def replace_in(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# --------------------------------------------------------------------------- hostwatch.toml


def test_a_missing_configuration_names_the_file_and_the_way_out(tmp_path):
    """Wrong folder, or no `init` yet."""
    run(tmp_path, *LIST).is_sentence(78, "hostwatch.toml", "hostwatch init")


def test_a_folder_in_place_of_the_configuration_is_told(data):
    """It cannot be read as a file."""
    (data / "hostwatch.toml").unlink()
    (data / "hostwatch.toml").mkdir()
    run(data, *LIST).is_sentence(78, "hostwatch.toml", "folder")


@pytest.mark.parametrize(
    "content", [b"[mail\nsender = 3", b"\xff\xfe\x00garbage", b"\x00" * 100, b"= = =", b"\x1b[2J"]
)
def test_a_garbled_configuration_is_one_sentence(data, content):
    """Binary, cut or of another format: the place is named, the content is not printed raw."""
    (data / "hostwatch.toml").write_bytes(content)
    run(data, *LIST).is_sentence(78, "hostwatch.toml")


def test_a_misspelt_key_gets_a_suggestion(data):
    """The nearest known key is named."""
    replace_in(data / "hostwatch.toml", "[mail]\nsender", "[mail]\nsendr")
    run(data, *LIST).is_sentence(78, "mail.sendr", "did you mean sender")


def test_a_value_of_the_wrong_form_says_what_is_allowed(data):
    """File, key, what was found, what is allowed."""
    replace_in(data / "hostwatch.toml", 'country = "NL"\nstatute', 'country = "Holland"\nstatute')
    run(data, *LIST).is_sentence(78, "hotline.country", "'Holland'", "two capital letters")


def test_a_configuration_with_very_many_faults_tells_the_first_ones(data):
    """Nobody reads two hundred sentences; the rest is counted."""
    with (data / "hostwatch.toml").open("a") as file:
        file.write("".join(f"key_{number} = 1\n" for number in range(200)))
    said = run(data, *LIST)
    said.is_sentence(78, "log.key_", lines=12)
    assert "more" in said.err


def test_a_wrong_environment_variable_is_named(data, monkeypatch):
    """What came from the environment is not blamed on the file."""
    monkeypatch.setenv("HOSTWATCH_MAIL__PORT", "many")
    run(data, *LIST).is_sentence(78, "HOSTWATCH_MAIL__PORT", "whole number")


# --------------------------------------------------------------------------- the other files


@pytest.mark.parametrize("content", ["version = ", "[[[", 'version = "1"\nunknown = 2\n'])
def test_a_bad_policy_is_told_with_its_file(data, content):
    """Nothing is decided by a policy that cannot be read whole."""
    (data / "policy.toml").write_text(content)
    run(data, *LIST).is_sentence(78, "policy.toml", lines=12)


def test_a_policy_below_the_floor_is_refused(data):
    """`removed` after one hour is not for a hotline to configure."""
    replace_in(data / "policy.toml", 'span = "12h"', 'span = "1h"')
    run(data, *LIST).is_sentence(78, "takedown.span", "12h or more")


def test_a_practice_policy_is_refused_outside_the_practice_web(data):
    """Scaled durations never meet a real case."""
    replace_in(data / "policy.toml", 'version = "1"', 'version = "1"\npractice = true')
    run(data, *LIST).is_sentence(78, "practice")


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("catalogue.toml", "[[provider]]\nid = 3\n", "provider"),
        ("catalogue.toml", "nonsense", "catalogue.toml"),
        ("partners.toml", "[[partner]]\nid = 'x'\n", "partner 1"),
        ("partners.toml", "\x00", "partners.toml"),
        ("partners.toml", None, "partners.toml"),
    ],
)
def test_bad_catalogue_and_partners_stop_work_with_one_sentence(data, name, content, word):
    """They are read when work begins; the case that was to be looked at is still there."""
    give_mandate(data)
    if content is None:
        (data / name).unlink()
    else:
        (data / name).write_text(content)
    said = run(data, "recheck", "--due", account=MANAGER)
    said.is_sentence(78, name, word, lines=12)


# --------------------------------------------------------------------------- the mandate


def test_without_a_mandate_nothing_is_fetched(data):
    """Reports are accepted; the work on them is refused."""
    assert run(data, "report", "add", "http://a.test/1").code == 0
    run(data, "recheck", "--due", account=MANAGER).is_sentence(78, "[mandate]", "hostwatch demo")
    run(data, "run", account=MANAGER).is_sentence(78, "[mandate]")


def test_a_mandate_whose_review_is_overdue_stops_work(data):
    """The date and the key are named."""
    give_mandate(data, review="2020-01-31")
    for command in (("recheck", "--due"), ("run",)):
        said = run(data, *command, account=MANAGER)
        said.is_sentence(78, "mandate.review_date", "2020-01-31")


def test_a_refused_recheck_changes_no_case(data):
    """What cannot be worked on is not marked as due either."""
    case = added(run(data, "report", "add", "http://a.test/1", "--json"))
    before = run(data, "cases", "show", case, "--json")
    run(data, "recheck", "--case", case).is_sentence(78, "[mandate]")
    after = run(data, "cases", "show", case, "--json")
    assert (before.code, after.code) == (0, 0)
    assert json.loads(after.out)["case"] == json.loads(before.out)["case"] | {
        "age": json.loads(after.out)["case"]["age"]
    }
    assert len(json.loads(after.out)["trail"]) == len(json.loads(before.out)["trail"])


# --------------------------------------------------------------------------- the key


def test_a_missing_key_is_told(data):
    """Without it nothing can be read."""
    (data / "master.key").unlink()
    run(data, *LIST).is_sentence(78, "no key file", "master.key")


def test_another_key_is_told_and_changes_nothing(data):
    """A key of another installation opens nothing and seals nothing."""
    run(data, "report", "add", "http://a.test/1")
    right = (data / "master.key").read_bytes()
    (data / "master.key").unlink()
    create_key_file(data / "master.key")
    for command in (LIST, ("report", "add", "http://a.test/2")):
        run(data, *command).is_sentence(78, "not the key that sealed")
    (data / "master.key").write_bytes(right)
    assert '"reports": 1' in run(data, *LIST, "--json").out


@pytest.mark.parametrize("content", [b"", b"not a key", b"\x00\xff" * 3000])
def test_a_file_that_is_no_key_is_told(data, content):
    """Cut, exchanged or binary."""
    (data / "master.key").write_bytes(content)
    run(data, *LIST).is_sentence(78, "not a hostwatch key file")


def test_a_key_that_others_may_read_is_refused(data):
    """The command to mend it is part of the sentence."""
    (data / "master.key").chmod(0o644)
    run(data, *LIST).is_sentence(78, "0644", "chmod 600")


# --------------------------------------------------------------------------- the database


def test_a_missing_database_is_told_and_none_is_made(data):
    """An empty one in its place would look as if nothing had ever been reported."""
    (data / "hostwatch.sqlite3").unlink()
    run(data, "report", "add", "http://a.test/1").is_sentence(74, "no database")
    assert not (data / "hostwatch.sqlite3").exists()


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be read" * 50])
def test_a_damaged_database_is_told(data, content):
    """Whatever stands there is left as it is."""
    (data / "hostwatch.sqlite3").write_bytes(content)
    run(data, *LIST).is_sentence(74, "database")
    assert (data / "hostwatch.sqlite3").read_bytes() == content


@contextmanager
def as_nobody(*paths) -> Iterator[None]:
    """Give up root's right to write everywhere; an ordinary user has none."""
    if os.geteuid() != 0:
        yield
        return
    for path in paths:
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_directory_that_cannot_be_written_is_told(template):
    """Another user's, or mounted read-only; what is there stays as it is."""
    place = Path(tempfile.mkdtemp())
    data = copy_house(template, place / "data")
    try:
        with as_nobody(place, data, *data.iterdir()):
            (data / "hostwatch.sqlite3").chmod(0o400)
            data.chmod(0o500)
            run(data, "report", "add", "http://a.test/1").is_sentence(74, "for writing")
            data.chmod(0o700)
        assert run(data, *LIST, "--json").out == "[]\n"
    finally:
        shutil.rmtree(place)


def test_no_access_note_of_the_store_reaches_the_terminal(data):
    """Statements, parameters and paths of modules stay inside."""
    (data / "hostwatch.sqlite3").write_bytes(b"x" * 5000)
    said = run(data, *LIST, account=ANALYST)
    said.is_sentence(74)
    assert "SELECT" not in said.err
    assert "sqlalchemy" not in said.err
