"""The index benchmark runs with what is installed, and says what it left out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PEERS = ("threatexchange", "pynear", "faiss_flat")


@pytest.mark.parametrize(("bits", "radius"), [(256, 31), (64, 8)])
def test_it_reports_without_any_peer(tmp_path: Path, bits: int, radius: int) -> None:
    """A peer that is not asked is null with a note; what is proved does not depend on it."""
    left_out = [word for name in PEERS for word in ("--without", name)]
    few = ["--fresh", "1", "--rounds", "2", "--proofs", "20", "--queries", "5"]
    what = ["--n", "21000", "--bits", str(bits), "--directory", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.index", "--json", *what, *few, *left_out],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert (report["recall"], report["wrong"], report["radius"]) == (1.0, 0, radius)
    assert [report[f"ratio_to_{name}"] for name in PEERS] == [None] * 3
    assert set(report["notes"]) == set(PEERS)
    for figure in ("open_ms", "private_mb", "file_mb", "build_s", "exact_lookups_per_s"):
        assert report[figure] > 0, figure
    assert {"python", "numpy"} <= set(report["versions"])
    assert list(tmp_path.iterdir()) == []
