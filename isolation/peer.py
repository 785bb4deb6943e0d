"""One worker process, seen from the pool."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import asdict

from isolation.child import Child
from isolation.lock import Limits, LockReport
from isolation.protocol import ProtocolError

_READY_S = 60.0
_DROP_S = 1.0
_CAUSES = {
    -signal.SIGPROF: "cpu_limit",
    -signal.SIGXCPU: "cpu_limit",
    -signal.SIGSYS: "lock_violation",
}
"""Exit status -> code; any other death is `decode_crashed`."""


class WorkerDownError(Exception):
    """No worker could be started; carries a machine word and the job that it failed on."""

    def __init__(self, code: str, job: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.job = job


class Peer:
    """One worker process, seen from the pool."""

    def __init__(self, process: Child) -> None:
        self.child = process
        self.jobs = 0

    async def greet(
        self, *, jobs: Mapping[str, str], limits: Limits, body_bytes: int
    ) -> LockReport:
        """Name jobs and limits, wait until it is locked. Raises `WorkerDownError`."""
        hello = {"jobs": dict(jobs), "limits": asdict(limits), "body_bytes": body_bytes}
        try:
            async with asyncio.timeout(_READY_S):
                await self.child.send({"op": "hello"} | hello)
                answer = await self.child.receive()
        except (ConnectionError, ProtocolError, TimeoutError):
            raise WorkerDownError("worker_down") from None
        return _lock_report(answer)

    async def run(self, ask: Mapping[str, object], wall_s: float) -> dict[str, object]:
        """Have the job done; a failure is a record with `error`."""
        self.jobs += 1
        try:
            async with asyncio.timeout(wall_s):
                await self.child.send({"op": "run", "ask": dict(ask)})
                answer = await self.child.receive()
        except TimeoutError:
            self.child.kill()
            return {"error": "wall_limit"}
        except (ConnectionError, ProtocolError):
            answer = None
        if isinstance(answer, dict) and isinstance(answer.get("record"), dict):
            return _record(answer["record"])
        return {"error": await self._cause_of_death()}

    async def drop(self) -> bool:
        """Have the worker forget the body; return whether it took the message."""
        try:
            async with asyncio.timeout(_DROP_S):
                await self.child.send({"op": "drop"})
        except (ConnectionError, TimeoutError):
            return False
        return True

    async def _cause_of_death(self) -> str:
        status = await self.child.status()
        self.child.kill()
        return _CAUSES.get(status or 0, "decode_crashed")


def _record(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {"error": "decode_crashed"}


def _lock_report(answer: object) -> LockReport:
    if not isinstance(answer, dict) or answer.get("op") != "ready":
        refusal = answer if isinstance(answer, dict) else {}
        raise WorkerDownError(str(refusal.get("error", "worker_down")), str(refusal.get("job", "")))
    locks = answer.get("lock")
    held = locks if isinstance(locks, dict) else {}
    names = ("rlimits", "landlock", "seccomp")
    return LockReport(**{name: held.get(name) is True for name in names})
