"""Benign cases, traces and notices for the tests of this room."""

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
    Contact,
    CountryClaim,
    Digests,
    EvidenceStep,
    HostingSnapshot,
    ListEntry,
    Match,
    Notice,
    NoticeKind,
    NoticeState,
    Party,
    PartyRole,
    Pathway,
    PathwayStep,
    Recipient,
    RecipientKind,
    SiteType,
    Stage,
)
from config.policy import (
    Cadence,
    CadenceStep,
    CountryRule,
    Downloads,
    Matching,
    NoticeRules,
    Policy,
    Takedown,
)
from config.settings import Hotline, Police
from notices.material import Material
from notices.partners.registry import Partner, Partners

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
BASELINE = Classification(scheme="interpol", value="baseline")
CASE_ID = "HW-2026-000123"
SHA256 = "a" * 64
HOTLINE = Hotline(
    name="Example Hotline",
    domain="hotline.example",
    contact="reports@hotline.example",
    country="NL",
    statute="Example Penal Code, article 240b",
    network="INHOPE",
)
POLICE = Police(name="Example Police", address="unit@police.example")
PARTNER = Partner(
    id="de-hotline",
    name="Partner Hotline DE",
    countries=("DE",),
    address="desk@partner.example",
    transfer_basis="agreement 2024",
    illegal_here=("interpol:baseline", "national:*"),
)
PARTNERS = Partners(entries=(PARTNER,))
RULES = NoticeRules(
    fresh_proof=timedelta(minutes=15),
    police_first_hold=timedelta(hours=12),
    deadline=timedelta(hours=24),
    reminder_after=timedelta(hours=24),
    reminders=3,
    repeat_after=timedelta(hours=24),
    retry_mail=timedelta(minutes=15),
)


def policy(*, home="police_first", abroad="partner", **countries) -> Policy:
    step = CadenceStep(until=timedelta(days=1), every=timedelta(hours=1))
    hour = timedelta(hours=1)
    return Policy(
        version="test-1",
        reviewed_by="tests",
        reviewed_on="2026-11-01",
        cadence=Cadence(
            open=(step,),
            confirm_after=hour,
            after_claim=hour,
            watch=(step,),
            retry_first=hour,
            retry_cap=hour,
            retry_limit=3,
            lateness_alarm=hour,
        ),
        takedown=Takedown(agreeing=3, span=12 * hour, networks=2, site_down=72 * hour, changed=3),
        matching=Matching(confident=31, review=52, quality=50),
        notices=RULES,
        downloads=Downloads(per_asset=5),
        home=CountryRule(order=home),
        abroad=CountryRule(order=abroad),
        countries={
            name: rule if isinstance(rule, CountryRule) else CountryRule(order=rule)
            for name, rule in countries.items()
        },
    )


def match(classification=BASELINE, strength="strong") -> Match:
    entry = ListEntry(
        hash_list="SECRETLISTNAME",
        version="v7",
        tier="baseline",
        signal_type="sha256",
        classification=classification,
    )
    return Match(strength=strength, entry=entry)


def asset(ordinal=1, **changes) -> Asset:
    base = Asset(
        id=f"{CASE_ID}-{ordinal}",
        case_id=CASE_ID,
        kind=AssetKind.PICTURE,
        role="original",
        url=f"https://files.example/d/abc{ordinal}",
        host="files.example",
        why="RULENAME",
        digests=Digests(md5="1" * 32, sha1="2" * 40, sha256=SHA256, length=1234),
        pdq="f" * 64,
        comparison=match(),
    )
    return replace(base, **changes)


def contact(party=PartyRole.CONTENT_HOST, value="abuse@provider.example", **changes) -> Contact:
    base = Contact(
        party=party,
        channel="mail",
        value=value,
        source="rdap_abuse",
        confidence=Confidence.HIGH,
    )
    return replace(base, **changes)


def party(role=PartyRole.CONTENT_HOST, *contacts, **changes) -> Party:
    base = Party(
        role=role,
        name="Example Hosting B.V.",
        asn=64500,
        key=f"as64500-{role}",
        contacts=contacts or (contact(role),),
    )
    return replace(base, **changes)


def snapshot(ordinal=1, *, country="NL", parties=None, **changes) -> HostingSnapshot:
    base = HostingSnapshot(
        id=f"snap-{ordinal}",
        case_id=CASE_ID,
        asset_id=f"{CASE_ID}-{ordinal}",
        taken_at=NOW - timedelta(minutes=5),
        host="files.example",
        registered_domain="files.example",
        addresses=("192.0.2.10",),
        parties=(party(),) if parties is None else tuple(parties),
        countries=(
            CountryClaim(
                kind="physical",
                country=country or "ZZ",
                source="table",
                source_version="1",
                at=NOW,
                confidence=Confidence.HIGH,
            ),
        ),
        country=country,
        country_confidence=Confidence.HIGH,
        country_reason="agreed",
        methods=3,
        evidence=(
            EvidenceStep(
                step="dns",
                source="resolver",
                source_version="1",
                started=NOW - timedelta(minutes=5),
                milliseconds=3,
                outcome="found",
                query="QUERYTEXT",
                detail="DETAILTEXT",
            ),
        ),
    )
    return replace(base, **changes)


def case(**changes) -> Case:
    base = Case(
        id=CASE_ID,
        version=3,
        stage=Stage.TRACED,
        created_at=NOW - timedelta(hours=1),
        url="https://files.example/d/abc1",
        canonical="https://files.example/d/abc1",
        host="files.example",
        site_type=SiteType.CYBERLOCKER,
        pathway=Pathway(
            steps=(PathwayStep(url="https://board.example/thread/1"),),
            referrer="https://board.example/",
        ),
        first_seen=NOW - timedelta(minutes=50),
        last_seen=NOW - timedelta(minutes=4),
    )
    return replace(base, **changes)


def recipient(**changes) -> Recipient:
    base = Recipient(
        kind=RecipientKind.CONTENT_HOST,
        key="as64500",
        name="Example Hosting B.V.",
        channel=Channel.XARF_MAIL,
        address="abuse@provider.example",
        language="en",
        country="NL",
        source="rdap_abuse",
        confidence=Confidence.HIGH,
    )
    return replace(base, **changes)


def notice(**changes) -> Notice:
    base = Notice(
        serial=f"{CASE_ID}-N1",
        case_id=CASE_ID,
        version=1,
        kind=NoticeKind.FIRST,
        recipient=recipient(),
        state=NoticeState.APPROVED,
        drafted_at=NOW - timedelta(hours=1),
        asset_ids=(f"{CASE_ID}-1",),
        snapshot_ids=("snap-1",),
        template="cyberlocker",
        why="home:police_first",
        policy_version="test-1",
        classification=BASELINE,
        law="Example Penal Code, article 240b",
        approved_by="ANALYSTNAME",
        approved_at=NOW,
        deadline=NOW + timedelta(hours=24),
        answer_code="ABCDEFGHJKMN",
    )
    return replace(base, **changes)


def assessment(**changes) -> Assessment:
    base = Assessment(
        case_id=CASE_ID,
        ordinal=1,
        classification=BASELINE,
        law="Example Penal Code, article 240b",
        illegal=True,
        assessor="ANALYSTNAME",
        second_assessor="SECONDNAME",
        at=NOW,
    )
    return replace(base, **changes)


def material(**changes) -> Material:
    assets = changes.pop("assets", (asset(),))
    base = Material(
        notice=notice(),
        case=case(),
        assets=assets,
        snapshots={a.id: snapshot(int(a.id.rpartition("-")[2])) for a in assets},
        hotline=HOTLINE,
        sender="notices@hotline.example",
        assessment=None,
        answers_url="https://answers.hotline.example",
        proof_at=NOW - timedelta(minutes=4),
        now=NOW,
        defang=True,
        gated_note=None,
    )
    return replace(base, **changes)
