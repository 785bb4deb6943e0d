"""What one command line knows: where the data lies, who acts, where to print."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

if TYPE_CHECKING:
    from crawler.fetch.practice import PracticeNetwork
    from hostwatch.desk import Desk
    from hostwatch.office import Office

Program = Callable[..., int]
"""`run_command` itself, for a command that runs other command lines."""
Result = TypeVar("Result")


@dataclass(slots=True)
class Session:
    """Filled by the root options before a command runs."""

    practice: PracticeNetwork | None
    program: Program
    out: TextIO
    err: TextIO
    data: Path = field(default_factory=Path)
    account: str = ""

    @property
    def login(self) -> str:
        """Login of the operating system; recorded beside the account."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return f"uid{os.getuid()}"

    def write(self, text: str) -> None:
        """Print one line of output."""
        print(text, file=self.out)

    @asynccontextmanager
    async def office(self, *, create: bool = False) -> AsyncIterator[Office]:
        """Open the data directory for staff commands."""
        from hostwatch.office import open_office, read_rules

        rules = read_rules(self.data, os.environ, allow_practice=self.practice is not None)
        async with open_office(rules, create=create) as office:
            yield office

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """Open the data directory and sit the actor down."""
        from hostwatch.operations.people import identify

        async with self.office() as office:
            actor = await identify(office.store, name=self.account or self.login, login=self.login)
            yield office.desk(actor)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run the asynchronous part of a command."""
        return asyncio.run(work)


def session_of(context: Any) -> Session:
    """Return the session of a Typer context."""
    assert isinstance(context.obj, Session)
    return context.obj
