"""The column beside an index that says under which classification each row is listed."""

from __future__ import annotations

from pathlib import Path

from matchers.index.segment import map_file

CLASS_BYTES = 2
"""Little-endian."""


def classes(directory: Path, name: str) -> memoryview:
    """
    Map `name.classes`: two bytes a row, little-endian.

    Raises:
        ConfigurationProblem: it is missing or empty.
    """
    return memoryview(map_file(directory / f"{name}.classes"))
