"""
Fetch the pages of a hash list's source over HTTPS.

A source is named in the configuration and is no part of a case, so this client is its own: one
base address, TLS always verified, no redirect, no cookie, no proxy from the environment, answers
under a cap, and patience where the server asks for it. Its errors quote no answer and no address.
"""

from __future__ import annotations

import asyncio
import ssl
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from yarl import URL

from cases.errors import ConfigurationProblem, InvalidInput, TemporaryFailure

PAGE_BYTES = 64 * 1024 * 1024
"""Largest page; one of 1,000 entries has about one."""
ATTEMPTS = 5
"""Of one page, the first included."""
LONGEST_PAUSE = 300.0
"""Seconds; a server that asks for more ends the update."""
_FIRST_PAUSE = 2.0
_CHUNK = 65_536
_LONGEST_LINE = 512
_REFUSED = {
    401: "the server does not know these credentials; check the credentials file",
    403: "the server does not let these credentials in; ask its operator",
    404: "the server has no such interface; check base_url",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password; shown nowhere."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSetup:
    """What the client of one list works with."""

    name: str
    base_url: str
    credentials: Credentials
    tls: ssl.SSLContext
    source_address: str | None = None
    total_s: float = 120.0
    """For one page."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def read_credentials(path: Path) -> Credentials:
    """
    Read `USER:PASSWORD` from a file that only its owner may read.

    Raises:
        ConfigurationProblem: missing, open to others, or not of this form.
    """
    try:
        mode = path.stat().st_mode
        line = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationProblem(f"{path}: cannot be read as text; write USER:PASSWORD") from None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationProblem(f"{path}: others may read it; run: chmod 600 {path}")
    user, colon, password = line.partition(":")
    if not (user and colon and password) or "\n" in line or len(line) > _LONGEST_LINE:
        raise ConfigurationProblem(f"{path}: write one line USER:PASSWORD")
    return Credentials(user, password)


@asynccontextmanager
async def open_feed(setup: FeedSetup) -> AsyncIterator[Callable[[str], Awaitable[bytes]]]:
    """Yield what fetches one page below the base address; see `_Feed.fetch_page`."""
    address = (setup.source_address, 0) if setup.source_address else None
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=setup.tls, local_addr=address, limit=1),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=setup.total_s),
        headers=_headers(setup.credentials),
        trust_env=False,
    ) as session:
        yield _Feed(setup, session).fetch_page


def _headers(credentials: Credentials) -> dict[str, str]:
    return {
        "Accept": "application/xml",
        "Accept-Encoding": "identity",
        "Authorization": aiohttp.encode_basic_auth(credentials.user, credentials.password, "utf-8"),
    }


class _Feed:
    """One session with one source."""

    def __init__(self, setup: FeedSetup, session: aiohttp.ClientSession) -> None:
        self._setup = setup
        self._session = session

    async def fetch_page(self, path: str) -> bytes:
        """
        Return the whole answer for a path and query below the base address.

        Raises:
            TemporaryFailure: nobody answers, or the server is busy or broken for long.
            InvalidInput: it refuses, redirects, or answers more than a page.
        """
        pause = _FIRST_PAUSE
        for left in range(ATTEMPTS - 1, -1, -1):
            found = await self._tried(path)
            if isinstance(found, bytes):
                return found
            asked = pause if found.pause is None else found.pause
            if not left or asked > LONGEST_PAUSE:
                raise TemporaryFailure(
                    f"hash list {self._setup.name}: {found.why}; the list is unchanged, try again "
                    "later",
                    retry_after=max(asked, _FIRST_PAUSE),
                )
            await self._setup.sleep(asked)
            pause *= 2
        raise AssertionError

    async def _tried(self, path: str) -> bytes | _Again:
        try:
            return await self._ask(path)
        except TimeoutError:
            return _Again("it did not answer in time")
        except aiohttp.ClientConnectorCertificateError:
            raise self._refusal("the server's certificate is not valid for it") from None
        except (aiohttp.ClientError, OSError):
            return _Again("the connection failed")

    async def _ask(self, path: str) -> bytes | _Again:
        # The server's next page goes back to it letter by letter.
        url = URL(self._setup.base_url.rstrip("/") + path, encoded=True)
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status == 200:
                return await self._body(answer)
            if answer.status == 429 or answer.status >= 500:
                why = f"the server is busy or broken (status {answer.status})"
                return _Again(why, self._pause(answer.headers.get("Retry-After")))
            if 300 <= answer.status < 400:
                raise self._refusal("the server redirects, which is not followed; check base_url")
            other = f"the server refuses (status {answer.status})"
            raise self._refusal(_REFUSED.get(answer.status, other))

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise self._refusal("the server packs its answer although it was asked not to")
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > PAGE_BYTES:
                raise self._refusal(f"a page is larger than {PAGE_BYTES} bytes")
        return bytes(body)

    def _pause(self, written: str | None) -> float | None:
        """Read `Retry-After` (RFC 9110, 10.2.3): seconds, or a date."""
        if written is None:
            return None
        if written.isascii() and written.isdigit():
            return float(written[:9])
        try:
            until = parsedate_to_datetime(written)
        except ValueError:
            return None
        aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return max((aware - self._setup.now()).total_seconds(), 0.0)

    def _refusal(self, why: str) -> InvalidInput:
        return InvalidInput(f"hash list {self._setup.name}: {why}; the list is unchanged")


@dataclass(frozen=True, slots=True)
class _Again:
    """The page may come later."""

    why: str
    pause: float | None = None
    """Seconds that the server asks for."""
