"""
hostwatch's fetcher on the farm: the real process, permits, gate, digests, page extraction.

    python -m benchmarks.crawl.ours drop|decode < PLAN                     (one line of JSON)

`drop` gives every held picture back at once, as when its digests settle the matter; `decode` has
each one measured in its locked worker first. The pace is off; everything else is as in work.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from benchmarks.crawl import tree
from benchmarks.crawl.farm import network_of
from benchmarks.crawl.work import Work, work_of
from config.settings import Egress, Fetch, Isolation, Network
from crawler.extract.wire import record_from_wire
from crawler.fetch import permits
from crawler.fetch.client import FetcherProcess, FetcherSetup
from crawler.fetch.contract import Derivation, FetchRequest, FetchResult, Permit

_CASE = "HW-2026-{:06}"
_JOBS = {
    "page": "crawler.extract.job:read_page",
    "picture": "matchers.decode.job:measure",
}


def setup_of(plan: dict[str, Any]) -> FetcherSetup:
    """Return the setup of a fetcher for a farm, without a pace."""
    at_once = plan["at_once"]
    return FetcherSetup(
        egresses=(
            Egress(
                name="home",
                network="AS64500",
                country="LU",
                operator="Practice carrier",
                approver="Practice Supervisor",
                unfiltered=True,
            ),
        ),
        network=Network(),
        fetch=Fetch(pace_starts=1000, pace_period_s=0.01, overall=at_once),
        isolation=Isolation(mode="best-effort", workers=plan.get("workers", 2)),
        jobs=_JOBS,
        practice=network_of(plan),
    )


class Visitor:
    """Visits pages as a first visit does: the page, its record, its media, each by permit."""

    def __init__(self, fetcher: FetcherProcess, plan: dict[str, Any], *, decode: bool) -> None:
        self._fetcher = fetcher
        self._plan = plan
        self._decode = decode

    async def visit(self, page: dict[str, Any]) -> int:
        """Visit one page; return the bytes of the page and its pictures."""
        case = _CASE.format(int(page["page"].split("/")[-1].removesuffix(".html")))
        reported = permits.reported(case, self._where(page["host"], page["page"]))
        result = await self._fetch(reported, case, "auto")
        record = record_from_wire(result.record or {})
        sizes = await asyncio.gather(
            *(self._picture(reported, case, one.url) for one in record.candidates)
        )
        await self._fetcher.forget(case)
        return sum(sizes) + _length(result)

    async def _picture(self, parent: Permit, case: str, url: str) -> int:
        permit = permits.derive(parent, Derivation.EMBEDDED_MEDIA, url)
        if not isinstance(permit, Permit):
            raise RuntimeError(permit)  # noqa: TRY004 - a refusal, not a wrong type
        result = await self._fetch(permit, case, "media")
        if result.ticket is None:
            raise RuntimeError(result.record_error)
        if self._decode:
            record = await self._fetcher.decode(result.ticket)
            if "error" in record:
                raise RuntimeError(record["error"])
        await self._fetcher.drop(result.ticket)
        return _length(result)

    async def _fetch(self, permit: Permit, case: str, read_as: Any) -> FetchResult:
        request = FetchRequest(permit=permit, egress="home", read_as=read_as, jar=case)
        result = await self._fetcher.fetch(request)
        if result.error is not None or result.body is None or result.body.digests is None:
            raise RuntimeError(result.error)
        return result

    def _where(self, host: int, path: str) -> str:
        return "http://" + self._plan["hosts"][host]["name"] + path


def _length(result: FetchResult) -> int:
    return result.body.length if result.body else 0


async def _run(plan: dict[str, Any], *, decode: bool) -> dict[str, Any]:
    work: Work = work_of(plan)
    async with FetcherProcess(setup_of(plan)) as fetcher:
        visitor = Visitor(fetcher, plan, decode=decode)
        await work.all(visitor.visit, work.warm)
        before, begun = _cpu(fetcher), time.perf_counter()
        total = await work.all(visitor.visit, work.pages)
        wall_s = time.perf_counter() - begun
        after = _cpu(fetcher)
    return work.report(
        total, wall_s=wall_s, cpu_s={part: after[part] - before[part] for part in after}
    )


def _cpu(fetcher: FetcherProcess) -> dict[str, float]:
    """Return the seconds of the core's side of the pipe, of the fetcher and of its workers."""
    pid = fetcher.pid or 0
    workers = sum(map(tree.cpu_s, tree.children(pid))) + tree.dead_children_cpu_s(pid)
    return {"core": time.process_time(), "fetcher": tree.cpu_s(pid), "workers": workers}


def main() -> None:
    print(json.dumps(asyncio.run(_run(json.load(sys.stdin), decode=sys.argv[1] == "decode"))))


if __name__ == "__main__":
    main()
