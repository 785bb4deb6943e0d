"""One running fetcher process and the calls on their way to it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Mapping
from typing import Self

import structlog

from cases.errors import HostwatchError, PermanentFailure, TemporaryFailure
from crawler.fetch import journal
from crawler.fetch.turns import HostTurns
from crawler.fetch.wire import SETUP, FetcherSetup, dump
from isolation import child
from isolation.child import Child
from isolation.lock import LockReport
from isolation.protocol import Frame, ProtocolError

_READY_S = 90.0
_END_S = 5.0
_LOG = structlog.get_logger(__name__)


class LineLost(Exception):
    """The process ended, or broke the protocol and was ended."""


class CallRefused(Exception):
    """The process answered with a code instead of a value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Line:
    """The pipe to one process; calls may overlap."""

    def __init__(
        self,
        process: Child,
        lock_report: LockReport,
        logs: asyncio.Task[None],
        turns: HostTurns | None,
    ) -> None:
        self._turns = turns
        self._granting: set[asyncio.Task[None]] = set()
        self._child = process
        self._logs = logs
        self.lock_report = lock_report
        self._numbers = itertools.count(1)
        self._calls: dict[int, asyncio.Future[object]] = {}
        self._lost = False
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, setup: FetcherSetup, *, paused: bool, turns: HostTurns | None = None
    ) -> Self:
        """
        Start a process and wait until it is ready.

        Raises:
            PermanentFailure: it refused its setup, its jobs or its lock.
            TemporaryFailure: it did not come up.
        """
        try:
            process = await child.start("crawler.fetch.process", stderr=asyncio.subprocess.PIPE)
        except OSError:
            raise TemporaryFailure("No process could be started for the fetcher.") from None
        logs = asyncio.create_task(_relog(process))
        try:
            line = cls(process, await _greet(process, setup), logs, turns)
            if paused:
                await line.call("pause", b"true")
        except BaseException:
            await process.end()
            raise
        return line

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.process.pid

    @property
    def alive(self) -> bool:
        """Whether calls can be made, as far as is known."""
        return not self._lost and self._child.alive

    async def call(self, op: str, value: bytes) -> object:
        """
        Make a call, its value given as JSON, and wait for its answer.

        A cancelled call is cancelled over there.

        Raises:
            CallRefused: the process answered with a code.
            LineLost: the process is gone.
        """
        number = next(self._numbers)
        answer = self._calls[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send({"id": number, "op": op}, value)
            return await answer
        except asyncio.CancelledError:
            with contextlib.suppress(LineLost):
                await self._send({"id": number, "op": "cancel"})
            raise
        finally:
            self._calls.pop(number, None)

    async def tell(self, op: str, value: str) -> None:
        """Say what has no answer. Raises `LineLost`."""
        await self._send({"op": op, "value": value})

    def kill(self) -> None:
        """End the process at once; waiting calls are lost."""
        self._child.kill()
        self._lose()

    async def close(self) -> None:
        """Let the process end by closing its pipe; kill it when it does not."""
        self._child.writer.close()
        status = await self._child.status()
        if status is None:
            await self._child.end()
        self._listener.cancel()
        await asyncio.wait({self._listener, self._logs}, timeout=_END_S)
        self._lose()

    async def _send(self, message: dict[str, object], value: bytes | None = None) -> None:
        if not self.alive:
            raise LineLost
        try:
            await self._child.send(message, value)
        except (ConnectionError, ProtocolError):
            raise LineLost from None

    async def _listen(self) -> None:
        try:
            while (frame := await self._child.receive()) is not None:
                self._deliver(frame)
        except (ProtocolError, ConnectionError):
            _LOG.error("fetcher_protocol_broken")
        finally:
            self.kill()

    def _grant(self, frame: Mapping[str, object]) -> None:
        """Get a turn for the fetcher, or give one back; others wait for neither."""
        task = asyncio.create_task(self._granted(frame.get("turn"), str(frame.get("host"))))
        self._granting.add(task)
        task.add_done_callback(self._granting.discard)

    async def _granted(self, number: object, host: str) -> None:
        if self._turns is None:
            return
        seconds: float | None = None
        try:
            if number == 0:
                await self._turns.give_back(host)
                return
            seconds = await self._turns.take(host)
        except HostwatchError as problem:
            _LOG.warning("host_turn_missed", error=type(problem).__name__)
        with contextlib.suppress(LineLost):
            await self._send({"op": "turn", "value": {"turn": number, "for_s": seconds}})

    def _deliver(self, frame: Frame) -> None:
        if isinstance(frame, dict) and "turn" in frame:
            self._grant(frame)
            return
        if not isinstance(frame, dict) or not isinstance(frame.get("id"), int):
            raise ProtocolError("no_answer")
        answer = self._calls.get(int(str(frame["id"])))
        if answer is None or answer.done():
            return
        if "error" in frame:
            answer.set_exception(CallRefused(str(frame["error"])[:64]))
        else:
            answer.set_result(frame.get("value"))

    def _lose(self) -> None:
        self._lost = True
        for task in self._granting:
            task.cancel()
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(LineLost())


async def _greet(process: Child, setup: FetcherSetup) -> LockReport:
    hello = {"op": "hello", "parent": os.getpid()}
    try:
        async with asyncio.timeout(_READY_S):
            await process.send(hello, dump(SETUP, setup))
            answer = await process.receive()
    except (ConnectionError, ProtocolError, TimeoutError):
        raise TemporaryFailure("The fetcher process did not start.") from None
    return _report(answer)


def _report(answer: Frame | None) -> LockReport:
    if not isinstance(answer, dict):
        raise TemporaryFailure("The fetcher process did not start.")
    locks = answer.get("lock")
    if answer.get("op") == "ready" and isinstance(locks, dict):
        names = ("rlimits", "landlock", "seccomp")
        return LockReport(**{name: locks.get(name) is True for name in names})
    code, job = str(answer.get("error"))[:64], str(answer.get("job"))[:64]
    raise PermanentFailure(
        f"The fetcher process refuses to work ({code}{': ' if job else ''}{job}). "
        "Run `hostwatch doctor` to see what is missing."
    )


async def _relog(process: Child) -> None:
    """Log again what the process says, reduced to its machine words."""
    stderr = process.process.stderr
    if stderr is None:
        return
    while True:
        try:
            line = await stderr.readline()
        except ValueError:  # longer than the stream's limit
            continue
        if not line:
            return
        said = journal.parse(line)
        _LOG.warning("fetcher_reported", said=said["event"], code=said["code"], kind=said["kind"])
