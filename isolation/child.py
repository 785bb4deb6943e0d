"""Start a program of ours as a child: two pipes, an empty environment, no inherited files."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from isolation.protocol import Frame, chunk_frames, message_frame, read_frame

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""All that a child is told; threads of numeric libraries would only cost address space."""

_PIPE_BYTES = 1024 * 1024
_AT_ONCE = _PIPE_BYTES // 2
"""Bytes of a body that are written together."""
_READ_AHEAD = 256 * 1024
_END_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running child; write to its standard input, read from its standard output."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def alive(self) -> bool:
        """Whether it has neither ended nor closed its pipe, as far as is known."""
        return self.process.returncode is None and not self.reader.at_eof()

    @property
    def idle(self) -> bool:
        """Whether it has taken everything that was written to it."""
        return self.writer.transport.get_write_buffer_size() == 0

    async def send(self, message: Mapping[str, object], value: bytes | None = None) -> None:
        """Write a message (see `message_frame`). Raises `ConnectionError`: the child is gone."""
        self.writer.write(message_frame(message, value))
        await self.writer.drain()

    async def send_bytes(self, data: bytes) -> None:
        """Write bytes in chunks. Raises `ConnectionError` when the child is gone."""
        for start in range(0, len(data), _AT_ONCE):
            self.writer.write(b"".join(chunk_frames(data[start : start + _AT_ONCE])))
            await self.writer.drain()

    async def receive(self) -> Frame | None:
        """Read one frame; none at the end. Raises `ProtocolError`."""
        return await read_frame(self.reader)

    def kill(self) -> None:
        """End it at once; closing again does nothing."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if not self.writer.transport.is_closing():
            self.writer.transport.abort()

    async def end(self) -> int | None:
        """Kill it, wait for it, and return its exit status (negative: the signal)."""
        self.kill()
        return await self.status()

    async def status(self) -> int | None:
        """Wait a little for its end by itself and return its exit status."""
        try:
            async with asyncio.timeout(_END_S):
                return await self.process.wait()
        except TimeoutError:
            return None


async def start(module: str, *, stderr: int = asyncio.subprocess.DEVNULL) -> Child:
    """
    Run `python -I -B -m module`.

    Args:
        module: one of our main modules.
        stderr: `asyncio.subprocess.PIPE` or `DEVNULL`.

    Raises:
        OSError: the machine has no process or file left.

    """
    their_in, our_out = _pipe()
    our_in, their_out = _pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-B", "-m", module),
            stdin=their_in,
            stdout=their_out,
            stderr=stderr,
            env=ENVIRONMENT,
            process_group=0,
        )
    except BaseException:
        os.close(our_in)
        os.close(our_out)
        raise
    finally:
        os.close(their_in)
        os.close(their_out)
    reader, writer = await attach(our_in, our_out)
    return Child(process=process, reader=reader, writer=writer)


async def attach(source: int, sink: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Turn the descriptors of two pipes into streams, which own them from now on."""
    return await _reader(source), await _writer(sink)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    with contextlib.suppress(OSError):  # an ordinary user's allowance may be used up
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ends


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=_READ_AHEAD)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", 0)
    )
    return reader


async def _writer(descriptor: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()),
        os.fdopen(descriptor, "wb", 0),
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)
