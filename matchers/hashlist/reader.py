"""Open versions of hash lists for look-up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cases.errors import ConfigurationProblem
from cases.model import Classification, ListEntry
from matchers.hashlist.entry import WIDTHS, SignalType
from matchers.hashlist.manifest import Manifest, read_manifest
from matchers.hashlist.versions import pointers
from matchers.index.classes import classes
from matchers.index.exact import ExactIndex
from matchers.index.hamming import HammingIndex

CLASSES_FILE = "classes.json"
_CLASS_BYTES = 2
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenList:
    """One version of a list, mapped; usable for as long as it is held, even after a removal."""

    manifest: Manifest
    exact: Mapping[SignalType, ExactIndex]
    pdq: HammingIndex | None
    class_numbers: Mapping[SignalType, memoryview]
    """Two bytes per row, little-endian."""
    classes: tuple[Classification | None, ...]
    """By number; number 0 means: the list's own."""

    def entry(self, kind: SignalType, row: int) -> ListEntry:
        """Describe a row as where a match was found."""
        at = row * _CLASS_BYTES
        number = int.from_bytes(self.class_numbers[kind][at : at + _CLASS_BYTES], "little")
        return ListEntry(
            hash_list=self.manifest.name,
            version=self.manifest.version,
            tier=self.manifest.tier,
            signal_type=kind,
            classification=self.classes[number] if number else self.manifest.classification,
        )


def active_lists(into: Path) -> tuple[OpenList, ...]:
    """
    Open the active version of every list.

    Raises:
        ConfigurationProblem: a list is damaged. None is left out silently, because a missing
            list would read as "no match".
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return _open_all(into)
        except FileNotFoundError:
            continue  # a version was removed between its pointer and its manifest
    try:
        return _open_all(into)
    except FileNotFoundError as problem:
        raise ConfigurationProblem(
            f"{problem.filename}: missing; roll this hash list back or import it again"
        ) from None


def open_list(directory: Path) -> OpenList:
    """
    Open one version.

    Raises:
        FileNotFoundError: there is no such version.
        ConfigurationProblem: it is damaged.
    """
    manifest = read_manifest(directory)
    kinds = [kind for kind, count in manifest.counts.items() if count]
    opened = OpenList(
        manifest=manifest,
        exact={kind: _exact(directory, kind) for kind in kinds if kind != "pdq"},
        pdq=HammingIndex.open(directory, "pdq") if "pdq" in kinds else None,
        class_numbers={kind: classes(directory, kind) for kind in kinds},
        classes=_classes(directory),
    )
    _check_counts(opened, directory)
    return opened


def _open_all(into: Path) -> tuple[OpenList, ...]:
    return tuple(open_list(into / name / version) for name, version in pointers(into).items())


def _exact(directory: Path, kind: SignalType) -> ExactIndex:
    return ExactIndex.open(directory, kind, width=WIDTHS[kind])


def _classes(directory: Path) -> tuple[Classification | None, ...]:
    path = directory / CLASSES_FILE
    try:
        pairs = json.loads(path.read_bytes())
        return (None, *(Classification(scheme=scheme, value=value) for scheme, value in pairs))
    except (ValueError, TypeError):
        raise ConfigurationProblem(f"{path}: damaged; import this hash list again") from None


def _check_counts(opened: OpenList, directory: Path) -> None:
    for kind, count in opened.manifest.counts.items():
        if not count:
            continue
        index = opened.pdq if kind == "pdq" else opened.exact[kind]
        held = 0 if index is None else len(index)
        if held != count or len(opened.class_numbers[kind]) != count * _CLASS_BYTES:
            raise ConfigurationProblem(
                f"{directory}: holds {held} {kind} signals and its manifest says {count}; "
                "import this hash list again"
            )
