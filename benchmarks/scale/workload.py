"""Three hotlines: how many cases, at how many hosts, for how long, and how uneven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.scale.life import Removal

YEAR_DAYS = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One workload; every figure without a source is an assumption, and is named as one."""

    name: str
    title: str
    cases_a_year: float
    """Records that reach the intake."""
    acted_on: float
    """Share that is illegal: traced, told, re-checked, watched."""
    decoded: float
    """Share of first visits whose picture no list knows, so that it is decoded."""
    notices_per_case: float
    """Of an acted-on case: provider, police or partner, and reminders."""
    hosts: int
    """Hosts with open or watched cases."""
    largest_host: float
    """Share of all cases at the largest host."""
    removal: Removal
    peak: float
    """The busiest hour over the mean hour, of reports."""
    peak_hours: float
    workers: int
    """Workers that the plan gives it."""
    database: str
    sources: tuple[str, ...]
    """Keys of the study of the domain, and what was taken from them."""

    @property
    def cases_a_day(self) -> float:
        """Mean."""
        return self.cases_a_year / YEAR_DAYS

    def host_shares(self) -> np.ndarray:
        """
        Return the share of each host, largest first.

        A power law over the rank; its exponent is found so that the largest host has its share.
        """
        ranks = np.arange(1, self.hosts + 1, dtype=float)
        low, high = 0.0, 4.0
        for _ in range(60):
            middle = (low + high) / 2
            weights = ranks**-middle
            low, high = (
                (middle, high) if weights[0] / weights.sum() < self.largest_host else (low, middle)
            )
        weights = ranks**-low
        return np.asarray(weights / weights.sum())


NATIONAL = Workload(
    name="national",
    title="One national hotline",
    cases_a_year=25_536,
    acted_on=0.68,
    decoded=0.37,
    notices_per_case=2.0,
    hosts=2_000,
    largest_host=0.10,
    removal=Removal(median_days=1.0, p90_days=2.5),
    peak=50.0,
    peak_hours=1.0,
    workers=1,
    database="sqlite",
    sources=(
        "S21: 25,536 complaints in 2024 at one hotline, 68 % of them justified",
        "S1: 37 % of records showed new content",
        "S50: 85.4 % removed within 2 days at home",
        "assumption: the largest host has 10 % of the cases; a peak of 50 lasts an hour",
    ),
)

LARGE = Workload(
    name="large",
    title="One large national hotline",
    cases_a_year=500_000,
    acted_on=0.54,
    decoded=0.37,
    notices_per_case=2.0,
    hosts=5_000,
    largest_host=0.20,
    removal=Removal(median_days=1.0, p90_days=4.0),
    peak=50.0,
    peak_hours=1.0,
    workers=2,
    database="postgres",
    sources=(
        "S18: 500,000 locations processed in 2023, 268,912 of them illegal",
        "S53, S54: 40 to 87 % removed within 24 h, by year",
        "assumption: the largest host has 20 % of the cases; a peak of 50 lasts an hour",
    ),
)

INHOPE = Workload(
    name="inhope",
    title="The whole INHOPE network in one house",
    cases_a_year=2_497_438,
    acted_on=0.65,
    decoded=0.37,
    notices_per_case=2.0,
    hosts=50_000,
    largest_host=0.20,
    removal=Removal(median_days=1.5, p90_days=7.0),
    peak=50.0,
    peak_hours=1.0,
    workers=8,
    database="postgres",
    sources=(
        "S1: 2,497,438 records in 2024, 65 % illegal, 37 % new",
        "S2: removed within 2.5 days; S45: 73 % within 7 days (2019)",
        "S7: the surge of 2024 came from one platform; assumption: 20 % of all at one host",
        "assumption: 50,000 hosts, a peak of 50 lasts an hour",
    ),
)

ARACHNID = Workload(
    name="arachnid",
    title="An Arachnid-like volume of notices",
    cases_a_year=13_000_000,
    acted_on=1.0,
    decoded=0.10,
    notices_per_case=1.0,
    hosts=50_000,
    largest_host=0.48,
    removal=Removal(median_days=3.0, p90_days=42.0),
    peak=5.0,
    peak_hours=1.0,
    workers=64,
    database="postgres",
    sources=(
        "standards 6.5: 10.8 million notices by 2022, about 50 million by 2025: 13 million a year",
        "S38: 48 % of detections stood at one file host",
        "S58: 10 % took more than 42 days",
        "assumption: machine detections, so 10 % need a decode here, and peaks of 5",
    ),
)

ALL = (NATIONAL, LARGE, INHOPE, ARACHNID)
