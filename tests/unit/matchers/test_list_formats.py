"""Plain text and CSV lists, good and hostile, as streams of candidates."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.errors import InvalidInput
from cases.model import Classification
from matchers.hashlist.entry import Candidate
from matchers.hashlist.formats import read_candidates
from matchers.hashlist.source import LONGEST_LINE, Source

MD5 = hashlib.md5(b"a").hexdigest()
SHA1 = hashlib.sha1(b"a").hexdigest()


def read(
    path: Path,
    content: bytes | str,
    columns: dict[str, str] | None = None,
    scheme: str | None = None,
) -> list[Candidate]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_candidates(Source(path), columns=columns, scheme=scheme))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


def test_plain_text(path: Path) -> None:
    """Comments and blank lines are skipped; a type before the digest is kept; lines are counted."""
    content = f"\ufeff# list\n\n{MD5}\r\n  sha1: {SHA1} # why\nSHA-256:{MD5}\nphotodna:xyz\n"
    assert read(path, content) == [
        Candidate(3, None, MD5),
        Candidate(4, "sha1", SHA1),
        Candidate(5, "sha256", MD5),
        Candidate(6, "photodna", "xyz"),
    ]


def test_checksum_lines(path: Path) -> None:
    """What `md5sum` writes is read; the file name, whatever it holds, is not kept."""
    found = read(path, f"{MD5}  a, b; c.jpg\n{SHA1} *d.png\n")
    assert found == [Candidate(1, None, MD5), Candidate(2, None, SHA1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_by_known_names(path: Path, delimiter: str) -> None:
    """Columns with well-known names are found in any order, case and delimiter."""
    rows = [["Name", "SHA-1", "note", "MD5"], ["x", SHA1, '"a ; b"', MD5], ["y", "", "", MD5]]
    found = read(path, "\n".join(delimiter.join(row) for row in rows))
    assert found == [Candidate(2, "md5", MD5), Candidate(2, "sha1", SHA1), Candidate(3, "md5", MD5)]


def test_csv_with_line_breaks_in_a_cell(path: Path) -> None:
    """A quoted note may span lines and hold delimiters; the row after it is read, too."""
    content = f'note,md5\n"first, ""second""\nthird",{MD5}\n5" wide,{MD5}\n'
    assert read(path, content) == [Candidate(3, "md5", MD5), Candidate(4, "md5", MD5)]


def test_csv_with_one_column(path: Path) -> None:
    """A header alone makes it a CSV."""
    assert read(path, f"md5\n{MD5}\n") == [Candidate(2, "md5", MD5)]


def test_csv_by_map(path: Path) -> None:
    """A map names the columns; a classification comes from its own column and scheme."""
    content = f"hash;class;q\n{MD5};A1;9\n{MD5};uk:B;\n{MD5};;\n;A1;\n"
    found = read(path, content, {"md5": "HASH", "classification": "class"}, scheme="interpol")
    assert [(made.line, made.classification, made.problem) for made in found] == [
        (2, Classification(scheme="interpol", value="A1"), None),
        (3, Classification(scheme="uk", value="B"), None),
        (4, None, None),
        (5, None, "no_digest"),
    ]


def test_classification_needs_a_scheme(path: Path) -> None:
    """A bare value without a scheme is refused rather than guessed."""
    found = read(path, f"md5,c\n{MD5},A1\n", {"md5": "md5", "classification": "c"})
    assert found[0].problem == "classification_without_scheme"


def test_csv_without_header_by_number(path: Path) -> None:
    """Numbered columns mean that the first line holds data."""
    assert read(path, f"x,{MD5}\ny,{MD5}\n", {"md5": "2"}) == [
        Candidate(1, "md5", MD5),
        Candidate(2, "md5", MD5),
    ]


@pytest.mark.parametrize(
    ("content", "columns", "sentence"),
    [
        (f"a|md5\nx|{MD5}".replace("|", ","), {"md5": "hash"}, "there is no column 'hash'"),
        (f"a|md5\nx|{MD5}".replace("md5", "h").replace("|", ";"), None, "no column of digests"),
        (f"x,{MD5}\n", {"md5": "3"}, "there is no column '3'"),
        (f"x,{MD5}\n", {"md5": "0"}, "there is no column '0'"),
        (f"x,{MD5}\n", {"crc": "1"}, "'crc' is not one of"),
        (f"x,{MD5}\n", {"md5": "1", "sha1": "x"}, "all columns by number or all by header"),
        (f'md5,b\n{MD5},"never ends\n' + "x\n" * 90_000, None, "line 2: a quoted cell"),
        (f'md5,b\n{MD5},"never ends\n{MD5},x\n', None, "line 2: a quoted cell"),
        (f"{MD5}\r{MD5}\r".encode(), None, "line 1 holds a lone carriage return"),
        (b"\xff\xfem\0d\0", None, "UTF-16"),
        (b"PK\x03\x04....", None, "zip file"),
        (b"\x1f\x8b\x08....", None, "gzip"),
        (bytes(range(32)) * 20, None, "binary"),
        (f"{MD5}\n{MD5}\0\n".encode(), None, "line 2 holds a NUL byte"),
        (f"{MD5}\n" + "a" * (LONGEST_LINE + 5), None, f"line 2 is longer than {LONGEST_LINE}"),
    ],
)
def test_bad_files_have_one_sentence(
    path: Path, content: str | bytes, columns: dict[str, str] | None, sentence: str
) -> None:
    """A wrong delimiter, NUL, binary or endless line: what, where, what to do; no digest shown."""
    with pytest.raises(InvalidInput) as caught:
        read(path, content, columns)
    message = str(caught.value)
    assert sentence in message
    assert MD5 not in message
    assert "\n" not in message


def test_missing_file_and_directory(tmp_path: Path) -> None:
    """A path that is no file is said to be unreadable."""
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            list(read_candidates(Source(path), columns=None, scheme=None))


def test_progress_and_digest(path: Path) -> None:
    """Progress ends at the file's length; the digest is that of the file."""
    content = f"{MD5}\n" * 70_000
    path.write_text(content)
    seen: list[int] = []
    source = Source(path, seen.append)
    assert sum(1 for _ in read_candidates(source, columns=None, scheme=None)) == 70_000
    assert seen == sorted(seen)
    assert seen[-1] == len(content)
    assert len(seen) > 2
    assert source.sha256 == hashlib.sha256(content.encode()).hexdigest()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(content=st.binary(max_size=300), mapped=st.booleans())
def test_any_bytes_are_read_or_refused(path: Path, content: bytes, mapped: bool) -> None:
    """No file raises anything but the sentence."""
    with contextlib.suppress(InvalidInput):
        read(path, content, {"md5": "1"} if mapped else None)
