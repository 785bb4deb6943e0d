"""A data directory as `hostwatch init` makes it, and the program run on it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.ports import Transaction
from console.cli import run_command
from crawler.fetch.practice import PracticeNetwork
from hostwatch.office import Office, open_office, read_rules

ADMINISTRATOR, MANAGER, ANALYST, AUDITOR = "adam", "mara", "ana", "odo"
ROLES = {MANAGER: "manager", ANALYST: "analyst", AUDITOR: "auditor"}
PROGRAM = Path(sys.executable).with_name("hostwatch")
MANDATE = """
[mandate]
organisation = "Example Hotline Foundation"
law = "Example Act, article 1"
authority = "Example Supervisor"
review_date = {review}
fetch_media = true
"""
_UGLY = ("Traceback", 'File "', "internal fault", "Exception", "<class")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def is_sentence(self, code: int, *words: str, lines: int = 3) -> None:
        """Check that it failed with this exit code and one clear sentence on standard error."""
        assert self.code == code, self
        self.is_plain()
        assert self.err.startswith("hostwatch: "), self
        assert len(self.err.splitlines()) <= lines, self
        for word in words:
            assert word in self.err, (word, self)

    def is_plain(self) -> None:
        """Check that no traceback and no control character reached the terminal."""
        for text in (self.out, self.err):
            assert not any(ugly in text for ugly in _UGLY), self
            assert _CONTROL.search(text) is None, self


def run(
    data: Path, *arguments: str, account: str = ANALYST, practice: PracticeNetwork | None = None
) -> Said:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    line = ["--data", str(data), "--as", account, *arguments]
    code = run_command(line, practice=practice, out=out, err=err)
    return Said(code, out.getvalue(), err.getvalue())


def run_process(*arguments: str, stdin: bytes = b"", timeout: float = 30, **kwargs: Any) -> Said:
    """Run the installed program as a process of its own."""
    done = subprocess.run(
        [PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
        env={name: value for name, value in os.environ.items() if "HOSTWATCH" not in name},
        **kwargs,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def added(said: Said) -> str:
    """Return the case that `report add --json` entered a report into."""
    assert said.code == 0, said
    return str(json.loads(said.out)["case"])


def make_house(directory: Path) -> Path:
    """Set up a data directory with one account of each role."""
    assert run(directory, "init", str(directory), account=ADMINISTRATOR).code == 0
    for name, role in ROLES.items():
        added = run(directory, "account", "add", name, "--role", role, account=ADMINISTRATOR)
        assert added.code == 0, added
    return directory


def copy_house(template: Path, directory: Path) -> Path:
    """Give a test a data directory of its own."""
    shutil.copytree(template, directory)
    return directory


def give_mandate(data: Path, review: str = "2099-01-31") -> None:
    """Fill in the mandate, as the organisation's responsible person does."""
    with (data / "hostwatch.toml").open("a", encoding="utf-8") as file:
        file.write(MANDATE.format(review=review))


@asynccontextmanager
async def office_of(data: Path) -> AsyncIterator[Office]:
    """Open a data directory beside the program."""
    async with open_office(read_rules(data, {}, allow_practice=True)) as office:
        yield office


def in_store(data: Path, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
    """Do one atomic step on the store of a data directory."""

    async def step() -> Any:
        async with office_of(data) as office, office.store.transaction() as tx:
            return await work(tx)

    return asyncio.run(step())
