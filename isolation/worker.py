"""
Main program of a locked worker: it reads one body at a time and answers with one record.

    in   {"op": "hello", "jobs": {name: "module:function"}, "limits": {...}, "body_bytes": n}
    out  {"op": "ready", "lock": {...}} | {"op": "failed", "error": code, "job": name}
    in   {"op": "open", "job": name, "header": {...}}  chunk*
         ({"op": "run", "ask": {...}})*  {"op": "drop"}
    out  {"op": "result", "record": {...}}             (for each `run`)

A job is `def job(header: dict[str, object], body: bytes) -> dict[str, object]`; what `run` asks is
merged into the header. The body stays until `drop` or the next `open`, so that it can be looked at
more than once.

A job's module may offer `warm()`, called before the lock, and `self_test()`, called before the
lock, so that all it needs is loaded, and again inside; either raises to refuse. An exception
becomes `{"error": code}`; its text stays here.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import ModuleType
from typing import BinaryIO

from isolation import lock, warming
from isolation.protocol import MAX_MESSAGE, ProtocolError, message_frame, read_frame_blocking

MAX_RECORD = 3 * MAX_MESSAGE // 4
"""Bytes of a framed record; the core gets it inside a larger message."""

Job = Callable[[dict[str, object], bytes], dict[str, object]]


class _RefusalError(Exception):
    """The worker cannot start; carries a machine word and the job's name."""

    def __init__(self, code: str, job: str) -> None:
        super().__init__(code)
        self.code = code
        self.job = job


class Worker:
    """The state of one worker: its jobs and the body that it is being fed."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._jobs: dict[str, Job] = {}
        self._cpu_s = 0.0
        self._body_bytes = 0
        self._job = ""
        self._header: dict[str, object] = {}
        self._parts: list[bytes] = []
        self._length = 0

    def serve(self) -> None:
        """Answer until the pipe closes; a broken protocol ends the process."""
        hello = read_frame_blocking(self._source)
        if not isinstance(hello, dict):
            return
        try:
            report = self._prepare(hello)
        except _RefusalError as refusal:
            self._send({"op": "failed", "error": refusal.code, "job": refusal.job})
            return
        self._send({"op": "ready", "lock": asdict(report)})
        while (frame := read_frame_blocking(self._source)) is not None:
            self._accept(frame)

    def _prepare(self, hello: Mapping[str, object]) -> lock.LockReport:
        jobs, limits, body_bytes = hello.get("jobs"), hello.get("limits"), hello.get("body_bytes")
        if not isinstance(jobs, dict) or not isinstance(limits, dict):
            raise _RefusalError("bad_hello", "")
        if not isinstance(body_bytes, int):
            raise _RefusalError("bad_hello", "")
        self._body_bytes = body_bytes
        modules = {name: self._load(str(name), str(where)) for name, where in jobs.items()}
        warming.load_codecs()
        for name, module in modules.items():
            _call(module, "warm", "warm_failed", name)
            _call(module, "self_test", "self_test_failed", name)
        report = self._locked(limits)
        for name, module in modules.items():
            _call(module, "self_test", "self_test_failed", name)
        _tidy_seldom()
        return report

    def _load(self, name: str, where: str) -> ModuleType:
        module_name, _, function = where.partition(":")
        try:
            module = importlib.import_module(module_name)
            self._jobs[name] = getattr(module, function)
        except Exception:  # noqa: BLE001 - any failure to import refuses the worker
            raise _RefusalError("import_failed", name) from None
        return module

    def _locked(self, values: Mapping[str, object]) -> lock.LockReport:
        try:
            limits = lock.Limits(**{key: int(str(value)) for key, value in values.items()})
            self._cpu_s = float(limits.cpu_s)
            return lock.apply(limits, keep={0, 1, 2, self._sink.fileno()})
        except (OSError, TypeError, ValueError):
            raise _RefusalError("lock_failed", "") from None

    def _accept(self, frame: dict[str, object] | bytes) -> None:
        if isinstance(frame, bytes):
            self._buffer(frame)
        elif frame.get("op") == "open":
            self._open(frame)
        elif frame.get("op") == "run":
            self._send({"op": "result", "record": self._run(frame.get("ask"))})
        elif frame.get("op") == "drop":
            self._clear()
        else:
            raise ProtocolError("unknown_op")

    def _open(self, frame: Mapping[str, object]) -> None:
        self._clear()
        header = frame.get("header")
        self._job = str(frame.get("job"))
        self._header = header if isinstance(header, dict) else {}

    def _buffer(self, chunk: bytes) -> None:
        self._length += len(chunk)
        if self._length > self._body_bytes:
            self._parts.clear()
        else:
            self._parts.append(chunk)

    def _run(self, ask: object) -> dict[str, object]:
        job = self._jobs.get(self._job)
        if job is None:
            return {"error": "unknown_job"}
        if self._length > self._body_bytes:
            return {"error": "too_large"}
        header = self._header | (ask if isinstance(ask, dict) else {})
        return self._call(job, header, self._whole())

    def _whole(self) -> bytes:
        """Return the body in one piece; the pieces that it came in are not kept beside it."""
        if len(self._parts) != 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0]

    def _call(self, job: Job, header: dict[str, object], body: bytes) -> dict[str, object]:
        lock.start_cpu_clock(self._cpu_s)
        try:
            return _checked(job(header, body))
        except MemoryError:
            return {"error": "memory_limit"}
        except RecursionError:
            return {"error": "too_deep"}
        except Exception:  # noqa: BLE001 - the text may quote the body, so none of it leaves
            return {"error": "job_failed"}
        finally:
            lock.start_cpu_clock(0)

    def _clear(self) -> None:
        self._job, self._header, self._parts, self._length = "", {}, [], 0

    def _send(self, value: Mapping[str, object]) -> None:
        self._sink.write(_bounded(value))
        self._sink.flush()


def main() -> None:
    """Serve on standard input and output; everything else that is printed goes nowhere."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock.harden()
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        Worker(sys.stdin.buffer, sink).serve()
    except (ProtocolError, OSError):
        os._exit(1)
    os._exit(0)


def _tidy_seldom() -> None:
    """Look for circles of garbage less often, and never among what was there at the start."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _bounded(value: Mapping[str, object]) -> bytes:
    try:
        frame = message_frame(value)
    except ProtocolError:
        return message_frame({"op": "result", "record": {"error": "job_failed"}})
    if len(frame) > MAX_RECORD:
        return message_frame({"op": "result", "record": {"error": "record_too_large"}})
    return frame


def _checked(record: object) -> dict[str, object]:
    return record if isinstance(record, dict) else {"error": "job_failed"}


def _call(module: ModuleType, function: str, code: str, name: str) -> None:
    found = getattr(module, function, None)
    if found is None:
        return
    try:
        found()
    except Exception:  # noqa: BLE001 - any failure refuses the worker
        raise _RefusalError(code, name) from None


if __name__ == "__main__":
    main()
