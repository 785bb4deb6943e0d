"""The manuals tell of every command, setting, permission and word, and of none that is not there."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from cases.model import TakedownVerdict
from config.settings import Settings
from console.cli.commands import app
from hostwatch.permissions import ALLOWED
from notices.claims import CLAIMS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
OPERATIONS = ROOT / "docs" / "operations.md"
EXAMPLE = ROOT / "config" / "hostwatch.example.toml"
COLUMNS = 3
"""Of the table of commands: name, purpose, options."""


def commands(command=None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    """Walk the tree of commands: `notices list` and what it takes."""
    here = typer.main.get_command(app) if command is None else command
    below = getattr(here, "commands", None)
    if below is None:
        yield " ".join(path), here
        return
    for name, one in below.items():
        yield from commands(one, (*path, name))


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_and_option_is_in_the_manual(name, command):
    """The table of `docs/operations.md` has one row for each command, with all of its options."""
    rows = [
        line
        for line in OPERATIONS.read_text("utf-8").splitlines()
        if line.startswith((f"| `{name}`", f"| `{name} ")) and line.count("|") == COLUMNS + 1
    ]
    assert len(rows) == 1
    options = [option for one in command.params for option in one.opts if option.startswith("--")]
    assert [option for option in options if f"`{option}" not in rows[0]] == []


def shown_commands() -> Iterator[tuple[str, str]]:
    """List the lines of the documents that call hostwatch: file, and what follows the name."""
    for path in (README, *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text("utf-8")
        fenced = re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        blocks = "\n".join(block for language, block in fenced if language in ("", "console"))
        for line in re.findall(r"^hostwatch (.*)$", blocks, re.MULTILINE):
            yield path.name, re.sub(r"^(--(data|as) \S+ )+", "", line.split("#")[0])


@pytest.mark.parametrize(("file", "line"), list(shown_commands()))
def test_the_documents_show_no_command_that_is_not_there(file, line):
    """What is printed to be typed is a command, and its options are its own."""
    known, words = dict(commands()), line.split()
    name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
    assert name in known
    own = {option for one in known[name].params for option in (*one.opts, *one.secondary_opts)}
    assert {word for word in words if word.startswith("--")} - own == set()


def keys(model: type[BaseModel], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk the settings: ("mail", "port")."""
    for name, field in model.model_fields.items():
        group = next((one for one in parts(field.annotation) if is_group(one)), None)
        if group is None:
            yield (*place, name)
        else:
            yield from keys(group, (*place, name))


def parts(annotation: object) -> Iterator[object]:
    """List a type and what it is made of: `tuple[Egress, ...]`, `Mandate | None`."""
    yield annotation
    if typing.get_origin(annotation) in (tuple, types.UnionType, typing.Union):
        for one in typing.get_args(annotation):
            yield from parts(one)


def is_group(annotation: object) -> bool:
    """Tell a table of the file from a value."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def shown() -> set[tuple[str, ...]]:
    """List the keys of the example, those behind `# ` too."""
    section, found = "", set()
    for line in EXAMPLE.read_text("utf-8").splitlines():
        plain = line.removeprefix("# ")
        if heading := re.fullmatch(r"\[\[?([a-z_]+)\]\]?", plain):
            section = heading[1]
        elif key := re.match(r"([a-z_]+) = ", plain):
            found.add((section, key[1]))
    return found


def test_every_setting_stands_in_the_example():
    """Nobody has to read code to learn a key; and no key is shown that is not there."""
    assert shown() == set(keys(Settings))


def test_every_role_and_action_is_in_the_manual():
    """The table of permissions in `docs/operations.md` is the table of the code."""
    rows = re.findall(
        r"^\| `([a-z_]+)` \| ([a-z, ]+) \|$", OPERATIONS.read_text("utf-8"), re.MULTILINE
    )
    told = {action: set(roles.split(", ")) for action, roles in rows}
    assert told == {
        action.value: {role.value for role in roles} for action, roles in ALLOWED.items()
    }


@pytest.mark.parametrize("name", ["analysts.md", "partners.md", "providers.md"])
def test_the_words_of_answers_and_verdicts_are_explained(name):
    """Every answer stands in the papers for recipients, every verdict in the analysts'."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    words = [one.value for one in TakedownVerdict] if name == "analysts.md" else CLAIMS
    assert [word for word in words if f"`{word}`" not in text] == []
