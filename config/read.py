"""Read one TOML file, or say in a sentence why it cannot be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from config.errors import ConfigurationError

_LARGEST = 4 * 1024 * 1024
_PLACE = re.compile(r"\(at (?P<place>[^)]*)\)")


def read_toml(path: Path) -> dict[str, object]:
    """
    Parse a TOML file of at most 4 MiB in UTF-8, with or without byte order mark.

    Raises:
        ConfigurationError: unreadable, too large, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {_syntax(error)}") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: {_system(error)}") from None
    if len(raw) > _LARGEST:
        raise ConfigurationError(f"{path}: the file is larger than 4 MiB; is it the right one?")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        sentence = f"{path}: line {line} is not UTF-8 text; save the file in UTF-8."
        raise ConfigurationError(sentence) from None


def _system(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file; `hostwatch init DIR` writes a first configuration."
        case PermissionError():
            return "this account may not read the file; check its owner and mode."
        case IsADirectoryError():
            return "this is a folder; name the file inside it."
        case _:
            return f"the file cannot be read ({error.strerror or type(error).__name__})."


def _syntax(error: tomllib.TOMLDecodeError) -> str:
    found = _PLACE.search(str(error))
    place = found["place"] if found else "an unknown place"
    # The part before the place is the parser's own wording; it may quote one character or key.
    wording = str(error).split(" (at ")[0].rstrip(".")
    return f"not valid TOML at {place}: {wording[:1].lower()}{wording[1:]}."
