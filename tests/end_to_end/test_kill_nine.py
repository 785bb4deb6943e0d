"""
Nothing lost, nothing sent twice: `kill -9` of the running house at any moment.

Between the kills the staff works on by the real commands. In the end every case stands where it
stands without kills, and the mail desk's own log says what was really delivered.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from practice import TOLD, House, import_reports, open_house
from processes import wait_for_none, wait_until
from relay_proxy import Fate, RelayProxy

from console.demo.run import BAD_LINES
from console.demo.setting import ANALYST, MANAGER

KILLS = 5
MANY_KILLS = 200


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """
    Where the house keeps its cases: none is its own file.

    Every run kills workers on PostgreSQL in `test_many_machines` and the chain behind them in
    `test_kills_on_both_stores`; the whole course of kills on it is for the long runs.
    """
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgres")
    place = server.fresh()
    yield place.url
    server.drop(place)


# ------------------------------------------------------------------ moments


def is_sending(house: House) -> bool:
    """Whether a notice is between its claim and its receipt now."""
    return bool(house.rows("SELECT 1 FROM notices WHERE state = 'sending'"))


def until_sending(house: House, seconds: float) -> bool:
    """Wait for a moment at which a notice is on its way; tell whether there was one."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_sending(house):
            return True
    return False


def wait_for_moment(house: House, dice: random.Random, longest_s: float) -> None:
    """Wait for a moment to kill: by turns any, and one at which a notice is on its way."""
    if dice.random() < 0.5:
        time.sleep(dice.uniform(0, longest_s))
    else:
        until_sending(house, longest_s)


# ------------------------------------------------------------------ the staff


def in_flight(house: House) -> frozenset[str]:
    """Return the serials of the notices that a dead core left between claim and receipt."""
    return frozenset(row["serial"] for row in house.listed("notices", "list", "--state", "sending"))


def settle(house: House, left: frozenset[str]) -> None:
    """After a start all that was left in flight is unknown; the relay's complete log settles it."""
    wait_until(lambda: left <= of_unknown_fate(house), what="what was in flight becomes unknown")
    taken = house.relay_log()
    log = house.root / "relay.log"
    entries = [f"relay/cleanup[7]: {n:X}: message-id={one}" for n, one in enumerate(taken)]
    log.write_text("\n".join(["relay/master[7]: daemon started", *entries]) + "\n")
    said = house.command(MANAGER, "notices", "settle", "--relay-log", str(log), "--log-complete")
    for serial in left:
        delivered = any(message_id.startswith(f"<{serial}.") for message_id in taken)
        settled = f"{serial} is {'sent' if delivered else 'approved'}" in said.splitlines()
        assert settled or was_answered(house, serial), said


def of_unknown_fate(house: House) -> frozenset[str]:
    rows = house.listed("notices", "list", "--state", "unknown", "--state", "answered")
    return frozenset(row["serial"] for row in rows)


def was_answered(house: House, serial: str) -> bool:
    """Whether the recipient answered with the notice's code, which proves that it arrived."""
    answered = house.listed("notices", "list", "--state", "answered")
    return serial in {row["serial"] for row in answered}


def import_under_kills(house: House, dice: random.Random) -> None:
    """Import the reports by a process that is killed, again until it comes to its end."""
    source = str(house.files / "reports.csv")
    for longest in (0.8, 1.6, 30.0):
        process = house.spawn(ANALYST, "report", "import", source)
        wait_s = dice.uniform(0.3, 1.0) * longest
        until = time.monotonic() + wait_s
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert process.returncode in {BAD_LINES, -signal.SIGKILL}
    import_reports(house)


# ------------------------------------------------------------------ what must hold


def assert_no_report_lost(house: House) -> None:
    """Each line of the file is one report of one case, whatever was killed."""
    wanted = [one.reference for one in house.sandbox.description.expectations]
    found = [report.partner_reference for dossier in house.dossiers() for report in dossier.reports]
    assert sorted(found) == sorted(wanted)


def assert_nothing_sent_twice(house: House) -> None:
    """The mail desk took each message once, and of each serial only one."""
    mails = house.mails()
    for member in ("message_id", "serial"):
        counts = Counter(mail[member] for mail in mails)
        assert [name for name, number in counts.items() if number > 1] == []
    notices = {
        notice.serial: notice.state for dossier in house.dossiers() for notice in dossier.notices
    }
    delivered = {mail["serial"] for mail in mails}
    assert delivered == {serial for serial, state in notices.items() if state in TOLD}


def assert_invariants(house: House) -> None:
    assert "All invariants hold." in house.command(MANAGER, "check", allowed=(0, 1))


# ------------------------------------------------------------------ the courses


def kill_again_and_again(house: House, *, kills: int, longest_s: float) -> int:
    """Run the main job under kills; return how many notices they left in flight."""
    dice = random.Random()
    left: frozenset[str] = frozenset()
    count = 0
    for _ in range(kills):
        with house.core() as core:
            settle(house, left)
            if dice.random() < 0.5:
                house.approve()
            wait_for_moment(house, dice, longest_s)
            core.kill()
        left = in_flight(house)
        count += len(left)
        assert_invariants(house)
        house.approve()
    finish(house, left)
    return count


def finish(house: House, left: frozenset[str]) -> None:
    """Let the house work undisturbed until every case stands where it should."""
    with house.core() as core:
        settle(house, left)
        wait_for_none(house.work_on, what="every case ends as without kills")
        assert core.drain() == 0


def survive(root: Path, database: str | None, *, kills: int, longest_s: float) -> int:
    """Play the whole main job under kills and check it against the mail desk's log."""
    with open_house(root, seed=5, database=database) as house:
        import_under_kills(house, random.Random())
        assert_no_report_lost(house)
        count = kill_again_and_again(house, kills=kills, longest_s=longest_s)
        assert_no_report_lost(house)
        assert_nothing_sent_twice(house)
        assert_invariants(house)
        return count


@pytest.mark.timeout(600)
@pytest.mark.long
def test_the_main_job_survives_kill_9(tmp_path: Path, database: str | None):
    """Killed again and again, the house ends where it ends without: nothing lost, nothing twice."""
    survive(tmp_path, database, kills=KILLS, longest_s=3.0)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_main_job_survives_two_hundred_kills(tmp_path: Path, database: str | None):
    """The same with lives so short that each brings little; many notices are caught in flight."""
    caught = survive(tmp_path, database, kills=MANY_KILLS, longest_s=1.0)
    print(f"{MANY_KILLS} kills, {caught} notices caught in flight")
    assert caught >= MANY_KILLS // 10


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("fate", "attempts"), [("arrives_untold", 1), ("is_lost", 2)])
def test_a_notice_in_flight_is_unknown_until_the_log_settles_it(
    tmp_path: Path, fate: Fate, attempts: int
):
    """Taken by the desk it is sent and never repeated; proven not taken it goes out once more."""
    with open_house(tmp_path, seed=8) as house, relay_between(house) as relay:
        import_reports(house, one_report(house))
        relay.fate = fate
        with house.core() as core:
            wait_until(lambda: caught(house, relay), what="a notice is cut off on its way")
            core.kill()
        left = in_flight(house)
        assert left
        relay.fate = "arrives"
        with house.core() as core:
            settle(house, left)
            wait_for_none(house.work_on, what="the case ends as without the kill")
            assert core.drain() == 0
        rows = {row["serial"]: row["attempt"] for row in house.listed("notices", "list")}
        assert {rows[serial] for serial in left} == {attempts}
        assert_nothing_sent_twice(house)
        assert_invariants(house)


@contextmanager
def relay_between(house: House) -> Iterator[RelayProxy]:
    """Put a wire between the house and its mail desk."""
    description = house.sandbox.description
    relay = RelayProxy(description.smtp_host, description.smtp_port)
    path = house.data / "hostwatch.toml"
    old, new = (f"port = {port}\n" for port in (description.smtp_port, relay.port))
    path.write_text(path.read_text().replace(old, new))
    with closing(relay):
        yield relay


def one_report(house: House) -> Path:
    """Write a file with a single report, of a file that its host takes down."""
    expectations = house.sandbox.description.expectations
    wanted = next(one for one in expectations if one.scenario == "image_host_taken_down")
    lines = (house.files / "reports.jsonl").read_text().splitlines()
    path = house.files / "one.jsonl"
    path.write_text(next(line for line in lines if wanted.reference in line) + "\n")
    return path


def caught(house: House, relay: RelayProxy) -> bool:
    """Whether a message is cut off; one that arrives must have arrived."""
    house.approve()
    arrived = bool(house.relay_log()) or relay.fate == "is_lost"
    return relay.caught.is_set() and arrived and is_sending(house)


@pytest.mark.timeout(300)
def test_what_is_on_its_way_arrives_before_sigterm_ends_the_core(tmp_path: Path):
    """SIGTERM while a notice is on its way: exit code 0, no notice in doubt, nobody left over."""
    with open_house(tmp_path, seed=6) as house:
        import_reports(house)
        with house.core() as core:
            wait_until(lambda: caught_sending(house), what="a notice is on its way")
            assert core.drain() == 0
        counts = Counter(row["state"] for row in house.listed("notices", "list"))
        assert counts["sent"] + counts["answered"] >= 1
        assert counts["sending"] == counts["unknown"] == 0
        assert_nothing_sent_twice(house)
        assert_invariants(house)


def caught_sending(house: House) -> bool:
    house.approve()
    return until_sending(house, 1.0)
