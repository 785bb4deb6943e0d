"""First visits and re-checks over real sockets: sandbox, fetcher process, locked workers."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from cases.model import Case, ListEntry, Match, NoMatch, NotChecked, Possible, Presence, Stage
from config.settings import Egress, Fetch, Isolation, Network
from crawler.fetch.client import FetcherProcess, FetcherSetup
from crawler.fetch.contract import FetchLimits
from crawler.outcome import GONE
from crawler.visit import SiblingMemory, VisitOptions, first_visit, recheck
from sandbox.client import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")
JOBS = {"page": "crawler.extract.job:read_page", "picture": "matchers.decode.job:measure"}
ENTRY = ListEntry(hash_list="practice", version="1", tier="baseline", signal_type="sha256")


class PracticeJudge:
    """The sandbox's own lists, exact and by PDQ."""

    def __init__(self, files):
        self.exactly = {row["sha256"] for row in csv.DictReader(files["hashlist.csv"].splitlines())}
        words = re.findall(r"\b[0-9a-f]{64}\b", files["hashlist-pdq.txt"])
        self.pdq = [int(word, 16) for word in words]

    def exact(self, digests):
        known = digests.sha256 in self.exactly
        return Match(strength="strong", entry=ENTRY) if known else NoMatch()

    def perceptual(self, record, *, digests=None):
        view = record["views"][0]
        found = min((int(view["pdq"], 16) ^ listed).bit_count() for listed in self.pdq)
        near = Possible(tier="confident", distance=found, quality=100, view="upright", entry=ENTRY)
        return (near if found <= 31 else NoMatch()), view["pdq"], view["quality"]

    def near(self, record):
        return record["scale"] > 1

    def near_members(self, record):
        return ()

    def parts(self, kind, record, finer=None):
        return NotChecked(reason=f"{kind}_not_listed_here")


class Run:
    """One sandbox, one fetcher, and the cases of its reports."""

    def __init__(self, sandbox, fetcher):
        self.sandbox, self.fetcher = sandbox, fetcher
        self.judge = PracticeJudge(sandbox.description.files)
        self.memory = SiblingMemory()
        self.visits = {}

    def options(self, egress):
        return VisitOptions(
            egress=egress, fetch_media=True, candidates=20, countdown_s=5, downloads_per_asset=3,
            limits=FetchLimits(), now=lambda: datetime.now(UTC), sleep=asyncio.sleep,
            outside_control=lambda: True,
        )  # fmt: skip

    def cases(self):
        """Return (scenario, case) for each report of a new location."""
        rows = [
            json.loads(line)
            for line in self.sandbox.description.files["reports.jsonl"].splitlines()
        ]
        expected = {e.reference: e for e in self.sandbox.description.expectations}
        for number, row in enumerate(rows):
            wanted = expected[row["reference"]]
            if wanted.outcome == "new":
                url = row["url"]
                yield (
                    wanted,
                    Case(
                        id=f"HW-2026-{number:06d}", version=1, stage=Stage.VISITING,
                        created_at=datetime.now(UTC), url=url, canonical=url,
                        host=urlsplit(url).hostname or "",
                    ),
                )  # fmt: skip

    async def visit_all(self):
        async def one(wanted, case):
            egress = "abroad" if wanted.scenario == "filter_always" else "home"
            found = await first_visit(self.fetcher, case, self.judge, self.options(egress))
            known = replace(case, site_type=found.site_type, engine=found.engine)
            self.visits[case.id] = (wanted, known, found)

        await asyncio.gather(*(one(wanted, case) for wanted, case in self.cases()))

    async def again(self, scenario, egress, *, prove=False):
        """Re-check every case of a scenario; return the observations of each."""
        found = []
        for wanted, case, visit in list(self.visits.values()):
            if wanted.scenario == scenario:
                found.append(
                    await recheck(
                        self.fetcher, case, visit.assets, self.judge, self.options(egress),
                        siblings=self.memory, prove=prove,
                    )
                )  # fmt: skip
        assert found
        return found


def egress(name, source):
    return Egress(
        name=name, source_address=source, network="AS64496", country="NL", operator="o", approver="a",
        unfiltered=True,
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory):
    """Every report of the practice web, visited once."""
    async with await Sandbox.start(workdir=tmp_path_factory.mktemp("web"), scale=0.02) as sandbox:
        description = sandbox.description
        setup = FetcherSetup(
            egresses=tuple(egress(name, ip) for name, ip in description.source_addresses.items()),
            network=Network(resolvers=(description.network.resolver,)),
            fetch=Fetch(pace_period_s=0.01, per_host=8, connect_s=2, read_s=2, total_s=4),
            isolation=Isolation(mode="best-effort", workers=2),
            jobs=JOBS,
            practice=description.network,
        )
        async with FetcherProcess(setup) as fetcher:
            made = Run(sandbox, fetcher)
            await made.visit_all()
            yield made


def strongest(found):
    order = {"match": 3, "possible": 2, "no_match": 1, "not_checked": 0}
    return max((a.comparison.kind for a in found.assets), key=order.__getitem__)


async def test_each_first_visit_finds_what_is_there(run):
    """Match, possible, no match or not checked, as the practice web expects."""
    wrong = {
        (wanted.scenario, wanted.comparison, strongest(found), found.reason)
        for wanted, _, found in run.visits.values()
        if strongest(found) != wanted.comparison and wanted.scenario != "flaky_503_reset"
    }
    assert wrong == set()


async def test_what_needs_a_person_says_why(run):
    """A password and a refused redirect are words for an analyst; silence is tried again."""
    found = {wanted.scenario: visit for wanted, _, visit in run.visits.values()}
    assert found["cyberlocker_password"].needs == "password"
    assert found["redirect_forbidden"].needs == "refused_address"
    assert found["timeout_always"].answered is False
    assert found["http_403_always"].needs == "blocked"


async def test_nothing_forbidden_was_asked(run):
    """No reverse search, report or delete link; nobody behind the forbidden redirect."""
    stats = await run.sandbox.stats()
    assert stats["never_request_hits"] == 0
    assert stats["forbidden_hits"] == 0


GONE_SCENARIOS = [
    "image_board_taken_down", "cyberlocker_taken_down", "image_host_taken_down",
    "image_host_placeholder_taken_down", "soft404_taken_down", "two_hosts_taken_down",
]  # fmt: skip


async def proven(run, scenario):
    """Fresh proof of a locker's file is by digest: wait, form, direct link."""
    for found in await run.again(scenario, "home", prove=True):
        assert [o.presence for o in found.observations][-1] is Presence.PRESENT_EXACT
        assert found.assets[-1].downloads == 2


@pytest.mark.parametrize("scenario", GONE_SCENARIOS)
async def test_what_is_there_is_seen_and_what_was_taken_down_is_gone(run, scenario):
    """Present before and gone after, from both ways out, with a normal control."""
    before = [o.presence for found in await run.again(scenario, "home") for o in found.observations]
    shown = {Presence.PRESENT_EXACT, Presence.PRESENT_LISTED_ALIVE}
    assert set(before) <= shown
    if scenario == "cyberlocker_taken_down":
        await proven(run, scenario)
    await run.sandbox.command("take_down", scenario=scenario)
    for way in ("home", "abroad"):
        for found in await run.again(scenario, way):
            assert {o.presence for o in found.observations} <= GONE
            assert {o.control for o in found.observations} == {"normal"}


@pytest.mark.parametrize(
    ("scenario", "allowed"),
    [
        ("http_403_later", {Presence.BLOCKED_HERE, Presence.PRESENT_LISTED_ALIVE}),
        ("http_451", {Presence.BLOCKED_HERE, Presence.PRESENT_LISTED_ALIVE}),
        ("timeout_later", {Presence.TEMPORARY}),
        ("nxdomain", {Presence.HOST_GONE}),
        ("reencoded", {Presence.PRESENT_SIMILAR, Presence.PRESENT_LISTED_ALIVE}),
        ("changed", {Presence.PRESENT_UNVERIFIED}),
        ("board_expired", {Presence.EXPIRED}),
        ("moved", {Presence.PRESENT_EXACT, Presence.PRESENT_LISTED_ALIVE}),
        ("lookalike_page_present", {Presence.PRESENT_EXACT, Presence.PRESENT_LISTED_ALIVE}),
    ],
)
async def test_what_happened_later_is_called_by_its_name(run, scenario, allowed):
    """Blocked, silent, without a name, re-encoded, replaced, expired, moved."""
    await run.sandbox.command("notice", scenario=scenario)
    await asyncio.sleep(0.3)
    for found in await run.again(scenario, "home"):
        assert {o.presence for o in found.observations} <= allowed


async def test_a_filter_on_one_way_out_is_not_the_same_as_gone(run):
    """The filtered way sees 404s; the other one sees the picture."""
    for found in await run.again("filter_always", "abroad"):
        assert found.observations[-1].presence is Presence.PRESENT_EXACT


async def test_a_flaky_host_is_never_gone(run):
    """By turns an answer, 503 and a reset."""
    for _ in range(4):
        for found in await run.again("flaky_503_reset", "home"):
            assert not {o.presence for o in found.observations} & GONE


async def test_not_checked_is_never_clean(run):
    """Whatever could not be compared says why."""
    reasons = {
        asset.comparison.reason
        for _, _, found in run.visits.values()
        for asset in found.assets
        if isinstance(asset.comparison, NotChecked)
    }
    assert "" not in reasons
