"""Who is told, by policy: one row per route."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_builders import (
    BASELINE,
    HOTLINE,
    NOW,
    PARTNERS,
    POLICE,
    asset,
    case,
    contact,
    party,
    policy,
    snapshot,
)

from cases.model import (
    Channel,
    Claim,
    Classification,
    Confidence,
    NoticeKind,
    PartyRole,
    Priority,
    RecipientKind,
    SiteType,
)
from config.policy import CountryRule
from notices.partners.registry import Partners
from notices.recipients import Facts, plan

OPERATOR = contact(PartyRole.OPERATOR, "abuse@files.example", source="catalogue")


def facts(*pairs, classification=BASELINE, **case_changes):
    pairs = pairs or ((asset(), snapshot()),)
    return Facts(
        case=case(**case_changes),
        listed=tuple(a for a, _ in pairs),
        snapshots={a.id: s for a, s in pairs if s is not None},
        classification=classification,
        law="law",
        now=NOW,
    )


def planned(some_facts, rules=None, police=POLICE, partners=PARTNERS):
    return plan(
        some_facts, policy=rules or policy(), hotline=HOTLINE, police=police, partners=partners
    )


def kinds(result):
    return [(p.kind.value, p.recipient.kind.value) for p in result.planned]


HOST = ("first", "content_host")
TOLD_POLICE = ("police", "police")
TOLD_PARTNER = ("partner", "partner_hotline")


@pytest.mark.parametrize(
    ("country", "rules", "expected", "waiting"),
    [
        ("NL", policy(), [TOLD_POLICE, HOST], ()),
        ("NL", policy(home="host_first"), [HOST, TOLD_POLICE], ()),
        ("NL", policy(home="police_only"), [TOLD_POLICE], ()),
        ("NL", policy(home="do_not_notify"), [], ("do_not_notify:NL",)),
        ("DE", policy(), [TOLD_PARTNER], ()),
        ("FR", policy(), [TOLD_POLICE], ()),
        ("FR", policy(abroad="host_first"), [HOST], ()),
        ("FR", policy(FR="do_not_notify"), [], ("do_not_notify:FR",)),
        ("NL", policy(NL="host_first"), [HOST, TOLD_POLICE], ()),
        ("DE", policy(DE="police_only"), [TOLD_POLICE], ()),
    ],
)
def test_the_order_of_the_policy_decides_who_is_told(country, rules, expected, waiting):
    """Country rules go before home and abroad, and each order names its recipients."""
    result = planned(facts((asset(), snapshot(country=country))), rules)
    assert kinds(result) == expected
    assert result.waiting == waiting


def test_at_home_the_provider_waits_for_the_police_hold_even_when_urgent():
    """Urgent priority never shortens the police-first hold."""
    for priority in Priority:
        police, host = planned(facts(priority=priority)).planned
        assert police.hold is None
        assert host.hold.reason == "police_first"
        assert host.hold.until == NOW + timedelta(hours=12)


def test_without_a_police_contact_the_home_provider_waits_for_a_person():
    """A police-first rule that cannot be kept is not silently skipped."""
    result = planned(facts(), police=None)
    assert result.waiting == ("no_police",)
    assert [(p.hold.reason, p.hold.until) for p in result.planned] == [("police_not_told", None)]


@pytest.mark.parametrize(
    "classification",
    [None, Classification(scheme="uk", value="C"), Classification(scheme="ncmec", value="A1")],
)
def test_a_class_that_is_not_illegal_with_the_partner_goes_to_the_own_police(classification):
    """A partner is told only of what it can act on."""
    abroad = facts((asset(), snapshot(country="DE")), classification=classification)
    assert kinds(planned(abroad)) == [TOLD_POLICE]
    assert "no_partner_for_class" in planned(abroad).planned[0].why


def test_neither_partner_nor_police_leaves_the_case_waiting():
    """Nobody to tell is said, not forgotten."""
    result = planned(facts((asset(), snapshot(country="FR"))), police=None, partners=Partners())
    assert result == type(result)(planned=(), waiting=("no_police",))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"country": None}, "country_unknown"),
        ({"country_confidence": Confidence.LOW}, "country_unsure"),
        ({"country_confidence": Confidence.GUESS}, "country_unsure"),
    ],
)
def test_an_unsure_country_holds_for_an_analyst(change, word):
    """Unknown, low or conflicting country: a draft that only a person releases."""
    result = planned(facts((asset(), replace(snapshot(), **change))))
    assert result.waiting == (word,)
    assert [(p.hold.reason, p.hold.until) for p in result.planned] == [(word, None)]


def masked(*parties, **changes):
    front = party(
        PartyRole.FRONT, contact(PartyRole.FRONT, "abuse@front.example", source="catalogue")
    )
    return snapshot(country=None, parties=(front, *parties), masked_by="Example Front", **changes)


def test_a_masked_location_asks_the_front():
    """A front is told, and no country is guessed from it."""
    result = planned(facts((asset(), masked())))
    assert kinds(result) == [("front_reveal", "front")]
    assert result.planned[0].template == "front"
    assert result.planned[0].hold is None


@pytest.mark.parametrize(("channel", "expected"), [("form", "manual"), ("api", "manual")])
def test_a_front_with_a_form_or_api_is_a_task_for_a_person(channel, expected):
    """What has no mailbox is done by hand, by catalogue."""
    front = party(
        PartyRole.FRONT,
        contact(
            PartyRole.FRONT, "https://front.example/abuse", channel=channel, source="catalogue"
        ),
    )
    result = planned(facts((asset(), snapshot(country=None, parties=(front,), masked_by="F"))))
    assert result.planned[0].recipient.channel == expected


def test_a_known_site_owner_behind_a_front_waits_for_a_person():
    """The owner of a masked site is drafted, but the unknown country holds it."""
    owner = party(PartyRole.OPERATOR, OPERATOR)
    result = planned(facts((asset(), masked(owner))))
    assert kinds(result) == [("front_reveal", "front"), ("first", "site_owner")]
    assert result.planned[1].hold.reason == "country_unknown"


def test_the_site_owner_is_told_after_the_content_host_where_the_catalogue_knows_it():
    """Content host first, then the identified service's own abuse desk."""
    home = snapshot(parties=(party(), party(PartyRole.OPERATOR, OPERATOR)))
    result = planned(facts((asset(), home)))
    assert kinds(result) == [TOLD_POLICE, HOST, ("first", "site_owner")]
    assert result.planned[2].hold == result.planned[1].hold


@pytest.mark.parametrize(
    "owner",
    [
        party(
            PartyRole.OPERATOR, contact(PartyRole.OPERATOR, "a@files.example", source="rdap_abuse")
        ),
        party(PartyRole.OPERATOR, replace(OPERATOR, flags=("dedicated",))),
        party(
            PartyRole.OPERATOR,
            OPERATOR,
            claims=(
                Claim(
                    field="site_kind",
                    value="commercial",
                    source="analyst",
                    source_version="",
                    at=NOW,
                    confidence=Confidence.HIGH,
                    reason="",
                ),
            ),
        ),
        party(PartyRole.OPERATOR, replace(OPERATOR, confidence=Confidence.GUESS)),
    ],
)
def test_the_owner_of_an_unfit_site_is_never_told(owner):
    """Dedicated, disguised, commercial or unknown sites have no owner who hears of a notice."""
    result = planned(facts((asset(), snapshot(parties=(party(), owner)))))
    assert "site_owner" not in {kind for _, kind in kinds(result)}


@pytest.mark.parametrize(
    ("contacts", "word"),
    [
        ((), "no_contact"),
        ((contact(confidence=Confidence.GUESS),), "guessed_contact_only"),
        ((contact(source="rfc2142", confidence=Confidence.HIGH),), "guessed_contact_only"),
        ((contact(value="abuse@a.example, x@b.example"),), "guessed_contact_only"),
        ((contact(value="abuse@a.example\nBcc: x@b.example"),), "guessed_contact_only"),
        ((contact(PartyRole.REGISTRAR, source="registrar"),), "guessed_contact_only"),
    ],
)
def test_a_host_without_a_usable_contact_waits(contacts, word):
    """A guessed, foreign or malformed contact never becomes a recipient."""
    host = replace(party(), contacts=contacts)
    result = planned(facts((asset(), snapshot(parties=(host,)))))
    assert kinds(result) == [TOLD_POLICE]
    assert result.waiting == (word,)


def test_the_first_usable_contact_wins_over_a_guess_before_it():
    """Contacts are tried in the order of the trace."""
    host = party(
        PartyRole.CONTENT_HOST,
        contact(value="guess@provider.example", confidence=Confidence.GUESS),
        contact(value="real@provider.example", confidence=Confidence.MEDIUM),
    )
    result = planned(facts((asset(), snapshot(parties=(host,)))))
    assert result.planned[1].recipient.address == "real@provider.example"


def test_each_asset_is_told_to_its_own_host():
    """A page and a picture at another host make two provider notices and one police notice."""
    other = party(PartyRole.CONTENT_HOST, contact(value="abuse@images.example"))
    result = planned(
        facts(
            (asset(1), snapshot(1)),
            (asset(2, host="img.example", role="linked"), snapshot(2, parties=(other,))),
        ),
    )
    assert kinds(result) == [TOLD_POLICE, HOST, HOST]
    assert result.planned[0].asset_ids == (asset(1).id, asset(2).id)
    assert [p.asset_ids for p in result.planned[1:]] == [(asset(1).id,), (asset(2).id,)]
    assert [p.template for p in result.planned[1:]] == ["cyberlocker", "generic"]


def test_one_mailbox_gets_one_notice_for_all_its_assets():
    """Two assets, or two parties, with the same mailbox are joined, whatever the spelling."""
    shouting = party(PartyRole.CONTENT_HOST, contact(value="ABUSE@provider.example"))
    result = planned(
        facts((asset(1), snapshot(1)), (asset(2), snapshot(2, parties=(shouting,)))),
    )
    assert kinds(result) == [TOLD_POLICE, HOST]
    assert result.planned[1].asset_ids == (asset(1).id, asset(2).id)
    assert result.planned[1].snapshot_ids == ("snap-1", "snap-2")


def test_an_asset_without_a_trace_waits_and_does_not_stop_the_others():
    """A missing trace is named; what was traced is planned."""
    result = planned(facts((asset(1), None), (asset(2), snapshot(2))))
    assert result.waiting == ("no_trace",)
    assert kinds(result) == [TOLD_POLICE, HOST]


@pytest.mark.parametrize(
    ("site", "template"),
    [
        (SiteType.CYBERLOCKER, "cyberlocker"),
        (SiteType.IMAGE_BOARD, "image_board"),
        (SiteType.FORUM, "generic"),
        (SiteType.UNKNOWN, "generic"),
    ],
)
def test_the_kind_of_site_chooses_the_wording(site, template):
    """Cyberlockers and image boards have their own words."""
    assert planned(facts(site_type=site)).planned[1].template == template


@pytest.mark.parametrize(
    ("classification", "flags", "channel"),
    [
        (BASELINE, (), Channel.XARF_MAIL),
        (Classification(scheme="ncmec", value="B2"), (), Channel.XARF_MAIL),
        (Classification(scheme="uk", value="C"), (), Channel.MAIL),
        (Classification(scheme="interpol", value="Baseline"), (), Channel.MAIL),
        (None, (), Channel.MAIL),
        (BASELINE, ("no_xarf",), Channel.MAIL),
    ],
)
def test_xarf_is_chosen_only_where_the_class_has_a_value_there(classification, flags, channel):
    """A class that XARF does not know is never guessed into it."""
    host = party(PartyRole.CONTENT_HOST, contact(flags=flags))
    result = planned(facts((asset(), snapshot(parties=(host,))), classification=classification))
    assert result.planned[1].recipient.channel is channel


def test_a_country_rule_may_shorten_the_deadline():
    """The deadline comes from the country rule, else from the notices' rules."""
    rules = policy(NL=CountryRule(order="host_first", deadline=timedelta(hours=12)))
    assert planned(facts(), rules).planned[0].deadline == timedelta(hours=12)
    assert planned(facts()).planned[0].deadline == timedelta(hours=24)


def test_a_moved_case_tells_providers_so():
    """The kind that providers receive is the caller's."""
    result = plan(
        facts(),
        policy=policy(),
        hotline=HOTLINE,
        police=POLICE,
        partners=PARTNERS,
        kind=NoticeKind.MOVED,
    )
    assert kinds(result) == [TOLD_POLICE, ("moved", "content_host")]


_contacts = st.builds(
    contact,
    st.sampled_from(list(PartyRole)),
    st.one_of(st.text(max_size=40), st.emails(), st.just("abuse@provider.example")),
    confidence=st.sampled_from(list(Confidence)),
    source=st.sampled_from(["catalogue", "rdap_abuse", "rdap_parent", "rfc2142", "registrar"]),
    channel=st.sampled_from(["mail", "form", "api"]),
)
_parties = st.lists(
    st.builds(
        lambda role, contacts: replace(party(role), contacts=tuple(contacts)),
        st.sampled_from(list(PartyRole)),
        st.lists(_contacts, max_size=3),
    ),
    max_size=4,
)


@given(
    parties=_parties,
    country=st.sampled_from([None, "NL", "DE", "FR"]),
    confidence=st.sampled_from(list(Confidence)),
    mask=st.sampled_from([None, "Front"]),
    order=st.sampled_from(
        ["police_first", "host_first", "partner", "police_only", "do_not_notify"]
    ),
)
def test_no_guess_becomes_a_recipient_and_nothing_is_silent(
    parties, country, confidence, mask, order
):
    """Whatever a trace says: no guessed contact, one notice per mailbox and kind, never nothing."""
    trace = replace(
        snapshot(country=country, parties=parties), country_confidence=confidence, masked_by=mask
    )
    result = planned(facts((asset(), trace)), policy(home=order, abroad=order))
    guesses = {
        c.value.casefold()
        for p in parties
        for c in p.contacts
        if c.confidence is Confidence.GUESS or c.source in {"rfc2142", "registrar"}
    }
    sure = {
        c.value.casefold()
        for p in parties
        for c in p.contacts
        if c.confidence is not Confidence.GUESS and c.source not in {"rfc2142", "registrar"}
    }
    providers = [p for p in result.planned if p.recipient.kind is not RecipientKind.POLICE]
    for step in providers:
        if step.recipient.kind is not RecipientKind.PARTNER_HOTLINE:
            assert step.recipient.address.casefold() not in guesses - sure
    keys = [
        (p.kind, p.recipient.address.casefold(), p.hold and p.hold.reason) for p in result.planned
    ]
    assert len(keys) == len(set(keys))
    assert result.planned or result.waiting
    unsure = country is None or confidence in {Confidence.LOW, Confidence.GUESS}
    for step in providers:
        if unsure and step.kind is not NoticeKind.FRONT_REVEAL:
            assert step.hold is not None
            assert step.hold.until is None
