"""Trace a host: ask DNS, the offline tables and the registries, and freeze what they answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from cases.model import HostingSnapshot
from crawler.fetch.contract import Derivation, Fetcher, Permit, ResolveRequest
from crawler.hosting.findings import Findings
from crawler.hosting.names import HostName
from crawler.hosting.offline import Answered, Offline, look_offline
from crawler.hosting.rdap import RdapClient
from crawler.hosting.registries import Registries, ask_registries
from crawler.hosting.resolution import Resolution, with_dns, without_dns
from crawler.hosting.snapshot import snapshot_of
from crawler.hosting.tables import HostingTables, load_tables

__all__ = ["HostingTables", "Tracer", "load_tables"]

_STATUS_FRESH = timedelta(hours=1)


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

        Raises:
            TemporaryFailure: the fetcher process is gone.
        """
        now = self._now()
        name = _host_of(self._tables, url)
        resolution = await self._resolve(name, case_id, peer, now)
        offline = look_offline(
            self._tables,
            name,
            resolution,
            Answered(url=url, headers=headers, cookie_names=cookie_names),
            now=now,
        )
        registries = await ask_registries(self._rdap, case_id, name, resolution, offline)
        return snapshot_of(
            _findings(self._tables, name, now, resolution, offline, registries),
            snapshot_id=f"{case_id}-S{uuid4().hex[:12]}",
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

    async def _resolve(
        self, name: HostName, case_id: str, peer: str | None, now: datetime
    ) -> Resolution:
        if name.kind != "name":
            return without_dns(name, peer, now=now)
        permit = Permit(case_id=case_id, derivation=Derivation.DNS, url=name.host)
        request = ResolveRequest(permit=permit, egress=self._egress)
        return with_dns(await self._fetcher.resolve(request), peer, now=now)


def _host_of(tables: HostingTables, url: str) -> HostName:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return tables.names.read(host)


def _findings(
    tables: HostingTables,
    name: HostName,
    now: datetime,
    resolution: Resolution,
    offline: Offline,
    registries: Registries,
) -> Findings:
    return Findings(
        at=now,
        name=name,
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
        networks=registries.networks,
        parents=registries.parents,
        autnums=registries.autnums,
        domain=registries.domain,
        evidence=(*resolution.evidence, *offline.evidence, *registries.evidence),
    )
