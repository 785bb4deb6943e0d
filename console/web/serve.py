"""Listen on one port until the block ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from console.web.security import AccessLog

_KEEP_ALIVE: Final = 20.0
_SHUTDOWN: Final = 5.0


@asynccontextmanager
async def listening(app: web.Application, *, host: str, port: int) -> AsyncIterator[int]:
    """
    Serve an application; yield the port, which the system chose if `port` is 0.

    Raises:
        OSError: the port is taken, or the address is not of this machine.
    """
    runner = web.AppRunner(
        app,
        access_log_class=AccessLog,
        keepalive_timeout=_KEEP_ALIVE,
        shutdown_timeout=_SHUTDOWN,
        max_line_size=2048,
        max_field_size=4096,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
