"""What stands in the parts for programs, and that others can read them."""

from __future__ import annotations

import csv
import io

import pytest
import xarf as xarf_library
from notice_builders import (
    SHA256,
    assessment,
    asset,
    material,
    notice,
    recipient,
)
from notice_reading import (
    EARLIER,
    TEMPLATES,
    json_part,
    parsed,
    parts,
)

from cases.model import (
    AssetKind,
    Channel,
    Classification,
    NoMatch,
    NoticeKind,
    RecipientKind,
)
from notices import document, xarf
from notices.compose import compose


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
