"""NCMEC, VICS, ICSE, ThreatExchange, vPDQ, JSON Lines and gzip: what is taken, left out, refused."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from list_samples import (
    ICSE,
    ICSE_HEADER,
    JSONL,
    MD5,
    NCMEC,
    PDQ,
    PLANTED,
    SHA1,
    SHA256,
    THREATEXCHANGE,
    VICS_KEY,
    VICS_RECORDS,
    VPDQ,
    vics,
)

from cases.errors import InvalidInput
from cases.model import Classification
from matchers.hashlist.entry import Candidate, Signal
from matchers.hashlist.formats import ListFormat, Options, Rows, read_candidates
from matchers.hashlist.formats.choose import detect
from matchers.hashlist.hygiene import examine
from matchers.hashlist.source import LONGEST_LINE, Source

A1 = Classification(scheme="ncmec", value="A1")
ONE = Classification(scheme="caid", value="1")
EVERYTHING = Options(
    categories={1: None, 2: None}, rows=Rows.ALL, signal_type="md5", scheme="ncmec"
)


def packed(content: bytes) -> bytes:
    """Pack without the time, so that a case has one name whenever it is collected."""
    return gzip.compress(content, mtime=0)


def read(path: Path, content: bytes | str, **options: object) -> list[Candidate]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = Source(path)
    found = list(read_candidates(source, options=Options(**options)))
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def summary(found: list[Candidate]) -> list[tuple[object, ...]]:
    return [(one.line, one.kind, one.text, one.problem) for one in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list"


# --------------------------------------------------------------------------- which format


@pytest.mark.parametrize(
    ("head", "format_"),
    [
        (NCMEC, ListFormat.NCMEC),
        ("\ufeff" + NCMEC, ListFormat.NCMEC),
        (vics().decode(), ListFormat.VICS),
        ("\ufeff" + vics(key="odata.metadata").decode(), ListFormat.VICS),
        (ICSE, ListFormat.ICSE),
        (f'"{ICSE_HEADER.replace(";", chr(34) + ";" + chr(34))}"\n', ListFormat.ICSE),
        (THREATEXCHANGE, ListFormat.THREATEXCHANGE),
        (VPDQ, ListFormat.VPDQ),
        (JSONL, ListFormat.JSONL),
        (f"# note\n\n{MD5}\n", ListFormat.TEXT),
        (f"sha1: {SHA1}\n", ListFormat.TEXT),
        (f"{MD5}  a name.jpg\n", ListFormat.TEXT),
        (f"md5,note\n{MD5},x\n", ListFormat.CSV),
        ("", ListFormat.TEXT),
    ],
)
def test_the_content_says_which_format_it_is(head: str, format_: ListFormat) -> None:
    """The first bytes are enough; a byte order mark does not matter."""
    assert detect(head.encode()[:4096], "list") is format_


@pytest.mark.parametrize("content", ["<html></html>", "[1]", '{"a":\n1}', "{" * 5000])
def test_what_could_be_anything_is_refused_with_a_sentence(path: Path, content: str) -> None:
    """XML and JSON of unknown kind are not guessed at."""
    with pytest.raises(InvalidInput, match=r"list: is (XML|JSON), but"):
        read(path, content)


def test_a_given_format_goes_before_the_content(path: Path) -> None:
    """`--format text` reads what looks like a table as text."""
    assert read(path, f"{MD5},x\n", format=ListFormat.TEXT)[0].text == f"{MD5},x"


# --------------------------------------------------------------------------- each format


def test_ncmec(path: Path) -> None:
    """Fingerprints with class and reference; links and tombstones are counted."""
    found = read(path, NCMEC)
    assert summary(found) == [
        (4, "md5", MD5, None),
        (4, "sha1", SHA1, None),
        (4, "pdna", "", None),
        (10, None, "", "deleted"),
        (15, "md5", SHA1[:32], None),
    ]
    assert {one.classification for one in found[:3]} == {A1}
    assert [one.reference for one in found[:2]] == ["42:image1", "42:image1"]
    assert found[4].classification is None
    assert str(found[4].reference).startswith("sha256:")


def test_ncmec_with_a_map_of_classes(path: Path) -> None:
    """A class that the map leaves out, or lacks, is counted, never guessed."""
    assert read(path, NCMEC, classes={"A1": ONE})[0].classification == ONE
    assert read(path, NCMEC, classes={"A1": None})[0].problem == "class_left_out"
    assert read(path, NCMEC, classes={})[0].problem == "class_not_mapped"


def test_vics(path: Path) -> None:
    """Digests of the chosen categories, nested ones too; the rest is counted by reason."""
    found = read(path, b"\xef\xbb\xbf" + vics(), categories={1: ONE, 2: None})
    assert summary(found) == [
        (1, "md5", MD5.upper(), None),
        (1, "sha1", SHA1.upper(), None),
        (1, "photodna", "AAAA", None),
        (1, "sha256", SHA256.upper(), None),
        (2, "md5", SHA1[:32], None),
        (3, None, "", "other_category"),
        (4, None, "", "no_category"),
        (5, None, "", "no_category"),
        (6, "photodna", "AAAA", None),
        (7, None, "", "no_digest"),
        (8, None, "", "malformed"),
    ]
    assert (found[0].classification, found[4].classification) == (ONE, None)
    assert summary(read(path, vics(key="odata.metadata"), categories={2: None}))[1][2] == SHA1[:32]


def test_icse(path: Path) -> None:
    """The rows that were chosen, by the Baseline flag or all."""
    found = read(path, ICSE, rows=Rows.BASELINE)
    assert summary(found) == [
        (2, "md5", MD5, None),
        (2, "sha1", SHA1, None),
        (2, "photodna", "AAAA", None),
        (3, None, "", "not_baseline"),
        (4, None, "", "no_digest"),
    ]
    assert summary(read(path, ICSE, rows=Rows.ALL))[3] == (3, "md5", SHA1[:32], None)


def test_threatexchange(path: Path) -> None:
    """A type and a value, or a value of the type that was given."""
    assert summary(read(path, THREATEXCHANGE, signal_type="sha1")) == [
        (2, "pdq", PDQ, None),
        (3, "md5", MD5, None),
        (4, "video_tmk_pdqf", "AAAA", None),
        (5, "sha1", SHA1, None),
        (6, None, "", "malformed"),
    ]
    assert read(path, THREATEXCHANGE)[3].problem == "malformed"


def test_vpdq_is_counted(path: Path) -> None:
    """Frames are no entries of an index; they are counted as of a type that is not compared."""
    found = read(path, VPDQ)
    assert [examine(one) for one in found] == ["unsupported_type", "unsupported_type", "malformed"]


def test_json_lines(path: Path) -> None:
    """Type and value are required, the rest is optional, what is wrong is counted."""
    found = read(path, JSONL, scheme="ncmec")
    assert found[:3] == [
        Candidate(1, "sha256", SHA256, reference="R-1"),
        Candidate(2, "pdq", PDQ, Classification(scheme="interpol", value="baseline"), "93"),
        Candidate(3, "md5", MD5, A1, negative=True),
    ]
    assert [one.problem for one in found[3:]] == [
        "bad_classification",
        "bad_reference",
        "malformed",
        "malformed",
        "malformed",
    ]


def test_a_bare_class_needs_a_scheme(path: Path) -> None:
    """`"classification": "A1"` without any scheme is refused."""
    assert read(path, JSONL)[2].problem == "bad_classification"


def test_text_with_a_type(path: Path) -> None:
    """`--type pdq` says what 64 digits are; a type on the line goes before it."""
    found = read(path, f"{PDQ}\nsha256:{SHA256}\n", signal_type="pdq", format=ListFormat.TEXT)
    assert [one.kind for one in found] == ["pdq", "sha256"]


def test_other_writings_of_digests() -> None:
    """SHA-1 in base32 and PDQ in base64 are the same signals."""
    value = bytes.fromhex(PDQ)
    assert examine(Candidate(1, "pdq", base64.b64encode(value).decode())) == Signal("pdq", value)
    digest = bytes.fromhex(SHA1)
    assert examine(Candidate(1, None, base64.b32encode(digest).decode())) == Signal("sha1", digest)
    assert examine(Candidate(1, "pdq", "!" * 44)) == "not_hexadecimal"


def test_csv_with_references(path: Path) -> None:
    """A column may hold the entry's reference at its source."""
    found = read(path, f"h,r\n{MD5},R-7\n{MD5},a b\n", columns={"md5": "h", "reference": "r"})
    assert (found[0].reference, found[1].problem) == ("R-7", "bad_reference")


@pytest.mark.parametrize("content", [NCMEC, JSONL, THREATEXCHANGE, f"md5,b\n{MD5},x\n"])
def test_gzip_changes_nothing(path: Path, content: str) -> None:
    """A packed file is read as the plain one; its digest is that of the packed file."""
    assert read(path, packed(content.encode())) == read(path, content)


# --------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (vics(), {}, "--match-category"),
        (vics(value=VICS_KEY.replace("#Media", "#Cases")), {"categories": {1: None}}, "case file"),
        (vics([{"Media": [{"MD5": MD5}]}]), {"categories": {1: None}}, "case file"),
        (vics({"MD5": MD5}), {"categories": {1: None}}, "no single list"),
        (vics()[:-60], {"categories": {1: None}}, "no valid JSON after record"),
        (vics() + b"x", {"categories": {1: None}}, "no valid JSON after record"),
        (b'{"value": [], "@odata.context": "#Media"}', {"categories": {1: None}}, "say first"),
        (b'{"@odata.context": "#Media"}', {"categories": {1: None}}, "no list of media"),
        (b'{"@odata.context": "#Media", "value": [' + b"[" * 99, {"categories": {1: None}}, "deep"),
        (vics().replace(b"7", b"7" * 9999), {"categories": {1: None}}, "400 digits"),
        (ICSE, {}, "--rows baseline"),
        (f"{ICSE_HEADER};x\n".replace("MD5", "MD"), {"rows": Rows.ALL}, "columns MD5 and"),
        (NCMEC[:-40], {}, "no valid XML at line"),
        (NCMEC.replace("</id>", "", 1), {}, "no valid XML at line"),
        (
            NCMEC.replace("queryResult", "queryAnswer"),
            {"format": ListFormat.NCMEC},
            "but not NCMEC",
        ),
        (
            NCMEC.replace(
                "<queryResult", '<!DOCTYPE queryResult [<!ENTITY a "b">]><queryResult', 1
            ),
            {},
            "document type",
        ),
        (NCMEC.replace(PLANTED, "&a;"), {}, "no valid XML"),
        (NCMEC.replace("<md5>", "<x/>" * 300 + "<md5>", 1), {}, "more than 200 parts"),
        (packed(NCMEC.encode())[:-9], {}, "damaged or cut off gzip"),
        (packed((b"#" * 60_000 + b"\n") * 500), {}, "unpacks to far more"),
        (packed(packed(b"a")), {}, "gzip file inside a gzip"),
        (packed(b"a" * (LONGEST_LINE + 9)), {}, "line 1 is longer"),
    ],
)
def test_bad_files_have_one_sentence(
    path: Path, content: bytes | str, options: dict[str, object], sentence: str
) -> None:
    """What, where, what to do; nothing of the content is quoted."""
    with pytest.raises(InvalidInput) as caught:
        read(path, content, **options)
    message = str(caught.value)
    assert sentence in message
    assert str(path) in message
    assert "\n" not in message
    for word in (MD5, MD5.upper(), SHA1, PLANTED):
        assert word not in message


def test_nothing_outside_is_loaded(path: Path) -> None:
    """An external entity is not fetched, not even from a file."""
    secret = path.with_name("secret")
    secret.write_text("secret-content")
    content = NCMEC.replace("<queryResult", f'<!DOCTYPE q SYSTEM "file://{secret}"><queryResult', 1)
    with pytest.raises(InvalidInput, match="document type"):
        read(path, content)


# --------------------------------------------------------------------------- nothing is kept


@pytest.mark.parametrize("content", [NCMEC, vics().decode(), ICSE, JSONL], ids=lambda one: one[:9])
def test_what_must_not_be_kept_is_not_in_a_candidate(path: Path, content: str) -> None:
    """Series, tags, comments, names, paths and titles pass by unread."""
    options = EVERYTHING
    path.write_text(content)
    found = list(read_candidates(Source(path), options=options))
    assert found
    assert PLANTED in content
    assert PLANTED not in repr(found)


@pytest.mark.parametrize("kind", ["vics", "ncmec"])
def test_a_long_list_needs_no_more_memory_than_a_short_one(path: Path, kind: str) -> None:
    """20,000 wordy entries are streamed in an address space that could not hold them."""
    with path.open("w") as file:
        if kind == "vics":
            file.write('{"odata.metadata": "#Media", "value": [')
            record = json.dumps({**VICS_RECORDS[0], "Comments": "x" * 2000})
            file.writelines(f"{record},\n" for _ in range(20_000))
            file.write("{}]}")
        else:
            head, rest = NCMEC.split("  <image>", 1)
            entry, tail = rest.split("</image>", 1)
            file.write(head)
            entry = entry.replace(f"<feedback>{PLANTED}", "<feedback>" + "x" * 2000)
            file.writelines(f"<image>{entry}</image>" for _ in range(20_000))
            file.write(tail)
    program = """
import resource, sys
from pathlib import Path
from matchers.hashlist.formats import Options, read_candidates
from matchers.hashlist.source import Source
limit = int(open("/proc/self/statm").read().split()[0]) * 4096 + 24 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
found = read_candidates(Source(Path(sys.argv[1])), options=Options(categories={1: None}))
print(sum(1 for one in found if one.kind == "md5"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() in {"20000", "20001"}, done.stderr[-500:]
    assert path.stat().st_size > 24 * 2**20


# --------------------------------------------------------------------------- any bytes

_SEEDS = [
    one if isinstance(one, bytes) else one.encode()
    for one in (NCMEC, vics(), ICSE, THREATEXCHANGE, VPDQ, JSONL)
]
_SEEDS.append(packed(NCMEC.encode()))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=250, deadline=None
)
@given(data=st.data())
def test_damaged_files_are_read_or_refused(path: Path, data: st.DataObject) -> None:
    """Whatever is cut, changed or put in: candidates or one sentence, never anything else."""
    seed = bytearray(data.draw(st.sampled_from(_SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(seed)))
        cut = data.draw(st.integers(0, 40))
        seed[at : at + cut] = data.draw(st.binary(max_size=12))
    path.write_bytes(bytes(seed))
    options = Options(
        format=data.draw(st.sampled_from([None, *ListFormat])),
        categories={1: None},
        rows=Rows.ALL,
        signal_type="md5",
    )
    with contextlib.suppress(InvalidInput):
        for candidate in read_candidates(Source(path), options=options):
            examine(candidate)
