"""Which targets this machine has a network for; asked of the kernel, before anything is sent."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from typing import Any

from crawler.fetch.contract import FetchCode
from crawler.fetch.tunnel import TunnelError

AddrInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
"""Family, type, protocol, judged address, and what is connected to."""

_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def reachable(targets: Iterable[AddrInfo], source: str | None) -> list[AddrInfo]:
    """
    Keep the targets that this machine has a network for.

    A machine without IPv6 cannot reach a host that has nothing else; that says nothing of the host.

    Raises:
        TunnelError: none is left.
    """
    family = None if source is None else _family(source)
    kept = [one for one in targets if family in (None, one[0]) and _has_route(one)]
    if not kept:
        raise TunnelError(FetchCode.EGRESS_DOWN)
    return kept


def _has_route(target: AddrInfo) -> bool:
    """Ask the kernel alone; connecting a datagram socket sends nothing."""
    try:
        with socket.socket(target[0], socket.SOCK_DGRAM) as probe:
            probe.connect(target[4])
    except OSError as error:
        return error.errno not in _NO_NETWORK
    return True


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
