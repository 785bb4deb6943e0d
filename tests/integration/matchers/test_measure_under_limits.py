"""The job in a process with the locked worker's resource limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys

_WORKER = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from matchers.decode.job import measure, self_test
before = set(sys.modules)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
self_test()
from io import BytesIO
import json
from PIL import Image
import numpy
rows = numpy.tile(numpy.arange(0, 250, dtype=numpy.uint8), (30, 25))
small = Image.fromarray(rows).rotate(20)
stream = BytesIO()
small.resize((6000, 4000)).convert("RGB").save(stream, "JPEG")
large = measure({}, stream.getvalue())
stream = BytesIO()
small.resize((7000, 7000)).convert("RGBA").save(stream, "PNG", compress_level=1)
largest = measure({}, stream.getvalue())
sys.stdout.write(json.dumps({
    "large": [large.get("width"), large.get("error")],
    "largest": [largest.get("width"), largest.get("error")],
    "late": sorted(name for name in set(sys.modules) - before if "." in name),
}))
"""


def test_the_job_fits_the_workers_limits() -> None:
    """1 GiB of address space, no file size, no further file: self-test and 49 megapixels pass."""
    finished = subprocess.run(
        [sys.executable, "-c", _WORKER],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert finished.returncode == 0, finished.stderr.decode()[-2000:]
    answer = json.loads(finished.stdout)
    assert answer["large"] == [6000, None]
    assert answer["largest"] == [7000, None]
