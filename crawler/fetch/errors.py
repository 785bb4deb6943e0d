"""
The one table from foreign errors to codes.

The text of an aiohttp error may hold the raw answer, so nobody asks it for its text: only its
class and, for an operating-system error, its number count. An error that is not in the table is
our own fault and becomes `fetcher_down`, which proves nothing about a host: so do a firewall of
ours that refuses, and a machine without a free port, file or byte. A network that cannot be reached
is the way out's fault (`egress_down`); `no_route` is a host that its neighbour cannot find.
"""

from __future__ import annotations

import errno
import ssl
import zlib

import aiohttp
from aiohttp import client_exceptions, http_exceptions

from crawler.fetch.contract import FetchCode

CODES: tuple[tuple[type[BaseException], FetchCode], ...] = (
    (client_exceptions.ClientSSLError, FetchCode.TLS_FAILED),
    (client_exceptions.ServerFingerprintMismatch, FetchCode.TLS_FAILED),
    (ssl.SSLError, FetchCode.TLS_FAILED),
    (ssl.CertificateError, FetchCode.TLS_FAILED),
    (client_exceptions.ConnectionTimeoutError, FetchCode.CONNECT_TIMEOUT),
    (client_exceptions.ServerTimeoutError, FetchCode.TIMEOUT),
    (client_exceptions.ServerDisconnectedError, FetchCode.RESET),
    (client_exceptions.ClientConnectorDNSError, FetchCode.SERVFAIL),
    (client_exceptions.ClientHttpProxyError, FetchCode.NO_ROUTE),
    (client_exceptions.ClientProxyConnectionError, FetchCode.NO_ROUTE),
    (ConnectionRefusedError, FetchCode.CONNECT_REFUSED),
    (ConnectionError, FetchCode.RESET),
    (TimeoutError, FetchCode.TIMEOUT),
    (client_exceptions.ClientPayloadError, FetchCode.TRUNCATED),
    (client_exceptions.ClientResponseError, FetchCode.MALFORMED_ANSWER),
    (client_exceptions.InvalidURL, FetchCode.REFUSED_MALFORMED),
    (client_exceptions.NonHttpUrlClientError, FetchCode.REFUSED_SCHEME),
    (client_exceptions.RedirectClientError, FetchCode.REFUSED_REDIRECT),
    (client_exceptions.UploadAbortedError, FetchCode.RESET),
    (client_exceptions.WSMessageTypeError, FetchCode.MALFORMED_ANSWER),
    (http_exceptions.HttpProcessingError, FetchCode.MALFORMED_ANSWER),
    (zlib.error, FetchCode.MALFORMED_ANSWER),
    (UnicodeError, FetchCode.MALFORMED_ANSWER),
    (OSError, FetchCode.FETCHER_DOWN),
    (aiohttp.ClientError, FetchCode.RESET),
)
"""First class that fits wins."""

_ERRNO = {
    errno.ECONNREFUSED: FetchCode.CONNECT_REFUSED,
    errno.ETIMEDOUT: FetchCode.CONNECT_TIMEOUT,
    errno.ECONNRESET: FetchCode.RESET,
    errno.ECONNABORTED: FetchCode.RESET,
    errno.EPIPE: FetchCode.RESET,
    errno.EHOSTUNREACH: FetchCode.NO_ROUTE,
    errno.ENETUNREACH: FetchCode.EGRESS_DOWN,  # a machine without IPv6 says so of every such host
    errno.EHOSTDOWN: FetchCode.NO_ROUTE,
}
_UNDECODABLE = (http_exceptions.ContentEncodingError, http_exceptions.DecompressSizeError)


class CodedError(Exception):
    """An error of our own making that knows its code."""

    def __init__(self, code: FetchCode) -> None:
        super().__init__(code.value)
        self.code = code


def code_of(error: BaseException) -> FetchCode:
    """Return the code of an error; the text of the error is not read."""
    if isinstance(error, CodedError):
        return error.code
    if isinstance(error, OSError) and error.errno in _ERRNO and not isinstance(error, ssl.SSLError):
        return _ERRNO[error.errno]
    if type(error) is client_exceptions.ClientConnectorError and error.errno is None:
        return _unnumbered(error.os_error)
    if isinstance(error.__cause__, _UNDECODABLE):
        return FetchCode.MALFORMED_ANSWER
    return mapped(type(error)) or FetchCode.FETCHER_DOWN


def _unnumbered(error: OSError) -> FetchCode:
    """
    Return the code of an attempt to connect that no number of the operating system explains.

    A host that hangs up during the handshake is one; another has several addresses, which failed in
    different ways: each of them is the host's own, and together they prove nothing.
    """
    known = mapped(type(error))
    return FetchCode.CONNECT_REFUSED if known in (None, FetchCode.FETCHER_DOWN) else known


def mapped(kind: type[BaseException]) -> FetchCode | None:
    """Return the code of a class of errors; none when the table does not know it."""
    return next((code for known, code in CODES if issubclass(kind, known)), None)
