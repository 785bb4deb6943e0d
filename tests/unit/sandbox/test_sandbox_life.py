"""The life of a practice item over time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.life import Life, Phase

SECONDS = st.floats(min_value=0, max_value=100)


def test_a_script_starts_when_the_host_had_notice():
    """Nothing changes by itself before the host has been told."""
    life = Life(after_notice=((4, Phase.FORBIDDEN),))
    assert life.phase(noticed_at=None, taken_at=None, now=99) is Phase.SHOWN
    assert life.phase(noticed_at=10, taken_at=None, now=13.9) is Phase.SHOWN
    assert life.phase(noticed_at=10, taken_at=None, now=14) is Phase.FORBIDDEN


def test_the_last_step_that_has_come_holds():
    """Of several steps the latest one that is due decides."""
    life = Life(after_notice=((1, Phase.REENCODED), (2, Phase.CHANGED)))
    assert life.phase(noticed_at=0, taken_at=None, now=1.5) is Phase.REENCODED
    assert life.phase(noticed_at=0, taken_at=None, now=5) is Phase.CHANGED


@given(taken=SECONDS, later=SECONDS)
def test_a_takedown_goes_before_every_script(taken, later):
    """What was taken down stays down for good unless it is put up again."""
    life = Life(start=Phase.FLAKY, after_notice=((0, Phase.CHANGED),))
    assert life.phase(noticed_at=0, taken_at=taken, now=taken + later) is Phase.GONE


@given(taken=SECONDS, later=SECONDS)
def test_a_reupload_comes_back_after_its_time(taken, later):
    """A thing that returns is gone exactly for its time."""
    phase = Life(returns_s=10).phase(noticed_at=0, taken_at=taken, now=taken + later)
    assert phase is (Phase.SHOWN if (taken + later) - taken >= 10 else Phase.GONE)
