"""What stands in a message, what never does, and that others can read it."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import xarf as xarf_library
from hypothesis import given, settings
from hypothesis import strategies as st
from notice_builders import (
    BASELINE,
    CASE_ID,
    HOTLINE,
    NOW,
    SHA256,
    assessment,
    asset,
    case,
    match,
    material,
    notice,
    recipient,
    snapshot,
)

from cases.errors import InvalidInput
from cases.model import (
    AssetKind,
    Channel,
    Classification,
    Hold,
    NoMatch,
    NotChecked,
    NoticeKind,
    Pathway,
    PathwayStep,
    Possible,
    Priority,
    RecipientKind,
)
from notices import document, xarf
from notices.compose import compose, render_text

TEMPLATES = ("cyberlocker", "image_board", "generic", "front", "police", "partner", "withdrawal")
PROVIDER_TEMPLATES = ("cyberlocker", "image_board", "generic", "front")
EARLIER = notice(
    serial=f"{CASE_ID}-N7", sent_at=NOW - timedelta(days=1), message_id="<first.1@hotline.example>"
)


def parsed(composed):
    return email.message_from_bytes(composed.message, policy=email.policy.default)


def parts(composed):
    return {
        part.get_filename(): part.get_content()
        for part in parsed(composed).walk()
        if part.get_filename()
    }


def json_part(composed, name="hostwatch-notice.json"):
    content = parts(composed)[name]
    return json.loads(content if isinstance(content, str) else content.decode())


def text_of(template, **changes):
    kind = NoticeKind.WITHDRAWAL if template == "withdrawal" else NoticeKind.FIRST
    named = notice(template=template, kind=kind)
    return render_text(material(notice=named, earlier=EARLIER, **changes))


# ------------------------------------------------------------------ the human part


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


# ------------------------------------------------------------------ headers and MIME


def test_the_subject_is_the_serial_and_nothing_of_the_host():
    """A subject is read by many; it names no location."""
    message = parsed(compose(material()))
    assert message["Subject"] == f"[{CASE_ID}-N1] Notice"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"].addresses[0].addr_spec == "notices@hotline.example"
    assert message["To"] == "abuse@provider.example"
    assert message["Reply-To"] == "reports@hotline.example"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"].startswith(f"<{CASE_ID}-N1.1.")
    assert message["Message-ID"].endswith("@hotline.example>")


def test_the_same_material_gives_the_same_bytes_and_another_attempt_another_id():
    """What was frozen can be composed again; a retry is a new message."""
    first, same = compose(material()), compose(material())
    assert first == same
    retry = compose(material(notice=notice(attempt=1)))
    assert retry.message_id != first.message_id
    assert ".2." in retry.message_id


def test_one_confirmed_asset_is_a_feedback_report_of_three_parts():
    """RFC 6522: human part, machine fields, the incident."""
    message = parsed(compose(material()))
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "feedback-report"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["multipart/mixed", "message/feedback-report", "application/json"]
    assert list(message.iter_parts())[1].get_payload()[0]["Feedback-Type"] == "xarf"


def test_several_assets_are_mixed_with_one_incident_each():
    """XARF bundles nothing: one document per asset."""
    composed = compose(material(assets=(asset(1), asset(2))))
    assert parsed(composed).get_content_type() == "multipart/mixed"
    assert composed.machine_parts == (
        "hostwatch-notice.json",
        "hostwatch-notice.csv",
        "xarf-1.json",
        "xarf-2.json",
    )


def test_a_withdrawal_must_say_what_it_withdraws():
    """A withdrawal of nothing is refused."""
    with pytest.raises(InvalidInput, match="withdraws"):
        compose(material(notice=notice(kind=NoticeKind.WITHDRAWAL, template="withdrawal")))


@pytest.mark.parametrize(
    "change",
    [
        {"notice": notice(recipient=recipient(address="a@b.example\r\nBcc: c@d.example"))},
        {"notice": notice(recipient=recipient(address="a@b.example, c@d.example"))},
        {"notice": notice(recipient=recipient(address="https://form.example/"))},
        {"sender": "Notices <n@hotline.example>"},
        {"assets": ()},
    ],
)
def test_an_unusable_envelope_is_refused_before_anything_is_built(change):
    """Header injection, several mailboxes, forms and empty notices never become a mail."""
    with pytest.raises(InvalidInput):
        compose(material(**change))


def test_a_long_domain_keeps_the_message_id_on_one_line():
    """A Message-ID that is folded would not be found again in a relay's log."""
    long = HOTLINE.model_copy(update={"domain": "a-rather-long-name.of-a-hotline.example"})
    composed = compose(material(hotline=long))
    assert composed.message_id.encode() in composed.message


# ------------------------------------------------------------------ machine parts


@pytest.mark.parametrize("template", TEMPLATES)
def test_our_json_fits_its_published_schema(template):
    """Every kind of notice has a valid document."""
    kinds = {
        "front": (NoticeKind.FRONT_REVEAL, RecipientKind.FRONT),
        "police": (NoticeKind.POLICE, RecipientKind.POLICE),
        "partner": (NoticeKind.PARTNER, RecipientKind.PARTNER_HOTLINE),
        "withdrawal": (NoticeKind.WITHDRAWAL, RecipientKind.CONTENT_HOST),
    }
    kind, who = kinds.get(template, (NoticeKind.FIRST, RecipientKind.CONTENT_HOST))
    told = notice(kind=kind, template=template, recipient=recipient(kind=who))
    composed = compose(material(notice=told, earlier=EARLIER))
    assert document.problems(json_part(composed)) == ()
    assert [p for p in composed.problems if p != "bundle_not_signed"] == []


def test_a_document_that_does_not_fit_is_named_by_member_only():
    """A problem says where, not what."""
    content = document.document(material(), ("removed",)) | {"kind": "SECRET"}
    assert document.problems(content) == ("kind",)


def test_the_csv_is_quoted_and_disarmed():
    """A `;` in a URL keeps its row, and a formula start is text."""
    odd = asset(url="https://files.example/d/a;b?=cmd")
    composed = compose(material(assets=(odd,), gated_note="=HYPERLINK(1)"))
    rows = list(csv.reader(io.StringIO(parts(composed)["hostwatch-notice.csv"]), delimiter=";"))
    assert rows[0] == ["url", "IP", "firstseen", "lastseen", "note"]
    assert rows[1][0] == "https://files.example/d/a;b?=cmd"
    assert rows[1][4] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("scheme", "value", "expected"),
    [
        ("interpol", "baseline", "baseline"),
        ("ncmec", "A1", "A1"),
        ("ncmec", "B2", "B2"),
        ("ncmec", "C", None),
        ("uk", "A", None),
        ("national", "baseline", None),
    ],
)
def test_xarf_is_sent_only_for_a_class_that_it_knows(scheme, value, expected):
    """A wrong class is worse than none."""
    told = notice(classification=Classification(scheme=scheme, value=value))
    composed = compose(material(notice=told))
    if expected is None:
        assert composed.machine_parts == ("hostwatch-notice.json", "hostwatch-notice.csv")
    else:
        assert json_part(composed, "xarf.json")["classification"] == expected


@pytest.mark.parametrize("channel", [Channel.MAIL, Channel.PARTNER])
def test_xarf_goes_only_by_the_channel_that_asks_for_it(channel):
    """Police, partners and providers without XARF get our own documents."""
    composed = compose(material(notice=notice(recipient=recipient(channel=channel))))
    assert not [name for name in composed.machine_parts if name.startswith("xarf")]


def test_the_xarf_document_satisfies_schema_and_library():
    """The official schema with formats, and the xarf library's own parser, accept it."""
    report = json_part(compose(material(practice=True)), "xarf.json")
    assert xarf.problems(report) == ()
    result = xarf_library.parse(report)
    assert result.errors == []
    assert report["detection_method"] == "hash_match"
    assert report["hash_values"]["sha256"] == SHA256
    assert report["tags"] == ["lifecycle:test"]
    assert set(report["reporter"]) == {"org", "contact", "domain"}
    assert "_internal" not in report
    assert "evidence" not in report


def test_an_assessed_asset_is_told_as_reviewed_by_a_person():
    """Where a person assessed, the method is manual review."""
    composed = compose(
        material(
            assets=(asset(comparison=NoMatch(), kind=AssetKind.VIDEO),), assessment=assessment()
        )
    )
    report = json_part(composed, "xarf.json")
    assert (report["detection_method"], report["media_type"]) == ("manual_review", "video")


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("files.example", True),
        ("xn--bcher-kva.example", False),
        ("192.0.2.10", False),
        ("a_b.example", False),
        ("Files.example", False),
    ],
)
def test_the_xarf_domain_is_left_out_where_its_pattern_would_refuse_it(host, kept):
    """The URL holds the host in any case."""
    report = json_part(compose(material(assets=(asset(host=host),))), "xarf.json")
    assert ("domain" in report) is kept


def test_a_url_that_xarf_refuses_costs_only_the_xarf_document():
    """The notice goes out with our own documents and says what is missing."""
    composed = compose(material(assets=(asset(url="https://[::broken/%zz"),)))
    assert "xarf.json" not in composed.machine_parts
    assert any(problem.startswith("xarf.json:") for problem in composed.problems)
    assert parsed(composed).get_content_type() == "multipart/mixed"


# ------------------------------------------------------------------ what never leaves

SECRETS = ("ANALYSTNAME", "SECONDNAME", "SECRETLISTNAME", "RULENAME", "QUERYTEXT", "DETAILTEXT")


@pytest.mark.parametrize("template", TEMPLATES)
def test_names_of_people_lists_rules_and_raw_evidence_never_leave(template):
    """No analyst, list, rule, raw answer, perceptual digest or approver in any part."""
    told = notice(
        template=template,
        kind=NoticeKind.WITHDRAWAL if template == "withdrawal" else NoticeKind.FIRST,
        hold=Hold(reason="HOLDREASON", owner="ANALYSTNAME", since=NOW),
    )
    composed = compose(material(notice=told, assessment=assessment(), earlier=EARLIER))
    everything = _decoded(composed)
    for secret in (*SECRETS, "HOLDREASON", "f" * 64, "home:police_first"):
        assert secret not in everything


def _decoded(composed):
    message = parsed(composed)
    texts = [str(message.items())]
    for part in message.walk():
        if part.get_content_maintype() in {"text", "application"}:
            content = part.get_content()
            texts.append(content if isinstance(content, str) else content.decode())
    return "\n".join(texts)


_words = st.text(min_size=1, max_size=60)
_paths = st.text(max_size=80)


@settings(max_examples=60, deadline=None)
@given(name=_words, path=_paths, law=_words, note=_words, front=_words, analyst=_words, step=_paths)
def test_hostile_values_change_neither_headers_nor_structure(
    name, path, law, note, front, analyst, step
):
    """Whatever a registry, page or reporter says, the message parses and its shape stays."""
    secret = f"Analyst-{analyst.encode().hex()}-X"
    trace = snapshot(
        parties=(replace(snapshot().parties[0], name=name),),
    )
    told = notice(law=law, approved_by=secret, why=secret)
    stuff = material(
        notice=told,
        assets=(asset(url=f"https://files.example/{path}", why=secret),),
        snapshots={f"{CASE_ID}-1": replace(trace, masked_by=front)},
        case=case(pathway=Pathway(steps=(PathwayStep(url=f"https://board.example/{step}"),))),
        gated_note=note,
        assessment=assessment(assessor=secret, second_assessor=secret),
    )
    composed = compose(stuff)
    message = parsed(composed)
    for part in message.walk():
        assert part.defects == []
    assert message["Subject"] == f"[{CASE_ID}-N1] Notice"
    assert message["To"] == "abuse@provider.example"
    assert set(message.keys()) == {
        "Content-Type",
        "MIME-Version",
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "User-Agent",
    }
    assert composed.message.isascii()
    assert max(len(line) for line in composed.message.split(b"\r\n")) <= 998
    assert b"\n" not in composed.message.replace(b"\r\n", b"")
    assert secret not in _decoded(composed)
    assert json_part(composed)["format"] == "hostwatch-notice"


@settings(max_examples=40, deadline=None)
@given(domain=st.sampled_from(["hotline.example", "x" * 60 + ".example"]), name=_words)
def test_any_name_of_a_hotline_makes_a_readable_sender(domain, name):
    """Non-ASCII and long names are encoded, never broken."""
    ours = HOTLINE.model_copy(update={"domain": domain, "name": f"H{name}H"})
    message = parsed(compose(material(hotline=ours)))
    assert message["From"].addresses[0].addr_spec == "notices@hotline.example"
    assert message["From"].defects == ()
    assert message["Message-ID"].endswith(f"@{domain}>")


def test_baseline_is_never_assumed():
    """A notice without a class has none in any part, and no XARF."""
    composed = compose(material(notice=notice(classification=None)))
    assert json_part(composed)["classification"] is None
    assert "xarf.json" not in composed.machine_parts
    assert BASELINE.value not in _decoded(composed)
