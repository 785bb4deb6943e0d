"""The form of an answer, and the limit of wrong codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.answers.form import CLAIMS, Typed, read_form
from console.answers.limit import WrongCodeLimit
from notices.claims import CLAIMS as KNOWN


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_page_offers_exactly_the_claims_that_are_understood():
    """No answer can be given that the reading side does not know."""
    assert set(CLAIMS) == set(KNOWN)


def test_a_well_filled_form_is_read():
    """Blanks around a value are no part of it; an empty reference is none."""
    typed = read_form({"code": " ABCD-efgh ", "claim": "removed", "reference": " T-1 "})
    assert typed == Typed(code="ABCD-efgh", claim="removed", reference="T-1")
    assert read_form({"code": "A", "claim": "moved"}) == Typed(
        code="A", claim="moved", reference=None
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "A", "claim": "gone"}, "Choose one of"),
        ({"code": "A"}, "Choose one of"),
        ({"code": "A", "claim": "moved", "reference": "x" * 101}, "at most 100"),
        ({"code": "A", "claim": "moved", "reference": "a\nb"}, "one line"),
        ({"code": "A", "claim": "moved", "extra": "1"}, "not known"),
    ],
)
def test_a_badly_filled_form_gets_its_sentence(fields, words):
    """What to correct is said; the typed value is not repeated."""
    found = read_form(fields)
    assert isinstance(found, str)
    assert words in found


@given(st.text())
def test_a_code_of_any_shape_is_read_or_taken_as_wrong(code):
    """An impossible code is answered like a wrong one."""
    typed = read_form({"code": code, "claim": "removed"})
    assert isinstance(typed, Typed)
    assert len(typed.code) <= 64


def test_the_limit_opens_again_after_its_window():
    """A mistyped code costs minutes, not days."""
    clock = Clock()
    limit = WrongCodeLimit(allowed=3, window_s=60, clock=clock)
    for second in range(3):
        clock.now = second
        assert limit.wait_s("N1") == 0
        limit.count("N1")
    assert limit.wait_s("N1") == 58
    assert limit.wait_s("N2") == 0
    clock.now = 60.5
    assert limit.wait_s("N1") == 0


def test_a_right_code_does_not_count():
    """A recipient with many answers is not shut out."""
    limit = WrongCodeLimit(allowed=1)
    for _ in range(5):
        assert limit.wait_s("N1") == 0
        limit.count("N1")
        limit.forgive("N1")


def test_the_limit_remembers_a_bounded_number_of_serials():
    """Made-up serials cannot fill the memory."""
    limit = WrongCodeLimit(allowed=1)
    for number in range(10_500):
        limit.count(f"N{number}")
    assert limit.wait_s("N0") == 0
    assert limit.wait_s("N10499") > 0
