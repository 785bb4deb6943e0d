"""The ways out to the internet, each with its own guard, resolver and proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Network

from config.settings import Egress
from crawler.fetch import address
from crawler.fetch.guard import Guard
from crawler.fetch.practice import PracticeNetwork
from crawler.fetch.resolver import QUESTION_S, Resolver, split_server
from crawler.fetch.tunnel import Tunnel
from crawler.fetch.wire import FetcherSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One egress, ready for use."""

    egress: Egress
    guard: Guard
    resolver: Resolver
    tunnel: Tunnel | None = None
    """The proxy that every connection goes through; none for a direct way."""


def ways_of(setup: FetcherSetup) -> Mapping[str, Way]:
    """
    Build the ways out, by name.

    Raises:
        ValueError: a network, resolver, proxy or practice endpoint is malformed, or a practice
            network would be left through a proxy.
    """
    tunnels = {one.name: _tunnel(one, setup) for one in setup.egresses}
    proxies = (one.host for one in tunnels.values() if one is not None)
    prefixes = (one.nat_prefix for one in setup.egresses if one.nat_prefix is not None)
    own = address.networks((*setup.network.own_networks, *proxies, *prefixes))
    return {one.name: _way(one, setup, tunnels[one.name], own) for one in setup.egresses}


def tunnel_of(egress: Egress, credentials: tuple[str, str] | None = None) -> Tunnel | None:
    """
    Describe the proxy of an egress; none for a direct one.

    Raises:
        ValueError: it is not a numeric address with a port.
    """
    if egress.kind == "direct":
        return None
    host, port = split_server(egress.proxy or "")
    return Tunnel(
        kind=egress.kind,
        host=host,
        port=port,
        source=egress.source_address,
        credentials=credentials,
    )


def resolver_of(
    egress: Egress,
    servers: Sequence[str],
    *,
    tunnel: Tunnel | None,
    practice: PracticeNetwork | None = None,
    own_networks: Sequence[address.Network] = (),
    question_s: float = QUESTION_S,
) -> Resolver:
    """
    Build the resolver of an egress; through SOCKS it asks by way of the proxy.

    Raises:
        ValueError: a server is malformed, or none is named where the proxy needs one.
    """
    through = tunnel if tunnel is not None and tunnel.kind == "socks5" else None
    named = tuple(egress.resolvers) or tuple(servers)
    if through is not None and practice is None and not named:
        raise ValueError("no DNS server is named for a way out through SOCKS")
    return Resolver(
        servers=named,
        practice=practice,
        own_networks=own_networks,
        question_s=question_s,
        tunnel=through,
        nat64=_prefix(egress),
    )


def _way(
    egress: Egress, setup: FetcherSetup, tunnel: Tunnel | None, own: tuple[address.Network, ...]
) -> Way:
    return Way(
        egress=egress,
        guard=Guard(practice=setup.practice, own_networks=own, nat64=_prefix(egress)),
        resolver=resolver_of(
            egress,
            setup.network.resolvers,
            tunnel=tunnel,
            practice=setup.practice,
            own_networks=own,
            question_s=min(QUESTION_S, setup.fetch.connect_s),
        ),
        tunnel=tunnel,
    )


def _tunnel(egress: Egress, setup: FetcherSetup) -> Tunnel | None:
    tunnel = tunnel_of(egress, setup.credentials.get(egress.name))
    if tunnel is not None and setup.practice is not None and not _is_loopback(tunnel.host):
        raise ValueError("a proxy of a practice network must lie on loopback")
    return tunnel


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback


def _prefix(egress: Egress) -> IPv6Network | None:
    return None if egress.nat_prefix is None else IPv6Network(egress.nat_prefix)
