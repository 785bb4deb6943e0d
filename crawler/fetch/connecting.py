"""Which line a request goes over, and the judged addresses that the line may lead to."""

from __future__ import annotations

from crawler.fetch.contract import FetchCode, FetchRequest
from crawler.fetch.cookies import CaseJar
from crawler.fetch.exchange import Line
from crawler.fetch.gate import Allowed
from crawler.fetch.kept import TOGETHER, Place
from crawler.fetch.redirects import Step
from crawler.fetch.resolver import CODES
from crawler.fetch.stream import Stopped
from crawler.fetch.trust import Trust
from crawler.fetch.ways import Way


def place_of(request: FetchRequest, step: Step, url: Allowed) -> Place | None:
    """Say where a connection is kept that this step may use; none if it needs its own."""
    together = request.permit.derivation in TOGETHER and step.method == "GET"
    if request.jar is None or step.fresh or not together:
        return None
    return Place(
        visit=request.jar,
        egress=request.egress,
        origin=url.origin,
        verified=step.verified,
    )


def new_line(
    way: Way, trust: Trust, jar: CaseJar, *, step: Step, url: Allowed, keeps: bool
) -> Line:
    """
    Make a line to the host of a URL, without a connection yet.

    Args:
        way: the way out.
        trust: which certificates are believed.
        jar: of the visit; an attempt without verification goes without it.
        step: what is asked.
        url: where.
        keeps: a connection serves the next request too.
    """
    return Line(
        guard=way.guard,
        host=url.host,
        context=trust.verified if step.verified else trust.unverified,
        source=way.egress.source_address,
        jar=jar if step.verified else None,
        tunnel=way.tunnel,
        keeps=keeps,
    )


async def judged_addresses(way: Way, url: Allowed) -> tuple[str, ...]:
    """
    Return the addresses to connect to.

    Raises:
        Stopped: there are none, or one of them is refused, which refuses all.
        TunnelError: the way out to the resolver is down.
    """
    if url.literal:
        return (url.host,)
    answer = await way.resolver.resolve(url.host, source=way.egress.source_address)
    if answer.outcome != "ok":
        raise Stopped(CODES[answer.outcome])
    if answer.refused_addresses:
        raise Stopped(FetchCode.REFUSED_ADDRESS)
    return answer.addresses
