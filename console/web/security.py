"""What every answer of our pages carries, and what the request log may hold."""

from __future__ import annotations

from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.typedefs import Handler

_HEADERS: Final = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}


def content_policy(*, forms: bool) -> str:
    """Return the Content-Security-Policy: our own style sheet, no script, no picture, no frame."""
    target = "'self'" if forms else "'none'"
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {target}"
    )


def secure(app: web.Application, *, forms: bool) -> None:
    """Give every answer of the application the headers, and take the server's name away."""
    policy = content_policy(forms=forms)

    async def prepare(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = policy
        response.headers.popall(hdrs.SERVER, None)

    app.on_response_prepare.append(prepare)
    app.middlewares.append(_plain_faults)


@web.middleware
async def _plain_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a fault with its number only; the log gets the class of the error."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        return _fault(answer.status, allow=answer.headers.get(hdrs.ALLOW))
    except Exception as error:  # noqa: BLE001 - the last wall before a visitor; the class is logged
        structlog.get_logger().error("page_failed", page=_page(request), error=type(error).__name__)
        return _fault(500)


def _fault(status: int, *, allow: str | None = None) -> web.Response:
    headers = {hdrs.ALLOW: allow} if allow else {}
    return web.Response(text=f"{status}\n", status=status, headers=headers)


class AccessLog(AbstractAccessLogger):
    """Log which page was asked, never by whom, nor the path that holds a serial or code."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write one line: page, method, status, milliseconds."""
        structlog.get_logger().info(
            "page_served",
            page=_page(request),
            method=request.method if request.method in hdrs.METH_ALL else "other",
            status=response.status,
            milliseconds=round(time * 1000),
        )


def _page(request: web.BaseRequest) -> str:
    """Return the name of the route, which never comes from the visitor."""
    if isinstance(request, web.Request):
        return request.match_info.route.name or "none"
    return "none"
