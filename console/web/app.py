"""The staff pages as an application; its own port, never on the internet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from console.web.health import Overview, is_well, shown
from console.web.metrics import metrics
from console.web.security import secure
from hostwatch.figures import Figure

FOLDER: Final = Path(__file__).parent.parent
_OVERVIEW: Final = web.AppKey("overview", Overview)
_LARGEST: Final = 4096
_DOWN: Final[Mapping[str, object]] = {"database": "down"}
_NO_CASES: Final[Mapping[str, int]] = {}
_NO_FIGURES: Final[Sequence[Figure]] = ()

T = TypeVar("T")


def create_console(operations: Overview) -> web.Application:
    """Build the staff pages: the overview and those for machines; reading only."""
    app = _application(operations)
    add_pages(app)
    app.router.add_get("/", _overview, name="overview")
    return app


def create_monitor(operations: Overview) -> web.Application:
    """Build what a process without staff pages shows to machines; reading only."""
    return _application(operations)


def _application(operations: Overview) -> web.Application:
    """Build `/live`, `/ready`, `/health` and `/metrics`."""
    app = web.Application(client_max_size=_LARGEST)
    app[_OVERVIEW] = operations
    secure(app, forms=False)
    for name, handler in (
        ("live", _live),
        ("ready", _ready),
        ("health", _health),
        ("metrics", _metrics),
    ):
        app.router.add_get(f"/{name}", handler, name=name)
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
    overview = request.app[_OVERVIEW]
    health = shown(await _asked(overview.health, _DOWN))
    counts = await _asked(overview.counts, _NO_CASES)
    waiting = counts.get("needs_analyst", 0)
    stages = {stage: count for stage, count in counts.items() if stage != "needs_analyst"}
    context = {"health": health, "stages": stages, "waiting": waiting}
    return aiohttp_jinja2.render_template("overview.html", request, context)


async def _live(_request: web.Request) -> web.Response:
    """Answer 200 as long as the process can answer at all."""
    return web.json_response({"status": "ok"})


async def _ready(request: web.Request) -> web.Response:
    """Answer 200 when this process can do its own work, else 503 and what is missing."""
    parts = shown(await _asked(request.app[_OVERVIEW].ready, _DOWN))
    ready = parts.pop("status") == "ok"
    answer = {"status": "ready" if ready else "not_ready", **parts}
    return web.json_response(answer, status=200 if ready else 503)


async def _health(request: web.Request) -> web.Response:
    """Answer 200 while all is well, else 503, so that a plain probe understands it."""
    health = shown(await _asked(request.app[_OVERVIEW].health, _DOWN))
    return web.json_response(health, status=200 if health["status"] == "ok" else 503)


async def _metrics(request: web.Request) -> web.Response:
    overview = request.app[_OVERVIEW]
    healthy = is_well(await _asked(overview.health, _DOWN))
    body = metrics(await _asked(overview.figures, _NO_FIGURES), healthy=healthy)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _asked(question: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """Ask; a store that fails is `down`, not a broken page."""
    try:
        return await question()
    except Exception as error:  # noqa: BLE001 - a health page answers whatever is broken
        structlog.get_logger().error("health_failed", error=type(error).__name__)
        return otherwise
