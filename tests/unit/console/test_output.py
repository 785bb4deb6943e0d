"""What staff see on a terminal and in exports."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.model import (
    Case,
    Channel,
    Confidence,
    Hold,
    Notice,
    NoticeKind,
    NoticeState,
    Recipient,
    RecipientKind,
    Stage,
)
from console.output import (
    CASE_COLUMNS,
    NOTICE_COLUMNS,
    age,
    case_row,
    cell,
    csv_rows,
    notice_row,
    plain,
    print_json,
    print_pairs,
    print_table,
    progress,
)

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SECRET = "board.test"

CASE = Case(
    id="HW-2026-000001",
    version=1,
    stage=Stage.NOTIFIED,
    created_at=NOW - timedelta(hours=5),
    url=f"http://{SECRET}/b/1#2",
    canonical=f"http://{SECRET}/b/1",
    host=SECRET,
    provider="Example Hosting, Inc.",
    masked_by="Front.example",
    country="NL",
    country_confidence=Confidence.HIGH,
    hold=Hold(reason=f"see {SECRET}", owner="anna", since=NOW),
)
NOTICE = Notice(
    serial="HW-2026-000001-N1",
    case_id="HW-2026-000001",
    version=1,
    kind=NoticeKind.FIRST,
    recipient=Recipient(
        kind=RecipientKind.CONTENT_HOST,
        key="as64500",
        name="Example.com, Inc.",
        channel=Channel.MAIL,
        address="abuse@provider.test",
        language="en",
        country="NL",
        source="rdap_abuse",
        confidence=Confidence.HIGH,
    ),
    state=NoticeState.HELD,
    drafted_at=NOW - timedelta(minutes=2),
    asset_ids=("HW-2026-000001-1",),
    snapshot_ids=(),
    hold=Hold(reason="police first", owner="policy", since=NOW, until=NOW + timedelta(hours=1)),
    body="c2VjcmV0",
    answer_code="ABCDEFGH",
    message_id="<x@hotline.example>",
)


def test_a_case_row_holds_no_location_and_no_free_text():
    """Neither URL nor host nor the reason of a hold."""
    row = case_row(CASE, now=NOW)
    assert SECRET not in json.dumps(row)
    assert row["provider"] == "Example Hosting, Inc."
    assert row["hold"] == "until released"
    assert row["age"] == "5 h"
    assert set(CASE_COLUMNS) <= set(row)


def test_a_provider_that_is_known_by_the_reported_host_only_is_masked():
    """The name of a company may look like a host, but not be the case's own."""
    assert case_row(replace(CASE, provider="Board.test"), now=NOW)["provider"] == "[masked]"
    assert case_row(replace(CASE, provider="http://x.test"), now=NOW)["provider"] == "[masked]"


def test_a_notice_row_holds_no_address_code_or_body():
    """Who is told by name and kind; how to answer stays in the notice."""
    row = notice_row(NOTICE, now=NOW)
    text = json.dumps(row)
    for secret in ("abuse@", "ABCDEFGH", "c2VjcmV0", "hotline.example"):
        assert secret not in text
    assert row["recipient"] == "Example.com, Inc."
    assert row["hold"] == "until 2026-01-02T13:00:00+00:00"
    assert row["age"] == "2 min"
    assert set(NOTICE_COLUMNS) <= set(row)


@pytest.mark.parametrize(
    ("record", "make", "hidden"),
    [
        (CASE, case_row, {"url", "canonical", "host", "engine"}),
        (NOTICE, notice_row, {"body", "body_sha256", "answer_code", "message_id", "law"}),
    ],
)
def test_members_that_are_not_meant_to_be_shown_stay_hidden(record, make, hidden):
    """Each is filled with a mark; no mark comes out."""
    marked = replace(record, **{name: f"mark-{name}" for name in hidden})
    assert "mark-" not in json.dumps(make(marked, now=NOW))


@given(st.text())
def test_plain_text_is_printable_and_one_line(text):
    """No escape sequence, line break, bidirectional or invisible character gets through."""
    assert plain(text).isprintable()


@given(st.text())
def test_no_cell_starts_a_formula(text):
    """A spreadsheet takes every cell for text."""
    assert not cell(text).lstrip().startswith(("=", "+", "-", "@", "\uff1d", "|", "%"))


def test_numbers_stay_numbers_in_a_cell():
    """A negative number is a number, not a formula."""
    assert (cell(-1), cell(None), cell(True)) == ("-1", "", "True")


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.lists(st.text(min_size=1))})))
def test_csv_is_read_back_with_as_many_rows_and_columns(rows):
    """Quotes, commas and line ends inside a value do not break a line."""
    text = "".join(csv_rows(rows, ("a", "b")))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(line) for line in read] == [2] * (len(rows) + 1)
    assert text.count("\r\n") == len(rows) + 1


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=1, seconds=1), "1 min 1 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=40, minutes=3), "40 d"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_an_age_has_its_two_largest_units(duration, words):
    """A clock that was put back gives nothing negative."""
    assert age(duration) == words


def test_a_table_in_a_pipe_shows_values_whole_and_plain():
    """No markup, no escape sequence, no folding when nobody looks at a terminal."""
    file = io.StringIO()
    rows = [{"a": "[red]x[/red]\x1b[31m", "b": ["q", "r"]}, {"a": "y" * 300, "b": None}]
    print_table(rows, ("a", "b"), "Title", file)
    text = file.getvalue()
    assert "[red]x[/red]\\x1b[31m" in text
    assert "\x1b" not in text
    assert "q, r" in text
    assert "y" * 300 in text


def test_an_empty_table_still_has_its_columns():
    """Nobody wonders whether the command worked."""
    file = io.StringIO()
    print_table([], CASE_COLUMNS, "cases", file)
    assert "masked by" in file.getvalue()


def test_pairs_leave_out_what_has_no_value():
    """One record, a name and a value per line."""
    file = io.StringIO()
    print_pairs({"stage": "closed", "needs": None, "status": 0}, "HW-2026-000001", file)
    text = file.getvalue()
    assert "closed" in text
    assert "needs" not in text
    assert "status" in text


@given(st.dictionaries(st.text(), st.text()))
def test_json_is_ascii_and_complete(value):
    """A terminal shows it and never obeys it; a machine reads back the same value."""
    file = io.StringIO()
    print_json(value, file, compact=True)
    assert file.getvalue().isascii()
    assert "\n" not in file.getvalue()[:-1]
    assert json.loads(file.getvalue()) == value


def test_progress_is_silent_without_a_terminal():
    """A log file or a pipe gets no bar."""
    file = io.StringIO()
    with progress(total=2, label="reports", file=file) as advance:
        advance(1)
    assert file.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal(monkeypatch):
    """The label and how many are done."""
    monkeypatch.setenv("TERM", "xterm")
    file = Terminal()
    with progress(total=2, label="reports", file=file) as advance:
        advance(2)
    assert "reports" in file.getvalue()
    assert "2/2" in file.getvalue()
