"""
The practice registries: RDAP answers (RFC 9083) for addresses, networks and names.

Each registry nests its abuse contact in its own way, as the real ones do.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

from crawler.fetch.practice import Endpoint
from sandbox.network import HOSTS, PROVIDERS, RDAP_HOSTS, Provider, loopback_of
from sandbox.web import listen

Json = dict[str, Any]
_CONFORMANCE = ["rdap_level_0", "cidr0"]


def answer(path: str, address_of: Callable[[str], str | None]) -> Json | None:
    """
    Answer a query of RFC 9082 such as `ip/192.0.2.10`, `autnum/64500`, `domain/meadow.test`.

    None when the registry knows of no such object. `address_of` tells which names are gone, and
    so in which status their domains are.
    """
    kind, _, key = path.strip("/").partition("/")
    if kind == "ip":
        return _network(key)
    if kind == "autnum":
        return _autnum(key)
    return _domain(key.lower().rstrip("."), address_of) if kind == "domain" else None


def _network(key: str) -> Json | None:
    try:
        wanted = ipaddress.ip_network(key, strict=False)
    except ValueError:
        return None
    for provider in PROVIDERS.values():
        prefix = ipaddress.ip_network(provider.prefix)
        if wanted.version == prefix.version and wanted.network_address in prefix:
            return _network_of(provider, prefix)
    return None


def _network_of(provider: Provider, prefix: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Json:
    return {
        "rdapConformance": _CONFORMANCE,
        "objectClassName": "ip network",
        "handle": f"NET-{provider.key.upper()}",
        "startAddress": str(prefix.network_address),
        "endAddress": str(prefix.broadcast_address),
        "ipVersion": "v4",
        "name": f"{provider.key.upper()}-NET",
        "type": "ASSIGNED PA",
        "country": provider.country,
        "status": ["active"],
        "cidr0_cidrs": [{"v4prefix": str(prefix.network_address), "length": prefix.prefixlen}],
        **_contacts(provider),
    }


def _autnum(key: str) -> Json | None:
    for provider in PROVIDERS.values():
        if key == str(provider.asn):
            return {
                "rdapConformance": _CONFORMANCE,
                "objectClassName": "autnum",
                "handle": f"AS{provider.asn}",
                "startAutnum": provider.asn,
                "endAutnum": provider.asn,
                "name": provider.key.upper(),
                "country": provider.country,
                "status": ["active"],
                **_contacts(provider),
            }
    return None


def _domain(name: str, address_of: Callable[[str], str | None]) -> Json | None:
    hosts = [host for host in HOSTS.values() if host.name == name or host.name.endswith(f".{name}")]
    if not hosts:
        return None
    registrar = _entity("REG-1", ["registrar"], "Practice Names Ltd", kind="org")
    registrar["entities"] = [
        _entity("REG-1-A", ["abuse"], "Abuse", email="abuse@practice-names.test")
    ]
    return {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "domain",
        "handle": f"DOM-{name.upper()}",
        "ldhName": name,
        "status": ["active"] if address_of(hosts[0].name) else ["client hold"],
        "events": [
            {"eventAction": "registration", "eventDate": "2026-01-05T08:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2028-01-05T08:00:00Z"},
        ],
        "entities": [registrar],
    }


def _contacts(provider: Provider) -> Json:
    handle = provider.key.upper()
    owner = _entity(f"ORG-{handle}", ["registrant"], provider.name, kind="org")
    abuse = _entity(f"AR-{handle}", ["abuse"], "Abuse desk", email=provider.abuse)
    if provider.style == "nested":
        return {"entities": [{**owner, "entities": [abuse]}]}
    if provider.style == "repeated":
        return {"entities": [{**owner, "entities": [abuse]}, abuse]}
    if provider.style == "preferred":
        return {"entities": [owner, _preferred(provider)]}
    if provider.style == "mixed_roles":
        both = _entity(f"P-{handle}", ["technical", "abuse"], "Staff", email=provider.abuse)
        return {"entities": [owner, both]}
    remark = {"description": ["This network publishes no abuse mailbox."]}
    return {"entities": [owner], "remarks": [remark]}


def _preferred(provider: Provider) -> Json:
    domain = provider.abuse.partition("@")[2]
    entity = _entity(f"IRT-{provider.key.upper()}", ["abuse"], "Response team")
    entity["vcardArray"][1] += [
        ["email", {}, "text", f"noc@{domain}"],
        ["email", {"pref": "1"}, "text", provider.abuse],
    ]
    return entity


def _entity(
    handle: str, roles: list[str], name: str, *, kind: str = "group", email: str | None = None
) -> Json:
    card: list[list[Any]] = [
        ["version", {}, "text", "4.0"],
        ["fn", {}, "text", name],
        ["kind", {}, "text", kind],
    ]
    if email is not None:
        card.append(["email", {}, "text", email])
    return {
        "objectClassName": "entity",
        "handle": handle,
        "roles": roles,
        "vcardArray": ["vcard", card],
    }


class RdapServers:
    """Both registries' servers, over TLS."""

    def __init__(self, address_of: Callable[[str], str | None]) -> None:
        self._address_of = address_of
        self.queries: Counter[str] = Counter()
        """`ip`, `autnum`, `domain` -> queries."""
        self._runner = web.ServerRunner(web.Server(self._handle))

    async def start(self, context: ssl.SSLContext) -> list[Endpoint]:
        """Listen; return where."""
        await self._runner.setup()
        return [
            await listen(
                self._runner,
                Endpoint(address=address, port=443, real_address=loopback_of(address), real_port=0),
                context,
            )
            for address in RDAP_HOSTS.values()
        ]

    async def stop(self) -> None:
        """Close."""
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        self.queries[request.path.strip("/").partition("/")[0]] += 1
        found = answer(request.path, self._address_of)
        body = found or {"rdapConformance": ["rdap_level_0"], "errorCode": 404, "title": "none"}
        return web.Response(
            status=200 if found else 404,
            text=json.dumps(body),
            content_type="application/rdap+json",
        )
