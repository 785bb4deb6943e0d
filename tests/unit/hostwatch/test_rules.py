"""Reviewed policy and settings become the plain values that the domain decides with."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from importlib.resources import files

import pytest
from store_samples import a_case, a_notice

from cases.schedule import Cadence
from cases.takedown import TakedownRule
from config.load import load_policy, load_settings
from hostwatch.rules import answer_page, cadence_of, egresses_of, takedown_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def policy():
    return load_policy(files("config") / "policy" / "default.toml")


@pytest.fixture
def settings():
    return load_settings(files("config") / "hostwatch.example.toml", {})


def test_the_cadence_is_taken_over_whole_and_in_order(policy):
    """First hourly, then twelve-hourly, then daily; the watch goes on for ninety days."""
    cadence = cadence_of(policy)
    assert [(step.until, step.every) for step in cadence.open] == [
        (DAY, HOUR),
        (7 * DAY, 12 * HOUR),
        (365 * DAY, DAY),
    ]
    assert [(step.until, step.every) for step in cadence.watch] == [
        (30 * DAY, DAY),
        (90 * DAY, 7 * DAY),
    ]
    assert (cadence.confirm_after, cadence.after_claim) == (HOUR, DAY)
    assert (cadence.retry_first, cadence.retry_cap) == (timedelta(minutes=5), 6 * HOUR)
    assert cadence.retry_limit == 8


def test_the_thresholds_are_taken_over_one_by_one(policy):
    """Each from the key of its own name."""
    rule = takedown_of(policy)
    assert rule == TakedownRule(
        agreeing=3, span=12 * HOUR, networks=2, site_down=72 * HOUR, changed=3
    )
    given = policy.takedown.model_copy(
        update={"agreeing": 4, "span": 13 * HOUR, "networks": 5, "site_down": DAY, "changed": 6}
    )
    other = takedown_of(policy.model_copy(update={"takedown": given}))
    assert [getattr(other, field.name) for field in fields(other)] == [
        getattr(given, field.name) for field in fields(other)
    ]


def test_no_member_of_the_domain_is_left_to_a_default(policy):
    """A key that is added there must be decided on in the policy."""
    assert {field.name for field in fields(Cadence)} <= set(type(policy.cadence).model_fields)
    assert {field.name for field in fields(TakedownRule)} <= set(type(policy.takedown).model_fields)


def test_only_an_attested_egress_counts_as_unfiltered(settings):
    """Name, network and country come along; operator and approver stay in the configuration."""
    (egress,) = egresses_of(settings)
    assert (egress.name, egress.network, egress.country) == ("office", "AS64500", "NL")
    assert egress.unfiltered is False


@pytest.mark.parametrize("url", ["https://answers.hotline.test", "https://answers.hotline.test/"])
def test_the_answer_page_of_a_notice_is_named_by_its_serial_alone(settings, url):
    """No code, no host, no case data in the address."""
    doors = settings.doors.model_copy(update={"answers_url": url})
    told = settings.model_copy(update={"doors": doors})
    notice = replace(a_notice(a_case()), answer_code="ABCDEFGHJKMN")
    assert answer_page(told, notice) == "https://answers.hotline.test/n/HW-2026-000001-N1"
