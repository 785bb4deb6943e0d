"""Large records are compressed before they are sealed, and read back as they were."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from cases.store.codec import pack, unpack

RECORDS = st.dictionaries(st.text(max_size=20), st.text(max_size=400), max_size=40)


@given(RECORDS)
def test_packing_loses_nothing(record):
    """Whatever a record holds, it comes back byte for byte."""
    raw = json.dumps(record).encode()
    assert unpack(pack(raw)) == raw


def test_small_and_earlier_records_stay_as_they_are():
    """A small record is not worth it; one that was written plain is read plain."""
    small, large = b'{"a":1}', json.dumps({"evidence": ["found"] * 500}).encode()
    assert pack(small) == small
    assert unpack(large) == large
    assert len(pack(large)) < len(large) / 6
