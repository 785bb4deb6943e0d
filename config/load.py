"""Load the settings and the policy: one file each, validated whole, told in sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from config.checks import policy_problems, settings_problems
from config.errors import ConfigurationError
from config.policy import Policy
from config.read import read_toml
from config.sentences import Origin, Place, file_origin, sentences
from config.settings import Settings

_Model = TypeVar("_Model", bound=BaseModel)

PREFIX: Final = "HOSTWATCH_"
_BETWEEN: Final = "__"


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """
    Load `hostwatch.toml`; `HOSTWATCH_SECTION__KEY` in the environment goes before the file.

    Relative paths are taken from the file's folder. Lists and tables are given in the environment
    as TOML: `HOSTWATCH_NETWORK__RESOLVERS='["192.0.2.53"]'`.

    Raises:
        ConfigurationError: one sentence per fault.
    """
    overrides = _overrides(environ)
    data = read_toml(path)
    origin = _origin(path, {place: name for name, place, _ in overrides}, deepcopy(data))
    for name, place, text in overrides:
        _put(data, place, _value(text), name)
    settings = _validated(Settings, data, origin)
    _refuse(settings_problems(settings), origin)
    return _resolved(settings, path.absolute().parent)


def load_policy(path: Path, *, allow_practice: bool = False) -> Policy:
    """
    Load a policy file.

    A practice policy, whose durations are scaled, is accepted only where the caller says so: the
    demo and the tests.

    Raises:
        ConfigurationError: one sentence per fault.
    """
    origin = file_origin(path)
    policy = _validated(Policy, read_toml(path), origin)
    _refuse(policy_problems(policy, allow_practice=allow_practice), origin)
    return policy


def _validated(model: type[_Model], data: Mapping[str, object], origin: Origin) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = sentences(error, model, origin)
    raise ConfigurationError(*found)


def _refuse(problems: list[tuple[Place, str]], origin: Origin) -> None:
    if problems:
        raise ConfigurationError(*(f"{origin(place)}: {text}" for place, text in problems))


def _overrides(environ: Mapping[str, str]) -> list[tuple[str, Place, str]]:
    """List (variable, place, text), shorter places first so that a key wins over its table."""
    found: list[tuple[str, Place, str]] = [
        (name, tuple(name.removeprefix(PREFIX).lower().split(_BETWEEN)), text)
        for name, text in environ.items()
        if name.startswith(PREFIX) and _BETWEEN in name.removeprefix(PREFIX)
    ]
    return sorted(found, key=lambda item: (len(item[1]), item[0]))


def _put(data: dict[str, object], place: Place, value: object, variable: str) -> None:
    table = data
    for part in place[:-1]:
        below = table.setdefault(str(part), {})
        if not isinstance(below, dict):
            raise ConfigurationError(
                f"{variable}: {part} in the file is not a single table, so the environment cannot "
                "change a key in it; change the file instead."
            )
        table = below
    table[str(place[-1])] = value


def _value(text: str) -> object:
    """Read a list or table as TOML; everything else stays text and is converted by its field."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _origin(path: Path, variables: Mapping[Place, str], in_file: Mapping[str, object]) -> Origin:
    """Name the variable that a value came from, or that made a table which the file lacks."""

    def origin(place: Place) -> str:
        for key, name in variables.items():
            above = place[: len(key)] == key
            made = key[: len(place)] == place and not _holds(in_file, place)
            if above or made:
                return name
        return str(path)

    return origin


def _holds(data: object, place: Place) -> bool:
    for part in place:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def _resolved(group: _Model, folder: Path) -> _Model:
    """Take every relative path of a group, and of the groups below, from `folder`."""
    changed: dict[str, object] = {}
    for name in type(group).model_fields:
        value = getattr(group, name)
        if isinstance(value, Path):
            changed[name] = folder / value.expanduser()
        elif isinstance(value, BaseModel):
            changed[name] = _resolved(value, folder)
        elif isinstance(value, tuple):
            changed[name] = tuple(
                _resolved(one, folder) if isinstance(one, BaseModel) else one for one in value
            )
    return group.model_copy(update=changed)
