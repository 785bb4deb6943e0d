"""Every request that was made for a case, and which derivation of a permit allowed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from cases.model import Case, EvidenceStep, HostingSnapshot, Observation, RequestMade
from crawler.extract.links import host_of

REQUEST_COLUMNS: Final = ("at", "egress", "asset", "why", "method", "place", "result")
_LOOK_UPS: Final = {
    "dns": ("dns", "name server"),
    "rdap_network": ("rdap", "registry"),
    "rdap_parent": ("rdap", "registry"),
    "rdap_autnum": ("rdap", "registry"),
    "rdap_domain": ("rdap", "registry"),
}
"""Steps of a trace that leave the machine -> derivation, whom they ask."""
_NOT_ASKED: Final = frozenset({"skipped", "not_imported", "no_server", "not_asked"})


def request_rows(
    case: Case,
    observations: Sequence[Observation],
    traces: Sequence[HostingSnapshot],
    *,
    revealed: bool,
) -> list[dict[str, object]]:
    """
    Return one row per request, oldest first.

    Masked rows say where a request went relative to the report: `reported`, `same host`,
    `other host`, `name server` or `registry`; only revealed ones hold `url` and `peer`. A look-up
    of a trace may have been answered from the memory of an earlier one of the same day.
    """
    rows = [*_fetches(case, observations), *_look_ups(traces)]
    unique = {tuple(row.items()): row for row in sorted(rows, key=lambda row: row["at"])}
    hidden = () if revealed else ("url", "peer")
    return [
        {name: value for name, value in row.items() if name not in hidden}
        for row in unique.values()
    ]


def _fetches(case: Case, observations: Iterable[Observation]) -> Iterator[dict[str, str]]:
    for seen in observations:
        for made in seen.requests:
            yield _row(
                at=seen.at,
                egress=seen.egress,
                asset=seen.asset_id,
                why=made.derivation,
                method=made.method,
                place=_place(case, made.url),
                result=_result(made),
                url=made.url,
                peer=made.peer or "",
            )


def _place(case: Case, url: str) -> str:
    if url == case.url:
        return "reported"
    return "same host" if host_of(url) == case.host else "other host"


def _result(made: RequestMade) -> str:
    return made.error or str(made.status or "none")


def _look_ups(traces: Iterable[HostingSnapshot]) -> Iterator[dict[str, str]]:
    for trace in traces:
        for told in trace.evidence:
            if told.step in _LOOK_UPS and told.outcome not in _NOT_ASKED:
                yield _look_up(trace, told)


def _look_up(trace: HostingSnapshot, told: EvidenceStep) -> dict[str, str]:
    why, place = _LOOK_UPS[told.step]
    return _row(
        at=told.started,
        egress="",
        asset=trace.asset_id,
        why=why,
        method=told.step,
        place=place,
        result=told.outcome,
        url=told.query,
        peer=told.source,
    )


def _row(*, at: datetime, **members: str) -> dict[str, str]:
    return {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", **members}
