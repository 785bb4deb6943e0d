"""The simulation against conservation laws and against results of queueing theory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scale.queueing import House, Job, Phase, play

MANY = 10_000_000


def stream(rate: float, service, *, count: int, seed: int, hosts: bool = True) -> list[Job]:
    """Poisson arrivals, each at a host of its own, with one phase each."""
    chance = np.random.default_rng(seed)
    at = np.cumsum(chance.exponential(1 / rate, count))
    seconds = service(chance, count)
    return [
        Job(
            at=float(when),
            host=number if hosts else 0,
            phases=(Phase(station=0, seconds=float(s)),),
        )
        for number, (when, s) in enumerate(zip(at, seconds, strict=True))
    ]


def exponential(mean: float):
    return lambda chance, count: chance.exponential(mean, count)


def waits(jobs: list[Job], servers: int) -> float:
    """Mean time in the queue, services not counted."""
    found = play(House(servers=(servers,), places=MANY), jobs, until=math.inf)
    services = sum(job.phases[0].seconds for job in jobs)
    assert found.done == len(jobs)
    return (sum(found.sojourn) - services) / len(jobs)


def erlang_c(servers: int, load: float) -> float:
    """Probability that an arrival waits (Erlang's C formula)."""
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


@pytest.mark.parametrize("use", [0.3, 0.6, 0.8])
def test_one_server_waits_as_theory_says(use):
    """M/M/1: the mean wait is use / (rate of service - rate of arrival)."""
    jobs = stream(use, exponential(1.0), count=120_000, seed=7)
    assert waits(jobs, 1) == pytest.approx(use / (1 - use), rel=0.08)


def test_constant_service_halves_the_wait():
    """M/D/1: half of the wait of M/M/1 (Pollaczek and Khinchine)."""
    jobs = stream(0.7, lambda _, count: np.ones(count), count=120_000, seed=8)
    assert waits(jobs, 1) == pytest.approx(0.5 * 0.7 / 0.3, rel=0.08)


@pytest.mark.parametrize(("servers", "load"), [(2, 1.4), (8, 6.4), (32, 28.0)])
def test_many_servers_wait_as_erlang_says(servers, load):
    """M/M/c: Erlang's C times the mean service over the spare servers."""
    jobs = stream(load, exponential(1.0), count=120_000, seed=9)
    expected = erlang_c(servers, load) / (servers - load)
    assert waits(jobs, servers) == pytest.approx(expected, rel=0.12)


def test_a_house_with_few_places_is_a_queue_of_places():
    """What holds a place for the whole visit is the bottleneck, whatever the stations have free."""
    jobs = stream(1.4, exponential(1.0), count=80_000, seed=10)
    found = play(House(servers=(MANY,), places=2), jobs, until=math.inf)
    expected = erlang_c(2, 1.4) / (2 - 1.4)
    assert np.mean(found.lateness) == pytest.approx(expected, rel=0.12)


def test_one_host_is_visited_by_one_at_a_time():
    """All jobs at one host are served one after another, however many servers are free."""
    jobs = stream(0.5, exponential(1.0), count=60_000, seed=11, hosts=False)
    found = play(House(servers=(64,), places=64), jobs, until=math.inf)
    assert np.mean(found.lateness) == pytest.approx(0.5 / 0.5, rel=0.1)


def test_the_pace_of_a_host_bounds_its_jobs():
    """Requests start at least `pace_s` apart: 1,000 of them need 999 times the pace."""
    phases = (Phase(station=0, seconds=0.01, paced=True),)
    jobs = [Job(at=0.0, host=1, phases=phases) for _ in range(1000)]
    found = play(House(servers=(8,), places=8, pace_s=2.0), jobs, until=math.inf)
    assert max(found.sojourn) == pytest.approx(999 * 2.0 + 0.01)


works = st.lists(
    st.tuples(
        st.floats(0, 50),
        st.integers(0, 4),
        st.lists(st.tuples(st.integers(0, 2), st.floats(0, 5), st.booleans()), max_size=4),
    ),
    max_size=60,
)


@given(works, st.integers(1, 3), st.floats(0, 2), st.floats(1, 200))
@settings(max_examples=150)
def test_nothing_is_lost_and_nothing_is_made(works, places, pace, until):
    """Arrived = done + left; no server works more than all of its time; Little's law holds."""
    jobs = [
        Job(
            at=at,
            host=host,
            phases=tuple(Phase(station=s, seconds=t, paced=p) for s, t, p in phases),
        )
        for at, host, phases in sorted(works, key=lambda one: one[0])
    ]
    servers = (1, 2, 3)
    found = play(House(servers=servers, places=places, pace_s=pace), jobs, until=until)
    assert found.arrived == sum(job.at < until for job in jobs) == found.done + found.left
    for used, count in zip(found.busy, servers, strict=True):
        assert -1e-9 <= used <= count * until + 1e-6
    assert found.places_busy <= places * until + 1e-6
    assert sum(found.host_busy.values()) == pytest.approx(found.places_busy)
    if found.left == 0:
        assert found.area == pytest.approx(sum(found.sojourn), abs=1e-6)
    assert min(found.lateness, default=0) >= 0


def test_the_same_jobs_give_the_same_result():
    """Nothing is random inside."""
    jobs = stream(0.9, exponential(1.0), count=5000, seed=3)
    house = House(servers=(1,), places=16)
    assert play(house, jobs, until=900.0) == play(house, jobs, until=900.0)


def test_what_was_never_begun_counts_as_late():
    """An overloaded house does not look better for what it did not start."""
    jobs = [Job(at=0.0, host=1, phases=(Phase(station=0, seconds=10.0),)) for _ in range(10)]
    found = play(House(servers=(1,), places=1), jobs, until=25.0)
    assert len(found.lateness) == 10
    assert max(found.lateness) == 25.0
