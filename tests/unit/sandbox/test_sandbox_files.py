"""The files of the practice web: reports, lists, tables, registries."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from datetime import timedelta

import pytest

from config.catalogue import load_catalogue
from config.policy import Policy
from notices.partners.registry import load_partners
from sandbox.description import write_files
from sandbox.files import all_files
from sandbox.pictures import Album
from sandbox.plan import make_plan
from sandbox.policy import practice_clock, practice_policy


@pytest.fixture(scope="module")
def files():
    return all_files(make_plan(3, internal_port=4711), Album(seed=3), scale=0.5)


def test_the_practice_policy_is_a_policy_that_says_so():
    """The file is valid, marked as practice, and scales all but the proof's age."""
    policy = Policy.model_validate(tomllib.loads(practice_policy(0.5)))
    assert policy.practice
    assert policy.takedown.span == timedelta(seconds=2)
    assert policy.cadence.confirm_after == timedelta(seconds=0.5)
    assert policy.notices.fresh_proof == timedelta(minutes=15)
    assert policy.cadence.retry_limit == 3
    assert practice_clock(0.5) == "practice clock: 12 h shown as 2 s"


def test_the_catalogue_and_partners_are_read_by_their_rooms(files, tmp_path):
    """Front, platform and identified service are known, and a partner abroad."""
    (tmp_path / "c.toml").write_text(files["catalogue.toml"])
    (tmp_path / "p.toml").write_text(files["partners.toml"])
    catalogue = load_catalogue([tmp_path / "c.toml"])
    assert catalogue.get("shieldfront").kind == "front"
    assert catalogue.by_domain(["townhall.test"]).kind == "operator"
    partner = load_partners(tmp_path / "p.toml").for_country("DE", None)
    assert partner.id == "hotline-nord"


def test_report_files_hold_the_same_reports_and_damaged_lines(files):
    """Both forms have every report; only the CSV has lines that must be refused."""
    plan = make_plan(3, internal_port=4711)
    good = [line for line in files["reports.csv"].splitlines() if "spelling.test/" not in line]
    rows = list(csv.DictReader(io.StringIO("\n".join(good))))
    lines = [json.loads(line) for line in files["reports.jsonl"].splitlines()]
    assert [line["url"] for line in lines] == [report.url for report in plan.reports]
    assert {row["reference"] for row in rows} < {line["reference"] for line in lines}
    assert len(files["reports.csv"].splitlines()) == len(plan.reports) + 3


def test_listed_pictures_stand_on_the_lists_with_all_their_digests(files):
    """Exact and perceptual lists differ by the pictures that are listed perceptually only."""
    exact = list(csv.DictReader(io.StringIO(files["hashlist.csv"])))
    perceptual = files["hashlist-pdq.txt"].splitlines()
    assert len(exact) >= 30
    assert len(perceptual) == len(exact) + 2
    assert {len(row["md5"]) for row in exact} == {32}
    assert {len(row["sha256"]) for row in exact} == {64}
    assert all(len(line) == len("pdq:") + 64 for line in perceptual)


def test_files_are_written_below_the_directory(files, tmp_path):
    """Each name becomes a path, folders made as needed."""
    from types import SimpleNamespace

    written = write_files(tmp_path / "data", SimpleNamespace(files=files))
    assert set(written) == set(files)
    assert (tmp_path / "data/ranges/asn.csv").read_text().startswith("network,asn,as_name\n")
