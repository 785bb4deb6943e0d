"""
How many reports a second are accepted in bulk, sealed and audited, on both databases.

    python -m benchmarks.intake [--reports 10000] [--together 500] [--rounds 5] [--json]

PostgreSQL writes durably here, as SQLite always does (`synchronous=FULL`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measure import machine, versions
from cases.model import Role
from cases.seal import Keyring
from cases.store.opening import Place, open_store
from config.load import load_policy
from hostwatch.desk import Desk, SystemClock
from hostwatch.intake.draft import Draft
from hostwatch.operations.reports import add_all
from hostwatch.permissions import Actor
from sandbox.database import PracticeDatabase

_HOSTS = 700
_POLICY = Path(__file__).parents[1] / "config/policy/default.toml"


async def rate(place: Place, reports: int, together: int) -> float:
    """Enter so many reports of different locations into a new store; return reports per second."""
    store = await open_store(place, Keyring.derive(b"k" * 32), create=True)
    desk = Desk(
        store=store,
        clock=SystemClock(),
        settings=None,
        policy=load_policy(_POLICY),
        actor=Actor(name="bench", role=Role.ANALYST, login="bench"),
    )
    started = time.perf_counter()
    for first in range(0, reports, together):
        await add_all(desk, [_draft(n) for n in range(first, min(reports, first + together))])
    seconds = time.perf_counter() - started
    await store.close()
    return reports / seconds


def _draft(number: int) -> tuple[Draft, str]:
    url = f"https://board{number % _HOSTS}.example/b/thread/{number}.html#p{number}"
    return Draft(url=url, note="seen in the second post"), f"key {number}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--together", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rates: dict[str, list[float]] = {"sqlite": [], "postgres": []}
    server = PracticeDatabase(durable=True)
    try:
        for _ in range(asked.rounds):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "cases.db"
                rates["sqlite"].append(asyncio.run(rate(path, asked.reports, asked.together)))
            place = server.fresh()
            rates["postgres"].append(asyncio.run(rate(place, asked.reports, asked.together)))
            server.drop(place)
    finally:
        server.close()
    report = {
        "reports": asked.reports,
        "together": asked.together,
        "reports_per_s": {name: round(statistics.median(found)) for name, found in rates.items()},
        "slowest_round": {name: round(min(found)) for name, found in rates.items()},
        "versions": versions("sqlalchemy", "aiosqlite", "psycopg", "cryptography", "pydantic"),
        "machine": machine(),
    }
    print(json.dumps(report, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
