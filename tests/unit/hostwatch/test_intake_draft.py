"""From named text fields to a draft, and what is wrong with it before it is entered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import InvalidInput
from cases.model import Priority, Source
from crawler.fetch.gate import canonical
from hostwatch.intake.draft import LONGEST_FIELD, LONGEST_NOTE, Draft, draft_from
from hostwatch.operations.reports import judge

NAMES = ("url", "referrer", "note", "priority", "source", "reporter", "reference")


def test_every_field_finds_its_place():
    """Blanks at the ends go; what is inside stays as it is."""
    fields = {
        "url": "  http://a.test/1 ",
        "referrer": "http://b.test/",
        "note": " two  words ",
        "priority": "Urgent",
        "source": "self-referred",
        "reporter": "Jo",
        "reference": "R-1",
    }
    assert draft_from(fields) == Draft(
        url="http://a.test/1",
        referrer="http://b.test/",
        note="two  words",
        priority=Priority.URGENT,
        source=Source.SELF_REFERRED,
        reporter="Jo",
        partner_reference="R-1",
    )


@pytest.mark.parametrize("fields", [{}, dict.fromkeys(NAMES, ""), dict.fromkeys(NAMES, " \t ")])
def test_what_is_not_given_is_normal_public_and_anonymous(fields):
    """An empty field is a field that is not there."""
    assert draft_from(fields) == Draft(url="")


@pytest.mark.parametrize("name", ["url", "note", "reporter", "reference", "referrer"])
@pytest.mark.parametrize(("text", "word"), [("a\x00b", "NUL"), ("a\ud800b", "Unicode")])
def test_text_that_cannot_be_kept_as_it_is_is_refused(name, text, word):
    """The field is named and its text is not repeated."""
    with pytest.raises(InvalidInput, match=word) as refused:
        draft_from({"url": "http://a.test/", name: text})
    assert str(refused.value).startswith(name)


@pytest.mark.parametrize(
    ("name", "longest"),
    [("note", LONGEST_NOTE), ("url", LONGEST_FIELD), ("reporter", LONGEST_FIELD)],
)
def test_long_fields_are_refused_and_never_cut(name, longest):
    """The longest that fits is kept whole."""
    assert draft_from({name: "x" * longest})
    with pytest.raises(InvalidInput, match=str(longest)):
        draft_from({name: "x" * (longest + 1)})


@pytest.mark.parametrize("name", ["priority", "source"])
def test_an_unknown_word_is_refused_with_those_that_are_known(name):
    """It may be a shifted column; guessing would hide that."""
    kind = Priority if name == "priority" else Source
    with pytest.raises(InvalidInput) as refused:
        draft_from({"url": "http://a.test/", name: "very high"})
    for member in kind:
        assert member.value in str(refused.value)
    for member in kind:
        assert getattr(draft_from({name: member.value.upper()}), name) is member


@given(st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(), max_size=200)))
def test_any_text_is_a_draft_or_one_sentence(fields):
    """Nothing else is raised, whatever was sent; a draft can be encoded, judged and compared."""
    try:
        draft = draft_from(fields)
    except InvalidInput as refused:
        told = str(refused)
    else:
        told = ""
    assert len(told.splitlines()) <= 1
    if told:
        return
    for text in (draft.url, draft.note, draft.reporter, draft.referrer, draft.partner_reference):
        assert text is None or text.encode().decode() == text
    verdict = judge(draft)
    assert verdict is None or verdict.outcome == "insufficient"
    assert canonical(canonical(draft.url)) == canonical(draft.url)


LOCATIONS = st.one_of(
    st.text(max_size=60),
    st.builds("{}://{}/{}".format, st.sampled_from(["http", "HTTPS", "ftp", "java\tscript", ""]),
              st.text(max_size=30), st.text(max_size=30)),
    st.builds("http:{}{}".format, st.sampled_from(["//", "\\\\", "///", "/"]), st.text(max_size=30)),
)  # fmt: skip


@given(LOCATIONS)
def test_a_refused_location_is_never_repeated_in_its_reason(url):
    """The reason is a machine word, so that it can be shown and logged."""
    verdict = judge(Draft(url=url))
    if verdict is not None:
        words = verdict.reason.removeprefix("The location is not usable: ").rstrip(".")
        assert words == "The report names no URL" or words.replace("_", "").isalnum()
