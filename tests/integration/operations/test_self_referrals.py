"""Self-referrals from import to withdrawal: two people, every case, and no trace of the source."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from operations_house import NOW, House
from store_samples import a_notice, an_asset

from cases.errors import ConfigurationProblem, InvalidInput, NotPermitted, UnknownRecord
from cases.model import (
    Asset,
    Case,
    Classification,
    Digests,
    Match,
    NotChecked,
    NoticeKind,
    NoticeState,
    Role,
    Stage,
    TakedownVerdict,
)
from hostwatch.operations import hashlists, selfreferrals, withdrawing
from hostwatch.operations.selfreferrals import ReferralJudgement
from matchers.hashlist import publish
from matchers.hashlist.formats import Options
from matchers.hashlist.selfreferrals import LISTED_AS, State
from matchers.matcher import Matcher

SERVICE, REFERENCE = "childline-service", "CHILDREF-0815"
PICTURE, OTHER = b"one picture", b"another picture"
CLASS = Classification(scheme="national", value="A")
ILLEGAL = ReferralJudgement(illegal=True, classification=CLASS, law="Act, 1")


def digests(content: bytes) -> Digests:
    return Digests(
        md5=hashlib.md5(content).hexdigest(),
        sha1=hashlib.sha1(content).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        length=len(content),
    )


def handed_over(house: House, *pairs: tuple[str, bytes]) -> Path:
    file = house.directory / "handed-over.jsonl"
    lines = [
        json.dumps({"type": "sha256", "value": digests(content).sha256, "reference": reference})
        for reference, content in pairs
    ]
    file.write_text("\n".join(lines))
    return file


async def listed(house: House, *pairs: tuple[str, bytes]) -> None:
    """Bring referrals all the way into force."""
    pairs = pairs or ((REFERENCE, PICTURE),)
    file = handed_over(house, *pairs)
    await selfreferrals.import_referrals(house.desk(), file, name=SERVICE, options=Options())
    for reference in dict.fromkeys(one for one, _ in pairs):
        await selfreferrals.assess_referral(house.desk(), SERVICE, reference, ILLEGAL)
        manager = house.desk(Role.MANAGER, "mara")
        await selfreferrals.list_referrals(manager, SERVICE, (reference,))


def compared(house: House, content: bytes):
    matcher = Matcher.open(house.settings.paths.hash_lists, house.policy.matching)
    return matcher.exact(digests(content))


async def found_case(house: House, *notices: dict, url: str = "http://files.test/1") -> Case:
    """A notified case whose picture was found by what is listed now."""
    entered = await house.report(url)
    case = await house.case(entered.case_id)
    case = await house.save(
        replace(case, stage=Stage.NOTIFIED, comparison="match", next_action_at=NOW)
    )
    asset = an_asset(case, 1, digests=digests(PICTURE), comparison=compared(house, PICTURE))
    assert isinstance(asset.comparison, Match)
    await house.put(
        asset,
        notices=tuple(
            a_notice(case, number, **({"drafted_at": NOW, "asset_ids": (asset.id,)} | changes))
            for number, changes in enumerate(notices, start=1)
        ),
    )
    return case


def sent(**changes) -> dict:
    known = {
        "state": NoticeState.SENT,
        "approved_by": "mara",
        "sent_at": NOW,
        "body": "aGVsbG8=",
        "body_sha256": "0" * 64,
        "message_id": "<x@hotline.example>",
        "answer_code": "ABCDEFGHJKMN",
        "attempt": 1,
    }
    return known | changes


async def assets_of(house: House, case: Case) -> list[Asset]:
    async with house.store.reading() as tx:
        return await tx.assets(case.id)


# --------------------------------------------------------------------------- into force


async def test_nothing_is_compared_before_two_people_said_so(house: House) -> None:
    """Pending and assessed digests match nothing; listed ones do, as what was assessed."""
    file = handed_over(house, (REFERENCE, PICTURE))
    await selfreferrals.import_referrals(house.desk(), file, name=SERVICE, options=Options())
    assert compared(house, PICTURE) == NotChecked(reason="list_unavailable")
    manager = house.desk(Role.MANAGER, "mara")
    with pytest.raises(InvalidInput, match="is pending"):
        await selfreferrals.list_referrals(manager, SERVICE, (REFERENCE,))
    await selfreferrals.assess_referral(house.desk(), SERVICE, REFERENCE, ILLEGAL)
    assert compared(house, PICTURE) == NotChecked(reason="list_unavailable")
    await selfreferrals.list_referrals(manager, SERVICE, (REFERENCE,))
    found = compared(house, PICTURE)
    assert isinstance(found, Match)
    assert (found.entry.tier, found.entry.classification) == ("local", CLASS)


@pytest.mark.parametrize("second", [None, "mara"])
async def test_who_assessed_does_not_list(house: House, second: str | None) -> None:
    """A manager who assessed, alone or as the second, needs another one."""
    file = handed_over(house, (REFERENCE, PICTURE))
    await selfreferrals.import_referrals(house.desk(), file, name=SERVICE, options=Options())
    first = house.desk(Role.MANAGER, "mara" if second is None else "ana")
    judgement = replace(ILLEGAL, second_assessor=second)
    await selfreferrals.assess_referral(first, SERVICE, REFERENCE, judgement)
    mara = house.desk(Role.MANAGER, "mara")
    with pytest.raises(InvalidInput, match="mara assessed"):
        await selfreferrals.list_referrals(mara, SERVICE, (REFERENCE,))
    with pytest.raises(NotPermitted):
        await selfreferrals.list_referrals(house.desk(), SERVICE, (REFERENCE,))
    await selfreferrals.list_referrals(house.desk(Role.MANAGER, "max"), SERVICE, (REFERENCE,))


async def test_what_is_not_illegal_is_never_listed(house: House) -> None:
    """Its digests are gone at once."""
    file = handed_over(house, (REFERENCE, PICTURE))
    await selfreferrals.import_referrals(house.desk(), file, name=SERVICE, options=Options())
    changed = await selfreferrals.assess_referral(
        house.desk(), SERVICE, REFERENCE, replace(ILLEGAL, illegal=False)
    )
    assert changed.state is State.NOT_ILLEGAL
    assert digests(PICTURE).sha256.encode() not in everything(house.settings.paths.hash_lists)


async def test_lists_and_services_do_not_mix(house: House) -> None:
    """A service has no list's name, a list no service's, and neither the name of what is listed."""
    await listed(house)
    plain = house.directory / "plain.txt"
    plain.write_text(digests(OTHER).sha256)
    manager = house.desk(Role.MANAGER, "mara")

    async def import_as(name: str) -> None:
        await hashlists.import_hash_list(
            manager, plain, name=name, tier="national", classification=CLASS, version=None
        )

    for name in (SERVICE, LISTED_AS, "local"):
        with pytest.raises(InvalidInput, match="choose another name"):
            await import_as(name)
        if name != SERVICE:
            with pytest.raises(InvalidInput, match="choose another name"):
                await selfreferrals.import_referrals(
                    house.desk(), plain, name=name, options=Options()
                )
            with pytest.raises(InvalidInput, match="made from assessments"):
                await hashlists.remove(manager, name)
    await import_as("national")
    with pytest.raises(InvalidInput, match="is a hash list already"):
        await selfreferrals.import_referrals(
            house.desk(), plain, name="national", options=Options()
        )


# --------------------------------------------------------------------------- the source


async def test_the_source_stands_in_the_register_only(house: House) -> None:
    """Not in what is listed, nor in a match, nor the trail, nor the store."""
    await listed(house)
    case = await found_case(house, sent())
    await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    lists = house.settings.paths.hash_lists
    assert SERVICE.encode() not in everything(lists / LISTED_AS)
    assert REFERENCE.encode() not in everything(lists / LISTED_AS)
    trail = "".join(entry.detail for entry in await house.trail())
    assert REFERENCE not in trail
    of_case = "".join(entry.detail for entry in await house.trail(case.id))
    assert SERVICE not in of_case
    actions = " ".join(entry.action for entry in await house.trail(case.id))
    assert "entry_withdrawn" in actions
    assert "self_referral" not in actions
    for path in house.directory.glob("cases.db*"):
        assert REFERENCE.encode() not in path.read_bytes()
    assert REFERENCE not in repr((await house.case(case.id), await assets_of(house, case)))


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --------------------------------------------------------------------------- withdrawal


async def test_a_withdrawal_works_everywhere(house: House) -> None:
    """List, register, case, drafts and sent notices; doing it again changes nothing more."""
    await listed(house)
    case = await found_case(house, sent(), {"state": NoticeState.DRAFTED})
    done = await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert (done.entries, done.cases, done.drafted) == (1, (case.id,), (f"{case.id}-N3",))
    digest = bytes.fromhex(digests(PICTURE).sha256)
    assert digest not in everything(house.settings.paths.hash_lists)
    assert digest.hex().encode() not in everything(house.settings.paths.hash_lists)
    (asset,) = await assets_of(house, case)
    assert asset.comparison == NotChecked(reason="entry_withdrawn")
    case = await house.case(case.id)
    assert (case.needs, case.comparison) == ("self_referral_withdrawn", "not_checked")
    assert case.next_action_at is None
    for number in (1, 2):
        assert (await house.notice(f"{case.id}-N{number}")).state is NoticeState.WITHDRAWN
    told = await house.notice(f"{case.id}-N3")
    assert (told.kind, told.state) == (NoticeKind.WITHDRAWAL, NoticeState.DRAFTED)
    assert told.replaces == f"{case.id}-N1"
    again = await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert (again.entries, again.cases, again.drafted) == (0, (), ())


async def test_what_another_list_holds_stands(house: House) -> None:
    """The case goes on, found by the other list; nobody is told anything."""
    await listed(house)
    case = await found_case(house, sent())
    national = house.directory / "national.txt"
    national.write_text(digests(PICTURE).sha256)
    await hashlists.import_hash_list(
        house.desk(Role.MANAGER, "mara"),
        national,
        name="national",
        tier="national",
        classification=CLASS,
        version=None,
    )
    done = await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert (done.entries, done.cases, done.drafted) == (1, (), ())
    (asset,) = await assets_of(house, case)
    assert isinstance(asset.comparison, Match)
    assert asset.comparison.entry.hash_list == "national"
    after = await house.case(case.id)
    assert (after.needs, after.comparison, after.next_action_at) == (None, "match", NOW)
    assert (await house.notice(f"{case.id}-N1")).state is NoticeState.SENT


async def test_what_speaks_of_more_is_left_to_the_analyst(house: House) -> None:
    """A sent notice about another picture too stays; an unsent one is drafted anew without."""
    await listed(house)
    case = await found_case(house)
    other = an_asset(case, 2, digests=digests(OTHER))
    national = house.directory / "national.txt"
    national.write_text(digests(OTHER).sha256)
    await hashlists.import_hash_list(
        house.desk(Role.MANAGER, "mara"),
        national,
        name="national",
        tier="national",
        classification=CLASS,
        version=None,
    )
    other = replace(other, comparison=compared(house, OTHER))
    both = (f"{case.id}-1", other.id)
    await house.put(
        other,
        notices=(
            a_notice(case, 1, drafted_at=NOW, asset_ids=both, **sent()),
            a_notice(case, 2, drafted_at=NOW, asset_ids=both, state=NoticeState.DRAFTED),
        ),
    )
    done = await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert (done.cases, done.drafted) == ((case.id,), ())
    assert (await house.notice(f"{case.id}-N1")).state is NoticeState.SENT
    assert (await house.notice(f"{case.id}-N2")).state is NoticeState.WITHDRAWN
    after = await house.case(case.id)
    assert (after.stage, after.comparison, after.needs) == (
        Stage.TRACED,
        "match",
        "self_referral_withdrawn",
    )


async def test_an_interrupted_withdrawal_is_finished_by_doing_it_again(house: House) -> None:
    """The list was written and the cases were not: of a list as of a service."""
    await listed(house)
    case = await found_case(house)
    lists = house.settings.paths.hash_lists
    key = selfreferrals.register.key_of(SERVICE, REFERENCE)
    publish.withdraw(lists, LISTED_AS, key, NOW)
    done = await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert (done.entries, done.cases) == (0, (case.id,))


async def test_what_two_children_sent_stays_for_the_other(house: House) -> None:
    """The same picture under two references: one withdrawal leaves the other's entry."""
    await listed(house, (REFERENCE, PICTURE), ("OTHER-CHILD", PICTURE))
    await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert isinstance(compared(house, PICTURE), Match)
    await withdrawing.withdraw(house.desk(), SERVICE, "OTHER-CHILD")
    assert not isinstance(compared(house, PICTURE), Match)


async def test_a_pending_one_is_withdrawn_before_anybody_saw_it(house: House) -> None:
    """No list was ever made; the digests are gone from the register."""
    file = handed_over(house, (REFERENCE, PICTURE))
    await selfreferrals.import_referrals(house.desk(), file, name=SERVICE, options=Options())
    done = await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    assert done.entries == 0
    lists = house.settings.paths.hash_lists
    assert digests(PICTURE).sha256.encode() not in everything(lists)


async def test_an_unknown_reference_is_told(house: House) -> None:
    """Neither of a service nor of a list."""
    await listed(house)
    with pytest.raises(UnknownRecord):
        await withdrawing.withdraw(house.desk(), SERVICE, "no-such")
    with pytest.raises(UnknownRecord):
        await withdrawing.withdraw(house.desk(), "no-list", REFERENCE)


async def test_an_entry_of_any_list_is_withdrawn_by_its_reference(house: House) -> None:
    """A national list's entry that should not be there goes the same way."""
    file = handed_over(house, ("N-1", PICTURE), ("N-2", OTHER))
    await hashlists.import_hash_list(
        house.desk(Role.MANAGER, "mara"),
        file,
        name="national",
        tier="national",
        classification=CLASS,
        version=None,
    )
    case = await found_case(house, sent())
    done = await withdrawing.withdraw(house.desk(), "national", "N-1")
    assert (done.entries, done.cases) == (1, (case.id,))
    assert (await house.case(case.id)).needs == "entry_withdrawn"
    assert isinstance(compared(house, OTHER), Match)
    with pytest.raises(UnknownRecord):
        await withdrawing.withdraw(house.desk(), "national", "N-3")


# --------------------------------------------------------------------------- outcomes


async def test_the_outcome_goes_back_by_reference(house: House) -> None:
    """State, found and removed; counted on after a withdrawal; no location, no case."""
    await listed(house, (REFERENCE, PICTURE), ("R-2", OTHER))
    first = await found_case(house)
    await found_case(house, url="http://files.test/2")
    (asset,) = await assets_of(house, first)
    await house.put(replace(asset, verdict=TakedownVerdict.REMOVED))
    told = {one.reference: one for one in await selfreferrals.outcomes(house.desk(), SERVICE)}
    assert (told[REFERENCE].found, told[REFERENCE].removed) == (2, 1)
    assert (told["R-2"].state, told["R-2"].found) == (State.LISTED, 0)
    await withdrawing.withdraw(house.desk(), SERVICE, REFERENCE)
    told = {one.reference: one for one in await selfreferrals.outcomes(house.desk(), SERVICE)}
    assert (told[REFERENCE].state, told[REFERENCE].found, told[REFERENCE].removed) == (
        State.WITHDRAWN,
        2,
        1,
    )
    assert "files.test" not in repr(told)
    assert first.id not in repr(told)


# --------------------------------------------------------------------------- digesting a file


class SmallPool:
    """The part of a pool that is used, answering without a worker."""

    def __init__(self, record: dict, body_bytes: int = 1000) -> None:
        self.record, self.fed, self.dropped = record, 0, 0
        self.plan = type("Plan", (), {"body_bytes": body_bytes})

    async def open(self, job: str, header: dict):
        assert (job, header) == ("picture", {"size": "full"})
        return self

    async def feed(self, chunk: bytes) -> None:
        self.fed += len(chunk)

    async def run(self) -> dict:
        return self.record

    async def drop(self) -> None:
        self.dropped += 1


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


def allowed(house: House):
    mandate = {
        "organisation": "Example Hotline",
        "law": "Act, 1",
        "authority": "Supervisor",
        "review_date": "2099-01-31",
        "fetch_media": True,
        "hash_self_referrals": True,
    }
    made = type(house.settings).model_validate({**house.settings.model_dump(), "mandate": mandate})
    return replace(house.desk(), settings=made)


async def test_no_file_is_digested_without_a_mandate_for_it(house: House) -> None:
    """Off by default; nothing is read."""
    pool = SmallPool({})
    with pytest.raises(ConfigurationProblem, match="mandate"):
        await selfreferrals.hash_referral(
            house.desk(), chunks(b"x"), name=SERVICE, reference=REFERENCE, pool=pool
        )
    assert pool.fed == 0


async def test_a_file_that_is_no_picture_has_exact_digests(house: House) -> None:
    """They wait for an assessment like all others."""
    pool = SmallPool({"error": "unsupported_format"})
    found = await selfreferrals.hash_referral(
        allowed(house), chunks(PICTURE[:4], PICTURE[4:]), name=SERVICE, reference=REFERENCE,
        pool=pool,
    )  # fmt: skip
    known = digests(PICTURE)
    assert [one.text for one in found] == [known.md5, known.sha1, known.sha256]
    assert (pool.fed, pool.dropped) == (len(PICTURE), 1)
    held = (await selfreferrals.referrals(house.desk(), SERVICE))[SERVICE]
    assert [(one.reference, one.state, len(one.digests)) for one in held] == [
        (REFERENCE, State.PENDING, 3)
    ]


@pytest.mark.parametrize(
    ("parts", "reference", "word"),
    [
        ((), REFERENCE, "Nothing came in"),
        ((b"x" * 2000,), REFERENCE, "larger than 1000 bytes"),
        ((b"x",), "two words", "bad_reference"),
    ],
)
async def test_what_cannot_be_taken_is_told(house: House, parts, reference: str, word: str) -> None:
    """An empty pipe, a file beyond the cap, a reference that is none; the body is dropped."""
    pool = SmallPool({"error": "unsupported_format"})
    with pytest.raises(InvalidInput, match=word):
        await selfreferrals.hash_referral(
            allowed(house), chunks(*parts), name=SERVICE, reference=reference, pool=pool
        )
    assert pool.dropped == 1
