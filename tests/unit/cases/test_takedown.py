"""What observations prove over time: the verdict table of one asset and of a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.model import Digests, EgressProfile, Observation, Presence, TakedownVerdict
from cases.takedown import Proof, TakedownRule, naive_gone, prove, prove_case

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=365)
RULE = TakedownRule(
    agreeing=3,
    span=timedelta(hours=12),
    networks=2,
    site_down=timedelta(hours=72),
    changed=3,
)
HOME = EgressProfile(name="home", network="as64500", country="NL", unfiltered=True)
AWAY = EgressProfile(name="away", network="as64501", country="DE", unfiltered=True)
TWIN = EgressProfile(name="twin", network="as64500", country="NL", unfiltered=True)
FILTERED = EgressProfile(name="filtered", network="as64502", country="NL", unfiltered=False)
EGRESSES = (HOME, AWAY, TWIN, FILTERED)

GONE = (Presence.GONE_HARD, Presence.GONE_NOTICE, Presence.GONE_PLACEHOLDER)
SHOWING = (Presence.PRESENT_EXACT, Presence.PRESENT_SIMILAR, Presence.PRESENT_LISTED_ALIVE)
NEVER_COUNTS = (
    Presence.BLOCKED_HERE,
    Presence.TEMPORARY,
    Presence.PATHWAY_BROKEN,
    Presence.REFUSED_BY_POLICY,
    Presence.INCOMPLETE,
    Presence.NO_VERDICT,
    Presence.PRESENT_GATED,
)
EXACT, HARD = Presence.PRESENT_EXACT, Presence.GONE_HARD


def saw(hour: float, presence: Presence, egress: str = "home", **changes) -> Observation:
    seen = Observation(
        case_id="HW-2026-000001",
        asset_id="HW-2026-000001-1",
        at=START + timedelta(hours=hour),
        egress=egress,
        presence=presence,
        rule="test",
        control="normal",
    )
    return replace(seen, **changes)


def verdict(*observations: Observation, rule: TakedownRule = RULE, now: datetime = NOW) -> Proof:
    return prove(observations, egresses=EGRESSES, rule=rule, now=now)


REMOVED = (saw(0, EXACT), saw(24, HARD), saw(30, HARD, "away"), saw(36, HARD))


# --------------------------------------------------------------------------- removed


def test_removal_is_proven_by_three_agreeing_looks_through_two_networks_over_twelve_hours():
    """A complete run of gone observations is a removal, with its reasons and nothing missing."""
    proof = verdict(*REMOVED)
    assert proof.verdict is TakedownVerdict.REMOVED
    assert proof.since == START + timedelta(hours=24)
    assert proof.missing == ()
    assert proof.because[0].startswith("3 observations agree that it is gone: from 2026-03-02")


@pytest.mark.parametrize("kinds", [GONE, (GONE[1], GONE[0], GONE[2])])
def test_the_three_kinds_of_gone_agree_with_each_other(kinds):
    """A hard 404, a removal notice and a placeholder together prove a removal."""
    first, second, third = kinds
    proof = verdict(saw(0, EXACT), saw(24, first), saw(30, second, "away"), saw(36, third))
    assert proof.verdict is TakedownVerdict.REMOVED


LACKING = {
    "only two observations": REMOVED[:3],
    "span too short": (REMOVED[0], saw(24, HARD), saw(25, HARD, "away"), saw(35.9, HARD)),
    "one egress": (REMOVED[0], saw(24, HARD), saw(30, HARD), saw(36, HARD)),
    "two egresses of one network": (
        REMOVED[0],
        saw(24, HARD),
        saw(30, HARD, "twin"),
        saw(36, HARD),
    ),
    "second egress filtered": (REMOVED[0], saw(24, HARD), saw(30, HARD, "filtered"), saw(36, HARD)),
    "second egress unknown": (REMOVED[0], saw(24, HARD), saw(30, HARD, "retired"), saw(36, HARD)),
    "no egress had shown it": (saw(0, EXACT, "twin"), *REMOVED[1:]),
    "shown by a filtered egress only": (saw(0, EXACT, "filtered"), *REMOVED[1:]),
    "never shown": REMOVED[1:],
    "control failed once": (*REMOVED[:3], replace(REMOVED[3], control="failed")),
    "control left out once": (*REMOVED[:3], replace(REMOVED[3], control="not_checked")),
    "pathway broken once": (*REMOVED[:3], replace(REMOVED[3], pathway_ok=False)),
    "certificate not verified once": (*REMOVED[:3], replace(REMOVED[3], tls_verified=False)),
    "present in between": (*REMOVED[:3], saw(33, EXACT, "away"), REMOVED[3]),
    "other media in between": (*REMOVED[:3], saw(33, Presence.PRESENT_UNVERIFIED), REMOVED[3]),
    "present afterwards": (*REMOVED, saw(40, EXACT, "filtered")),
    "gated afterwards": (*REMOVED, saw(40, Presence.PRESENT_GATED)),
    "a door in between": (*REMOVED[:3], saw(33, Presence.PRESENT_GATED), REMOVED[3]),
    "a door before the other way out each time": tuple(
        saw(24 + n, *one)
        for n in range(0, 48, 2)
        for one in ((HARD, "away"), (Presence.PRESENT_GATED, "home"), (HARD, "home"))
    ),
    "one of them expired": (*REMOVED[:3], saw(36, Presence.EXPIRED)),
    "one of them host gone": (
        *REMOVED[:3],
        saw(36, Presence.HOST_GONE, evidence=("control_outside_ok",)),
    ),
}


@pytest.mark.parametrize("observations", LACKING.values(), ids=LACKING.keys())
def test_without_any_one_of_its_conditions_nothing_is_removed(observations):
    """Each condition of a removal is necessary."""
    assert verdict(*observations).verdict is not TakedownVerdict.REMOVED


@pytest.mark.parametrize(
    "presence", [one for one in NEVER_COUNTS if one is not Presence.PRESENT_GATED]
)
def test_a_silent_answer_neither_breaks_a_run_nor_confirms_it(presence):
    """Between, and after, agreeing observations a silent one changes nothing."""
    between = (*REMOVED[:3], *(saw(31 + n / 10, presence, "away") for n in range(20)))
    assert verdict(*between).verdict is TakedownVerdict.NOT_VISIBLE_FROM_HERE
    assert verdict(*between, REMOVED[3], saw(50, presence)).verdict is TakedownVerdict.REMOVED


def test_a_gated_answer_waits_for_the_next_gone_one():
    """A door after a proven removal is `gated`; gone again, the removal stands from its start."""
    gated = (*REMOVED, saw(40, Presence.PRESENT_GATED))
    assert verdict(*gated).verdict is TakedownVerdict.GATED
    again = verdict(*gated, saw(44, HARD))
    assert again.verdict is TakedownVerdict.REMOVED
    assert again.since == START + timedelta(hours=24)


def test_present_again_is_present():
    """A re-appearance undoes the removal, and a new run starts from nothing."""
    assert verdict(*REMOVED, saw(40, EXACT)).verdict is TakedownVerdict.PRESENT
    once_more = verdict(*REMOVED, saw(40, EXACT), saw(60, HARD, "away"))
    assert once_more.verdict is TakedownVerdict.NOT_VISIBLE_FROM_HERE


def test_a_proof_can_be_replayed_as_of_any_moment():
    """Observations after `now` are not looked at."""
    past = verdict(*REMOVED, now=START + timedelta(hours=35))
    assert past.verdict is TakedownVerdict.NOT_VISIBLE_FROM_HERE
    assert verdict(*REMOVED, now=START).verdict is TakedownVerdict.PRESENT
    before = verdict(*REMOVED, now=START - timedelta(seconds=1))
    assert (before.verdict, before.rule) == (TakedownVerdict.UNKNOWN, "never_observed")


# --------------------------------------------------------------------------- not visible, expired


def test_one_egress_proves_not_visible_from_here_and_says_what_is_missing():
    """However often one egress finds it gone, the second network is asked for."""
    proof = verdict(saw(0, EXACT), *(saw(24 + n, HARD) for n in range(50)))
    assert (proof.verdict, proof.rule) == (
        TakedownVerdict.NOT_VISIBLE_FROM_HERE,
        "one_network_only",
    )
    assert proof.missing == ("a second unfiltered egress in another network has not looked yet",)


def test_a_filtered_egress_proves_not_visible_from_here():
    """Gone behind a filter is counted apart."""
    proof = verdict(saw(0, EXACT), *(saw(24 + n, HARD, "filtered") for n in range(50)))
    assert (proof.verdict, proof.rule) == (
        TakedownVerdict.NOT_VISIBLE_FROM_HERE,
        "filtered_egress_only",
    )
    assert "no unfiltered egress has looked yet" in proof.missing


def test_a_failed_control_is_told_as_our_own_fault():
    """Gone observations that do not count leave the asset unknown, and say why."""
    proof = verdict(*(saw(n, HARD, control="failed") for n in range(24)))
    assert proof.verdict is TakedownVerdict.UNKNOWN
    assert (
        "a gone observation did not count: the liveness control on the same host failed"
        in proof.missing
    )


def test_expired_needs_the_same_agreement_and_is_nobodys_credit():
    """Expired agrees with expired."""
    run = [saw(24, Presence.EXPIRED), saw(30, Presence.EXPIRED, "away")]
    assert verdict(saw(0, EXACT), *run).verdict is TakedownVerdict.NOT_VISIBLE_FROM_HERE
    proof = verdict(saw(0, EXACT), *run, saw(36, Presence.EXPIRED))
    assert (proof.verdict, proof.rule) == (TakedownVerdict.EXPIRED, "expired")


def test_expired_mixed_with_gone_is_told_as_expired():
    """Where looks disagree about who caused it, nobody is credited, and the proof says so."""
    proof = verdict(saw(0, EXACT), saw(24, HARD), saw(30, Presence.EXPIRED, "away"), saw(36, HARD))
    assert (proof.verdict, proof.rule) == (TakedownVerdict.EXPIRED, "expired_or_removed")
    assert "nobody is credited" in proof.because[1]


def test_what_was_proven_first_stays_when_it_expires_later():
    """A removal is not turned into an expiry by a thread that is pruned afterwards."""
    proof = verdict(*REMOVED, saw(60, Presence.EXPIRED), saw(61, Presence.EXPIRED, "away"))
    assert proof.verdict is TakedownVerdict.REMOVED


# --------------------------------------------------------------------------- site down


def down(hour: float, egress: str = "home", *words: str) -> Observation:
    return saw(
        hour,
        Presence.HOST_GONE,
        egress,
        control="not_needed",
        evidence=("control_outside_ok", *words),
    )


def test_site_down_needs_two_networks_seventy_two_hours_and_the_registrar():
    """Every condition of `site_down` is necessary."""
    first, asked, last = down(0), down(40, "away", "rdap_status:client hold"), down(72)
    assert verdict(first, asked, last).verdict is TakedownVerdict.SITE_DOWN
    assert verdict(first, down(40, "away", "registrar_checked"), last).rule == "site_down"
    for lacking in (
        (first, asked),
        (first, down(40, "away"), last),
        (first, down(40, "home", "registrar_checked"), last),
        (first, down(40, "filtered", "registrar_checked"), last),
        (replace(first, evidence=()), asked, last),
        (first, saw(20, HARD), asked, last),
        (first, saw(20, EXACT), asked, last),
    ):
        assert verdict(*lacking).verdict is not TakedownVerdict.SITE_DOWN


def test_host_gone_without_a_control_outside_tells_nothing():
    """If nothing outside answered either, our own network may be down."""
    proof = verdict(*(saw(n, Presence.HOST_GONE, "away") for n in range(0, 200, 10)))
    assert proof.verdict is TakedownVerdict.UNKNOWN
    assert any("no control outside the host" in sentence for sentence in proof.missing)


# --------------------------------------------------------------------------- the rest


def test_other_media_three_times_in_a_row_is_changed():
    """Twice is not enough; a listed answer in between starts anew; an analyst closes."""
    other = Presence.PRESENT_UNVERIFIED
    assert verdict(saw(0, EXACT), saw(1, other), saw(2, other)).verdict is TakedownVerdict.UNKNOWN
    proof = verdict(
        saw(0, EXACT), saw(1, other), saw(2, Presence.TEMPORARY), saw(3, other), saw(4, other)
    )
    assert proof.verdict is TakedownVerdict.CHANGED
    assert "analyst" in proof.missing[0]
    broken = verdict(saw(1, other), saw(2, other), saw(3, EXACT), saw(4, other))
    assert broken.verdict is TakedownVerdict.UNKNOWN


@pytest.mark.parametrize("presence", SHOWING)
def test_the_listed_content_is_present_until_something_telling_says_otherwise(presence):
    """Silence after a present answer is named, and changes nothing."""
    proof = verdict(saw(0, presence), saw(1, Presence.TEMPORARY), saw(2, Presence.BLOCKED_HERE))
    assert (proof.verdict, proof.rule) == (TakedownVerdict.PRESENT, presence.value)
    assert proof.missing == ("2 visits since then said nothing about the content",)


def test_nothing_but_silence_is_unknown():
    """Without a telling answer nothing is known."""
    proof = verdict(saw(0, Presence.TEMPORARY), saw(5, Presence.BLOCKED_HERE))
    assert (proof.verdict, proof.rule) == (TakedownVerdict.UNKNOWN, "no_telling_answer")


# --------------------------------------------------------------------------- properties

observations = st.lists(
    st.builds(
        saw,
        st.floats(min_value=0, max_value=200, allow_nan=False),
        st.sampled_from(Presence),
        st.sampled_from(["home", "away", "twin", "filtered", "retired"]),
        control=st.sampled_from(["normal", "failed", "not_needed", "not_checked"]),
        pathway_ok=st.booleans(),
        tls_verified=st.booleans(),
        evidence=st.sampled_from(
            [(), ("control_outside_ok",), ("control_outside_ok", "registrar_checked")]
        ),
    ),
    max_size=30,
)


@given(observations)
def test_a_proof_depends_on_the_observations_alone(seen):
    """Replayed, the same observations give the same proof; a closed one lacks nothing."""
    proof = verdict(*seen)
    assert proof == verdict(*seen)
    assert proof.because
    if proof.verdict in {
        TakedownVerdict.REMOVED,
        TakedownVerdict.EXPIRED,
        TakedownVerdict.SITE_DOWN,
    }:
        assert proof.missing == ()
        assert proof.since is not None


@given(observations, st.lists(st.sampled_from(NEVER_COUNTS), max_size=30))
def test_silent_answers_never_lead_to_a_removal(seen, silent):
    """However many blocked, temporary, gated or broken visits follow, none makes a removal."""
    before = verdict(*seen).verdict
    after = verdict(
        *seen, *(saw(201 + n, one, ("home", "away")[n % 2]) for n, one in enumerate(silent))
    )
    closing = {
        TakedownVerdict.REMOVED,
        TakedownVerdict.EXPIRED,
        TakedownVerdict.SITE_DOWN,
        TakedownVerdict.CHANGED,
    }
    assert after.verdict == before or after.verdict not in closing


@given(observations)
def test_every_removal_rests_on_all_of_its_conditions(seen):
    """An independent reading of the rule finds each condition met wherever `removed` is said."""
    proof = verdict(*seen)
    if proof.verdict is not TakedownVerdict.REMOVED:
        return
    ordered = sorted(seen, key=lambda one: one.at)
    stops = [
        n
        for n, one in enumerate(ordered)
        if one.presence in (*SHOWING, Presence.PRESENT_UNVERIFIED)
    ]
    after = [
        one
        for one in ordered[stops[-1] + 1 :]
        if one.presence in GONE
        and one.control in {"normal", "not_needed"}
        and one.pathway_ok
        and one.tls_verified
        and one.egress in {"home", "away", "twin"}
    ]
    shown = {one.egress for one in ordered if one.presence in SHOWING}
    assert len(after) >= 3
    assert after[-1].at - after[0].at >= RULE.span
    assert {one.egress for one in after} & shown
    assert {"as64500" if one.egress != "away" else "as64501" for one in after} == {
        "as64500",
        "as64501",
    }


@given(st.lists(st.sampled_from(GONE), min_size=1, max_size=20))
def test_more_gone_looks_never_undo_a_removal(more):
    """What a run proved stays proved while it goes on."""
    proof = verdict(*REMOVED, *(saw(40 + n, one, "away") for n, one in enumerate(more)))
    assert (proof.verdict, proof.since) == (TakedownVerdict.REMOVED, START + timedelta(hours=24))


# --------------------------------------------------------------------------- cases


def proof_of(one: TakedownVerdict, hour: int = 0) -> Proof:
    return Proof(
        verdict=one,
        rule=one.value,
        since=START + timedelta(hours=hour),
        because=("a",),
        missing=("b",),
    )


@given(st.lists(st.sampled_from(TakedownVerdict), min_size=1, max_size=6))
def test_a_case_is_open_while_any_asset_is(verdicts):
    """A case is removed only if all its assets are; one present asset keeps it present."""
    combined = prove_case({str(n): proof_of(one) for n, one in enumerate(verdicts)})
    assert combined.verdict in verdicts
    if combined.verdict is TakedownVerdict.REMOVED:
        assert set(verdicts) == {TakedownVerdict.REMOVED}
    assert (combined.verdict is TakedownVerdict.PRESENT) == (TakedownVerdict.PRESENT in verdicts)


def test_a_case_is_removed_since_its_last_asset_is():
    """The reasons name their assets, and a mixture of removed and expired credits nobody."""
    both = prove_case(
        {"a": proof_of(TakedownVerdict.REMOVED, 5), "b": proof_of(TakedownVerdict.REMOVED, 9)}
    )
    assert both.since == START + timedelta(hours=9)
    assert both.because == ("a: a", "b: a")
    mixed = prove_case(
        {"a": proof_of(TakedownVerdict.REMOVED, 9), "b": proof_of(TakedownVerdict.EXPIRED)}
    )
    assert (mixed.verdict, mixed.since) == (TakedownVerdict.EXPIRED, START + timedelta(hours=9))
    assert prove_case({}).verdict is TakedownVerdict.UNKNOWN


# --------------------------------------------------------------------------- the naive rule


def with_digest(hour: float, sha256: str) -> Observation:
    digests = Digests(md5="0", sha1="0", sha256=sha256, length=1)
    return saw(hour, EXACT, digests=digests)


def test_the_naive_rule_closes_on_three_errors_or_a_changed_hash():
    """It is the rule to compare with: wrong on a flaky host and on a re-encoded copy."""
    flaky = [saw(n, Presence.TEMPORARY) for n in range(1, 4)]
    assert naive_gone([with_digest(0, "a"), *flaky])
    assert not naive_gone([with_digest(0, "a"), *flaky[:2], with_digest(2.5, "a"), flaky[2]])
    assert naive_gone([with_digest(0, "a"), with_digest(1, "b")])
    assert not naive_gone([saw(n, Presence.PRESENT_LISTED_ALIVE) for n in range(9)])
    assert verdict(with_digest(0, "a"), *flaky).verdict is TakedownVerdict.PRESENT


@pytest.mark.parametrize("presence", [Presence.PRESENT_UNVERIFIED, Presence.PRESENT_GATED])
def test_what_a_filter_puts_in_the_place_of_content_says_nothing(presence):
    """Other media and doors seen through a filtered egress neither end a proof nor hide it."""
    filtered = (saw(31, presence, "filtered"), saw(50, presence, "filtered"))
    assert verdict(*REMOVED, *filtered).verdict is TakedownVerdict.REMOVED
    assert (
        verdict(*REMOVED, *(saw(60 + n, presence, "filtered") for n in range(9))).rule == "removed"
    )
    assert verdict(saw(0, EXACT), *filtered).verdict is TakedownVerdict.PRESENT
