"""Prove that this machine's readers of archives give inside their lock what they gave before it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from matchers.decode import archive_libarchive, archive_sevenzip
from matchers.decode.archive_measuring import measure
from matchers.decode.archive_samples import ARCHIVES, PASSWORD, TEXT


def warm() -> None:
    """Load all that reading needs, by reading a sample of each way of packing."""
    archive_libarchive.warm()
    archive_sevenzip.warm()
    readable()


@cache
def readable() -> frozenset[str]:
    """
    Return what this machine can read, as of the first call: `zip_aes`, `7z`, `rar5`, ...

    Builds of libarchive differ in what they can; what they cannot ends as not checked.
    """
    return _right()


def self_test() -> None:
    """
    Read every sample again, inside the lock.

    Raises:
        RuntimeError: a reader gives another digest, or does not work in the lock; the worker must
            not be used.
    """
    lost = readable() - _right()
    if lost:
        raise RuntimeError(f"archive self-test failed in the lock: {', '.join(sorted(lost))}")


def _right() -> frozenset[str]:
    return frozenset(name for name in ARCHIVES if _is_right(name))


def _is_right(name: str) -> bool:
    record = measure({"passwords": [PASSWORD]}, base64.b64decode(ARCHIVES[name]))
    if "error" in record:
        return False
    found = [member["sha256"] for member in record["members"] if member["complete"]]
    if found not in ([], [hashlib.sha256(TEXT).hexdigest()]):
        raise RuntimeError(f"archive self-test failed: {name} gives another digest here")
    return bool(found)
