"""Start the sandbox as a process of its own and talk to it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.description import Description

_START_S = 60.0
_STOP_S = 10.0
_LONGEST_LINE = 64 * 1024 * 1024


class SandboxError(RuntimeError):
    """The sandbox did not start, refused a command, or is gone."""


class Sandbox:
    """A running sandbox."""

    def __init__(self, process: asyncio.subprocess.Process, description: Description) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self.description = description

    @classmethod
    async def start(
        cls, *, workdir: Path, seed: int = 1, pictures: Path | None = None, scale: float = 1.0
    ) -> Self:
        """
        Start the sandbox; its errors go to `sandbox.log` in `workdir`.

        Raises:
            SandboxError: it did not become ready.

        """
        with (workdir / "sandbox.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *_command(seed, pictures, scale),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=_environment(),
                limit=_LONGEST_LINE,
            )
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), _START_S)
            return cls(process, _described(line))
        except (TimeoutError, SandboxError):
            await _end(process)
            raise SandboxError(f"The sandbox did not start; see {workdir}/sandbox.log.") from None

    async def command(self, do: str, **members: object) -> dict[str, Any]:
        """
        Have one command obeyed; see `sandbox.commands`.

        Raises:
            SandboxError: it was refused, or the sandbox is gone.

        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            try:
                self._process.stdin.write(_line(do, members))
                await self._process.stdin.drain()
            except ConnectionError:
                raise SandboxError("The sandbox is gone.") from None
            return _obeyed(await self._process.stdout.readline())

    async def stats(self) -> dict[str, Any]:
        """Return what was asked of the sandbox so far."""
        found: dict[str, Any] = (await self.command("stats"))["stats"]
        return found

    async def mails(self) -> list[dict[str, Any]]:
        """Return what stands in the accepted mails, in order; see `desk.message.NoticeRead`."""
        found: list[dict[str, Any]] = (await self.command("mails"))["mails"]
        return found

    async def mail_source(self, message_id: str) -> bytes | None:
        """Return an accepted mail as it came, or none."""
        source = (await self.command("mail_source", message_id=message_id))["source"]
        return None if source is None else base64.b64decode(source)

    async def relay_log(self) -> list[str]:
        """Return the Message-IDs of the accepted mails, in order."""
        found: list[str] = (await self.command("relay_log"))["message_ids"]
        return found

    async def stop(self) -> None:
        """End the sandbox; may be called again."""
        await _end(self._process)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


class BlockingSandbox:
    """The same for callers without an event loop."""

    def __init__(self, process: subprocess.Popen[bytes], description: Description) -> None:
        self._process = process
        self.description = description

    @classmethod
    def start(
        cls, *, workdir: Path, seed: int = 1, pictures: Path | None = None, scale: float = 1.0
    ) -> Self:
        """Start the sandbox. Raises `SandboxError`."""
        with (workdir / "sandbox.log").open("ab") as log:
            process = subprocess.Popen(
                _command(seed, pictures, scale),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
            )
        assert process.stdout is not None
        try:
            return cls(process, _described(process.stdout.readline()))
        except SandboxError:
            _end_blocking(process)
            raise SandboxError(f"The sandbox did not start; see {workdir}/sandbox.log.") from None

    def command(self, do: str, **members: object) -> dict[str, Any]:
        """Have one command obeyed. Raises `SandboxError`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(_line(do, members))
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise SandboxError("The sandbox is gone.") from None
        return _obeyed(self._process.stdout.readline())

    def stop(self) -> None:
        """End the sandbox; may be called again."""
        _end_blocking(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _command(seed: int, pictures: Path | None, scale: float) -> list[str]:
    command = [sys.executable, "-m", "sandbox", "--seed", str(seed), "--scale", f"{scale:g}"]
    return command if pictures is None else [*command, "--pictures", str(pictures)]


def _environment() -> dict[str, str]:
    # The pictures are small; threads of the matrix library would only wait for each other.
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def _line(do: str, members: dict[str, object]) -> bytes:
    return json.dumps({"do": do, **members}).encode() + b"\n"


def _described(line: bytes) -> Description:
    if not line:
        raise SandboxError("The sandbox ended before it was ready.")
    return Description.from_json(json.loads(line)["ready"])


def _obeyed(line: bytes) -> dict[str, Any]:
    if not line:
        raise SandboxError("The sandbox is gone.")
    answer: dict[str, Any] = json.loads(line)
    if not answer["ok"]:
        raise SandboxError(f"The sandbox refused: {answer['error']}.")
    return answer


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _end_blocking(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
