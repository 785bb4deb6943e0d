"""The robustness benchmark, small."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_it_reports_every_edit(tmp_path: Path) -> None:
    """It runs on drawn pictures or on a folder's, and gives a rate for each edit."""
    from benchmarks.edits import ALL
    from benchmarks.pictures import encode, photo

    for seed in range(2):
        (tmp_path / f"{seed}.jpg").write_bytes(encode(photo(seed, size=(400, 300))))
    command = [sys.executable, "-m", "benchmarks.robustness", "--json", "--pictures", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=100)
    report = json.loads(done.stdout)
    assert report["pictures"] == 2
    assert report["edits"].keys() == ALL.keys()
    assert report["edits"]["quality_70"]["pdq_31"] == 100
    assert report["false_matches"]["pdq_52"] == 0
