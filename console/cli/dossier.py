"""One case as values and as text; locations are masked unless they were revealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from console.output import case_row, notice_row, print_pairs, print_table
from console.output.evidence import asset_row, audit_row, observation_row
from console.output.requests import REQUEST_COLUMNS, request_rows
from console.output.rows import party_name

if TYPE_CHECKING:
    from cases.model import Asset, HostingSnapshot, Pathway
    from hostwatch.operations.cases import Dossier

_ASSET_COLUMNS = ("asset", "kind", "role", "comparison", "reason", "verdict", "provider", "country")
_OBSERVATION_COLUMNS = ("at", "asset", "egress", "presence", "rule", "status", "control")
_NOTICE_COLUMNS = ("serial", "kind", "recipient_kind", "channel", "state", "held")
_LATEST = 20


def dossier_value(found: Dossier, *, now: datetime, revealed: bool) -> dict[str, object]:
    """Turn a dossier into plain values; only a revealed one holds locations."""
    value: dict[str, object] = {
        "case": case_row(found.case, now=now),
        "reports": len(found.reports),
        "assets": [_asset(one, found, revealed=revealed) for one in found.assets],
        "observations": [observation_row(one) for one in found.observations],
        "requests": request_rows(found.case, found.observations, found.traces, revealed=revealed),
        "notices": [notice_row(one, now=now) for one in found.notices],
        "trail": [audit_row(entry) for entry in found.trail],
    }
    if revealed:
        value["url"] = found.case.url
        value["payments"] = list(found.case.payments)
        value["pathway"] = pathway_value(found.case.pathway)
        value["notes"] = [report.note for report in found.reports if report.note]
    return value


def pathway_value(pathway: Pathway) -> dict[str, object]:
    """Turn a recipe into plain values, without the values of its cookies and its passwords."""
    return {
        "steps": [{"url": one.url, "referrer": one.referrer} for one in pathway.steps],
        "referrer": pathway.referrer,
        "user_agent": pathway.user_agent,
        "accept_language": pathway.accept_language,
        "cookies": [{"name": one.name, "host": one.host} for one in pathway.cookies],
        "egress": pathway.egress,
        "tls": pathway.tls,
        "passwords": len(pathway.passwords),
    }


def _asset(asset: Asset, found: Dossier, *, revealed: bool) -> dict[str, object]:
    from hostwatch.workflow.judging import explain
    from notices.wording import part_of, part_words

    row = {
        **asset_row(asset),
        "reason": explain(asset.comparison),
        "part": part_words(part_of(asset.comparison)),
        **_hosting(asset, found.snapshots.get(asset.id)),
    }
    if not revealed:
        return row
    sha256 = asset.digests.sha256 if asset.digests is not None else None
    return {**row, "url": asset.url, "sha256": sha256}


def _hosting(asset: Asset, snapshot: HostingSnapshot | None) -> dict[str, object]:
    from cases.model import PartyRole

    if snapshot is None:
        return {"provider": None, "country": None, "confidence": None, "masked_by": None}
    party = snapshot.party(PartyRole.CONTENT_HOST) or snapshot.party(PartyRole.FRONT)
    return {
        "provider": party_name(party.name, host=asset.host) if party is not None else None,
        "country": snapshot.country,
        "confidence": snapshot.country_confidence.value,
        "masked_by": party_name(snapshot.masked_by, host=asset.host),
    }


def print_dossier(value: Mapping[str, object], *, file: TextIO) -> None:
    """Print a dossier value as text."""
    case = _mapping(value["case"])
    print_pairs(case, title=str(case["case"]), file=file)
    if "url" in value:
        shown = {name: value[name] for name in ("url", "pathway", "payments", "notes")}
        print_pairs(shown, title="revealed", file=file)
    assets = _rows(value["assets"])
    further = [name for name in ("part", "url") if any(asset.get(name) for asset in assets)]
    for name, columns in (
        ("assets", (*_ASSET_COLUMNS, *further)),
        ("notices", _NOTICE_COLUMNS),
        ("observations", _OBSERVATION_COLUMNS),
        ("requests", _request_columns(value)),
    ):
        rows = _rows(value[name])
        if rows:
            print_table(rows[-_LATEST:], columns=columns, title=name, file=file)


def _request_columns(value: Mapping[str, object]) -> tuple[str, ...]:
    return (*REQUEST_COLUMNS, "url", "peer") if "url" in value else REQUEST_COLUMNS


def print_why(value: Mapping[str, object], *, file: TextIO) -> None:
    """Print the explanation of a case's verdict as text."""
    closing = f", closed as {value['close_reason']}" if value["close_reason"] else ""
    print(f"{value['case']} is {value['stage']}{closing}.", file=file)
    print(f"Compared: {value['comparison']} ({value['reason']}).", file=file)
    if value["needs"]:
        print(f"Waits for an analyst: {value['needs']}.", file=file)
    print(f"Verdict: {value['verdict']} by rule {value['rule'] or 'none'}.", file=file)
    for asset in _rows(value["assets"]):
        _print_asset(asset, file)


def _print_asset(asset: Mapping[str, object], file: TextIO) -> None:
    print(f"\n{asset['asset']}: {asset['verdict']} ({asset['rule']})", file=file)
    for sentence in _texts(asset["because"]):
        print(f"  because {sentence}", file=file)
    for sentence in _texts(asset["missing"]):
        print(f"  missing {sentence}", file=file)
    print_table(
        [dict(one) for one in _rows(asset["latest"])],
        columns=("at", "egress", "presence", "rule", "status", "control"),
        title=f"last of {asset['observations']} observations",
        file=file,
    )


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)
    return value


def _rows(value: object) -> Sequence[Mapping[str, object]]:
    assert isinstance(value, list)
    return value


def _texts(value: object) -> Sequence[str]:
    assert isinstance(value, list)
    return [str(one) for one in value]
