"""`ranges list` and `ranges import`: what is there, how old it is, and what its lack costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from command_house import ANALYST, MANAGER, run

TODAY = datetime.now(UTC).date()


def day(age: int) -> str:
    return (TODAY - timedelta(days=age)).isoformat()


def import_table(data, text, kind, name, *more, age=0):
    file = data / "table.csv"
    file.write_text(text)
    return run(
        data, "ranges", "import", str(file), "--kind", kind, "--name", name,
        "--build-date", day(age), *more, account=MANAGER,
    )  # fmt: skip


def listed(data):
    said = run(data, "ranges", "list", "--json", account=ANALYST)
    assert said.code == 0, said
    return json.loads(said.out)


@pytest.fixture
def empty(data):
    for path in (data / "ranges").iterdir():
        path.unlink()
    return data


def test_the_first_run_works_without_and_says_what_is_missing(empty):
    """Each lack with what it costs; the suffixes come along."""
    found = {one["kind"]: one for one in listed(empty)}
    assert {kind for kind, one in found.items() if one["state"] == "missing"} == {
        "asn", "country", "front", "rdap-ipv4", "rdap-ipv6", "rdap-asn", "rdap-dns",
    }  # fmt: skip
    assert found["suffixes"]["state"] == "bundled"
    assert all(one["remark"] for one in found.values())
    said = run(empty, "ranges", "list", account=ANALYST)
    assert said.code == 0
    said.is_plain()
    assert "no abuse contact found" in said.out


def test_age_licence_and_origin_of_each_table_are_listed(empty):
    """Fresh, ageing after 14 days, stale after 45; fronts are never too old."""
    import_table(empty, "192.0.2.0/24,64500,Host\n", "asn", "routes", "--licence", "PDDL")
    import_table(empty, "192.0.2.0/24,NL\n", "country", "old", age=15)
    import_table(empty, "192.0.2.0/24,NL\n", "country", "stale", "--claims", "registry", age=46)
    import_table(empty, "192.0.2.0/24\n", "front", "shield", age=400)
    (empty / "ranges" / "country-bad.ranges").write_bytes(b"x")
    found = {(one["kind"], one["name"]): one for one in listed(empty)}
    assert found["asn", "routes"]["licence"] == "PDDL"
    assert found["asn", "routes"]["ranges"] == 1
    assert len(found["asn", "routes"]["sha256"]) == 64
    states = {key: one["state"] for key, one in found.items()}
    assert states["asn", "routes"] == "fresh"
    assert (states["country", "old"], found["country", "old"]["age_days"]) == ("ageing", 15)
    assert (states["country", "stale"], found["country", "stale"]["claims"]) == (
        "stale",
        "registry",
    )
    assert states["front", "shield"] == "ageing"
    assert states["country", "bad"] == "damaged"
    assert "second physical" in found["country", ""]["remark"]


def test_what_the_doctor_says_of_old_tables(empty, quiet):
    """A warning after 14 days; after 45, when they are not used any more, a problem."""

    def finding():
        said = run(quiet, "doctor", "--json")
        rows = json.loads(said.out)
        return next(row for row in rows if row["check"] == "ranges")

    assert finding()["state"] == "warning"
    import_table(empty, "192.0.2.0/24,64500,Host\n", "asn", "routes")
    found = finding()
    assert found["state"] == "ok"
    assert "ranges list" in found["says"]
    for age, state in ((20, "warning"), (46, "problem")):
        import_table(empty, "192.0.2.0/24,NL\n", "country", "geo", age=age)
        found = finding()
        assert (found["state"], "country geo" in found["says"]) == (state, True)


def test_dates_and_claims_that_cannot_be(empty):
    """None, one to come, and options that a list has no use for: a sentence each."""
    file = empty / "table.csv"
    file.write_text("192.0.2.0/24,NL\n")
    line = ("ranges", "import", str(file), "--kind", "country", "--name", "geo")
    run(empty, *line, account=MANAGER).is_sentence(65, "--build-date")
    run(empty, *line, "--build-date", day(-3), account=MANAGER).is_sentence(65, "still to come")
    line = ("ranges", "import", str(file), "--kind", "suffixes")
    run(empty, *line, "--build-date", day(1), account=MANAGER).is_sentence(65, "leave")
    run(empty, *line, account=MANAGER).is_sentence(65, "public suffix list")


def test_nothing_to_update_is_told(empty):
    """The configuration names no source."""
    run(empty, "ranges", "update", account=MANAGER).is_sentence(66, "[[ranges]]")


def test_an_analyst_looks_and_changes_nothing(empty):
    """Refused before the file is read."""
    line = ("ranges", "import", "nowhere", "--kind", "asn", "--name", "x")
    run(empty, *line, account=ANALYST).is_sentence(77, "ranges_change")
