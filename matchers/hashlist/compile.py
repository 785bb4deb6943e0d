"""Signals -> the files of one version, and the proof that they are found again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from cases.errors import InvalidInput, StoreProblem
from cases.model import Classification
from matchers.hashlist.entry import WIDTHS, Candidate, Signal, SignalType
from matchers.hashlist.hygiene import DUPLICATE, examine
from matchers.hashlist.reader import CLASSES_FILE, OpenList
from matchers.index.build import Spill, write_exact, write_hamming

_MOST_CLASSES = 65_535
_FIRST_REFUSED = 20
_SAMPLES = 100


class Compiler:
    """Takes candidates in, counts what is refused, and writes the index files."""

    def __init__(self, directory: Path) -> None:
        self.refused: Counter[str] = Counter()
        self.first_refused: list[tuple[int, str]] = []
        self.counts: dict[SignalType, int] = {}
        self.samples: list[Signal] = []
        self._directory = directory
        self._classes: dict[Classification, int] = {}
        self._spills = {
            kind: Spill(directory / f"{kind}.spill", width=width) for kind, width in WIDTHS.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for spill in self._spills.values():
            spill.close()

    def take(self, candidates: Iterable[Candidate]) -> None:
        """Examine and spill all candidates."""
        for candidate in candidates:
            signal = examine(candidate)
            if isinstance(signal, str):
                self._refuse(candidate.line, signal)
            else:
                self._keep(signal)

    def finish(self) -> None:
        """Sort the spilled signals into the files of the version; count repeats."""
        for kind, spill in self._spills.items():
            spill.close()
            if spill.count:
                self.counts[kind] = self._write(kind, spill)
                self.refused[DUPLICATE] += spill.count - self.counts[kind]
            spill.path.unlink()
        self.refused = +self.refused
        pairs = [(made.scheme, made.value) for made in self._classes]
        (self._directory / CLASSES_FILE).write_text(json.dumps(pairs), encoding="utf-8")

    def _write(self, kind: SignalType, spill: Spill) -> int:
        if kind == "pdq":
            return write_hamming(spill, self._directory, kind, bits=WIDTHS[kind] * 8)
        return write_exact(spill, self._directory, kind)

    def digests(self) -> dict[str, str]:
        """Return file name -> SHA-256 of the files written."""
        paths = sorted(self._directory.iterdir())
        return {path.name: file_sha256(path) for path in paths}

    def _refuse(self, line: int, reason: str) -> None:
        self.refused[reason] += 1
        if len(self.first_refused) < _FIRST_REFUSED:
            self.first_refused.append((line, reason))

    def _keep(self, signal: Signal) -> None:
        if len(self.samples) < _SAMPLES:
            self.samples.append(signal)
        self._spills[signal.kind].add(signal.value, self._class_number(signal.classification))

    def _class_number(self, classification: Classification | None) -> int:
        if classification is None:
            return 0
        number = self._classes.setdefault(classification, len(self._classes) + 1)
        if number > _MOST_CLASSES:
            raise InvalidInput(
                f"the list has more than {_MOST_CLASSES} different classifications; "
                "is the right column mapped?"
            )
        return number


def prove(opened: OpenList, samples: Iterable[Signal]) -> None:
    """
    Look samples up in a version before it goes live.

    Raises:
        StoreProblem: one is not found; the version must not become active.
    """
    for signal in samples:
        if not _found(opened, signal):
            raise StoreProblem(
                f"hash list {opened.manifest.name}: the written index does not find its own "
                "entries; the version was not activated, check the disk and import again"
            )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _found(opened: OpenList, signal: Signal) -> bool:
    if signal.kind == "pdq":
        return opened.pdq is not None and bool(opened.pdq.query(signal.value, 0))
    return opened.exact[signal.kind].row(signal.value) is not None
