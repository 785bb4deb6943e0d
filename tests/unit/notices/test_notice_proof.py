"""Fresh proof or no notice: each row of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_builders import CASE_ID, NOW, RULES, notice, party, snapshot

from cases.model import Hold, NoticeKind, NoticeState, Presence
from notices.proof import Drop, HoldIt, Send, gate

ONE, TWO = f"{CASE_ID}-1", f"{CASE_ID}-2"
PROVIDER_KINDS = [
    NoticeKind.FIRST,
    NoticeKind.REMINDER,
    NoticeKind.ESCALATION,
    NoticeKind.MOVED,
    NoticeKind.REAPPEARANCE,
]
TRACE_KINDS = [NoticeKind.FRONT_REVEAL, NoticeKind.POLICE, NoticeKind.PARTNER]
GONE = ["gone_hard", "gone_notice", "gone_placeholder", "expired", "host_gone"]
DOUBT = [
    "present_unverified",
    "present_gated",
    "blocked_here",
    "temporary",
    "pathway_broken",
    "refused_by_policy",
    "incomplete",
    "no_verdict",
]
RECENT = NOW - timedelta(minutes=5)
OLD = NOW - timedelta(minutes=16)


def decide(kind=NoticeKind.FIRST, presence=Presence.PRESENT_EXACT, at=RECENT, **changes):
    given_values = {
        "approved": {ONE: snapshot()},
        "fresh": {ONE: snapshot()},
        "presences": {ONE: (presence, at)},
        "rules": RULES,
        "differences": {},
        "now": NOW,
    }
    return gate(changes.pop("notice", notice(kind=kind)), **given_values | changes)


@pytest.mark.parametrize("kind", PROVIDER_KINDS)
def test_present_and_fresh_leaves(kind):
    """Seen and traced within fifteen minutes, hosted as approved: it goes."""
    assert decide(kind) == Send(note=None, asset_ids=(ONE,))


@pytest.mark.parametrize("kind", PROVIDER_KINDS)
@pytest.mark.parametrize("presence", GONE)
def test_gone_content_is_not_complained_about(kind, presence):
    """A provider is not told of what is no longer there."""
    assert decide(kind, Presence(presence)) == HoldIt(reason="gone_before_notice", detail=ONE)


@pytest.mark.parametrize("kind", PROVIDER_KINDS)
@pytest.mark.parametrize("presence", DOUBT)
def test_doubt_waits_for_an_analyst_who_may_send_all_the_same(kind, presence):
    """Gated, blocked and unknown hold; once an analyst accepts it, the state is said in words."""
    assert decide(kind, Presence(presence)) == HoldIt(reason=presence, detail=ONE)
    sent = decide(kind, Presence(presence), accepted={presence})
    assert isinstance(sent, Send)
    assert "2026-11-20T10:25:00Z" in sent.note
    assert (
        decide(notice=notice(kind=kind, accepted=(presence,)), presence=Presence(presence)) == sent
    )


@pytest.mark.parametrize("kind", PROVIDER_KINDS)
def test_old_or_missing_presence_is_proven_again(kind):
    """More than fifteen minutes is not fresh, neither is a time from the future."""
    for at in (OLD, NOW + timedelta(minutes=16)):
        stale = decide(kind, at=at)
        assert (stale.reason, stale.prove_again) == ("proof_stale", True)
    missing = decide(kind, presences={})
    assert (missing.reason, missing.prove_again) == ("proof_missing", True)


@pytest.mark.parametrize("kind", PROVIDER_KINDS + TRACE_KINDS)
def test_old_or_missing_trace_is_proven_again(kind):
    """Every notice but a withdrawal needs a fresh trace."""
    old = decide(kind, fresh={ONE: snapshot(taken_at=OLD)})
    assert old.reason == "proof_stale"
    assert decide(kind, fresh={}).reason == "proof_missing"
    assert decide(kind, approved={}).reason == "proof_missing"


@pytest.mark.parametrize("kind", PROVIDER_KINDS + TRACE_KINDS)
@pytest.mark.parametrize(
    ("fresh", "word"),
    [
        (snapshot(country="DE"), "country_changed"),
        (snapshot(masked_by="Front"), "front_added"),
        (snapshot(parties=(party(key="as64501", asn=64501),)), "moved_host"),
        (snapshot(parties=()), "moved_host"),
    ],
)
def test_changed_hosting_is_held_with_its_difference(kind, fresh, word):
    """The approver saw another host, front or country: the difference is shown."""
    held = decide(kind, fresh={ONE: fresh})
    assert held == HoldIt(reason="hosting_changed", detail=f"{ONE}: {word}")
    assert not held.prove_again


def test_differences_named_by_the_diff_hold_but_another_address_does_not():
    """Round-robin addresses of one network are no move; unknown words hold."""
    assert isinstance(decide(differences={ONE: ("moved_ip",)}), Send)
    for word in ("moved_asn", "parked", "dns_gone", "a_new_word"):
        assert decide(differences={ONE: ("moved_ip", word)}).detail == f"{ONE}: {word}"


@pytest.mark.parametrize("kind", TRACE_KINDS)
@pytest.mark.parametrize("presence", GONE + DOUBT)
def test_police_partner_and_front_are_told_with_the_state_in_words(kind, presence):
    """They need a trace only; what was last seen is said."""
    sent = decide(kind, Presence(presence), at=OLD)
    assert isinstance(sent, Send)
    assert sent.note


@pytest.mark.parametrize("kind", TRACE_KINDS)
def test_a_look_that_never_took_place_is_said(kind):
    """No observation is told as such."""
    assert "not looked at" in decide(kind, presences={}).note


def test_a_withdrawal_needs_no_proof():
    """A correction leaves at once."""
    withdrawn = decide(NoticeKind.WITHDRAWAL, approved={}, fresh={}, presences={})
    assert withdrawn == Send(note=None, asset_ids=(ONE,))


def test_what_is_gone_is_left_out_of_a_notice_of_several():
    """The rest goes, named alone."""
    both = notice(asset_ids=(ONE, TWO))
    traces = {ONE: snapshot(1), TWO: snapshot(2)}
    sent = decide(
        notice=both,
        approved=traces,
        fresh=traces,
        presences={ONE: (Presence.GONE_HARD, RECENT), TWO: (Presence.PRESENT_EXACT, RECENT)},
    )
    assert sent == Send(note=None, asset_ids=(TWO,))


def test_only_an_approved_notice_with_assets_passes():
    """Anything else is dropped at the gate."""
    for state in set(NoticeState) - {NoticeState.APPROVED}:
        assert decide(notice=notice(state=state)) == Drop(reason="not_approved")
    assert decide(notice=notice(asset_ids=())) == Drop(reason="no_assets")


def test_a_hold_keeps_even_an_approved_notice_until_it_ends():
    """The police-first hold is looked at once more at the gate."""
    hold = Hold(reason="police_first", owner="policy", since=NOW, until=NOW + timedelta(seconds=1))
    assert decide(notice=notice(hold=hold)) == HoldIt(reason="on_hold", detail="police_first")
    assert isinstance(decide(notice=notice(hold=replace(hold, until=NOW))), Send)
    assert isinstance(decide(notice=notice(hold=replace(hold, until=None))), HoldIt)


@given(
    presence=st.sampled_from(list(Presence)),
    seen=st.integers(-3600, 3600),
    traced=st.integers(-3600, 3600),
    kind=st.sampled_from(PROVIDER_KINDS),
)
def test_no_provider_notice_leaves_without_present_fresh_proof(presence, seen, traced, kind):
    """Whatever the ages and presences: sent means present and both proofs within the limit."""
    decision = decide(
        kind,
        presence,
        at=NOW - timedelta(seconds=seen),
        fresh={ONE: snapshot(taken_at=NOW - timedelta(seconds=traced))},
    )
    if isinstance(decision, Send):
        assert presence.value in {"present_exact", "present_similar", "present_listed_alive"}
        assert max(abs(seen), abs(traced)) <= 900
