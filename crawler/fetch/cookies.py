"""Cookie jars in memory: one per case, egress and visit; never on disk, never shared."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import aiohttp
from aiohttp.abc import AbstractCookieJar
from yarl import URL

from crawler.fetch.site import is_public_suffix

_MAX_JARS = 2000
_MAX_COOKIE = 4096
"""Characters of name and value together."""
_MAX_AT_ONCE = 50
"""Cookies of one answer that are taken."""
_MAX_COOKIES = 300
"""A jar that holds so many takes no more, whatever they are."""


class CaseJar(aiohttp.CookieJar):
    """A jar that takes no oversized cookie and none for a public suffix."""

    def __init__(self) -> None:
        super().__init__(unsafe=False, quote_cookie=False)

    def put(self, cookies: Sequence[tuple[str, str]], url: URL) -> None:
        """Take cookies that a person gave for the host of a URL, for that host alone."""
        super().update_cookies(list(cookies), url.with_path("/"))

    def update_cookies(self, cookies: Any, response_url: URL | None = None) -> None:
        """Take the cookies of an answer that may be taken."""
        pairs = cookies.items() if hasattr(cookies, "items") else cookies
        kept = [(name, cookie) for name, cookie in pairs if _acceptable(name, cookie)]
        taken = kept[:_MAX_AT_ONCE] if len(self) < _MAX_COOKIES else ()
        super().update_cookies(taken, URL() if response_url is None else response_url)

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        """Take cookies as they came, by the way that `update_cookies` filters."""
        AbstractCookieJar.update_cookies_from_headers(self, headers, response_url)


class Jars:
    """All jars of this process; the least recently used one is forgotten beyond a bound."""

    def __init__(self) -> None:
        self._jars: OrderedDict[str, CaseJar] = OrderedDict()

    def get(self, name: str | None) -> CaseJar:
        """Return the named jar, or a fresh one for a single fetch."""
        if name is None:
            return CaseJar()
        jar = self._jars.setdefault(name, CaseJar())
        self._jars.move_to_end(name)
        if len(self._jars) > _MAX_JARS:
            self._jars.popitem(last=False)
        return jar

    def forget(self, name: str) -> None:
        """Throw a jar away."""
        self._jars.pop(name, None)


def state(jar: CaseJar, url: URL) -> frozenset[tuple[str, str]]:
    """Return what the jar would send, to tell a loop from a gate that counts visits."""
    if not len(jar):
        return frozenset()
    return frozenset((name, morsel.value) for name, morsel in jar.filter_cookies(url).items())


def _acceptable(name: str, cookie: Any) -> bool:
    value = getattr(cookie, "value", cookie)
    domain = cookie["domain"].lstrip(".").lower() if hasattr(cookie, "value") else ""
    small = len(name) + len(str(value)) <= _MAX_COOKIE
    return small and not (domain and is_public_suffix(domain))
