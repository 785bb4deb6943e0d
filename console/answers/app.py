"""
The answers page as an application.

Reading never changes anything, because mail robots follow the links of a message; answering needs
the code that is printed in the notice. An unknown serial and a wrong code get the same answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp_jinja2
import structlog
from aiohttp import hdrs, web

from console.answers.form import CLAIMS, LONGEST_REFERENCE, Typed, read_form
from console.answers.limit import WrongCodeLimit
from console.answers.service import (
    Accepted,
    AnswerService,
    Expired,
    Outcome,
    Summary,
    TooMany,
    Unknown,
    WrongCode,
)
from console.web.app import add_pages
from console.web.security import secure

_SERVICE: Final = web.AppKey("service", AnswerService)
_LIMIT: Final = web.AppKey("limit", WrongCodeLimit)
_SERIAL: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_LARGEST: Final = 4096
_BODY_S: Final = 10.0
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """What is said, to people as a page and to machines as JSON."""

    status: int
    outcome: str
    text: str
    retry_after_s: int | None = None


_ACCEPTED: Final = _Reply(
    status=200,
    outcome="accepted",
    text="Thank you. Your answer is recorded. We check the location again ourselves.",
)
_REFUSED: Final = _Reply(
    status=403,
    outcome="refused",
    text="The code does not fit this notice. Use the serial and the code printed in the notice.",
)
_EXPIRED: Final = _Reply(
    status=410,
    outcome="expired",
    text="This notice no longer takes answers here. Reply to the notice by mail instead.",
)


def create_answers(
    service: AnswerService, *, limit: WrongCodeLimit | None = None
) -> web.Application:
    """Build the page: `GET` and `POST /n/{serial}`, and a `robots.txt` that asks to stay away."""
    app = web.Application(client_max_size=_LARGEST)
    app[_SERVICE] = service
    app[_LIMIT] = limit or WrongCodeLimit()
    secure(app, forms=True)
    add_pages(app)
    app.router.add_get("/n/{serial}", _show, name="notice")
    app.router.add_post("/n/{serial}", _answer, name="answer")
    app.router.add_get("/robots.txt", _robots, name="robots")
    return app


async def _robots(_request: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nDisallow: /\n")


async def _show(request: web.Request) -> web.Response:
    summary = await _summary(request)
    if summary is None:
        return _replied(request, _REFUSED)
    if _wants_json(request):
        return web.json_response(_summary_value(summary))
    context = {"summary": summary, "claims": CLAIMS, "longest": LONGEST_REFERENCE}
    return aiohttp_jinja2.render_template("notice.html", request, context)


async def _answer(request: web.Request) -> web.Response:
    typed = read_form(await _fields(request))
    if isinstance(typed, str):
        return _replied(request, _Reply(status=400, outcome="invalid", text=typed))
    return _replied(request, _reply(await _outcome(request, typed)))


async def _outcome(request: web.Request, typed: Typed) -> Outcome:
    """Ask the service unless the limit is reached, and count a wrong code."""
    serial, limit = request.match_info["serial"], request.app[_LIMIT]
    wait_s = limit.wait_s(serial)
    if wait_s:
        return TooMany(retry_after_s=wait_s)
    if not _SERIAL.fullmatch(serial):
        return Unknown()
    # Counted before the service is asked, so that tries at the same time cannot pass together.
    limit.count(serial)
    outcome = await request.app[_SERVICE].answer(serial, typed.code, typed.claim, typed.reference)
    if isinstance(outcome, Accepted | Expired):
        limit.forgive(serial)
    structlog.get_logger().info("answer_received", outcome=type(outcome).__name__)
    return outcome


async def _summary(request: web.Request) -> Summary | None:
    serial = request.match_info["serial"]
    if not _SERIAL.fullmatch(serial):
        return None
    return await request.app[_SERVICE].notice_summary(serial)


async def _fields(request: web.Request) -> Mapping[str, object]:
    """Read a small URL-encoded form within ten seconds; each field at most once."""
    if request.content_type != _FORM:
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(_BODY_S):
            fields = await request.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, LookupError):  # broken escapes, a charset that does not exist
        raise web.HTTPBadRequest from None
    if len(fields) != len(set(fields)):
        raise web.HTTPBadRequest
    return dict(fields)


def _reply(outcome: Outcome) -> _Reply:
    match outcome:
        case Accepted():
            return _ACCEPTED
        case WrongCode() | Unknown():
            return _REFUSED
        case Expired():
            return _EXPIRED
        case TooMany():
            text = "Too many wrong codes for this notice. Try again later, or reply by mail."
            wait_s = outcome.retry_after_s
            return _Reply(status=429, outcome="too_many", text=text, retry_after_s=wait_s)


def _replied(request: web.Request, reply: _Reply) -> web.Response:
    if _wants_json(request):
        value = {"outcome": reply.outcome, "text": reply.text}
        response = web.json_response(value, status=reply.status)
    else:
        response = aiohttp_jinja2.render_template(
            "answered.html", request, {"reply": reply}, status=reply.status
        )
    if reply.retry_after_s is not None:
        response.headers[hdrs.RETRY_AFTER] = str(reply.retry_after_s)
    return response


def _summary_value(summary: Summary) -> dict[str, object]:
    return {
        "serial": summary.serial,
        "locations": summary.locations,
        "provider": summary.provider,
        "claims": list(CLAIMS),
    }


def _wants_json(request: web.Request) -> bool:
    accepted = request.headers.get(hdrs.ACCEPT, "").lower()
    return "application/json" in accepted and "text/html" not in accepted
