"""The open tools that the index is measured against, each behind the same three calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from benchmarks.index_data import Codes

_THREATEXCHANGE_RADIUS = 31
_PYNEAR_PARTS, _PYNEAR_NEIGHBOURS = 16, 10


class Peer(Protocol):
    """One tool with its index built; rows are those of the codes that it was built from."""

    def prepare(self, queries: Codes) -> Sequence[Any]:
        """Bring queries into the form that the tool takes; not measured."""
        ...

    def rows(self, query: Any) -> set[int]:
        """Return the rows found for one prepared query."""
        ...

    def search(self, query: Any) -> object:
        """Ask for one prepared query; what is measured."""
        ...


class ThreatExchange:
    """`PDQIndex` of python-threatexchange: radius 31, 256 bits, hexadecimal text."""

    def __init__(self, codes: Codes, radius: int) -> None:
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex

        if radius != _THREATEXCHANGE_RADIUS or codes.shape[1] != 32:
            raise ValueError("python-threatexchange's index has 256 bits and radius 31 only")
        _one_thread()
        self._index: Any = PDQIndex((code.tobytes().hex(), row) for row, code in enumerate(codes))
        self.search: Callable[[Any], object] = self._index.query

    def prepare(self, queries: Codes) -> Sequence[Any]:
        return [query.tobytes().hex() for query in queries]

    def rows(self, query: Any) -> set[int]:
        return {match.metadata for match in self._index.query(query)}


class Pynear:
    """`MIHBinaryIndex(16)` of pynear: the ten nearest within the radius."""

    def __init__(self, codes: Codes, radius: int) -> None:
        import pynear

        self._radius = radius
        self._index = pynear.MIHBinaryIndex(_PYNEAR_PARTS)
        self._index.set(codes)

    def prepare(self, queries: Codes) -> Sequence[Any]:
        return [query.reshape(1, -1) for query in queries]

    def search(self, query: Any) -> Any:
        return self._index.searchKNN_arrays(query, _PYNEAR_NEIGHBOURS, self._radius)

    def rows(self, query: Any) -> set[int]:
        rows, distances = self.search(query)
        return set(rows[distances <= self._radius].tolist())


class FaissFlat:
    """`IndexBinaryFlat` of faiss, range search."""

    def __init__(self, codes: Codes, radius: int) -> None:
        import faiss

        _one_thread()
        self._radius = radius
        self._index = faiss.IndexBinaryFlat(codes.shape[1] * 8)
        self._index.add(codes)

    def prepare(self, queries: Codes) -> Sequence[Any]:
        return [query.reshape(1, -1) for query in queries]

    def search(self, query: Any) -> Any:
        # faiss returns distances strictly below the radius that it is given.
        return self._index.range_search(query, self._radius + 1)

    def rows(self, query: Any) -> set[int]:
        return set(np.asarray(self.search(query)[2]).tolist())


PEERS: dict[str, Callable[[Codes, int], Peer]] = {
    "threatexchange": ThreatExchange,
    "pynear": Pynear,
    "faiss_flat": FaissFlat,
}


def build(name: str, codes: Codes, radius: int) -> tuple[Peer | None, str]:
    """Build a peer's index, or return none and a note that says why there is none."""
    try:
        return PEERS[name](codes, radius), ""
    except ImportError:
        return None, "not installed; it is in the extra `bench`"
    except ValueError as problem:
        return None, str(problem)


def _one_thread() -> None:
    import faiss

    faiss.omp_set_num_threads(1)
