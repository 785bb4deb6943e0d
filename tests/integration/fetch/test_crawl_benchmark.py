"""The crawl benchmark runs at a small size, and memory stays flat over many fetches."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PEERS = ("bare",)


def run(module: str, *words: str, seconds: float) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module, "--json", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.long
@pytest.mark.timeout(180)
def test_it_reports_at_a_small_size() -> None:
    """All clients fetch all bytes; ratios are given to each, what workers do apart."""
    words = ("--small", "--hosts", "5", "--without", "scrapy", "--without", "bare_all")
    report = run("benchmarks.crawl", *words, seconds=170)
    found = report["hosts_5"]
    for client in ("hostwatch", *PEERS):
        assert found[client]["pages_per_cpu_s"] > 0, client
    for peer in PEERS:
        assert set(found[f"ratio_to_{peer}"]) == {"per_cpu_s", "with_workers", "per_wall_s"}
    assert set(found["hostwatch"]["cpu_ms_per_request"]) == {"core", "fetcher", "workers"}
    assert "decode_cpu_ms_per_picture" in found["apart"]
    assert report["hash_ms_per_mb"]["md5"] > 0
    assert {"python", "aiohttp", "scrapy"} <= set(report["versions"])


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_memory_stays_flat_over_a_hundred_thousand_fetches() -> None:
    """Neither the fetcher nor the core's side grows by 10 MB after the first fifth."""
    report = run("benchmarks.crawl.soak", seconds=3500)
    assert report["fetches"] >= 100_000
    assert max(report["growth_mb"].values()) < 10.0, report["samples"]
    assert max(sample["files"] for sample in report["samples"]) < 200
