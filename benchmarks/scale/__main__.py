"""
How far the house carries.

    python -m benchmarks.scale [--json] [--seconds 3600] [--seed 1]    model and simulation
    python -m benchmarks.scale measure [--cases 200] [--postgres URL]  measure this machine
    python -m benchmarks.scale validate [--json]                       hold it against a real run
"""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict

from benchmarks.scale import constants
from benchmarks.scale.constants import Assumed, Measured
from benchmarks.scale.life import default_rules, mean_life
from benchmarks.scale.report import as_text, as_value, chapter
from benchmarks.scale.workload import ALL


def main() -> None:
    """Run what the command line asks for."""
    asked = _parser().parse_args()
    if asked.what == "measure":
        _measure(asked)
    elif asked.what == "validate":
        _validate(asked)
    else:
        _work_out(asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument(
        "what", nargs="?", default="model", choices=["model", "measure", "validate"]
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--seconds", type=float, default=3600.0, help="length of a played hour")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=200, help="of a measurement")
    parser.add_argument("--clones", type=int, default=10_000, help="rows to weigh")
    parser.add_argument("--postgres", help="URL of an empty database, to be measured as well")
    return parser


def _work_out(asked: argparse.Namespace) -> None:
    measured, assumed, rules = constants.load(), Assumed(), default_rules()
    chapters = [
        chapter(
            workload,
            mean_life(workload.removal, rules, seed=asked.seed),
            measured,
            assumed,
            seconds=asked.seconds,
            seed=asked.seed,
        )
        for workload in ALL
    ]
    if asked.json:
        print(json.dumps(as_value(chapters, measured, assumed), indent=2))
    else:
        print(as_text(chapters, measured))


def _measure(asked: argparse.Namespace) -> None:
    from benchmarks.scale.measure import measure
    from cases.store.postgres import PostgresPlace

    place = PostgresPlace(url=asked.postgres, password=None) if asked.postgres else None
    found: Measured = asyncio.run(measure(cases=asked.cases, clones=asked.clones, postgres=place))
    constants.save(found)
    print(json.dumps(asdict(found), indent=2))


def _validate(asked: argparse.Namespace) -> None:
    from benchmarks.scale.validate import RUNS, validate
    from config.logging import configure_logging
    from config.settings import Log

    configure_logging(Log(level="error"))
    measured = constants.load()
    found = [asyncio.run(validate(measured, setting)) for setting in RUNS]
    if asked.json:
        print(json.dumps([{**asdict(one), "ratio": one.ratio} for one in found], indent=2))
        return
    for one in found:
        print(
            f"{one.cases} cases, {one.places} places, answers after {one.delay_s} s: "
            f"predicted {one.predicted_s:.1f} s, measured {one.measured_s:.1f} s "
            f"({one.ratio:.2f}; stretch {one.stretch:.1f})"
        )


if __name__ == "__main__":
    main()
