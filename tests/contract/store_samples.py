"""Records to put into a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cases.model import (
    Assessment,
    Asset,
    AssetKind,
    Case,
    Channel,
    Classification,
    Confidence,
    Digests,
    HostingSnapshot,
    Notice,
    NoticeKind,
    NoticeState,
    Observation,
    Presence,
    Recipient,
    RecipientKind,
    Report,
    Source,
    Stage,
)
from cases.ports import CaseStore

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_case(number: int = 1, **changes) -> Case:
    made = Case(
        id=f"HW-2026-{number:06d}",
        version=1,
        stage=Stage.RECEIVED,
        created_at=NOW + timedelta(seconds=number),
        url=f"https://board{number}.test/thread/{number}#p7",
        canonical=f"https://board{number}.test/thread/{number}",
        host=f"board{number}.test",
    )
    return replace(made, **changes)


def a_report(case: Case, number: int = 1, **changes) -> Report:
    made = Report(
        id=f"{case.id}-R{number}",
        reference=f"ref{number}",
        case_id=case.id,
        received_at=NOW + timedelta(minutes=number),
        source=Source.PUBLIC,
        url=case.url,
    )
    return replace(made, **changes)


def an_asset(case: Case, ordinal: int = 0, **changes) -> Asset:
    made = Asset(
        id=f"{case.id}-{ordinal}",
        case_id=case.id,
        kind=AssetKind.PICTURE,
        role="original",
        url=f"{case.canonical}/{ordinal}.png",
        host=case.host,
    )
    return replace(made, **changes)


def digests(letter: str) -> Digests:
    return Digests(md5=letter * 32, sha1=letter * 40, sha256=letter * 64, length=100)


def an_observation(asset: Asset, hours: float = 0, **changes) -> Observation:
    made = Observation(
        case_id=asset.case_id,
        asset_id=asset.id,
        at=NOW + hours * HOUR,
        egress="home",
        presence=Presence.PRESENT_EXACT,
        rule="same_digest",
    )
    return replace(made, **changes)


def a_snapshot(asset: Asset, number: int = 1, **changes) -> HostingSnapshot:
    made = HostingSnapshot(
        id=f"{asset.id}-S{number}",
        case_id=asset.case_id,
        asset_id=asset.id,
        taken_at=NOW + number * HOUR,
        host=asset.host,
        registered_domain=asset.host,
        addresses=("192.0.2.7",),
    )
    return replace(made, **changes)


def an_assessment(case: Case, ordinal: int = 1) -> Assessment:
    return Assessment(
        case_id=case.id,
        ordinal=ordinal,
        classification=Classification(scheme="interpol", value="baseline"),
        law="Example Act, article 1",
        illegal=True,
        assessor="ana",
        at=NOW + ordinal * HOUR,
    )


def a_notice(case: Case, number: int = 1, **changes) -> Notice:
    made = Notice(
        serial=f"{case.id}-N{number}",
        case_id=case.id,
        version=1,
        kind=NoticeKind.FIRST,
        recipient=Recipient(
            kind=RecipientKind.CONTENT_HOST,
            key="as64500",
            name="Example Hosting",
            channel=Channel.MAIL,
            address="abuse@hosting.example",
            language="en",
            country="NL",
            source="catalogue",
            confidence=Confidence.HIGH,
        ),
        state=NoticeState.DRAFTED,
        drafted_at=NOW,
        asset_ids=(f"{case.id}-0",),
        snapshot_ids=(),
    )
    return replace(made, **changes)


async def add(store: CaseStore, *cases, reports: bool = False) -> None:
    async with store.transaction() as step:
        for case in cases:
            await step.add_case(case)
            if reports:
                await step.add_report(a_report(case))
