"""What a notice says to a person."""

from __future__ import annotations

import json

import pytest
from notice_builders import (
    CASE_ID,
    SHA256,
    assessment,
    asset,
    case,
    match,
    material,
    notice,
    recipient,
)
from notice_reading import (
    EARLIER,
    PROVIDER_TEMPLATES,
    TEMPLATES,
    json_part,
    parsed,
    parts,
    text_of,
)

from cases.errors import InvalidInput
from cases.model import (
    NoMatch,
    NotChecked,
    NoticeKind,
    Possible,
    Priority,
)
from notices.compose import compose, render_text


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_says_who_writes_and_how_to_answer_and_dispute(template):
    """Serial, sender, law, good faith, code, page, mailbox and dispute stand in each text."""
    text = " ".join(text_of(template).split())
    for element in (
        f"{CASE_ID}-N1",
        "Example Hotline",
        "hotline.example",
        "Example Penal Code, article 240b",
        "good faith",
        "accurate and complete",
        "https://answers.hotline.example",
        "ABCDEFGHJKMN",
        "reports@hotline.example",
        "HOW TO DISPUTE",
        "hxxps://files[.]example/d/abc1",
        "not_illegal_here",
    ):
        assert element in text


@pytest.mark.parametrize("template", [t for t in TEMPLATES if t != "withdrawal"])
def test_every_notice_names_place_time_trace_digest_class_and_deadline(template):
    """An abuse desk finds all that it asks for, in UTC."""
    text = text_of(template)
    for element in (
        "192.0.2.10",
        "AS64500",
        "NL (confidence: high)",
        "First seen:    2026-11-20T09:40:00Z",
        "Last seen:     2026-11-20T10:26:00Z",
        "Traced:        2026-11-20T10:25:00Z, 3 independent methods",
        f"SHA-256:       {SHA256}",
        "MD5:           " + "1" * 32,
        "Class: baseline (scheme: interpol)",
        "2026-11-21T10:30:00Z",
        "Open first:    hxxps://board[.]example/thread/1",
        "With referrer: hxxps://board[.]example/",
        "byte for byte identical",
    ):
        assert element in text


WALLET = "btc:bc1q-an-invented-one"


@pytest.mark.parametrize(
    ("kind", "template"),
    [
        (NoticeKind.POLICE, "police"),
        (NoticeKind.FIRST, "generic"),
        (NoticeKind.FRONT_REVEAL, "front"),
        (NoticeKind.PARTNER, "partner"),
    ],
)
def test_ways_to_pay_are_told_to_the_police_and_to_nobody_else(kind, template):
    """As text, in the human part and in the document, which keeps its schema."""
    named = notice(kind=kind, template=template)
    told = compose(material(notice=named, case=case(payments=(WALLET,))))
    police = kind is NoticeKind.POLICE
    assert (WALLET in parsed(told).as_string()) is police
    content = json_part(told) if police else {}
    assert content.get("payments") == ([WALLET] if police else None)


@pytest.mark.parametrize("template", PROVIDER_TEMPLATES)
def test_a_provider_is_asked_to_remove_preserve_and_keep_quiet(template):
    """Removal at source with caches, preservation, no viewing, no word to the uploader."""
    text = " ".join(text_of(template).split()).lower()
    for element in (
        "cache",
        "preserve",
        "law enforcement",
        "do not view, copy or forward",
        "do not inform the uploader or customer",
        "abuse contact of this network",
    ):
        assert element in text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("cyberlocker", ("every link", "same object", "account", "premium", "not only this link")),
        (
            "image_board",
            ("the post and its files", "thumbnail", "thread", "archive", "ban records"),
        ),
        ("generic", ("Remove the content at source", "every copy")),
        ("front", ("origin server", "hosting provider", "not to your customer", "Stop caching")),
        ("police", ("Secure evidence", "wait longer", "own reference")),
        ("partner", ("Our reference:", "Your reference:", "under your law", "status back")),
        ("withdrawal", ("withdraws its notice", f"{CASE_ID}-N7", "Disregard", "2026-11-19T10:30")),
    ],
)
def test_each_kind_of_recipient_gets_its_own_request(template, words):
    """File, post, proxy, police, partner and withdrawal are worded apart."""
    text = " ".join(text_of(template).split())
    for word in words:
        assert word in text


def test_a_class_that_no_source_gave_is_said_to_be_absent():
    """No class is invented."""
    text = render_text(material(notice=notice(classification=None)))
    assert "Class: none was given by our source" in text


def test_an_md5_only_match_is_called_what_it_is():
    """A weak match does not claim identity byte for byte."""
    text = render_text(material(assets=(asset(comparison=match(strength="weak")),)))
    assert "same MD5 digest" in text
    assert "byte for byte" not in text


def test_an_assessment_is_named_as_the_basis():
    """A person's assessment is the basis where no list decides."""
    text = render_text(material(assets=(asset(comparison=NoMatch()),), assessment=assessment()))
    assert "assessed by an authorised analyst" in text
    assert SHA256 in text


@pytest.mark.parametrize(
    ("comparison", "judged"),
    [
        (NoMatch(), None),
        (NotChecked(reason="timeout"), assessment()),
        (NoMatch(), assessment(illegal=False)),
        (NoMatch(), assessment(asset_ids=(f"{CASE_ID}-9",))),
        (
            Possible(tier="confident", distance=3, quality=90, view="upright", entry=match().entry),
            None,
        ),
    ],
)
def test_digests_of_unconfirmed_assets_are_never_told(comparison, judged):
    """Neither text, JSON, XARF nor bundle holds a digest that nobody confirmed."""
    composed = compose(material(assets=(asset(comparison=comparison),), assessment=judged))
    everything = composed.message.decode() + json.dumps(json_part(composed))
    assert SHA256 not in everything
    assert "xarf.json" not in composed.machine_parts


def test_a_reminder_names_the_first_notice_and_answers_in_its_thread():
    """`reminder n, first notice on ...`, with In-Reply-To for the recipient's ticket system."""
    again = notice(kind=NoticeKind.REMINDER, reminder=2, replaces=EARLIER.serial)
    composed = compose(material(notice=again, earlier=EARLIER))
    assert (
        f"Reminder 2: our notice {EARLIER.serial} was sent on 2026-11-19T10:30:00Z"
        in render_text(material(notice=again, earlier=EARLIER))
    )
    assert parsed(composed)["In-Reply-To"] == "<first.1@hotline.example>"
    assert parsed(composed)["References"] == "<first.1@hotline.example>"


def test_urgency_practice_and_state_are_said_in_words():
    """What is unusual about a message stands in its first part."""
    text = render_text(
        material(case=case(priority=Priority.URGENT), practice=True, gated_note="a password stood")
    )
    assert "urgent" in text
    assert "PRACTICE MESSAGE" in text
    assert "State when last looked at: a password stood" in text


def test_defanging_is_a_choice_and_the_machine_part_is_always_exact():
    """With defanging off the text holds the URL; the JSON and CSV hold it in both cases."""
    for defang in (True, False):
        composed = compose(material(defang=defang))
        text = parsed(composed).get_body().get_content()
        assert ("https://files.example/d/abc1" in text) is not defang
        assert json_part(composed)["locations"][0]["url"] == "https://files.example/d/abc1"
        assert '"https://files.example/d/abc1"' in parts(composed)["hostwatch-notice.csv"]


def test_an_unknown_language_falls_back_to_english():
    """A recipient whose language is not written yet gets English."""
    told = notice(recipient=recipient(language="tr"))
    assert render_text(material(notice=told)) == render_text(material())


def test_an_unknown_template_is_refused():
    """A template name cannot leave the templates' folder."""
    with pytest.raises(InvalidInput, match="no notice template"):
        render_text(material(notice=notice(template="../en/generic")))
