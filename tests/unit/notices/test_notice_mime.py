"""How a message is built: headers, parts, identities."""

from __future__ import annotations

import pytest
from notice_builders import (
    CASE_ID,
    HOTLINE,
    NOW,
    asset,
    material,
    notice,
    recipient,
)
from notice_reading import (
    parsed,
)

from cases.errors import InvalidInput
from cases.model import (
    NoticeKind,
)
from notices.compose import compose


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
