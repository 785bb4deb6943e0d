"""
Content codings of a body, undone piece by piece (RFC 9110, 8.4).

A coded body says itself where it ends, and one that stops before is cut, whatever its length: its
first part must never pass for the whole. What comes out is bounded by its reader, who takes pieces
of a known size and may stop at any of them.
"""

from __future__ import annotations

import importlib
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, reduce
from typing import Any, Protocol

from crawler.fetch.contract import FetchCode
from crawler.fetch.errors import CodedError

PIECE = 256 * 1024
"""Bytes that come out at once, or a little more."""
_MEMBERS = 1000
"""Members or frames of one body, one after the other."""
_LAYERS = 3
"""Codings of one body, one inside the other."""
_WINDOW_LOG = 23
"""8 MiB of look-back: no more is allowed to a body on the web (RFC 9659, 3)."""
_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
_OLD_NAMES = {"x-gzip": "gzip"}
_KNOWN = frozenset({"gzip", "deflate", "br", "zstd"})


class Undecodable(CodedError):
    """The coded body is cut (`truncated`) or breaks its coding (`malformed_answer`)."""


class Decoder(Protocol):
    """One coding of one body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take coded bytes; yield what they hold. Raises `Undecodable`."""
        ...

    def finish(self) -> None:
        """Require that the coded body came to its end. Raises `Undecodable`."""
        ...


def codings(values: Iterable[str]) -> tuple[str, ...]:
    """
    Read the `Content-Encoding` headers: the codings in the order in which they were applied.

    None when one of them is unknown: then the body is taken as it is, as browsers do.

    >>> codings(["X-GZIP, identity", "br"])
    ('gzip', 'br')
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    named = [_OLD_NAMES.get(name, name) for name in names if name not in ("", "identity")]
    return tuple(named) if _KNOWN.issuperset(named) else ()


def decoder(names: Sequence[str]) -> Decoder:
    """
    Make what undoes these codings; there is at least one.

    Raises:
        Undecodable: they are too many, or one that is not installed here.
    """
    if len(names) > _LAYERS:
        raise Undecodable(FetchCode.MALFORMED_ANSWER)
    first, *others = map(_layer, names)
    return reduce(lambda inner, outer: _Stacked(outer=outer, inner=inner), others, first)


def _layer(name: str) -> Decoder:
    try:
        return _LAYERS_BY_NAME[name]()
    except ImportError:
        raise Undecodable(FetchCode.MALFORMED_ANSWER) from None


class _Stacked:
    """A coding that was applied to what another one gave."""

    def __init__(self, *, outer: Decoder, inner: Decoder) -> None:
        self._outer = outer
        self._inner = inner

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self._outer.feed(data):
            yield from self._inner.feed(piece)

    def finish(self) -> None:
        self._outer.finish()
        self._inner.finish()


class _Members:
    """Members of one format, one after the other, each decoded by an object of its own."""

    def __init__(
        self,
        make: Callable[[int], Any],
        broken: type[Exception],
        most: int,
        *,
        starts: int | None = None,
    ) -> None:
        """
        Begin with none.

        Args:
            make: makes the object for a member from its first byte.
            broken: what that object raises of nonsense.
            most: members that a body may have.
            starts: first byte of a member; what else follows a whole one is passed over.
        """
        self._make = make
        self._broken = broken
        self._most = most
        self._starts = starts
        self._member: Any = None
        self._begun = 0
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode; a member that ended is followed by another, or by nothing."""
        while data and not self._is_over(data[0]):
            self._begin(data[0])
            yield from self._pieces(data)
            ended = self._member.eof
            data = self._member.unused_data if ended else b""
            self._member = None if ended else self._member

    def finish(self) -> None:
        """Require that no member is open."""
        if self._member is not None:
            raise Undecodable(FetchCode.TRUNCATED)

    def _is_over(self, first: int) -> bool:
        """Tell whether nothing but filling follows, such as a script's last line break."""
        between = self._member is None and self._begun > 0
        self._over = self._over or (between and self._starts not in (None, first))
        return self._over

    def _begin(self, first: int) -> None:
        if self._member is None:
            self._begun += 1
            if self._begun > self._most:
                raise Undecodable(FetchCode.MALFORMED_ANSWER)
            self._member = self._make(first)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        more = True
        while more and not self._member.eof:
            try:
                piece = self._member.decompress(data, PIECE)
            except self._broken:
                raise Undecodable(FetchCode.MALFORMED_ANSWER) from None
            data = getattr(self._member, "unconsumed_tail", b"")  # zstd keeps it to itself
            if piece:
                yield piece
            more = bool(data) or len(piece) >= PIECE


class _Brotli:
    """Brotli (RFC 7932): one stream, and nothing after it."""

    def __init__(self) -> None:
        self._library = importlib.import_module("brotli")
        self._stream = self._library.Decompressor()
        self._fed = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode; what follows the stream's end breaks the coding."""
        self._fed = True
        while piece := self._piece(data):
            yield piece
            data = b""

    def finish(self) -> None:
        """Require that the stream has ended."""
        if self._fed and not self._stream.is_finished():
            raise Undecodable(FetchCode.TRUNCATED)

    def _piece(self, data: bytes) -> bytes:
        if not data and self._stream.is_finished():
            return b""
        try:
            return bytes(self._stream.process(data, output_buffer_limit=PIECE))
        except self._library.error:
            raise Undecodable(FetchCode.MALFORMED_ANSWER) from None


def _gzip() -> Decoder:
    make = partial(zlib.decompressobj, zlib.MAX_WBITS + 16)
    return _Members(lambda _: make(), zlib.error, _MEMBERS, starts=0x1F)


def _deflate() -> Decoder:
    """Read a zlib stream, or the bare one that some servers send instead (RFC 9110, 8.4.1.2)."""

    def make(first: int) -> Any:
        return zlib.decompressobj(zlib.MAX_WBITS if first & 0xF == 8 else -zlib.MAX_WBITS)

    return _Members(make, zlib.error, 1)


def _zstd() -> Decoder:
    library = importlib.import_module(_ZSTD)
    bound = {library.DecompressionParameter.window_log_max: _WINDOW_LOG}
    return _Members(lambda _: library.ZstdDecompressor(options=bound), library.ZstdError, _MEMBERS)


_LAYERS_BY_NAME: dict[str, Callable[[], Decoder]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _Brotli,
    "zstd": _zstd,
}
