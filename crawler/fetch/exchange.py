"""One request and the head of its answer, over a guarded connection."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from crawler.fetch.contract import FetchLimits
from crawler.fetch.cookies import CaseJar
from crawler.fetch.gate import Allowed
from crawler.fetch.guard import Guard
from crawler.fetch.head import printable, require_sound
from crawler.fetch.redirects import Step
from crawler.fetch.stream import ReadAs
from crawler.fetch.transport import REACHED, GuardedConnector, Reached
from crawler.fetch.tunnel import Tunnel

_READ_BYTES = 256 * 1024
"""Read ahead of a body; more is taken in one piece than the usual 64 KiB."""
_ACCEPT: dict[ReadAs, str] = {
    "auto": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "page": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "rdap": "application/rdap+json, application/json;q=0.9",
}
_COMPRESSED: frozenset[ReadAs] = frozenset({"auto", "page", "rdap"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a request presents itself."""

    read_as: ReadAs
    user_agent: str
    accept_language: str
    limits: FetchLimits


@dataclass(slots=True, kw_only=True)
class Line:
    """The connections to one origin, by one way out."""

    guard: Guard
    host: str
    context: ssl.SSLContext
    source: str | None
    jar: CaseJar | None
    """None for an attempt without cookies."""
    tunnel: Tunnel | None = None
    """The proxy that the connections go through."""
    keeps: bool = False
    """Whether a connection serves the next request too."""
    addresses: tuple[str, ...] = ()
    """Judged addresses that a connection may be made to."""
    resolved_at: float = float("-inf")
    """When they were asked for, on the monotonic clock."""
    _session: aiohttp.ClientSession | None = None
    _connector: GuardedConnector = field(init=False)

    async def ask(
        self, url: Allowed, step: Step, manner: Manner, reached: Reached
    ) -> aiohttp.ClientResponse:
        """
        Send the request and return the answer, its body unread; the caller closes it.

        Args:
            url: what is asked for, at this line's host.
            step: method, form and referer.
            manner: how the request presents itself.
            reached: told who answers, also when the request fails.

        Raises:
            aiohttp.ClientError, OSError, TimeoutError: see `errors`; never ask for their text.
            UnsoundHead: nobody can say what the answer is.
        """
        session = self._session or self._opened()
        self._connector.addresses = self.addresses
        REACHED.set(reached)
        response = await session.request(
            step.method,
            request_url(url),
            headers=_headers(manner, step),
            data=urlencode(step.form).encode() if step.method == "POST" else None,
            skip_auto_headers=("User-Agent", "Content-Type"),
            allow_redirects=False,
            timeout=_timeout(manner.limits.connect_s, manner.limits.read_s),
        )
        try:
            require_sound(response)
        except BaseException:
            response.close()
            raise
        return response

    async def close(self) -> None:
        """Close the connections; a request still on its way is broken off."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        self._connector = GuardedConnector(
            guard=self.guard,
            host=self.host,
            verify=self.context,
            source=self.source,
            tunnel=self.tunnel,
            keeps=self.keeps,
        )
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar() if self.jar is None else self.jar,
            read_bufsize=_READ_BYTES,
            auto_decompress=False,  # see `coding`
        )
        self._session._retry_connection = False  # noqa: SLF001 - each request is recorded
        return self._session


def request_url(url: Allowed) -> URL:
    """Build the URL object from the checked parts; nothing is quoted again."""
    port = url.port if url.origin.endswith(f":{url.port}") else None
    return URL.build(
        scheme=url.scheme,
        host=f"[{url.host}]" if ":" in url.host else url.host,
        port=port,
        path=url.path,
        query_string=url.query or "",
        encoded=True,
    )


@lru_cache(maxsize=64)
def _common_headers(user_agent: str, accept_language: str, read_as: ReadAs) -> dict[str, str]:
    return _printed(
        {
            "User-Agent": user_agent,
            "Accept": _ACCEPT.get(read_as, "*/*"),
            "Accept-Language": accept_language,
            "Accept-Encoding": "gzip" if read_as in _COMPRESSED else "identity",
        }
    )


def _headers(manner: Manner, step: Step) -> dict[str, str]:
    common = _common_headers(manner.user_agent, manner.accept_language, manner.read_as)
    form = "application/x-www-form-urlencoded" if step.method == "POST" else ""
    return common | _printed({"Referer": step.referer or "", "Content-Type": form})


def _printed(headers: dict[str, str]) -> dict[str, str]:
    return {name: printable(value) for name, value in headers.items() if value}


@lru_cache(maxsize=64)
def _timeout(connect_s: float, read_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=read_s)
