"""
How much faster two workers are than one, where the network is what takes time.

    python -m benchmarks.workers [--cases 60] [--delay 0.2] [--connections 1] [--rounds 3] [--json]

Every case is a picture on a host of its own that answers after `delay` seconds; each worker has
so many connections. The time runs from the end of a pause of fetching to the last decided case.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from aiohttp import web
from PIL import Image

from benchmarks.crew import Hotline, in_thread, practice_site, settle_in, wait_until
from benchmarks.measure import machine, versions
from sandbox.database import PracticeDatabase

_UNDECIDED = "SELECT count(*) FROM cases WHERE stage IN ('received', 'visiting') AND needs IS NULL"


def picture(number: int = 0) -> bytes:
    """Return a small benign picture, another one for each number."""
    buffer = io.BytesIO()
    drawn = Image.linear_gradient("L").resize((320, 240)).rotate(number % 360)
    drawn.save(buffer, "JPEG", quality=90 - number // 360)
    return buffer.getvalue()


def answering(delay: float) -> Callable[[web.BaseRequest], object]:
    """Answer everything with the picture, after a while."""
    body = picture()

    async def answer(_request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(delay)
        return web.Response(body=body, content_type="image/jpeg")

    return answer


async def seconds(server: PracticeDatabase, asked: argparse.Namespace, number: int) -> float:
    """Let so many workers decide all cases; return how long they took."""
    place = server.fresh()
    with tempfile.TemporaryDirectory() as folder:
        async with practice_site(answering(asked.delay)) as network:  # type: ignore[arg-type]
            data = Path(folder) / "data"

            def measure() -> float:
                hotline = settle_in(data, network, place.url, overall=asked.connections)
                return _measure(hotline, place.url, asked, number)

            found = await in_thread(measure)
    server.drop(place)
    return found


def _measure(hotline: Hotline, database: str, asked: argparse.Namespace, number: int) -> float:
    lines = [json.dumps({"url": f"http://host{n}.test/{n}.jpg"}) for n in range(asked.cases)]
    reports = hotline.data / "reports.jsonl"
    reports.write_text("\n".join(lines) + "\n")
    hotline.command("pause", "--fetching")
    hotline.command("report", "import", str(reports))
    with (
        hotline.workers(number, "--hosts", str(asked.connections), "--poll", "0.25"),
        psycopg.connect(database, autocommit=True) as plain,
    ):
        time.sleep(2.0)
        hotline.command("resume", "--fetching")
        started = time.perf_counter()
        wait_until(lambda: plain.execute(_UNDECIDED).fetchone() == (0,))
        return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--delay", type=float, default=0.2)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    took: dict[int, list[float]] = {1: [], 2: []}
    server = PracticeDatabase(durable=True)
    try:
        for _ in range(asked.rounds):
            for number, found in took.items():
                found.append(asyncio.run(seconds(server, asked, number)))
    finally:
        server.close()
    ratios = [one / two for one, two in zip(took[1], took[2], strict=True)]
    report = {
        "two_to_one": round(statistics.median(ratios), 2),
        "rounds": [round(ratio, 2) for ratio in ratios],
        "cases_per_s": {
            str(number): round(asked.cases / statistics.median(found), 1)
            for number, found in took.items()
        },
        "asked": {name: value for name, value in vars(asked).items() if name != "json"},
        "versions": versions("aiohttp", "procrastinate", "psycopg", "sqlalchemy"),
        "machine": machine(),
    }
    print(json.dumps(report, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
