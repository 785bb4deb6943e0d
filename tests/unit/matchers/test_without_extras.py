"""Archives and films where the extras are not installed."""

from __future__ import annotations

import json
import subprocess
import sys

_PROGRAM = """
import json, sys
for name in ("av", "libarchive", "py7zr"):
    sys.modules[name] = None
from matchers.decode import archive_job, video_job
for job in (archive_job, video_job):
    job.warm()
    job.self_test()
print(json.dumps([archive_job.measure({}, b"PK"), video_job.measure({}, b"FLV")]))
"""

_WITHOUT_7Z = """
import base64, json, sys
sys.modules["py7zr"] = None
from matchers.decode import archive_job
from matchers.decode.archive_samples import ARCHIVES
archive_job.warm()
archive_job.self_test()
answers = {
    name: archive_job.measure({"passwords": ["self-test"]}, base64.b64decode(ARCHIVES[name]))
    for name in ("7z", "7z_aes")
}
print(json.dumps({name: answer.get("error") for name, answer in answers.items()}))
"""


def answer(program: str) -> object:
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, check=True
    )
    return json.loads(finished.stdout)


def test_the_jobs_load_and_say_that_they_cannot_read() -> None:
    """The worker starts, and every body is `unsupported_format`."""
    assert answer(_PROGRAM) == [{"error": "unsupported_format"}] * 2


def test_without_py7zr_plain_7z_is_still_read() -> None:
    """An encrypted one stays closed."""
    assert answer(_WITHOUT_7Z) == {"7z": None, "7z_aes": "encrypted"}
