"""The scale model: lives by the real schedule, sums that add up, and a play that agrees."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scale import constants
from benchmarks.scale.constants import Assumed
from benchmarks.scale.life import DAY, Removal, default_rules, looks, mean_life
from benchmarks.scale.model import (
    REMEDIES,
    RESOURCES,
    bytes_per_case,
    demand,
    duration,
    host_budget,
    rates,
)
from benchmarks.scale.plant import Setting
from benchmarks.scale.simulate import simulate
from benchmarks.scale.validate import predict
from benchmarks.scale.workload import ALL, NATIONAL

ROOT = Path(__file__).parents[3]
RULES = default_rules()
MEASURED = constants.load()
ASSUMED = Assumed()
LIFE = mean_life(NATIONAL.removal, RULES, cases=100)


@pytest.mark.parametrize("days", [0.2, 1, 5, 40])
def test_a_life_follows_the_schedule(days):
    """Present until removed, then gone until proven, then watched for ninety days, then nothing."""
    life = list(looks(1, days * DAY, RULES))
    kinds = [look.kind for look in life]
    order = {"present": 0, "gone": 1, "watch": 2}
    assert [order[kind] for kind in kinds] == sorted(order[kind] for kind in kinds)
    assert all(look.after_s < days * DAY for look in life if look.kind == "present")
    gone = [look.after_s for look in life if look.kind == "gone"]
    assert len(gone) >= RULES.takedown.agreeing
    assert gone[-1] - gone[0] >= RULES.takedown.span.total_seconds()
    assert life[-1].after_s - gone[-1] == pytest.approx(90 * DAY, abs=1.0)
    assert [look.after_s for look in life] == sorted({look.after_s for look in life})


def test_the_first_day_is_looked_at_hourly():
    """At most 24 looks, fewer by the spread of a tenth."""
    first = [look for look in looks(7, 30 * DAY, RULES) if look.after_s <= DAY]
    assert 21 <= len(first) <= 24


def test_what_is_never_removed_is_looked_at_for_a_year_of_the_model():
    """Daily after the first week."""
    life = list(looks(3, 1000 * DAY, RULES))
    assert {look.kind for look in life} == {"present"}
    assert 340 <= len(life) <= 420


def test_the_drawn_times_have_the_quantiles_that_were_asked_for():
    """Median and 90 per cent of the lognormal distribution."""
    drawn = Removal(median_days=2, p90_days=12).sample(np.random.default_rng(1), 200_000) / DAY
    assert np.quantile(drawn, [0.5, 0.9]) == pytest.approx([2, 12], rel=0.03)


@pytest.mark.parametrize("workload", ALL, ids=lambda one: one.name)
def test_the_hosts_share_everything(workload):
    """Shares sum to one, the largest first and as large as was asked for."""
    shares = workload.host_shares()
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] == pytest.approx(workload.largest_host, rel=1e-3)
    assert (np.diff(shares) <= 0).all()


def test_twice_the_cases_use_twice_of_everything():
    """The model is linear in the workload."""
    once = demand(MEASURED, ASSUMED, NATIONAL, LIFE).use
    doubled = replace(NATIONAL, cases_a_year=2 * NATIONAL.cases_a_year)
    twice = demand(MEASURED, ASSUMED, doubled, LIFE).use
    assert twice == pytest.approx({name: 2 * used for name, used in once.items()})
    assert set(once) == set(RESOURCES) == set(REMEDIES)


def test_more_workers_take_load_from_all_but_the_host_and_the_database():
    """Politeness and a single writer do not scale with machines."""
    one = demand(MEASURED, ASSUMED, NATIONAL, LIFE).use
    four = demand(MEASURED, ASSUMED, replace(NATIONAL, workers=4), LIFE).use
    for name in set(RESOURCES) - {"host", "database"}:
        assert four[name] == pytest.approx(one[name] / 4)
    assert (four["host"], four["database"]) == (one["host"], one["database"])


def test_no_cases_use_nothing():
    """Nothing comes from nowhere."""
    empty = replace(NATIONAL, cases_a_year=0)
    assert set(demand(MEASURED, ASSUMED, empty, LIFE).use.values()) == {0.0}


def test_a_peak_brings_its_reports_and_their_first_looks():
    """Fifty times the reports, visits and notices; the looks at older cases stay."""
    mean, peak = rates(NATIONAL, LIFE), rates(NATIONAL, LIFE, peak=True)
    assert peak.first == pytest.approx(50 * mean.first)
    assert peak.notice == pytest.approx(50 * mean.notice)
    assert peak.gone == mean.gone
    assert peak.present - mean.present == pytest.approx(49 * mean.first * NATIONAL.acted_on)


def test_a_slower_pace_lets_a_host_carry_less():
    """Half the pace, half the cases; fewer requests for watching, more cases."""
    usual = host_budget(MEASURED, ASSUMED, NATIONAL, LIFE)
    slow = host_budget(MEASURED, replace(ASSUMED, pace_s=4.0), NATIONAL, LIFE)
    light = host_budget(MEASURED, ASSUMED, NATIONAL, LIFE, watch_requests=2)
    assert slow.cases_a_day == pytest.approx(usual.cases_a_day / 2)
    assert light.cases_a_day > usual.cases_a_day
    assert 0 <= usual.crowded_share <= 1


@pytest.mark.parametrize("peak", [False, True])
def test_the_play_uses_what_the_model_adds_up(peak):
    """Where nothing is overloaded, both say the same of every station, within chance."""
    workload = replace(NATIONAL, cases_a_year=150_000, largest_host=0.002)
    expected = demand(MEASURED, ASSUMED, workload, LIFE, peak=peak).use
    seconds = 6 * 3600.0
    found = simulate(MEASURED, ASSUMED, workload, LIFE, seconds=seconds, peak=peak, seed=5)
    for name in ("core", "fetcher", "connections"):
        assert found.use[name] == pytest.approx(expected[name], rel=0.12)
    assert found.arrived == found.done + found.left
    assert found.left <= 0.02 * found.arrived + 20


def test_an_overloaded_host_is_late_and_the_others_are_not():
    """The largest host has all of the lateness when only its pace is exceeded."""
    workload = replace(NATIONAL, cases_a_year=160_000, hosts=4000, largest_host=0.4, workers=4)
    found = simulate(MEASURED, ASSUMED, workload, LIFE, seconds=3600, seed=2)
    assert found.largest_host_use > 0.95
    assert found.lateness_s["max"] > 300
    assert found.elsewhere_s["p95"] < 60


def test_a_year_of_cases_takes_more_room_the_longer_they_stay():
    """Every look adds rows."""
    longer = mean_life(Removal(median_days=10, p90_days=60), RULES, cases=60)
    assert bytes_per_case(MEASURED, NATIONAL, longer) > bytes_per_case(MEASURED, NATIONAL, LIFE)


def test_the_prediction_of_a_run_has_the_right_bounds():
    """Never faster than the places or the hosts allow, never slower than one after another."""
    setting = Setting(cases=40, hosts=10, delay_s=1.0, places=4)
    one = MEASURED.first
    alone = duration(one, replace(ASSUMED, pace_s=0.0, request_s=1.0)) + one.fetcher_s
    took = predict(one, setting)
    assert 40 * alone / 4 <= took * 1.001
    assert took <= 40 * alone * 1.001
    assert predict(one, replace(setting, hosts=2)) >= 20 * alone * 0.999


def test_the_command_prints_one_document():
    """`python -m benchmarks.scale --json` names each workload with its bottleneck and remedy."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", "--json", "--seconds", "60"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    value = json.loads(done.stdout)
    assert [one["name"] for one in value["workloads"]] == [one.name for one in ALL]
    for one in value["workloads"]:
        assert one["bottleneck"] in RESOURCES
        assert one["remedy"]
        assert one["sources"]
