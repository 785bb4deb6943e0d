"""The hash chain of the trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from cases.audit import GENESIS, Broken, Intact, chain, clear_detail, verify
from cases.model import AuditEntry, Stage

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def trail(length: int = 5) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(length):
        entries.append(
            chain(
                entries[-1] if entries else None,
                at=NOW + timedelta(minutes=number),
                actor="ana",
                action="notice_approved",
                case_id="HW-2026-000001",
                detail={"number": number},
            )
        )
    return entries


def test_an_untouched_trail_is_intact():
    """It starts from nothing and ends in its head."""
    entries = trail()
    assert entries[0].previous == GENESIS
    assert verify(entries) == Intact(entries=5, head=entries[-1].digest)
    assert verify([]) == Intact(entries=0, head=GENESIS)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "eve"},
        {"action": "notice_held"},
        {"case_id": None},
        {"detail": '{"number":9}'},
        {"at": NOW},
        {"digest": "0" * 64},
    ],
)
def test_a_changed_entry_breaks_the_trail_where_it_stands(change):
    """Every member is covered by the digest."""
    entries = trail()
    entries[2] = replace(entries[2], **change)
    found = verify(entries)
    assert isinstance(found, Broken)
    assert found.sequence == 3


def test_removed_reordered_and_inserted_entries_break_the_trail():
    """Each of these is found at the first place that does not follow."""
    entries = trail()
    assert verify(entries[1:]) == Broken(
        sequence=1, reason="entry 1 is missing; entry 2 stands in its place"
    )
    assert isinstance(verify([*entries[:2], entries[3], entries[2], entries[4]]), Broken)
    assert isinstance(verify([*entries[:3], *entries[2:]]), Broken)
    forged = chain(entries[1], at=NOW, actor="eve", action="case_erased", detail={})
    assert verify([*entries[:2], forged, *entries[3:]]) == Broken(
        sequence=4, reason="entry 4 does not follow from the entry before it"
    )


def test_the_digest_depends_on_the_moment_not_on_its_time_zone():
    """An entry that is read back in another zone still verifies."""
    entry = trail(1)[0]
    zone = timezone(timedelta(hours=2))
    assert verify([replace(entry, at=entry.at.astimezone(zone))]) == verify([entry])


@pytest.mark.parametrize(
    "value",
    [
        "https://board.test/1",
        "hxxps://board[.]test/1",
        "hxxp:board.test",
        "//board.test/1",
        "https%3A%2F%2Fboard.test",
        "board.test/1",
        "BOARD.test:8080",
        "board[.]test/1",
        "www.board.test",
        "abuse@hosting.example",
        "192.0.2.7",
        "2001:db8::7",
        "[2001:db8::7]",
        ["fine", ("board.test/1",)],
        {"deep": {"er": "https://board.test"}},
        {"https://board.test": 1},
    ],
)
def test_a_location_or_a_person_never_enters_the_trail(value):
    """What looks like one is refused, and the refusal does not quote it."""
    with pytest.raises(ValueError, match="fact") as refused:
        clear_detail({"fact": value})
    assert "test" not in str(refused.value)
    assert "abuse" not in str(refused.value)


def test_plain_facts_are_written_canonically():
    """Words, numbers, times, lists and none are facts; the order of names does not matter."""
    detail = {
        "b": [1, 2.5, None, True],
        "a": Stage.TRACED,
        "at": NOW,
        "v": "1.2.0",
        "s": {"y", "x"},
    }
    assert clear_detail(detail) == (
        '{"a":"traced","at":"2026-03-01T00:00:00.000000+00:00",'
        '"b":[1,2.5,null,true],"s":["x","y"],"v":"1.2.0"}'
    )
    assert clear_detail(dict(reversed(detail.items()))) == clear_detail(detail)


@pytest.mark.parametrize("value", [b"bytes", object(), float("nan"), datetime(2026, 1, 1)])
def test_what_is_no_plain_fact_is_refused(value):
    """Bytes, objects, no-numbers and times without a zone are not facts."""
    with pytest.raises(ValueError):
        clear_detail({"fact": value})


def test_an_entry_needs_an_actor_and_an_action():
    """Nobody doing something unnamed is no entry."""
    for actor, action in (("", "case_closed"), ("ana", "Case closed"), ("ana", "")):
        with pytest.raises(ValueError, match="actor and an action"):
            chain(None, at=NOW, actor=actor, action=action, detail={})
