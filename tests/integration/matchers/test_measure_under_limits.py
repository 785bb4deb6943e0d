"""The job in a process with the locked worker's resource limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys

_WORKER = """
import json, os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from matchers.decode import known_answers
from matchers.decode.job import measure, self_test, warm
warm()
def written(frames, kind):
    stream, seen = BytesIO(), len(late)
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:], exif=b"")
    del late[seen:]  # what encoders ask for is no matter of the job
    return stream.getvalue()
before, late = set(sys.modules), []
def refuse(event, arguments):
    if event in ("open", "import", "ctypes.dlopen", "os.listdir", "_thread.start_new_thread"):
        late.append(event + " " + str(arguments[0]))
sys.addaudithook(refuse)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
self_test()
from io import BytesIO
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
for _, body, _ in known_answers.samples().values():
    for at in (0, 20, 200, len(body) // 2, len(body) - 9):
        measure({}, body[:at] + bytes(9) + body[at + 9 :])
        measure({"size": "full"}, body[:at])
frames = [small.rotate(turn).convert("RGBA") for turn in (0, 40, 80)]
for kind in ("GIF", "PNG", "WEBP", "TIFF", "MPO"):
    frames = [frame.convert("RGB") for frame in frames] if kind == "MPO" else frames
    measure({}, written(frames, kind))
sys.stdout.write(json.dumps({
    "large": [large.get("width"), large.get("error")],
    "largest": [largest.get("width"), largest.get("error")],
    "late": [*late, *sorted(set(sys.modules) - before)],
}))
"""


def test_the_job_fits_the_workers_limits() -> None:
    """1 GiB of address space, no file, no late import: all formats and 49 megapixels pass."""
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
    assert answer["late"] == []
