"""Prove that this machine's decoders of films give inside their lock what they gave before it."""

from __future__ import annotations

import base64
from functools import cache

from matchers.decode import video_reader
from matchers.decode.video_measuring import measure
from matchers.decode.video_samples import ANSWERS, FILMS

_TOLERANCE = 16
"""Bits that another version's conversion to grey may move; codecs are exact by their standards."""


def warm() -> None:
    """Load all that decoding needs, by decoding a sample of each codec."""
    video_reader.warm()
    watchable()


@cache
def watchable() -> frozenset[str]:
    """Return what this machine can decode, as of the first call: `h264`, `vp9`, `hevc`, `av1`."""
    return _right()


def self_test() -> None:
    """
    Decode every sample again, inside the lock.

    Raises:
        RuntimeError: a decoder gives another digest, or does not work in the lock; the worker must
            not be used.
    """
    lost = watchable() - _right()
    if lost:
        raise RuntimeError(f"film self-test failed in the lock: {', '.join(sorted(lost))}")


def _right() -> frozenset[str]:
    return frozenset(name for name in FILMS if _is_right(name))


def _is_right(name: str) -> bool:
    record = measure({}, base64.b64decode(FILMS[name]))
    if "error" in record:
        return False
    found = int(record["frames"][0]["pdq"], 16)
    if (found ^ int(ANSWERS[name], 16)).bit_count() > _TOLERANCE:
        raise RuntimeError(f"film self-test failed: {name} gives another digest here")
    return True
