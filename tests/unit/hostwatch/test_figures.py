"""Figures for a monitoring system: closed words, base units, nothing that names anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from cases.model import NoticeState, Stage, StoreCounts, Worker
from console.web.metrics import metrics
from crawler.fetch.contract import FetchCode
from hostwatch import figures
from hostwatch.counters import Counters
from hostwatch.counting import FETCH_CLASSES, class_of
from hostwatch.figures import MOST_WORDS, OTHER, Plant
from matchers.hashlist.manifest import Manifest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = (
    "http://board.test/b/1",
    "board.test",
    "192.0.2.10",
    "2001:db8::1",
    "Harbour Hosting B.V.",
    "ana@hotline.test",
    "Ana",
    'x"} 1\nhostwatch_healthy 0',
    "",
    "a" * 41,
)


def counts(**changes) -> StoreCounts:
    values = {
        "cases": {"received": 3, "closed": 4},
        "needs": {"possible_match": 2},
        "notices": {"drafted": 1},
        "due": 3,
        "oldest_due": NOW - timedelta(seconds=90),
        "leases": 1,
        "workers": (),
        "audit_sequence": 17,
    }
    return StoreCounts(**(values | changes))


def samples(found) -> dict[str, dict[str, float]]:
    return {one.name: dict(one.samples) for one in found}


def read(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Read Prometheus text with the reference parser."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def of_store(found: StoreCounts):
    return figures.of_store(found, NOW, alarm_s=1800, dead_after_s=60)


def test_the_store_is_told_in_figures():
    """Stages, reasons, notices, what is due, and how late the oldest is."""
    found = samples(of_store(counts()))
    assert found["lateness_seconds"] == {"": 90.0}
    assert found["cases"] == {"received": 3.0, "closed": 4.0}
    assert found["cases_needing_analyst"] == {"possible_match": 2.0}
    assert found["audit_sequence"] == {"": 17.0}


@pytest.mark.parametrize("due", [None, NOW, NOW + timedelta(hours=1)])
def test_what_is_not_due_yet_is_not_late(due):
    """Lateness is never negative."""
    assert samples(of_store(counts(oldest_due=due)))["lateness_seconds"] == {"": 0.0}


def test_a_worker_without_a_fresh_heartbeat_is_silent():
    """It stands in the table until somebody takes it off."""
    fresh = Worker(name="one", started_at=NOW, beat_at=NOW - timedelta(seconds=60))
    dead = Worker(name="two", started_at=NOW, beat_at=NOW - timedelta(seconds=61))
    found = samples(of_store(counts(workers=(fresh, dead))))
    assert (found["workers_alive"], found["workers_silent"]) == ({"": 1.0}, {"": 1.0})


def test_no_host_address_provider_or_person_becomes_a_label():
    """What is no machine word is counted under `other`, and nothing is lost from the sum."""
    hostile = dict.fromkeys(HOSTILE, 1)
    counters = Counters()
    for word in HOSTILE:
        counters.add_time("fetches", word, 1.0)
        counters.add_time("decodes", word, 1.0)
    found = [
        *of_store(counts(cases=hostile, needs=hostile, notices=hostile)),
        *figures.of_counters(counters),
    ]
    text = metrics(found, healthy=True)
    for secret in HOSTILE[:-2]:
        assert secret.encode() not in text
    read_back = read(text)
    for name in ("hostwatch_cases", "hostwatch_notices", "hostwatch_fetches_total"):
        values = {labels: value for (known, labels), value in read_back.items() if known == name}
        assert [labels[0][1] for labels in values] == [OTHER]
        assert list(values.values()) == [len(HOSTILE)]


@given(st.dictionaries(st.text(max_size=50), st.integers(0, 1000), max_size=80))
def test_any_words_give_readable_text_with_few_labels(words):
    """Bounded cardinality, a text that the reference parser reads, an exact sum."""
    text = metrics([figures.worded("x", "X.", "reason", words)], healthy=False)
    values = {key: value for key, value in read(text).items() if key[0] == "hostwatch_x"}
    assert len(values) <= MOST_WORDS + 1
    assert sum(values.values()) == sum(words.values())


def test_the_words_of_the_domain_are_kept_as_they_are():
    """Every stage and state of a notice passes as a label."""
    stages = {stage.value: 1 for stage in Stage}
    states = {state.value: 1 for state in NoticeState}
    found = samples(of_store(counts(cases=stages, notices=states)))
    assert set(found["cases"]) == set(stages)
    assert set(found["notices"]) == set(states)


@pytest.mark.parametrize("code", list(FetchCode))
def test_every_failure_of_a_fetch_has_a_class(code):
    """The map is complete, and never says that a failure was an answer with a status."""
    assert class_of(code, None) in set(FETCH_CLASSES) - {"2xx", "no_status"}
    assert class_of(code, 200) == class_of(code, None)


@pytest.mark.parametrize(
    ("status", "word"),
    [(204, "2xx"), (404, "4xx"), (503, "5xx"), (None, "no_status"), (999, "no_status")],
)
def test_an_answer_is_counted_by_the_class_of_its_status(status, word):
    """A status outside the protocol is none."""
    assert class_of(None, status) == word


def test_the_rooms_are_told_without_names():
    """Lists by tier, the oldest age, and which locks hold."""

    def manifest(tier, days, entries):
        return Manifest(
            name="national-list",
            version="1",
            tier=tier,
            source="x.csv",
            source_sha256="0" * 64,
            imported_at=NOW - timedelta(days=days),
            classification=None,
            counts={"sha256": entries},
        )

    plant = Plant(
        lists=(manifest("baseline", 1, 5), manifest("baseline", 3, 7), manifest("local", 0, 1)),
        ranges_built=(date(2026, 11, 20), date(2026, 11, 1)),
        locks={"rlimits": True, "landlock": False},
        held=2,
        fetcher_alive=True,
    )
    found = samples(figures.of_plant(plant, NOW))
    assert found["hash_list_entries"] == {"baseline": 12.0, "local": 1.0}
    assert found["hash_list_age_seconds"]["baseline"] == 3 * 86400
    assert found["ranges_age_seconds"] == {"": 21.5 * 86400}
    assert found["worker_lock"] == {"rlimits": 1.0, "landlock": 0.0}
    assert b"national" not in metrics(figures.of_plant(plant, NOW), healthy=True)


def test_what_never_happened_stands_at_zero():
    """An alert on an increase needs the series from the start."""
    found = samples(figures.of_counters(Counters()))
    assert found["steps"] == {"": 0.0}
    assert found["step_faults"] == {"": 0.0}


def test_a_checkpoint_that_was_never_made_has_no_age():
    """Absence and age zero differ."""
    assert figures.of_checkpoint(None, NOW) == []
    made = figures.of_checkpoint(NOW - timedelta(hours=2), NOW)
    assert samples(made) == {"audit_checkpoint_age_seconds": {"": 7200.0}}
