"""The proxies that ways out may lead through: their credentials, and whether they work."""

from __future__ import annotations

from collections.abc import Mapping

from cases.errors import ConfigurationProblem
from config.settings import Egress, Settings
from crawler.fetch.contract import FetchCode
from crawler.fetch.errors import CodedError
from crawler.fetch.tunnel import Tunnel
from crawler.fetch.ways import resolver_of, tunnel_of
from hostwatch.feeds import read_credentials

_PORT = 443
_SECONDS = 10.0


def proxy_credentials(settings: Settings) -> Mapping[str, tuple[str, str]]:
    """
    Read user and password of the proxies, by the egress's name.

    Raises:
        ConfigurationProblem: a file is missing, open to others, or not `USER:PASSWORD`.
    """
    return {
        egress.name: found
        for egress in settings.egress
        if (found := _credentials(egress)) is not None
    }


async def broken_proxies(settings: Settings) -> list[str]:
    """Say, one sentence each, which proxies do not let us out; nothing is requested."""
    ways = [egress for egress in settings.egress if egress.kind != "direct"]
    found = [await _fault(egress, settings) for egress in ways]
    return [
        f"The way out {egress.name!r} is down ({word}); nothing leaves by another way instead."
        for egress, word in zip(ways, found, strict=True)
        if word is not None
    ]


async def _fault(egress: Egress, settings: Settings) -> str | None:
    try:
        tunnel = tunnel_of(egress, _credentials(egress))
        return None if tunnel is None else await _tried(egress, tunnel, settings)
    except CodedError as problem:
        return problem.code.value
    except ConfigurationProblem:
        return "its credentials_file cannot be used"
    except ValueError:
        return "its proxy is no numeric address with a port"


async def _tried(egress: Egress, tunnel: Tunnel, settings: Settings) -> str | None:
    """Resolve the control host as this way does, then connect to it and hang up."""
    servers = settings.network.resolvers
    found = await resolver_of(egress, servers, tunnel=tunnel).resolve(settings.network.control_host)
    usable = [one for one in found.addresses if one not in found.refused_addresses]
    if not usable:
        return f"dns: {found.outcome}"
    try:
        (await tunnel.connect(usable[0], _PORT, seconds=_SECONDS)).close()
    except CodedError as problem:
        return problem.code.value if problem.code is FetchCode.EGRESS_DOWN else None
    return None


def _credentials(egress: Egress) -> tuple[str, str] | None:
    if egress.credentials_file is None:
        return None
    found = read_credentials(egress.credentials_file)
    return found.user, found.password
