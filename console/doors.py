"""The doors of a running worker: staff pages and answers page, each on its own port."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from cases.errors import ConfigurationProblem
from console.answers.app import create_answers
from console.answers.service import (
    Accepted,
    Expired,
    Outcome,
    Summary,
    Unknown,
    WrongCode,
)
from console.web.app import create_console, create_monitor
from console.web.serve import listening
from hostwatch import answers
from hostwatch.engine import Engine
from hostwatch.health import Health
from hostwatch.office import Office

_OUTCOMES: dict[answers.Outcome, Outcome] = {
    answers.Outcome.ACCEPTED: Accepted(),
    answers.Outcome.WRONG_CODE: WrongCode(),
    answers.Outcome.UNKNOWN: Unknown(),
    answers.Outcome.EXPIRED: Expired(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where the open doors are."""

    console_url: str
    answers_url: str


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers page's questions, put to the engine room."""

    office: Office

    async def notice_summary(self, serial: str) -> Summary | None:
        found = await answers.overview(self.office.store, serial)
        if found is None:
            return None
        return Summary(serial=found.serial, locations=found.locations, provider=found.provider)

    async def answer(self, serial: str, code: str, claim: str, reference: str | None) -> Outcome:
        taken = await answers.take(
            self.office.store,
            self.office.clock,
            self.office.rules.policy,
            serial=serial,
            code=code,
            claim=claim,
            reference=reference,
        )
        return _OUTCOMES[taken]


@asynccontextmanager
async def _door(name: str, app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    async with AsyncExitStack() as opened:
        try:
            chosen = await opened.enter_async_context(listening(app, host=host, port=port))
        except OSError as problem:
            reason = os.strerror(problem.errno).lower() if problem.errno else "no such address"
            raise ConfigurationProblem(
                f"doors.{name}_host and doors.{name}_port: nothing can listen on {host}, "
                f"port {port} ({reason}); choose another port, or end what listens there."
            ) from None
        yield chosen


@asynccontextmanager
async def open_monitor(engine: Engine) -> AsyncIterator[str]:
    """
    Serve health and metrics of a worker without pages until the block ends; yield the address.

    Raises:
        ConfigurationProblem: the port is taken.
    """
    doors = engine.settings.doors
    app = create_monitor(Health(engine))
    async with _door("monitor", app, doors.monitor_host, doors.monitor_port) as port:
        yield f"http://{doors.monitor_host}:{port}"


@asynccontextmanager
async def open_doors(office: Office, engine: Engine | None = None) -> AsyncIterator[Doors]:
    """
    Serve both pages until the block ends; without a worker's rooms its figures are missing.

    Raises:
        ConfigurationProblem: a port is taken.
    """
    doors = office.rules.settings.doors
    console = create_console(Health(engine or office))
    replies = create_answers(_Answers(office))
    async with (
        _door("console", console, doors.console_host, doors.console_port) as console_port,
        _door("answers", replies, doors.answers_host, doors.answers_port) as answers_port,
    ):
        yield Doors(
            console_url=f"http://{doors.console_host}:{console_port}",
            answers_url=f"http://{doors.answers_host}:{answers_port}",
        )
