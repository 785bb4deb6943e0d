"""The staff pages as an application; its own port, never on the internet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from console.web.health import Overview, metrics, shown
from console.web.security import secure

FOLDER: Final = Path(__file__).parent.parent
_OVERVIEW: Final = web.AppKey("overview", Overview)
_LARGEST: Final = 4096
_DOWN: Final[Mapping[str, object]] = {"database": "down"}


def create_console(operations: Overview) -> web.Application:
    """Build the staff pages: `/`, `/health` and `/metrics`; reading only."""
    app = web.Application(client_max_size=_LARGEST)
    app[_OVERVIEW] = operations
    secure(app, forms=False)
    add_pages(app)
    app.router.add_get("/", _overview, name="overview")
    app.router.add_get("/health", _health, name="health")
    app.router.add_get("/metrics", _metrics, name="metrics")
    return app


def add_pages(app: web.Application) -> None:
    """Give an application our templates, with escaping on, and the style sheet."""
    loader = jinja2.FileSystemLoader(FOLDER / "templates")
    escape = jinja2.select_autoescape(default=True)
    aiohttp_jinja2.setup(
        app, loader=loader, autoescape=escape, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    app.router.add_static("/static", FOLDER / "static", name="static")


async def _overview(request: web.Request) -> web.Response:
    health, counts = await _asked(request.app[_OVERVIEW])
    waiting = counts.get("needs_analyst", 0)
    stages = {stage: count for stage, count in counts.items() if stage != "needs_analyst"}
    context = {"health": health, "stages": stages, "waiting": waiting}
    return aiohttp_jinja2.render_template("overview.html", request, context)


async def _health(request: web.Request) -> web.Response:
    """Answer 200 while all is well, else 503, so that a plain probe understands it."""
    health, _ = await _asked(request.app[_OVERVIEW])
    return web.json_response(health, status=200 if health["status"] == "ok" else 503)


async def _metrics(request: web.Request) -> web.Response:
    health, counts = await _asked(request.app[_OVERVIEW])
    headers = {"Content-Type": CONTENT_TYPE_LATEST}
    return web.Response(body=metrics(health, counts), headers=headers)


async def _asked(overview: Overview) -> tuple[dict[str, object], Mapping[str, int]]:
    """Ask for both; a store that fails is `down`, not a broken page."""
    try:
        return shown(await overview.health()), await overview.counts()
    except Exception as error:  # noqa: BLE001 - a health page answers whatever is broken
        structlog.get_logger().error("health_failed", error=type(error).__name__)
        return shown(_DOWN), {}
