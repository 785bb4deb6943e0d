"""
Read a film from memory with PyAV: few containers, no protocol, one thread, key frames only.

FFmpeg's own words may quote the film, so none leaves this module.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from matchers.decode import archive_kinds, job_clock
from matchers.decode.extras import optional
from matchers.decode.video_frames import Frames, seconds

av = optional("av")
_logging = optional("av.logging")
_FFmpegError: type[Exception] = av.error.FFmpegError if av is not None else OSError

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,asf,ogg,mpegvideo,m4v,h264,hevc"
)
"""Of the hundreds of demuxers that FFmpeg knows; none of these follows a reference to elsewhere."""
_MOST_STREAMS = 4
_QUARTER_TURN = 90
_SLACK_S, _SLACK = 1.0, 0.05
"""Seconds, or the share of the claimed length, that may be missing at the end."""
_FAULTS = (_FFmpegError, ArithmeticError, EOFError, LookupError, OSError, TypeError, ValueError)


class UnwatchableError(Exception):
    """The body is not a film that can be measured; the message is a machine word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of one film."""

    frames: int = 400
    """Key frames that are decoded, spread evenly over the film."""
    pixels: int = 50_000_000
    side: int = 20_000
    cpu_s: float = 14.0
    """Processor time; the lock of the worker would end the job without an answer."""
    packets: int = 2_000_000

    def allowed(self) -> Limits:
        """Return these limits within the processor time that the lock leaves."""
        return replace(self, cpu_s=job_clock.allowance(self.cpu_s))

    def within(self, cpu_s: object) -> Limits:
        """Return these limits with no more than so much processor time."""
        if isinstance(cpu_s, int | float) and 0 <= cpu_s < self.cpu_s:
            return replace(self, cpu_s=float(cpu_s))
        return self


@dataclass(frozen=True, slots=True)
class _Key:
    """A key frame: the stream that it is in, and its number among that stream's packets."""

    stream: int
    packet: int


def available() -> bool:
    """Tell whether the extra is there."""
    return av is not None


def warm() -> None:
    """Silence FFmpeg; it would write to the standard error output."""
    if av is not None:
        logging.getLogger("libav").disabled = True
        _logging.set_level(None)
        _logging.set_libav_level(_logging.PANIC)


def read(body: bytes, *, limits: Limits) -> dict[str, Any]:
    """
    Return the record of a film.

    Raises:
        UnwatchableError: `unsupported_format`, `no_frames`, `too_many_pixels`, `time_limit`,
            `undecodable`.
    """
    warm()
    end = time.process_time() + limits.cpu_s
    keys, length, whole = _survey(body, limits, end=end)
    if not keys:
        raise UnwatchableError("no_frames" if whole else "undecodable")
    chosen = _spread(keys, limits.frames)
    frames = Frames()
    with _opened(body) as film:
        name = str(film.format.name).partition(",")[0]
        decoded = _decode(film, chosen, frames, limits, end=end)
    if not frames.kept:
        raise UnwatchableError("undecodable" if decoded else "time_limit")
    partial = not (whole and decoded) or frames.measured < len(keys)
    return {
        "kind": "video",
        "format": name,
        "duration_s": length,
        "frames": frames.kept,
        "partial": partial,
    }


def _survey(body: bytes, limits: Limits, *, end: float) -> tuple[list[_Key], float, bool]:
    """Return all key frames, the latest time of a packet, and whether all of the film was seen."""
    keys: list[_Key] = []
    latest = 0.0
    with _opened(body) as film:
        streams, whole = _streams(film, limits)
        counts = dict.fromkeys((stream.index for stream in streams), 0)
        try:
            for number, packet in enumerate(film.demux()):
                if number >= limits.packets or time.process_time() > end:
                    return keys, latest, False
                if not packet.size:
                    continue
                latest = max(latest, _time_of(packet))
                index = packet.stream_index
                if index in counts:
                    if packet.is_keyframe:
                        keys.append(_Key(index, counts[index]))
                    counts[index] += 1
        except _FAULTS:
            return keys, latest, False
        return keys, latest, whole and _reached(film, latest)


def _reached(film: Any, latest: float) -> bool:
    """Tell whether a film goes on until its claimed end; readers pass a cut one over in silence."""
    claimed = seconds((film.duration or 0) / av.time_base)
    return latest + max(_SLACK_S, _SLACK * claimed) >= claimed


def _time_of(packet: Any) -> float:
    if packet.pts is None or packet.time_base is None:
        return 0.0
    return seconds(float(packet.pts * packet.time_base))


def _streams(film: Any, limits: Limits) -> tuple[list[Any], bool]:
    """Return the film's streams that can be decoded, and whether these are all."""
    found = list(film.streams.video)
    known = [one for one in found if one.codec_context is not None]
    fit = [one for one in known if _fits(one.codec_context, limits)][:_MOST_STREAMS]
    if known and not fit:
        raise UnwatchableError("too_many_pixels")
    return fit, len(fit) == len(found)


def _fits(shape: Any, limits: Limits) -> bool:
    width, height = int(shape.width), int(shape.height)
    return width * height <= limits.pixels and max(width, height) <= limits.side


def _spread(keys: list[_Key], most: int) -> set[_Key]:
    if len(keys) <= most:
        return set(keys)
    return {keys[place * (len(keys) - 1) // (most - 1)] for place in range(most)}


def _decode(film: Any, chosen: set[_Key], frames: Frames, limits: Limits, *, end: float) -> bool:
    """Decode the chosen key frames; tell whether that went through."""
    streams, _ = _streams(film, limits)
    counts = dict.fromkeys((stream.index for stream in streams), 0)
    for stream in streams:
        context = stream.codec_context
        context.thread_count = 1
        context.skip_frame = "NONKEY"
    try:
        for packet in film.demux(streams):
            if time.process_time() > end:
                return False
            key = _Key(packet.stream_index, counts[packet.stream_index])
            counts[packet.stream_index] += 1
            if not packet.size or key in chosen:  # an empty packet empties the decoder
                _measure(packet, frames, limits)
    except _FAULTS:
        return False
    return True


def _measure(packet: Any, frames: Frames, limits: Limits) -> None:
    """Decode a packet; one that is broken costs its own frame only."""
    try:
        decoded = packet.decode()
    except _FAULTS:
        return
    for frame in decoded:
        if _fits(frame, limits):
            frames.add(_shown(frame), frame.time)


def _shown(frame: Any) -> npt.NDArray[np.uint8]:
    """Return the grey pixels as a player shows them, turned as the film says."""
    grey: npt.NDArray[np.uint8] = frame.reformat(format="gray").to_ndarray()
    turns = round(frame.rotation / _QUARTER_TURN) % 4
    return np.rot90(grey, turns)


@contextmanager
def _opened(body: bytes) -> Iterator[Any]:
    try:
        film = av.open(
            io.BytesIO(body),
            options={"protocol_whitelist": "", "format_whitelist": FORMATS, "threads": "1"},
            metadata_errors="ignore",
        )
    except _FAULTS:
        known = archive_kinds.kind_of(body[: archive_kinds.NEEDED]) == "video"
        raise UnwatchableError("undecodable" if known else "unsupported_format") from None
    with film:
        yield film
