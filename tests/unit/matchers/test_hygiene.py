"""Which entries of a list may be matched against."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.hashlist import hygiene
from matchers.hashlist.entry import WIDTHS, Candidate, Signal
from matchers.hashlist.hygiene import examine

PDQ = "ab5d030d02aa8b78b4ff5491f77d6237505faa28780e97368700e9cc1bd512df"
MD5 = hashlib.md5(b"a").hexdigest()
SHA1 = hashlib.sha1(b"a").hexdigest()
SHA256 = hashlib.sha256(b"a").hexdigest()


@pytest.mark.parametrize(
    ("kind", "text", "read_as"),
    [
        (None, MD5, "md5"),
        (None, SHA1.upper(), "sha1"),
        (None, SHA256, "sha256"),
        ("pdq", PDQ, "pdq"),
        (None, PDQ, "sha256"),
        (None, base64.b32encode(bytes.fromhex(SHA1)).decode(), "sha1"),
        ("sha1", base64.b32encode(bytes.fromhex(SHA1)).decode().lower(), "sha1"),
    ],
)
def test_good_entries_are_read(kind: str | None, text: str, read_as: str) -> None:
    """Hexadecimal in any case and base32 SHA-1; 64 digits without a type are a SHA-256."""
    signal = examine(Candidate(1, kind, text))
    assert isinstance(signal, Signal)
    assert signal.kind == read_as
    assert len(signal.value) == WIDTHS[signal.kind]


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (None, hashlib.md5(b"").hexdigest(), hygiene.EMPTY_FILE),
        (None, hashlib.sha1(b"").hexdigest().upper(), hygiene.EMPTY_FILE),
        ("sha256", hashlib.sha256(b"").hexdigest(), hygiene.EMPTY_FILE),
        (None, "0" * 32, hygiene.ALL_SAME),
        (None, "F" * 40, hygiene.ALL_SAME),
        ("pdq", "f" * 64, hygiene.ALL_SAME),
        ("pdq", "0" * 63 + "1", hygiene.LOW_ENTROPY),
        ("pdq", "f0" * 31 + "0f", hygiene.LOW_ENTROPY),
        ("pdq", "0" * 40 + PDQ[:24], hygiene.LOW_ENTROPY),
        (None, MD5[:-1], hygiene.BAD_LENGTH),
        (None, MD5[:-2], hygiene.BAD_LENGTH),
        ("sha1", MD5, hygiene.BAD_LENGTH),
        ("md5", SHA256, hygiene.BAD_LENGTH),
        (None, "not a digest", hygiene.NOT_HEXADECIMAL),
        (None, "", hygiene.BAD_LENGTH),
        (None, MD5[:15] + " " + MD5[15:], hygiene.NOT_HEXADECIMAL),
        ("photodna", "aa" * 144, hygiene.UNSUPPORTED_TYPE),
        ("http", "//x.test/", hygiene.UNSUPPORTED_TYPE),
    ],
)
def test_unfit_entries_are_refused_by_reason(kind: str | None, text: str, reason: str) -> None:
    """The empty file, plain values, wrong lengths and low-entropy codes each have their word."""
    assert examine(Candidate(1, kind, text)) == reason


@pytest.mark.parametrize(
    ("quality", "kept"), [("50", True), ("100", True), ("49", False), ("x", False)]
)
def test_pdq_of_low_quality_is_refused(quality: str, kept: bool) -> None:
    """A PDQ code whose source gives a quality below 50, or nonsense, is left out."""
    answer = examine(Candidate(1, "pdq", PDQ, None, quality))
    assert (answer != hygiene.LOW_QUALITY) is kept


@given(st.text(max_size=80), st.sampled_from([None, "md5", "sha1", "sha256", "pdq", "x"]))
def test_any_text_is_a_signal_or_a_reason(text: str, kind: str | None) -> None:
    """Nothing raises, and what is kept has the width of its type."""
    answer = examine(Candidate(1, kind, text))
    assert isinstance(answer, str) or len(answer.value) == WIDTHS[answer.kind]
