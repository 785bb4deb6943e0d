"""
The plainest download: aiohttp with one session and kept connections, digests over the chunks.

    python -m benchmarks.crawl.bare DIGESTS < PLAN       (one line of JSON; digests: sha256, all)

It asks loopback addresses directly: no name, no rule, no page is read.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import resource
import sys
import time
from typing import Any

import aiohttp

from benchmarks.crawl.work import work_of

_CHUNK = 256 * 1024


async def _run(plan: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    work = work_of(plan)
    connector = aiohttp.TCPConnector(limit=work.at_once)
    async with aiohttp.ClientSession(
        connector=connector, auto_decompress=False, read_bufsize=_CHUNK
    ) as session:

        async def get(host: int, path: str) -> int:
            where = f"http://{plan['hosts'][host]['real']}:{plan['port']}{path}"
            digests = [hashlib.new(name, usedforsecurity=False) for name in names]
            length = 0
            async with session.get(where) as response:
                async for chunk in response.content.iter_any():
                    length += len(chunk)
                    for digest in digests:
                        digest.update(chunk)
            return length

        async def visit(one: dict[str, Any]) -> int:
            sizes = [await get(one["host"], one["page"])]
            sizes += await asyncio.gather(*(get(one["host"], path) for path in one["pictures"]))
            return sum(sizes)

        await work.all(visit, work.warm)
        before, begun = _cpu(), time.perf_counter()
        total = await work.all(visit, work.pages)
        return work.report(
            total, wall_s=time.perf_counter() - begun, cpu_s={"client": _cpu() - before}
        )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    names = ("md5", "sha1", "sha256") if sys.argv[1] == "all" else ("sha256",)
    print(json.dumps(asyncio.run(_run(json.load(sys.stdin), names))))


if __name__ == "__main__":
    main()
