"""What never leaves in a notice, whatever stands in the material."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notice_builders import (
    BASELINE,
    CASE_ID,
    HOTLINE,
    NOW,
    assessment,
    asset,
    case,
    material,
    notice,
    snapshot,
)
from notice_reading import (
    EARLIER,
    TEMPLATES,
    decoded,
    json_part,
    parsed,
)

from cases.model import (
    Hold,
    NoticeKind,
    Pathway,
    PathwayStep,
)
from notices.compose import compose

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
    everything = decoded(composed)
    for secret in (*SECRETS, "HOLDREASON", "f" * 64, "home:police_first"):
        assert secret not in everything


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
    assert secret not in decoded(composed)
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
    assert BASELINE.value not in decoded(composed)
