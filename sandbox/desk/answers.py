"""Ask and answer at the hotline's answers page, as mail robots and partners do."""

from __future__ import annotations

import asyncio
import http.client
from urllib.parse import urlencode, urlsplit

_SECONDS = 5.0
_FORM = {"content-type": "application/x-www-form-urlencoded"}


async def follow(link: str) -> list[int]:
    """GET and HEAD a link as a mail robot does; return the statuses, 0 where nobody answered."""
    return [await asyncio.to_thread(_request, method, link, "", {}) for method in ("GET", "HEAD")]


async def claim(url: str, *, code: str, what: str) -> int:
    """POST a claim with the code of the notice; return the status, 0 where nobody answered."""
    body = urlencode({"code": code, "claim": what})
    return await asyncio.to_thread(_request, "POST", url, body, _FORM)


def _request(method: str, url: str, body: str, headers: dict[str, str]) -> int:
    split = urlsplit(url)
    path = split.path or "/"
    target = f"{path}?{split.query}" if split.query else path
    connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=_SECONDS)
    try:
        connection.request(method, target, body or None, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    else:
        return response.status
    finally:
        connection.close()
