"""Report files: every line has its own verdict, and a bad line never costs a good one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import InvalidInput
from cases.model import Priority, Source
from hostwatch.intake.files import LONGEST_LINE, read_lines


def lines_of(tmp_path: Path, text: str, name: str = "reports.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return list(read_lines(path))


def test_named_columns_are_read_in_any_order(tmp_path):
    """Columns are found by name, with any of the three separators."""
    (line,) = lines_of(tmp_path, "note;url;priority\nseen twice;http://a.test/x;urgent\n")
    assert line.draft.url == "http://a.test/x"
    assert line.draft.note == "seen twice"
    assert line.draft.priority is Priority.URGENT


def test_the_six_columns_of_the_field_are_read_with_and_without_a_header(tmp_path):
    """`URL;REFERER;WORKUSER-EMAIL;REFERENCE;SOURCE;TYPE` is the exchange form of hotline tools."""
    row = "http://a.test/x;http://b.test/;anna@hotline.test;R-1;police;url"
    header = "URL;REFERER;WORKUSER-EMAIL;REFERENCE;SOURCE;TYPE\n"
    for text in (row, header + row):
        (line,) = lines_of(tmp_path, text)
        assert line.draft.referrer == "http://b.test/"
        assert line.draft.reporter == "anna@hotline.test"
        assert line.draft.partner_reference == "R-1"
        assert line.draft.source is Source.POLICE


def test_json_lines_are_read(tmp_path):
    """One JSON object per line, members by name."""
    (line,) = lines_of(tmp_path, '{"url": "http://a.test/x", "note": null}\n', "r.jsonl")
    assert line.draft.url == "http://a.test/x"
    assert line.draft.note is None


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ('http://a.test/x,"never closed', "quotation"),
        ("http://a.test/x,a,b,c", "fields"),
        ("http://a.test/\x00x,note", "NUL"),
        ("http://a.test/" + "x" * 1_000_000 + ",note", "longer"),
        ("http://a.test/x," + "n" * 5000, "at most"),
    ],
)
def test_a_bad_line_is_refused_with_one_sentence_and_its_neighbours_are_kept(tmp_path, bad, word):
    """The line before and the line after are read as if nothing had happened."""
    good = "http://good.test/1,first\n"
    found = lines_of(tmp_path, f"url,note\n{good}{bad}\nhttp://good.test/2,second\n")
    assert [line.draft is not None for line in found] == [True, False, True]
    assert word in found[1].problem
    assert found[2].draft.note == "second"


@pytest.mark.parametrize("bad", ["not json", "[]", '{"url": 5}', '{"address": "x"}', "[" * 100_000])
def test_a_bad_json_line_is_refused(tmp_path, bad):
    """What is no object of known text members is refused; the next line is kept."""
    found = lines_of(tmp_path, f'{bad}\n{{"url": "http://good.test/"}}\n', "r.jsonl")
    assert [line.draft is not None for line in found] == [False, True]


def test_a_file_without_a_url_column_is_refused_with_what_is_expected(tmp_path):
    """A wrong header or separator is told once for the whole file."""
    with pytest.raises(InvalidInput, match="names no column 'url'"):
        lines_of(tmp_path, "adresse|notiz\nhttp:a|b\n")


def test_a_binary_file_is_refused(tmp_path):
    """A spreadsheet or picture given by mistake is no text."""
    path = tmp_path / "reports.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00\xff\xfe" * 100)
    with pytest.raises(InvalidInput, match="not a text file"):
        list(read_lines(path))


def test_a_missing_file_is_one_sentence(tmp_path):
    """The path and the reason are named."""
    with pytest.raises(InvalidInput, match="cannot be read"):
        list(read_lines(tmp_path / "nowhere.csv"))


@given(st.text(max_size=200))
def test_any_text_gives_a_verdict_per_line_and_never_an_exception(text):
    """Hostile lines are refused, not raised."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        path.write_text("url,note\n" + text, encoding="utf-8", errors="replace", newline="")
        found = list(read_lines(path))
    assert all(line.draft is not None or line.problem for line in found)
    assert LONGEST_LINE > 0
