"""What every fetch of this process shares, and the bounds that no request exceeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.settings import Fetch, Network
from crawler.fetch.contract import FetchLimits
from crawler.fetch.cookies import Jars
from crawler.fetch.handover import Rooms
from crawler.fetch.kept import KeptLines
from crawler.fetch.patience import Patience
from crawler.fetch.throttle import Throttle
from crawler.fetch.trust import Trust
from crawler.fetch.ways import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every fetch of this process shares."""

    ways: Mapping[str, Way]
    network: Network
    caps: Fetch
    trust: Trust
    throttle: Throttle
    patience: Patience
    rooms: Rooms
    jars: Jars
    lines: KeptLines


def capped(limits: FetchLimits, caps: Fetch) -> FetchLimits:
    """Hold the limits of a request under those of the configuration."""
    times = limits.connect_s <= caps.connect_s and limits.read_s <= caps.read_s
    sizes = limits.page_bytes <= caps.page_bytes and limits.media_bytes <= caps.media_bytes
    if times and sizes and limits.total_s <= caps.total_s:
        return limits
    return replace(
        limits,
        connect_s=min(limits.connect_s, caps.connect_s),
        read_s=min(limits.read_s, caps.read_s),
        total_s=min(limits.total_s, caps.total_s),
        page_bytes=min(limits.page_bytes, caps.page_bytes),
        media_bytes=min(limits.media_bytes, caps.media_bytes),
    )
