"""Records as JSON and back."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import model
from cases.errors import InvalidInput, StoreProblem
from cases.store.codec import dump, load

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))

RECORDS = [
    model.Case,
    model.Report,
    model.Asset,
    model.Observation,
    model.HostingSnapshot,
    model.Assessment,
    model.Notice,
    model.Answer,
]
MODEL_TYPES = [
    one
    for one in vars(model).values()
    if isinstance(one, type) and hasattr(one, "__dataclass_fields__")
]


def whole(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Build a record with every member drawn, those with defaults too."""
    hints = get_type_hints(kind)
    drawn = {one.name: st.from_type(hints[one.name]) for one in fields(kind)}
    return st.builds(kind, **drawn)


for one in MODEL_TYPES:
    st.register_type_strategy(one, st.deferred(lambda one=one: whole(one)))


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_record_comes_back_as_it_was(kind, data):
    """All members, nested values, times to the microsecond, and the kind of comparison."""
    record = data.draw(whole(kind))
    assert load(kind, dump(record)) == record


CASE = model.Case(
    id="HW-2026-000001",
    version=1,
    stage=model.Stage.RECEIVED,
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    url="https://board.test/1",
    canonical="https://board.test/1",
    host="board.test",
)


@pytest.mark.parametrize("comparison", [model.NoMatch(), model.NotChecked(reason="timeout")])
def test_a_comparison_keeps_its_kind(comparison):
    """A check that did not take place never comes back as one that found nothing."""
    asset = model.Asset(
        id="HW-2026-000001-0",
        case_id="HW-2026-000001",
        kind=model.AssetKind.PAGE,
        role="reported",
        url="https://board.test/1",
        host="board.test",
        comparison=comparison,
    )
    assert type(load(model.Asset, dump(asset)).comparison) is type(comparison)


def test_text_that_is_not_unicode_is_refused_without_quoting_it():
    """The error names the record, not its content."""
    with pytest.raises(InvalidInput, match="case cannot be stored") as refused:
        dump(replace(CASE, url="https://board.test/\udcff"))
    assert "board" not in str(refused.value)


def test_a_member_of_the_wrong_type_is_refused_without_quoting_it():
    """A mistake of the caller does not enter the store."""
    with pytest.raises(InvalidInput) as refused:
        dump(replace(CASE, version="https://board.test"))
    assert "board" not in str(refused.value)


@pytest.mark.parametrize(
    "change", [{"stage": "dreaming"}, {"version": "1"}, {"created_at": 5}, {"url": None}]
)
def test_a_damaged_record_is_told_without_quoting_it(change):
    """Reading is strict."""
    raw = json.dumps(json.loads(dump(CASE)) | change).encode()
    with pytest.raises(StoreProblem, match="stored case cannot be read") as told:
        load(model.Case, raw)
    assert "board" not in str(told.value)
