"""
The bytes of a film -> a record: PDQ of its key frames, as vPDQ does with sampled frames.

The exact digests of the film are made where it streams past, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchers.decode import video_reader
from matchers.decode.video_reader import Limits


def measure(
    header: Mapping[str, Any], body: bytes, *, limits: Limits | None = None
) -> dict[str, Any]:
    """
    Measure the key frames of a film.

    `header["cpu_s"]` may lower the processor time that it takes. Returns

        {"kind": "video", "format": "matroska", "duration_s": 12.5, "partial": bool,
         "frames": [{"at_s": 0.0, "pdq": 64 hexadecimal digits, "quality": 0..100}, ...]}

    with the frames that differ from each other, in their order. A frame that is plain or a regular
    pattern has quality 0. `partial` says that key frames were left out or could not be decoded.
    Or `{"error": word}`: `empty`, `unsupported_format`, `no_frames`, `too_many_pixels`,
    `time_limit`, `out_of_memory`, `undecodable`.
    """
    if not body:
        return {"error": "empty"}
    if not video_reader.available():
        return {"error": "unsupported_format"}
    try:
        return video_reader.read(
            body, limits=(limits or Limits().allowed()).within(header.get("cpu_s"))
        )
    except video_reader.UnwatchableError as problem:
        return {"error": str(problem)}
    except MemoryError:
        return {"error": "out_of_memory"}
