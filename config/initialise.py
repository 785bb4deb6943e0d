"""Write the first configuration into a folder, with everything explained in the files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from config.errors import ConfigurationError

FILES: Final[Mapping[str, str]] = {
    "hostwatch.toml": "hostwatch.example.toml",
    "policy.toml": "policy/default.toml",
    "catalogue.toml": "catalogue.blank.toml",
    "partners.toml": "partners.example.toml",
}
"""File written -> file of this package that it is copied from."""


def write_configuration(directory: Path) -> list[Path]:
    """
    Write the configuration files, mode 0600, into a folder of mode 0700; return their paths.

    An existing folder keeps its mode. Nothing is ever overwritten: if any of the files is there,
    nothing is written at all.

    Raises:
        ConfigurationError: a file is there already, or the folder cannot be written.
    """
    texts = {directory / name: _packaged(source) for name, source in FILES.items()}
    _refuse_present(texts)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, text in texts.items():
            _create(path, text)
    except OSError as error:
        raise ConfigurationError(_refused(directory, error)) from None
    return list(texts)


def _packaged(name: str) -> bytes:
    return resources.files("config").joinpath(name).read_bytes()


def _refuse_present(paths: Mapping[Path, bytes]) -> None:
    present = [path for path in paths if os.path.lexists(path)]
    if present:
        raise ConfigurationError(
            *(
                f"{path}: this file is there already and is not overwritten; "
                "name another folder, or move the file away."
                for path in present
            )
        )


def _create(path: Path, text: bytes) -> None:
    """Create the file exclusively, so that nothing written meanwhile is lost."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)


def _refused(directory: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{directory}: the configuration cannot be written there ({reason})."
