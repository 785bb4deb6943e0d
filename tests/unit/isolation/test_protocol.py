"""The frames between processes."""

import asyncio
import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isolation.protocol import (
    MAX_CHUNK,
    MAX_MESSAGE,
    ProtocolError,
    chunk_frames,
    message_frame,
    read_frame,
    read_frame_blocking,
)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=10,
)


async def read_async(data):
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return await read_frame(reader)


def read_both(data):
    """Read by both readers, which must agree; returns the frame or the error's word."""
    outcomes = []
    for read in (
        lambda: asyncio.run(read_async(data)),
        lambda: read_frame_blocking(io.BytesIO(data)),
    ):
        try:
            outcomes.append(read())
        except ProtocolError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]
    return outcomes[0]


def head(kind, length):
    return struct.pack(">BI", ord(kind), length)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), plain, max_size=4))
def test_a_message_arrives_as_it_was_sent(message):
    """Any JSON object survives the pipe."""
    assert read_frame_blocking(io.BytesIO(message_frame(message))) == message


def test_bytes_are_cut_into_bounded_chunks():
    """Bytes arrive in order, no chunk larger than the bound."""
    data = bytes(range(256)) * 1000
    stream = io.BytesIO(b"".join(chunk_frames(data)))
    parts = list(iter(lambda: read_frame_blocking(stream), None))
    assert b"".join(parts) == data
    assert max(map(len, parts)) == MAX_CHUNK


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (b"", None),
        (b"J\x00", "ended_amid_frame"),
        (head("J", 10) + b"{}", "ended_amid_frame"),
        (head("X", 0), "unknown_frame_kind"),
        (head("J", MAX_MESSAGE + 1), "frame_too_long"),
        (head("B", MAX_CHUNK + 1), "frame_too_long"),
        (head("J", 4) + b"null", "message_is_no_object"),
        (head("J", 2) + b"[]", "message_is_no_object"),
        (head("J", 3) + b"{x}", "unreadable_message"),
        (head("J", 2) + b"\xff\xfe", "unreadable_message"),
        (head("J", 9) + b'{"a":NaN}', "unreadable_message"),
        (head("J", 200_000) + b"[" * 200_000, "unreadable_message"),
        (head("J", 10_006) + b'{"a":' + b"9" * 10_000 + b"}", "unreadable_message"),
        (head("B", 3) + b"abc", b"abc"),
    ],
)
def test_a_broken_frame_is_an_error_and_never_a_hang(data, outcome):
    """Every broken bound ends the reading at once with a machine word."""
    assert read_both(data) == outcome


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    """No bytes make a reader fail in another way."""
    read_both(data)


@pytest.mark.parametrize(
    "message",
    [{"a": "x" * MAX_MESSAGE}, {"a": float("nan")}, {"a": b"bytes"}, {"a": "\ud800"}],
    ids=["long", "nan", "bytes", "surrogate"],
)
def test_what_cannot_be_read_is_not_written(message):
    """A message that the other end would refuse is refused here."""
    with pytest.raises(ProtocolError):
        message_frame(message)


def test_a_message_may_be_as_long_as_the_bound():
    """Exactly the bound is allowed."""
    filling = MAX_MESSAGE - len(json.dumps({"a": ""}, separators=(",", ":")))
    frame = message_frame({"a": "x" * filling})
    assert len(read_frame_blocking(io.BytesIO(frame))["a"]) == filling
