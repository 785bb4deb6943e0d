"""
Names into addresses, through the configured resolvers, with absence and failure kept apart.

Names are absolute, so that no search domain of the machine helps anyone; nothing is cached, so
that each hop is judged by what is answered now. A name counts as non-existent only when both
questions (A and AAAA) say so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Network
from typing import Literal

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from crawler.fetch.address import Network, parse, refusal, untranslated
from crawler.fetch.asked_once import AskedOnce
from crawler.fetch.contract import DnsAnswer, FetchCode
from crawler.fetch.hostname import HostError, read_host
from crawler.fetch.practice import PracticeNetwork
from crawler.fetch.tunnel import Tunnel, TunnelError
from crawler.fetch.tunnelled_dns import TunnelledServer, egress_lost

Outcome = Literal["ok", "nxdomain", "nodata", "servfail", "timeout", "refused"]

CODES: dict[Outcome, FetchCode] = {
    "nxdomain": FetchCode.NXDOMAIN,
    "nodata": FetchCode.NODATA,
    "servfail": FetchCode.SERVFAIL,
    "timeout": FetchCode.DNS_TIMEOUT,
    "refused": FetchCode.REFUSED_HOST,
}

QUESTION_S = 5.0
"""Longest time of one question, repetitions included."""
_MAX_ADDRESSES = 64
_MAX_CNAMES = 16
_PORT = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    outcome: Outcome
    found: tuple[str, ...] = ()
    """Addresses; mail hosts or name servers in their order."""
    cnames: tuple[str, ...] = ()
    ttl: int | None = None
    resolver: str = ""


class Resolver:
    """Resolve names for one process; safe to use from many tasks."""

    def __init__(
        self,
        *,
        servers: Sequence[str],
        practice: PracticeNetwork | None = None,
        own_networks: Sequence[Network] = (),
        question_s: float = QUESTION_S,
        tunnel: Tunnel | None = None,
        nat64: IPv6Network | None = None,
    ) -> None:
        """
        Configure the resolvers.

        Args:
            servers: `192.0.2.53` or `192.0.2.53:5353`; empty uses the system's.
            practice: its resolver is used instead, and it judges addresses.
            own_networks: the hotline's own ranges.
            question_s: longest time of one question, repetitions included.
            tunnel: the servers are asked over TCP through this proxy; some must be named.
            nat64: what a DNS64 server wrote behind this prefix is read as IPv4.

        Raises:
            ValueError: a server is not a numeric address with an optional port.
            dns.exception.DNSException: the system names no resolver.
        """
        self._practice = practice
        self._own_networks = own_networks
        named = (practice.resolver,) if practice else tuple(servers)
        self._resolver = _configured(named, tunnel)
        self._nat64 = nat64
        self.asks_by: Literal["local", "tunnel"] = "local" if tunnel is None else "tunnel"
        """Where the questions are asked."""
        self._resolver.lifetime = question_s
        self._addresses: AskedOnce[DnsAnswer] = AskedOnce()

    async def resolve(self, host: str, *, source: str | None = None) -> DnsAnswer:
        """
        Ask for all addresses of a host.

        Args:
            host: name in A-labels.
            source: local address that the questions leave from.

        Raises:
            TunnelError: the proxy that the questions go through is down.
        """
        return await self._addresses.ask((host, source), partial(self._resolved, host, source))

    async def _resolved(self, host: str, source: str | None) -> DnsAnswer:
        started = time.monotonic()
        v4, v6 = await asyncio.gather(
            self._ask(host, dns.rdatatype.A, source), self._ask(host, dns.rdatatype.AAAA, source)
        )
        found = {untranslated(one, self._nat64) for one in (*v4.found, *v6.found)}
        refused = tuple(sorted(filter(self.refuses, found)))[:_MAX_ADDRESSES]
        # what is refused is told first, so that no crowd of addresses hides it
        addresses = tuple(sorted({*refused, *sorted(found)[: _MAX_ADDRESSES - len(refused)]}))
        return DnsAnswer(
            host=host,
            outcome="ok" if addresses else _absence(v4.outcome, v6.outcome),
            addresses=addresses,
            cnames=v4.cnames or v6.cnames,
            refused_addresses=refused,
            ttl=min((item for item in (v4.ttl, v6.ttl) if item is not None), default=None),
            resolver=v4.resolver or v6.resolver,
            dns=self.asks_by,
            milliseconds=int((time.monotonic() - started) * 1000),
        )

    async def names(
        self, host: str, records: Literal["mx", "ns"], *, source: str | None = None
    ) -> DnsAnswer:
        """
        Ask for the mail hosts of a domain, by preference, or for its name servers.

        A domain that takes no mail has the one name `""` (RFC 7505). Names that are no host names
        are left out, so that an answer may be `ok` without any.
        """
        started = time.monotonic()
        kind = dns.rdatatype.MX if records == "mx" else dns.rdatatype.NS
        answer = await self._ask(host, kind, source)
        return DnsAnswer(
            host=host,
            outcome=answer.outcome,
            names=_host_names(answer.found),
            cnames=answer.cnames,
            ttl=answer.ttl,
            resolver=answer.resolver,
            dns=self.asks_by,
            milliseconds=int((time.monotonic() - started) * 1000),
        )

    def refuses(self, address: str) -> str | None:
        """Say why an address must not be connected to; none when it may."""
        return refusal(address, practice=self._practice, own_networks=self._own_networks)

    async def _ask(self, host: str, kind: dns.rdatatype.RdataType, source: str | None) -> _Answer:
        try:
            name = dns.name.from_text(f"{host}.")
            answer = await self._resolver.resolve(
                name, kind, source=source, raise_on_no_answer=False, search=False
            )
        except dns.exception.DNSException as error:
            if egress_lost(error):
                raise TunnelError(FetchCode.EGRESS_DOWN) from None
            return _Answer(outcome=_outcome_of(error))
        except OSError:
            return _Answer(outcome="timeout")
        return _read(answer)


def _configured(servers: tuple[str, ...], tunnel: Tunnel | None) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [_nameserver(server, tunnel) for server in servers]
    return resolver


def _nameserver(server: str, tunnel: Tunnel | None) -> dns.nameserver.Nameserver:
    host, port = split_server(server)
    if tunnel is not None:
        return TunnelledServer(host, port, tunnel)
    return dns.nameserver.Do53Nameserver(host, port)


def split_server(server: str) -> tuple[str, int]:
    """
    Read `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`.

    Raises:
        ValueError: it is none of these.
    """
    import ipaddress

    if server.count(":") == 1 or server.startswith("["):
        host, _, port = server.rpartition(":")
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    return str(ipaddress.ip_address(server)), _PORT


def _outcome_of(error: dns.exception.DNSException) -> Outcome:
    if isinstance(error, dns.resolver.NXDOMAIN):
        return "nxdomain"
    if isinstance(error, dns.exception.Timeout):
        return "timeout"
    return "servfail"


def _absence(v4: Outcome, v6: Outcome) -> Outcome:
    """Take the answer that proves least: one failed question leaves the name undecided."""
    if v4 == v6:
        return "nodata" if v4 == "ok" else v4
    for outcome in ("timeout", "servfail"):
        if outcome in (v4, v6):
            return outcome
    return "nodata"


def _read(answer: dns.resolver.Answer) -> _Answer:
    found = () if answer.rrset is None else _texts(answer.rrset)
    chain = answer.chaining_result.cnames[:_MAX_CNAMES]
    return _Answer(
        outcome="ok" if found else "nodata",
        found=found,
        cnames=tuple(str(rrset[0].target).rstrip(".").lower() for rrset in chain),
        ttl=answer.chaining_result.minimum_ttl if found else None,
        resolver=f"{answer.nameserver}:{answer.port}",
    )


def _texts(records: dns.rrset.RRset) -> tuple[str, ...]:
    if records.rdtype == dns.rdatatype.MX:
        ordered = sorted(records, key=lambda one: (one.preference, one.exchange.to_text().lower()))
        return tuple(one.exchange.to_text() for one in ordered)
    return tuple(one.to_text() for one in records)


def _host_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Bring names into lower case without the last dot; the root stands for itself alone."""
    if tuple(texts) == (".",):
        return ("",)
    readable = (name for text in texts if (name := _host_name(text)) is not None)
    return tuple(dict.fromkeys(readable))[:_MAX_ADDRESSES]


def _host_name(text: str) -> str | None:
    try:
        name = read_host(text)
    except HostError:
        return None
    return None if parse(name) is not None else name
