"""Several processes use one segment at once, and none of them copies or changes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from matchers.index.build import Spill, write_exact, write_hamming
from matchers.index.hamming import HammingIndex

COUNT = 200_000

READER = """
import json, sys
from pathlib import Path
from matchers.index.exact import ExactIndex
from matchers.index.hamming import HammingIndex

directory = Path(sys.argv[1])
codes = HammingIndex.open(directory, "codes")
keys = ExactIndex.open(directory, "keys", width=32)
listed = codes.codes(0, len(codes))
print(json.dumps({"rows": len(codes)}), flush=True)
for line in sys.stdin:
    row = int(line)
    query = listed[row].copy()
    query[:3] ^= 255
    found = codes.query(query.tobytes(), 31)
    digest = keys.keys(row, row + 1)[0].tobytes()
    private = mapped = 0
    for part in Path("/proc/self/smaps").read_text().split("VmFlags"):
        if "/codes." in part or "/keys." in part:
            sizes = dict(
                entry.split(":", 1) for entry in part.splitlines() if "kB" in entry and ":" in entry
            )
            mapped += int(sizes["Rss"].split()[0])
            private += int(sizes["Anonymous"].split()[0])
    answer = {"found": found, "row": keys.row(digest), "mapped_kb": mapped, "private_kb": private}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    codes = np.random.default_rng(1).integers(0, 256, (COUNT, 32), dtype=np.uint8)
    for name in ("codes", "keys"):
        spill = Spill(tmp_path / "spill", width=32)
        spill.extend(codes, np.zeros(COUNT, dtype=np.uint16))
        spill.close()
        if name == "codes":
            write_hamming(spill, tmp_path, name, bits=256)
        else:
            write_exact(spill, tmp_path, name)
        spill.path.unlink()
    return tmp_path


def start(directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", READER, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )


def ask(reader: subprocess.Popen[str], row: int) -> dict:
    reader.stdin.write(f"{row}\n")
    reader.stdin.flush()
    return json.loads(reader.stdout.readline())


def test_processes_share_a_segment(segment: Path) -> None:
    """Both find the same rows in turn; the files' pages are mapped, and not one is private."""
    before = {path.name: path.read_bytes() for path in segment.iterdir()}
    with start(segment) as one, start(segment) as other:
        assert [json.loads(reader.stdout.readline())["rows"] for reader in (one, other)] == [
            COUNT,
            COUNT,
        ]
        for row in (0, 77_777, COUNT - 1):
            for reader in (one, other):
                answer = ask(reader, row)
                assert answer["found"] == [[row, 24]]
                assert answer["row"] == row
                assert answer["mapped_kb"] > 1000
                assert answer["private_kb"] == 0
        for reader in (one, other):
            reader.stdin.close()
    assert before == {path.name: path.read_bytes() for path in segment.iterdir()}


def test_a_segment_stays_usable_after_its_files_are_gone(segment: Path) -> None:
    """A removed or replaced version serves those who hold it until they let go."""
    index = HammingIndex.open(segment, "codes")
    code = index.codes(5, 6)[0].tobytes()
    for path in segment.iterdir():
        path.unlink()
    assert index.query(code, 31) == [(5, 0)]


def test_the_mapping_cannot_be_written(segment: Path) -> None:
    """Not even by mistake."""
    index = HammingIndex.open(segment, "codes")
    for plane in (index._near, index._far):
        with pytest.raises(ValueError, match="read-only"):
            plane[0] = 0
