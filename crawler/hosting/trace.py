"""Trace a host: ask DNS, the offline tables and the registries, and freeze what they answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from cases.model import EvidenceStep, HostingSnapshot, RevealedOrigin
from crawler.fetch.contract import Derivation, DnsAnswer, Fetcher, Permit, ResolveRequest
from crawler.hosting.dns_memo import DnsMemo
from crawler.hosting.findings import Findings
from crawler.hosting.names import HostName
from crawler.hosting.offline import Answered, Offline, look_offline
from crawler.hosting.parking import with_parking
from crawler.hosting.rdap import RdapClient
from crawler.hosting.registries import Registries, ask_registries
from crawler.hosting.resolution import Resolution, name_servers, with_dns, without_dns
from crawler.hosting.revealed import Behind, follow, with_origin
from crawler.hosting.snapshot import snapshot_of
from crawler.hosting.tables import HostingTables, load_tables

__all__ = ["HostingTables", "Tracer", "load_tables"]

_STATUS_FRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What DNS and the offline tables told of a host, before a registry is asked."""

    name: HostName
    at: datetime
    """Since when the addresses are known; it dates the whole trace."""
    resolution: Resolution
    servers: DnsAnswer | None
    offline: Offline
    behind: Behind


class Tracer:
    """Traces hosts through one egress; keeps nothing of a case between two traces."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        tables: HostingTables,
        egress: str,
        now: Callable[[], datetime],
    ) -> None:
        self._fetcher = fetcher
        self._tables = tables
        self._egress = egress
        self._now = now
        self._memo = DnsMemo(fetcher, now)
        self._rdap = RdapClient(fetcher=fetcher, bootstrap=tables.bootstrap, egress=egress, now=now)

    async def trace(
        self,
        *,
        case_id: str,
        asset_id: str,
        url: str,
        peer: str | None,
        headers: Mapping[str, str],
        cookie_names: Sequence[str],
        signs: Collection[str] = (),
        origin: RevealedOrigin | None = None,
        snapshot_id: str | None = None,
        lately: bool = False,
    ) -> HostingSnapshot:
        """
        Find who serves the host of a URL.

        A missing table, a silent registry or a name that does not resolve is said in the
        evidence and lowers the confidence; it is no error.

        Args:
            case_id: the case that permits the look-ups.
            asset_id: the asset that is served there.
            url: its address; only the host is asked about.
            peer: address that answered the fetch, if one did.
            headers: of that answer, lower-case names.
            cookie_names: of that answer.
            signs: what a page that was read there said of itself; `parked` counts.
            origin: what was told of the host behind the front; followed while that front stands.
            snapshot_id: id to freeze it under; else one is drawn.
            lately: what DNS answered for another case of this round will do; never for proof.

        Raises:
            TemporaryFailure: the fetcher process is gone.
        """
        name = _host_of(self._tables, url)
        answered = Answered(url=url, headers=headers, cookie_names=cookie_names)
        looked = await self._look_up(name, case_id, peer, answered, origin, lately=lately)
        return snapshot_of(
            with_parking(await self._ask(case_id, looked), looked.servers, signs),
            snapshot_id=snapshot_id or f"{case_id}-S{uuid4().hex[:12]}",
            case_id=case_id,
            asset_id=asset_id,
        )

    async def domain_status(self, *, case_id: str, host: str) -> tuple[str, ...]:
        """
        Ask the registry of a host's registered domain what state the name is in.

        Returns:
            `registrar_checked` and `rdap_status:<state>` for each state (`not found` when the
            registry does not know the name), or `rdap_error:<word>`; empty for hosts without a
            registered domain.

        Raises:
            TemporaryFailure: the fetcher process is gone.
        """
        registered = self._tables.names.registered_domain(host)
        if registered is None:
            return ()
        answer = await self._rdap.domain(case_id, registered, fresh=_STATUS_FRESH)
        if answer.outcome == "none":
            return ("registrar_checked", "rdap_status:not found")
        if answer.record is None:
            return (f"rdap_error:{answer.outcome}",)
        states = (f"rdap_status:{state}" for state in answer.record.status)
        return ("registrar_checked", *states)

    async def _look_up(
        self,
        name: HostName,
        case_id: str,
        peer: str | None,
        answered: Answered,
        origin: RevealedOrigin | None,
        *,
        lately: bool,
    ) -> _Looked:
        """Ask DNS, then the offline tables; what was told of the origin is looked up as well."""
        (resolution, at), servers = await asyncio.gather(
            self._resolve(name, case_id, peer, self._now(), lately=lately),
            self._name_servers(name, case_id, lately=lately),
        )
        offline = look_offline(self._tables, name, resolution, answered, now=at)
        return _Looked(
            name=name,
            at=at,
            resolution=resolution,
            servers=servers,
            offline=offline,
            behind=follow(self._tables, offline, origin, name.host, now=at),
        )

    async def _ask(self, case_id: str, looked: _Looked) -> Findings:
        """Ask the registries about what was looked up, and gather all that is known."""
        registries = await ask_registries(
            self._rdap,
            case_id,
            looked.name,
            with_origin(looked.resolution, looked.behind),
            looked.offline,
        )
        return replace(_findings(self._tables, looked, registries), egress=self._egress)

    async def _resolve(
        self, name: HostName, case_id: str, peer: str | None, now: datetime, *, lately: bool
    ) -> tuple[Resolution, datetime]:
        """Return the addresses and since when they are known, which dates the whole trace."""
        if name.kind != "name":
            return without_dns(name, peer, now=now), now
        permit = Permit(case_id=case_id, derivation=Derivation.DNS, url=name.host)
        request = ResolveRequest(permit=permit, egress=self._egress)
        asked = await self._memo.resolve(request, lately=lately)
        since = min(asked.at, now)
        return with_dns(asked.answer, peer, now=since), since

    async def _name_servers(
        self, name: HostName, case_id: str, *, lately: bool
    ) -> DnsAnswer | None:
        if name.kind != "name" or name.registered is None:
            return None
        permit = Permit(case_id=case_id, derivation=Derivation.DNS, url=name.registered)
        request = ResolveRequest(permit=permit, egress=self._egress, records="ns")
        return (await self._memo.resolve(request, lately=lately)).answer


def _host_of(tables: HostingTables, url: str) -> HostName:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return tables.names.read(host)


def _findings(tables: HostingTables, looked: _Looked, registries: Registries) -> Findings:
    """Gather what DNS, the offline tables, the registries and a statement gave, in this order."""
    resolution, offline, behind = looked.resolution, looked.offline, looked.behind
    return Findings(
        at=looked.at,
        name=looked.name,
        catalogue=tables.catalogue,
        dns_outcome=resolution.outcome,
        dns_source=resolution.source,
        addresses=resolution.addresses,
        cnames=resolution.cnames,
        operator=offline.operator,
        platform=offline.platform,
        facts=offline.facts,
        front=offline.front,
        contradicted=offline.contradicted,
        marked=offline.marked,
        networks=registries.networks,
        parents=registries.parents,
        autnums=registries.autnums,
        domain=registries.domain,
        told=behind.origin,
        behind=behind.facts,
        evidence=_evidence(looked, registries),
    )


def _evidence(looked: _Looked, registries: Registries) -> tuple[EvidenceStep, ...]:
    return (
        *looked.resolution.evidence,
        *looked.offline.evidence,
        *registries.evidence,
        *looked.behind.evidence,
        *name_servers(looked.servers, now=looked.at),
    )
