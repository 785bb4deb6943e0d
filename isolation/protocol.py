"""
Length-prefixed frames on a pipe: JSON messages and chunks of bytes.

    frame   = kind (1 byte) length (4 bytes, big-endian) payload
    kind    = "J" JSON object, at most 2 MiB | "B" bytes, at most 64 KiB

A frame that breaks a bound ends the conversation: whoever reads it kills the peer.
"""

from __future__ import annotations

import json
import struct
from asyncio import IncompleteReadError, StreamReader
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NoReturn

MESSAGE = ord("J")
CHUNK = ord("B")
MAX_MESSAGE = 2 * 1024 * 1024
MAX_CHUNK = 64 * 1024
_LIMITS = {MESSAGE: MAX_MESSAGE, CHUNK: MAX_CHUNK}
_HEAD = struct.Struct(">BI")


class ProtocolError(Exception):
    """The peer broke the protocol; the text is a machine word, never what it sent."""


Frame = dict[str, object] | bytes
"""A decoded message, or a chunk."""


def message_frame(fields: Mapping[str, object], value: bytes | None = None) -> bytes:
    """
    Frame a JSON object.

    Args:
        fields: its members.
        value: JSON of one more member, `value`; then there are other members too.

    Raises:
        ProtocolError: it cannot be written as JSON or is longer than `MAX_MESSAGE`.

    """
    try:
        text = json.dumps(fields, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        payload = text.encode()
    except (TypeError, ValueError, RecursionError):
        raise ProtocolError("unwritable_message") from None
    if value is not None:
        payload = b'%b,"value":%b}' % (payload[:-1], value)
    if len(payload) > MAX_MESSAGE:
        raise ProtocolError("message_too_long")
    return _HEAD.pack(MESSAGE, len(payload)) + payload


def chunk_frames(data: bytes) -> Iterator[bytes | memoryview]:
    """Frame bytes, cut into chunks of at most `MAX_CHUNK`; yields heads and parts in turns."""
    view = memoryview(data)
    for start in range(0, len(data), MAX_CHUNK):
        part = view[start : start + MAX_CHUNK]
        yield _HEAD.pack(CHUNK, len(part))
        yield part


async def read_frame(reader: StreamReader) -> Frame | None:
    """
    Read one frame; none when the peer closed the pipe between two frames.

    Raises:
        ProtocolError: unknown kind, a bound broken, no JSON object, or an end amid a frame.

    """
    try:
        head = await reader.readexactly(_HEAD.size)
    except IncompleteReadError as error:
        _require_clean_end(error.partial)
        return None
    kind, length = _checked_head(head)
    try:
        return _payload(kind, await reader.readexactly(length))
    except IncompleteReadError:
        raise ProtocolError("ended_amid_frame") from None


def read_frame_blocking(stream: BinaryIO) -> Frame | None:
    """Read one frame from a buffered file; otherwise as `read_frame`."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        _require_clean_end(head)
        return None
    kind, length = _checked_head(head)
    payload = stream.read(length)
    if len(payload) < length:
        raise ProtocolError("ended_amid_frame")
    return _payload(kind, payload)


def _require_clean_end(partial: bytes) -> None:
    if partial:
        raise ProtocolError("ended_amid_frame")


def _checked_head(head: bytes) -> tuple[int, int]:
    kind, length = _HEAD.unpack(head)
    if kind not in _LIMITS:
        raise ProtocolError("unknown_frame_kind")
    if length > _LIMITS[kind]:
        raise ProtocolError("frame_too_long")
    return kind, length


def _payload(kind: int, payload: bytes) -> Frame:
    return payload if kind == CHUNK else _message(payload)


def _message(payload: bytes) -> dict[str, object]:
    try:
        value = json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ProtocolError("unreadable_message") from None
    if not isinstance(value, dict):
        raise ProtocolError("message_is_no_object")
    return value


def _no_constant(_name: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON (RFC 8259, section 6)."""
    raise ValueError
