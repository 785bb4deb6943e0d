"""Put the practice web together, start it, and describe it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawler.fetch.practice import PracticeNetwork
from sandbox import catalogue
from sandbox.certificates import Authority, untrusted_context
from sandbox.description import Description, Mailbox
from sandbox.desk.mailroom import Mailroom
from sandbox.desk.people import POLICE
from sandbox.dns import DnsServer, Zone
from sandbox.files import all_files
from sandbox.network import (
    DNS_ADDRESS,
    EGRESS_NETWORKS,
    HOME_COUNTRY,
    HOSTS,
    INTERNAL_ADDRESS,
    MAIL_ADDRESS,
    MAIL_NAME,
    PARTNER_COUNTRY,
    RDAP_HOSTS,
    SOURCE_ADDRESSES,
)
from sandbox.pictures import Album
from sandbox.plan import make_plan
from sandbox.rdap import RdapServers
from sandbox.web import Internal, PracticeWeb
from sandbox.world import World


class PracticeServer:
    """All servers of the sandbox, in one process and one event loop."""

    def __init__(self, *, seed: int, pictures: Path | None, scale: float) -> None:
        self._seed = seed
        self._scale = scale
        self._album = Album(seed=seed, folder=pictures)
        self.internal = Internal()
        self.world: World
        self.zone: Zone
        self.mailroom: Mailroom
        self._web: PracticeWeb
        self._dns: DnsServer
        self.rdap: RdapServers

    async def start(self) -> Description:
        """Start everything; return where it is."""
        internal_port = await self.internal.start(INTERNAL_ADDRESS)
        plan = make_plan(self._seed, internal_port=internal_port)
        self.world = World(plan, scale=self._scale)
        self.zone = Zone(self.world.address)
        self.mailroom = Mailroom(self.world, scale=self._scale)
        self.rdap = RdapServers(self.world.address)
        self._web = PracticeWeb(self.world, self._album)
        self._dns = DnsServer(self.zone)
        network, smtp_port = await self._listen()
        return Description(
            network=network,
            source_addresses=SOURCE_ADDRESSES,
            egress_networks=EGRESS_NETWORKS,
            home_country=HOME_COUNTRY,
            partner_country=PARTNER_COUNTRY,
            smtp_host=MAIL_ADDRESS,
            smtp_port=smtp_port,
            police=Mailbox(name=catalogue.POLICE_NAME, address=POLICE),
            internal_port=internal_port,
            scale=self._scale,
            expectations=tuple(report.expectation for report in plan.reports),
            files=all_files(plan, self._album, scale=self._scale),
        )

    async def stop(self) -> None:
        """Close everything."""
        await self.mailroom.stop()
        await self._web.stop()
        await self.rdap.stop()
        await self._dns.stop()
        await self.internal.stop()

    def stats(self) -> dict[str, Any]:
        """Return what was asked of the sandbox so far; no location is among it."""
        return {
            "requests": self._by_scenario(),
            "requests_by_egress": self._by_egress(),
            "forbidden_hits": self.internal.hits,
            "never_request_hits": self.world.never_request_hits,
            "media_bytes": self.world.media_bytes,
            "dns": dict(self.zone.questions),
            "rdap": dict(self.rdap.queries),
            "mails": len(self.mailroom.accepted),
            "desk": dict(self.mailroom.counts),
        }

    async def _listen(self) -> tuple[PracticeNetwork, int]:
        authority = Authority()
        names = tuple(host.name for host in HOSTS.values() if host.scheme == "https")
        trusted = authority.server_context(
            (*names, *RDAP_HOSTS, MAIL_NAME, "localhost"), (MAIL_ADDRESS,)
        )
        untrusted = {
            host.name: untrusted_context((host.name,))
            for host in HOSTS.values()
            if host.tls == "untrusted"
        }
        endpoints = await self._web.start(trusted, untrusted)
        endpoints += await self.rdap.start(trusted)
        dns_port = await self._dns.start(DNS_ADDRESS)
        network = PracticeNetwork(
            endpoints=tuple(endpoints),
            resolver=f"{DNS_ADDRESS}:{dns_port}",
            ca_pem=authority.pem,
        )
        return network, await self.mailroom.start(MAIL_ADDRESS, trusted)

    def _by_scenario(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for (scenario, _, _), number in self.world.requests.items():
            counts[scenario] = counts.get(scenario, 0) + number
        return counts

    def _by_egress(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for (_, _, egress), number in self.world.requests.items():
            counts[egress] = counts.get(egress, 0) + number
        return counts
