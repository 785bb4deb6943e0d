"""
Which edits of a picture are still recognised, and how often unrelated pictures are taken for one.

    python -m benchmarks.robustness --json
    python -m benchmarks.robustness --pictures DIR --json

The list holds each original's digests at full size; the question is the edited copy as the locked
worker measures it, with all its views. Flagged pictures and views below the quality gate are never
matched, as in real work. A crop of 2 % takes 2 % from each side; a caption bar of 12 % covers that
much of the height, an added one makes the picture higher.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import measure
from benchmarks.edits import ALL, EASY
from benchmarks.measure import Report
from benchmarks.pictures import album, encode, load
from matchers.decode.job import measure as measured

Codes = NDArray[np.uint64]

_COUNT = 1000
_RADII = {"pdq": (31, 52), "phash": (8,), "dhash": (8,)}
_QUALITY = 50
_NEVER_ALONE = {"flat", "low_quality", "grid"}
_AT_ONCE = 4096


class Question(NamedTuple):
    """One edited copy: its views' PDQ, and whether the first is upright, and its small digests."""

    edit: str
    original: int
    pdq: Codes
    upright: Codes
    phash: int
    dhash: int


class Originals(NamedTuple):
    pdq: Codes
    phash: Codes
    dhash: Codes


def main() -> None:
    given = _arguments()
    begun = time.perf_counter()
    report = _report(given.count, given.pictures)
    report["seconds"] = round(time.perf_counter() - begun)
    report["versions"] = measure.versions("pillow", "numpy", "ImageHash")
    report["machine"] = measure.machine()
    print(json.dumps(report, indent=2) if given.json else _plain(report))


def _report(count: int, folder: Path | None) -> Report:
    records: list[dict[str, Any]] = []
    questions: list[Question] = []
    with ProcessPoolExecutor() as processes:
        names = enumerate(album(count, folder=folder))
        for record, asked in processes.map(_examined, names, chunksize=8):
            records.append(record)
            questions += asked
    originals = Originals(
        _codes(record["views"][0]["pdq"] for record in records),
        _codes(record["phash"] for record in records),
        _codes(record["dhash"] for record in records),
    )
    usable = [not _NEVER_ALONE & set(record["flags"]) for record in records]
    return {
        "pictures": len(records),
        "drawn": folder is None,
        "pictures_never_matched_alone": usable.count(False),
        "edits": _by_edit(questions, originals),
        **_easy(questions, originals),
        "false_matches": _false(questions, originals),
    }


def _examined(numbered: tuple[int, int | Path]) -> tuple[dict[str, Any], list[Question]]:
    number, name = numbered
    picture = load(name)
    record = measured({"size": "full"}, encode(picture, quality=92))
    return record, [_question(edit, number, change(picture)) for edit, change in ALL.items()]


def _question(edit: str, original: int, body: bytes) -> Question:
    record = measured({}, body)
    alone = not _NEVER_ALONE & set(record["flags"])
    views = [view for view in record["views"] if alone and view["quality"] >= _QUALITY]
    return Question(
        edit,
        original,
        _codes(view["pdq"] for view in views),
        _codes(view["pdq"] for view in views if view["name"] == "upright"),
        int(record["phash"], 16),
        int(record["dhash"], 16),
    )


def _codes(digests: Iterator[str] | Any) -> Codes:
    """Return n x 4 (or n x 1) words."""
    rows = [bytes.fromhex(digest) for digest in digests]
    width = len(rows[0]) // 8 if rows else 4
    return np.frombuffer(b"".join(rows), dtype=">u8").astype(np.uint64).reshape(len(rows), width)


def _nearest(views: Codes, listed: Codes) -> int:
    return int(np.bitwise_count(views ^ listed).sum(axis=1).min()) if len(views) else 999


def _distances(question: Question, originals: Originals) -> dict[str, int]:
    own = question.original
    return {
        "pdq": _nearest(question.pdq, originals.pdq[own]),
        "pdq_upright_only": _nearest(question.upright, originals.pdq[own]),
        "phash": (question.phash ^ int(originals.phash[own, 0])).bit_count(),
        "dhash": (question.dhash ^ int(originals.dhash[own, 0])).bit_count(),
    }


def _by_edit(questions: list[Question], originals: Originals) -> Report:
    return {
        edit: _rates([_distances(one, originals) for one in questions if one.edit == edit])
        for edit in ALL
    }


def _rates(distances: list[dict[str, int]]) -> Report:
    def share(name: str, radius: int) -> float:
        near = sum(distance[name] <= radius for distance in distances)
        return round(100 * near / max(1, len(distances)), 2)

    return {
        "pdq_31": share("pdq", 31),
        "pdq_52": share("pdq", 52),
        "pdq_31_upright_only": share("pdq_upright_only", 31),
        "phash_8": share("phash", 8),
        "dhash_8": share("dhash", 8),
    }


def _easy(questions: list[Question], originals: Originals) -> Report:
    easy = [_distances(one, originals) for one in questions if one.edit in EASY]
    return {"easy_edits": _rates(easy)}


def _false(questions: list[Question], originals: Originals) -> Report:
    """Compare every question, with all its views, with every original but its own."""
    views = np.concatenate([one.pdq for one in questions])
    owner = np.repeat(np.arange(len(questions)), [len(one.pdq) for one in questions])
    nearest = _pdq_nearest(views, owner, questions, originals)
    count = len(questions) * (len(originals.pdq) - 1)
    found: Report = {
        "unrelated_pairs": count,
        "views_compared": len(views) * (len(originals.pdq) - 1),
        "pdq_nearest": int(nearest["least"]),
        "pdq_31": nearest[31],
        "pdq_52": nearest[52],
    }
    for name, listed in (("phash", originals.phash), ("dhash", originals.dhash)):
        found[f"{name}_8"] = _small_false(name, questions, listed)
    return found


def _pdq_nearest(
    views: Codes, owner: NDArray[np.int64], questions: list[Question], originals: Originals
) -> dict[Any, int]:
    """Return the pairs within each radius (any view), and the least distance of all."""
    of_picture = np.array([one.original for one in questions])
    pairs: dict[int, set[tuple[int, int]]] = {radius: set() for radius in _RADII["pdq"]}
    least = 256
    for start in range(0, len(views), _AT_ONCE):
        part, asked = views[start : start + _AT_ONCE], owner[start : start + _AT_ONCE]
        distance = np.zeros((len(part), len(originals.pdq)), dtype=np.uint16)
        for word in range(4):
            distance += np.bitwise_count(part[:, word, None] ^ originals.pdq[None, :, word])
        distance[np.arange(len(part)), of_picture[asked]] = 999
        least = min(least, int(distance.min()))
        for radius, found in pairs.items():
            for row, column in np.argwhere(distance <= radius):
                found.add((int(asked[row]), int(column)))
    return {radius: len(found) for radius, found in pairs.items()} | {"least": least}


def _small_false(name: str, questions: list[Question], listed: Codes) -> int:
    found = 0
    for one in questions:
        near = np.bitwise_count(listed[:, 0] ^ np.uint64(getattr(one, name))) <= _RADII[name][0]
        near[one.original] = False
        found += int(near.sum())
    return found


def _plain(report: Report) -> str:
    lines = [f"{edit:24} {rates}" for edit, rates in report["edits"].items()]
    lines += [f"{name:24} {value}" for name, value in report.items() if name != "edits"]
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robustness", description=__doc__)
    parser.add_argument("--pictures", type=Path, default=None, help="folder of photographs")
    parser.add_argument("--count", type=int, default=_COUNT)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
