"""
Fetch one public file over HTTPS into a folder of ours.

Such a file is named in the configuration and is no part of a case, so this client is its own: TLS
always verified, no cookie, no proxy from the environment, a cap on its size, patience where the
server asks for it. Redirects are followed over HTTPS only, a few, and credentials stay with the
first host. Its errors quote no answer and no address.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from yarl import URL

from cases.errors import InvalidInput, TemporaryFailure
from hostwatch.feeds import Credentials

FILE_BYTES = 512 * 1024 * 1024
ATTEMPTS = 3
REDIRECTS = 5
_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 60.0
_CHUNK = 256 * 1024
_PREFIX = ".fetch-"
_LEFT_S = 86_400
_REFUSED = {
    401: "the server does not know these credentials; check credentials_file",
    403: "the server does not let us in; check credentials_file and the licence",
    404: "the server has no such file; check url",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadSetup:
    """What is fetched, and how."""

    what: str
    """Words for it in sentences and file names."""
    url: str
    tls: ssl.SSLContext
    credentials: Credentials | None = None
    source_address: str | None = None
    most: int = FILE_BYTES
    total_s: float = 900.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@asynccontextmanager
async def downloaded(
    setup: DownloadSetup, into: Path, progress: Callable[[int], None] = lambda _count: None
) -> AsyncIterator[tuple[Path, date | None]]:
    """
    Yield the file, in a folder below `into` that ends with the block, and its `Last-Modified`.

    `progress` is told the bytes written so far.

    Raises:
        TemporaryFailure: nobody answers, or the server is busy or broken for long.
        InvalidInput: it refuses, leads to a place that is not HTTPS, or sends more than the cap.
    """
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=_PREFIX) as folder:
        file = Path(folder) / setup.what.replace(" ", "-")
        yield file, await _download(setup, file, progress)


def clear_leavings(into: Path, now: datetime) -> None:
    """Remove what downloads that were killed more than a day ago have left."""
    for folder in into.glob(f"{_PREFIX}*"):
        if now.timestamp() - folder.stat().st_mtime > _LEFT_S:
            shutil.rmtree(folder, ignore_errors=True)


async def _download(
    setup: DownloadSetup, into: Path, progress: Callable[[int], None]
) -> date | None:
    for left in range(ATTEMPTS - 1, -1, -1):
        found = await _tried(setup, into, progress)
        if not isinstance(found, _Again):
            return found.day
        if not left or found.pause > _LONGEST_PAUSE_S:
            raise TemporaryFailure(
                f"{setup.what}: {found.why}; nothing was changed, try again later",
                retry_after=found.pause,
            )
        await setup.sleep(found.pause)
    raise AssertionError


@dataclass(frozen=True, slots=True)
class _Done:
    day: date | None


@dataclass(frozen=True, slots=True)
class _Again:
    """The file may come later."""

    why: str
    pause: float = _PAUSE_S


async def _tried(
    setup: DownloadSetup, into: Path, progress: Callable[[int], None]
) -> _Done | _Again:
    address = (setup.source_address, 0) if setup.source_address else None
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=setup.tls, local_addr=address, limit=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=setup.total_s, sock_connect=30, sock_read=60),
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
        ) as session:
            return await _follow(setup, session, into, progress)
    except TimeoutError:
        return _Again("it did not answer in time")
    except aiohttp.ClientConnectorCertificateError:
        raise _refusal(setup, "the server's certificate is not valid for it") from None
    except aiohttp.ClientError:
        return _Again("the connection failed")


async def _follow(
    setup: DownloadSetup,
    session: aiohttp.ClientSession,
    into: Path,
    progress: Callable[[int], None],
) -> _Done | _Again:
    url, first = URL(setup.url, encoded=True), URL(setup.url, encoded=True).origin()
    for _ in range(REDIRECTS + 1):
        headers = _headers(setup.credentials) if url.origin() == first else {}
        async with session.get(url, allow_redirects=False, headers=headers) as answer:
            if answer.status in {301, 302, 303, 307, 308}:
                url = _next(setup, url, answer.headers.get("Location", ""))
                continue
            return await _received(setup, answer, into, progress)
    raise _refusal(setup, f"the server redirects more than {REDIRECTS} times")


def _headers(credentials: Credentials | None) -> dict[str, str]:
    if credentials is None:
        return {}
    told = aiohttp.encode_basic_auth(credentials.user, credentials.password, "utf-8")
    return {"Authorization": told}


def _next(setup: DownloadSetup, url: URL, location: str) -> URL:
    try:
        target = url.join(URL(location, encoded=True))
    except ValueError:
        target = URL()
    if target.scheme != "https" or not target.host or target.user is not None:
        raise _refusal(setup, "the server leads to a place that is not HTTPS; check url")
    return target


async def _received(
    setup: DownloadSetup,
    answer: aiohttp.ClientResponse,
    into: Path,
    progress: Callable[[int], None],
) -> _Done | _Again:
    if answer.status == 429 or answer.status >= 500:
        stated = answer.headers.get("Retry-After", "")
        pause = float(stated[:9]) if stated.isascii() and stated.isdigit() else _PAUSE_S
        return _Again(f"the server is busy or broken (status {answer.status})", pause)
    if answer.status != 200:
        other = f"the server refuses (status {answer.status})"
        raise _refusal(setup, _REFUSED.get(answer.status, other))
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _refusal(setup, "the server packs its answer although it was asked not to")
    await _write(setup, answer, into, progress)
    return _Done(_day(answer.headers.get("Last-Modified")))


async def _write(
    setup: DownloadSetup,
    answer: aiohttp.ClientResponse,
    into: Path,
    progress: Callable[[int], None],
) -> None:
    size = 0
    with into.open("wb") as file:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > setup.most:
                raise _refusal(setup, f"the file is larger than {setup.most // 1024**2} MiB")
            file.write(chunk)
            progress(size)


def _day(written: str | None) -> date | None:
    """Read `Last-Modified` (RFC 9110, 8.8.2)."""
    try:
        told = parsedate_to_datetime(written or "")
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).date()


def _refusal(setup: DownloadSetup, why: str) -> InvalidInput:
    return InvalidInput(f"{setup.what}: {why}; nothing was changed")
