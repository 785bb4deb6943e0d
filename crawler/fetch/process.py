"""
Main program of the fetcher process.

    in   {"op": "hello", "parent": pid, "value": FetcherSetup}
    out  {"op": "ready", "lock": {...}} | {"op": "failed", "error": code, "job": name}
    in   {"id": n, "op": "fetch" | "resolve" | "decode" | "pause", "value": ...}
                                       (of `decode`: {"ticket": ..., "ask": {...}})
    out  {"id": n, "value": ...} | {"id": n, "error": code}
    in   {"id": n, "op": "cancel"} | {"op": "drop" | "forget", "value": ...}        (no answer)
    out  {"turn": n, "host": ...}             (ask for a turn at a host; n = 0 gives it back)
    in   {"op": "turn", "value": {"turn": n, "for_s": seconds | null}}
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict
from functools import partial

from crawler.fetch import journal, reading_room
from crawler.fetch.engine import Engine, PausedError
from crawler.fetch.errors import CodedError
from crawler.fetch.turns import AskedTurns
from crawler.fetch.wire import (
    ANSWER,
    RECORD,
    RESOLVE,
    RESULT,
    SETUP,
    WireError,
    dump,
    load,
    load_look,
    load_request,
)
from isolation import lock
from isolation.child import attach
from isolation.pool import WorkerDownError
from isolation.protocol import Frame, ProtocolError, message_frame, read_frame

_MAX_CALLS = 2048
"""Calls in flight; the core asks far less."""


class Desk:
    """Takes calls from the core and answers them in any order."""

    def __init__(
        self, engine: Engine, writer: asyncio.StreamWriter, turns: AskedTurns | None
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._turns = turns
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._doors: dict[str, Callable[[object], Awaitable[bytes]]] = {
            "fetch": self._fetch,
            "resolve": self._resolve,
            "decode": self._decode,
            "pause": self._pause,
        }
        self._silent_doors: dict[str, Callable[[str], Coroutine[object, object, None]]] = {
            "drop": engine.rooms.drop,
            "forget": engine.forget,
        }
        self._silent: set[asyncio.Task[None]] = set()

    def take(self, frame: Frame) -> None:
        """Begin a call, or cancel one. Raises `ProtocolError` when it is none."""
        if isinstance(frame, dict) and frame.get("op") == "turn" and self._turns is not None:
            self._turns.answered(frame.get("value"))
            return
        if not isinstance(frame, dict):
            raise ProtocolError("no_call")
        silent = self._silent_doors.get(str(frame.get("op")))
        if silent is not None:
            self._do(silent(str(frame.get("value"))))
            return
        number = frame.get("id")
        if not isinstance(number, int):
            raise ProtocolError("no_call")
        if frame.get("op") == "cancel":
            self._cancel(number)
            return
        if len(self._calls) >= _MAX_CALLS:
            raise ProtocolError("too_many_calls")
        call = asyncio.get_running_loop().create_task(self._answer(number, frame))
        self._calls[number] = call
        call.add_done_callback(lambda _: self._calls.pop(number, None))

    async def close(self) -> None:
        """End all calls."""
        for call in tuple(self._calls.values()):
            call.cancel()
        await asyncio.gather(*self._calls.values(), *self._silent, return_exceptions=True)

    def _do(self, work: Coroutine[object, object, None]) -> None:
        """Do what nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._silent.add(task)
        task.add_done_callback(self._silent.discard)

    def _cancel(self, number: int) -> None:
        call = self._calls.get(number)
        if call is not None:
            call.cancel()

    async def _answer(self, number: int, frame: Mapping[str, object]) -> None:
        door, value = self._doors.get(str(frame.get("op"))), None
        try:
            if door is None:
                raise WireError("unknown_op")
            value = await door(frame.get("value"))
            reply: dict[str, object] = {"id": number}
        except PausedError:
            reply = {"id": number, "error": "paused"}
        except WireError as error:
            reply = {"id": number, "error": str(error)}
        except CodedError as error:
            reply = {"id": number, "error": error.code.value}
        except Exception as error:  # noqa: BLE001 - its text may quote an answer
            journal.note("call_failed", kind=type(error).__name__)
            reply = {"id": number, "error": "fetcher_error"}
        await self._send(reply, value)

    async def _send(self, reply: Mapping[str, object], value: bytes | None) -> None:
        try:
            frame = message_frame(reply, value)
        except ProtocolError as error:
            frame = message_frame({"id": reply["id"], "error": str(error)})
        self._writer.write(frame)
        await self._writer.drain()

    async def _fetch(self, value: object) -> bytes:
        return dump(RESULT, await self._engine.fetch(load_request(value)))

    async def _resolve(self, value: object) -> bytes:
        return dump(ANSWER, await self._engine.resolve(load(RESOLVE, value)))

    async def _decode(self, value: object) -> bytes:
        ticket, ask = load_look(value)
        return dump(RECORD, await self._engine.rooms.decode(ticket, ask))

    async def _pause(self, value: object) -> bytes:
        await self._engine.pause(paused=value is True)
        return b"null"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet, then answer until the pipe closes. Raises `ProtocolError`."""
    journal.silence_loop(asyncio.get_running_loop())
    hello = await read_frame(reader)
    if not isinstance(hello, dict):
        raise ProtocolError("no_hello")
    lock.harden(parent=int(str(hello.get("parent"))))
    try:
        setup = load(SETUP, hello.get("value"))
        turns = AskedTurns(partial(_write, writer)) if setup.asks_turns else None
        async with Engine(setup, turns) as engine:
            _tidy_seldom()
            await _write(writer, {"op": "ready", "lock": asdict(engine.rooms.lock_report)})
            await _work(reader, Desk(engine, writer, turns))
    except WorkerDownError as error:
        await _write(writer, {"op": "failed", "error": error.code, "job": error.job})
    except (WireError, ValueError):
        await _write(writer, {"op": "failed", "error": "bad_setup", "job": ""})


def _tidy_seldom() -> None:
    """Look for circles of garbage less often, and never among what was there at the start."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def _work(reader: asyncio.StreamReader, desk: Desk) -> None:
    try:
        while (frame := await read_frame(reader)) is not None:
            desk.take(frame)
    finally:
        await desk.close()


async def _write(writer: asyncio.StreamWriter, message: Mapping[str, object]) -> None:
    writer.write(message_frame(message))
    await writer.drain()


async def _main() -> None:
    # the core's pipes move aside, so that nothing printed can disturb them
    reader, writer = await attach(os.dup(0), os.dup(1))
    os.dup2(2, 1)
    await serve(reader, writer)


def main() -> None:
    """Run until the core closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    journal.silence()
    lock.harden()
    if not reading_room.confine():
        journal.note("files_not_confined")
    try:
        asyncio.run(_main())
    except (ProtocolError, ConnectionError) as error:
        journal.note("process_ended", kind=type(error).__name__)
        sys.exit(1)


if __name__ == "__main__":
    main()
