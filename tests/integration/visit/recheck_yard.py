"""A fetcher process beside a server of situations, and what a test asks of them."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cases.model import Digests, ListEntry, Match, NoMatch, Possible
from cases.takedown import TakedownRule, prove
from config.settings import Egress, Fetch, Isolation, Network
from crawler.fetch.client import FetcherProcess, FetcherSetup
from crawler.fetch.contract import FetchLimits
from crawler.visit import SiblingMemory, VisitOptions, recheck
from sandbox.rechecks.answers import KNOWN_PLACEHOLDER
from sandbox.rechecks.course import EGRESSES, assets_of, backed
from sandbox.rechecks.server import SOURCES, RecheckServer

JOBS = {"page": "crawler.extract.job:read_page", "picture": "matchers.decode.job:measure"}
ENTRY = ListEntry(hash_list="practice", version="1", tier="baseline", signal_type="sha256")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BETWEEN_LOOKS = timedelta(hours=25)
"""How far a scene puts the yard's clock on before each look; what a look takes is nothing to it."""
RULE = TakedownRule(
    agreeing=3, span=timedelta(hours=12), networks=2, site_down=timedelta(hours=72), changed=3
)


class AlbumJudge:
    """Knows one picture of the album, exactly and by PDQ."""

    def __init__(self, album, name="situation"):
        self.known = album.digests(name)

    def digests(self) -> Digests:
        return Digests(md5=self.known.md5, sha1=self.known.sha1, sha256=self.known.sha256, length=1)

    def exact(self, digests):
        same = digests.sha256 == self.known.sha256
        return Match(strength="strong", entry=ENTRY) if same else NoMatch()

    def perceptual(self, record, *, digests=None):
        view = record["views"][0]
        bits = (int(view["pdq"], 16) ^ int(self.known.pdq, 16)).bit_count()
        near = Possible(tier="confident", distance=bits, quality=100, view="upright", entry=ENTRY)
        return (near if bits <= 31 else NoMatch()), view["pdq"], view["quality"]

    def near(self, record):
        return record["scale"] > 1

    def near_members(self, record):
        return ()

    def parts(self, kind, record, finer=None):
        return NoMatch()


class Yard:
    """Server, fetcher and judge."""

    def __init__(self, server, fetcher):
        self.server, self.fetcher = server, fetcher
        self.judge = AlbumJudge(server.album)
        self.placeholder = server.album.digests(KNOWN_PLACEHOLDER).sha256
        self.memories = {}
        self.clock = START

    def options(self, way, **changes):
        given = VisitOptions(
            egress=way, fetch_media=True, candidates=20, countdown_s=5, downloads_per_asset=6,
            limits=FetchLimits(connect_s=0.4, read_s=0.4, total_s=0.8),
            now=lambda: self.clock, sleep=asyncio.sleep,
            placeholders=frozenset({self.placeholder}),
        )  # fmt: skip
        return replace(given, **changes)

    def assets(self, case, kind):
        return assets_of(case, kind, digests=self.judge.digests(), pdq=self.judge.known.pdq)

    async def again(self, case, assets, way, *, siblings=None, prove=False, **changes):
        memory = siblings or self.memories.setdefault(case.host, SiblingMemory())
        return await recheck(
            self.fetcher, case, assets, self.judge, self.options(way, **changes),
            siblings=memory, prove=prove,
        )  # fmt: skip

    async def listed(self, case, kind, way, **more):
        """Look once; return what was seen of the listed asset, backed as the engine does."""
        found = await self.again(case, self.assets(case, kind), way, **more)
        return backed(found.observations[-1], outside=True)


def verdict(observations, *, egresses=EGRESSES):
    return prove(observations, egresses=egresses, rule=RULE, now=observations[-1].at)


@contextlib.asynccontextmanager
async def yard():
    server = RecheckServer()
    network = await server.start()
    setup = FetcherSetup(
        egresses=tuple(_egress(name, source) for name, source in SOURCES.items()),
        network=Network(resolvers=(network.resolver,)),
        fetch=Fetch(pace_period_s=0.001, per_host=8, connect_s=0.4, read_s=0.4, total_s=0.8),
        isolation=Isolation(mode="best-effort", workers=2),
        jobs=JOBS,
        practice=network,
    )
    try:
        async with FetcherProcess(setup) as fetcher:
            yield Yard(server, fetcher)
    finally:
        await server.stop()


def _egress(name, source):
    return Egress(
        name=name, source_address=source, network="AS64496", country="NL", operator="o", approver="a",
        unfiltered=name != "filtered",
    )  # fmt: skip
