"""Films for tests, made in memory of drawn pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import av
from PIL import Image

RATE = 5
"""Frames a second; a key frame each second."""


def film(
    pictures: Sequence[Image.Image],
    *,
    codec: str = "libx264",
    container: str = "mp4",
    seconds: int = 1,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """Show each picture for some seconds."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        stream = made.add_stream(codec, rate=RATE, options=dict(options or {}))
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = RATE
        stream.codec_context.thread_count = 1
        for picture in pictures:
            for _ in range(RATE * seconds):
                made.mux(stream.encode(av.VideoFrame.from_image(picture)))
        made.mux(stream.encode(None))
    return out.getvalue()
