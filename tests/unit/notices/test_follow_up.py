"""What a case that was noticed before still has to tell, to whom, and in which notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from notice_builders import NOW, notice, recipient
from notice_builders import case as a_case

from cases.model import Hold, NoticeKind, NoticeState, RecipientKind
from notices.drafting import without
from notices.follow_up import FollowUp, Said, follow_up, unnamed
from notices.planned import Planned
from notices.policy import last_words

OLD, NEW = (f"{a_case().id}-{number}" for number in (1, 2))
TRACES = {OLD: "snap-9", NEW: "snap-2"}
PERSON = Hold(reason="wait for the police", owner="mara", since=NOW)
POLICY = Hold(reason="country_unknown", owner="policy", since=NOW)
TIMED = Hold(reason="police_first", owner="policy", since=NOW, until=NOW + timedelta(hours=12))
OURS = Hold(reason="hosting_changed", owner="hostwatch", since=NOW)
DRAFTED = {"state": NoticeState.DRAFTED, "approved_by": None, "approved_at": None}
SENT = {"state": NoticeState.SENT, "sent_at": NOW - timedelta(minutes=30)}


def planned(*asset_ids: str, **changes) -> Planned:
    known = {
        "recipient": recipient(),
        "kind": NoticeKind.FIRST,
        "template": "cyberlocker",
        "why": "home:host_first",
        "asset_ids": asset_ids or (OLD, NEW),
        "snapshot_ids": ("any",),
        "hold": None,
        "deadline": timedelta(hours=24),
    }
    return Planned(**(known | changes))


def said(*notices, since=None, **assessed) -> Said:
    came = dict.fromkeys((OLD, NEW), since) if since is not None else {}
    return Said(notices=notices, since=came, assessed=assessed.get("assessed", {}))


def decide(one: Planned, known: Said) -> FollowUp:
    return follow_up([one], known, snapshot_ids=TRACES)


# --------------------------------------------------------------------------- what is new


@pytest.mark.parametrize(
    "state", [state for state in NoticeState if state not in {"bounced", "withdrawn", "drafted"}]
)
def test_a_recipient_that_was_told_is_told_of_the_rest_alone(state):
    """The new notice names the new asset and its trace; the earlier one stays as it is."""
    found = decide(planned(), said(notice(state=state)))
    assert found.extended == ()
    assert [(one.asset_ids, one.snapshot_ids) for one in found.new] == [((NEW,), ("snap-2",))]


def test_who_was_told_all_is_told_nothing_again():
    """However long ago, and under whatever spelling of the mailbox."""
    long_ago = NOW - timedelta(days=30)
    told = notice(asset_ids=(OLD, NEW), drafted_at=long_ago, **SENT)
    again = planned(recipient=recipient(address="ABUSE@Provider.example"))
    assert decide(again, said(told)) == FollowUp(new=(), extended=())
    assert decide(planned(), said(notice(**SENT), notice(asset_ids=(NEW,), **SENT))).new == ()


def test_somebody_else_is_told_of_everything():
    """Another mailbox, or the police beside the host, has its own account."""
    other = planned(recipient=recipient(address="desk@partner.example"))
    assert decide(other, said(notice(**SENT))).new[0].asset_ids == (OLD, NEW)
    police = planned(kind=NoticeKind.POLICE)
    assert decide(police, said(notice(**SENT))).new[0].asset_ids == (OLD, NEW)


@pytest.mark.parametrize("kind", [NoticeKind.MOVED, NoticeKind.REAPPEARANCE, NoticeKind.REMINDER])
def test_every_kind_that_told_a_provider_of_content_counts(kind):
    """What was named as moved needs no first notice."""
    assert decide(planned(), said(notice(kind=kind, **SENT))).new[0].asset_ids == (NEW,)


def test_a_bounced_notice_told_nobody_and_one_of_an_earlier_host_told_another():
    """Neither keeps an asset from being named."""
    bounced = notice(state=NoticeState.BOUNCED)
    assert decide(planned(), said(bounced)).new[0].asset_ids == (OLD, NEW)
    known = said(notice(**SENT), since=NOW - timedelta(minutes=5))
    assert decide(planned(), known).new[0].asset_ids == (OLD, NEW)


@pytest.mark.parametrize(
    ("sent", "assessed", "told"),
    [
        (None, None, False),
        (NOW, None, True),
        (NOW, NOW - timedelta(hours=1), True),
        (NOW, NOW + timedelta(hours=1), False),
    ],
)
def test_what_was_withdrawn_after_it_left_is_named_again_only_by_a_later_assessment(
    sent, assessed, told
):
    """The recipient was told to disregard it; a draft that never left was told to nobody."""
    gone = notice(state=NoticeState.WITHDRAWN, sent_at=sent)
    known = said(gone, assessed={OLD: assessed} if assessed else {})
    found = decide(planned(OLD), known)
    assert (found.new == ()) is told
    assert (unnamed([OLD], known) == ()) is told


def test_unnamed_is_what_no_notice_speaks_of():
    """Whoever is told of it, that it waits is enough."""
    known = said(notice(**DRAFTED), notice(kind=NoticeKind.POLICE, asset_ids=(OLD,), **SENT))
    assert unnamed([OLD, NEW], known) == (NEW,)


# --------------------------------------------------------------------------- drafts that wait


@pytest.mark.parametrize(
    ("waiting", "hold"),
    [
        (DRAFTED, None),
        (DRAFTED | {"state": NoticeState.HELD, "hold": PERSON}, None),
        (DRAFTED | {"state": NoticeState.HELD, "hold": POLICY}, POLICY),
    ],
)
def test_a_draft_under_the_same_hold_names_the_new_material_too(waiting, hold):
    """Nobody has decided on it yet; its serial and its hold stay."""
    found = decide(planned(hold=hold), said(notice(**waiting)))
    assert found.new == ()
    (one,) = found.extended
    assert (one.asset_ids, one.snapshot_ids) == ((OLD, NEW), ("snap-1", "snap-2"))
    assert (one.serial, one.state, one.hold) == (
        f"{a_case().id}-N1",
        waiting["state"],
        waiting.get("hold"),
    )


@pytest.mark.parametrize(
    ("waiting", "hold"),
    [
        ({}, None),
        (DRAFTED, POLICY),
        (DRAFTED | {"state": NoticeState.HELD, "hold": PERSON}, POLICY),
        (DRAFTED | {"state": NoticeState.HELD, "hold": TIMED}, TIMED),
        (DRAFTED | {"state": NoticeState.HELD, "hold": OURS}, None),
        (DRAFTED | {"kind": NoticeKind.MOVED}, None),
    ],
)
def test_else_the_new_material_has_a_notice_and_a_hold_of_its_own(waiting, hold):
    """What was approved is not changed behind the approver's back, and no hold is lengthened."""
    found = decide(planned(hold=hold), said(notice(**waiting)))
    assert found.extended == ()
    assert [(one.asset_ids, one.hold) for one in found.new] == [((NEW,), hold)]


def test_a_draft_of_two_site_types_is_worded_for_neither():
    """As for assets that are planned together."""
    found = decide(planned(template="generic"), said(notice(**DRAFTED)))
    assert found.extended[0].template == "generic"


def test_deciding_again_changes_nothing():
    """What was written the first time is known the second."""
    first = decide(planned(), said(notice(**DRAFTED)))
    assert decide(planned(), said(*first.extended)) == FollowUp(new=(), extended=())


# --------------------------------------------------------------------------- what stays


def test_an_unsent_notice_can_speak_of_less():
    """Assets and their traces go together; with nothing left there is no notice."""
    both = notice(asset_ids=(OLD, NEW), snapshot_ids=("a", "b"), **DRAFTED)
    traced = {"a": OLD, "b": NEW}
    left = without(both, {OLD}, traced)
    assert (left.asset_ids, left.snapshot_ids) == ((NEW,), ("b",))
    assert without(both, {OLD, NEW}, traced) is None


def test_a_later_notice_takes_the_place_of_those_about_the_same():
    """Each of two about different material is reminded of; another recipient is another matter."""
    first, further = notice(serial="N1"), notice(serial="N2", asset_ids=(NEW,))
    assert last_words([first, further]) == (first, further)
    reminder = notice(serial="N3", kind=NoticeKind.REMINDER)
    assert last_words([first, further, reminder]) == (further, reminder)
    again = notice(serial="N4", kind=NoticeKind.REAPPEARANCE, asset_ids=(OLD, NEW))
    assert last_words([first, further, reminder, again]) == (again,)
    owner = notice(serial="N5", recipient=recipient(kind=RecipientKind.SITE_OWNER))
    assert last_words([first, owner]) == (first, owner)
