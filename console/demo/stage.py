"""What the demo's steps share, and how they run the real commands."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from crawler.fetch.practice import PracticeNetwork
from sandbox.client import Sandbox


class Program(Protocol):
    """The command line as a function; see `console.cli.run_command`."""

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        practice: PracticeNetwork | None = None,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> int:
        """Run one command line and return its exit code."""
        ...


@dataclass(slots=True)
class Stage:
    """What the demo's steps share."""

    directory: Path
    sandbox: Sandbox
    out: TextIO
    err: TextIO
    program: Program
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self.started

    async def command(self, account: str, *arguments: str, allowed: Sequence[int] = (0,)) -> str:
        """
        Run a real command line as an account and return what it printed.

        Raises:
            DemoFailure: it ended with another exit code than allowed.
        """
        out, err = io.StringIO(), io.StringIO()
        line = ["--data", str(self.directory), "--as", account, *arguments]
        practice = self.sandbox.description.network
        code = await asyncio.to_thread(self.program, line, practice=practice, out=out, err=err)
        if code not in allowed:
            raise DemoFailure(f"hostwatch {' '.join(arguments[:2])}: {err.getvalue().strip()}")
        return out.getvalue()


class DemoFailure(Exception):
    """A step of the demo did not do what it must; the message is for a person."""
