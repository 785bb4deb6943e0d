"""A hotline at work on the practice web: data directory, staff's commands, core as a process."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from processes import all_gone, descendants, wait_until

from cases.model import NoticeState
from cases.ports import CaseFilter
from console.cli import run_command
from console.demo.ending import Ended
from console.demo.run import BAD_LINES
from console.demo.setting import ADMINISTRATOR, ANALYST, MANAGER, free_port, lay_out
from hostwatch.office import open_office, read_rules
from hostwatch.operations.cases import Dossier, load_dossier
from sandbox.client import BlockingSandbox

LAUNCHER = Path(__file__).with_name("practice_process.py")
LISTS = (("practice", "hashlist.csv"), ("practice-pdq", "hashlist-pdq.txt"))
RANGES = (
    ("asn", "ranges/asn.csv"),
    ("country", "ranges/country-one.csv"),
    ("country", "ranges/country-two.csv"),
    ("front", "fronts.csv"),
)
TOLD = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.ANSWERED)
DRAIN_S = 60.0
_BACK_AFTER = timedelta(seconds=40)
"""Takedown, return and the next look together take less after the notice."""


class Core:
    """`hostwatch run` in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid

    def family(self) -> frozenset[int]:
        """Return the fetcher and the locked workers."""
        return descendants(self.pid)

    def kill(self) -> None:
        """End the core as a power cut would; its fetcher and workers must not outlive it."""
        family = self.family()
        self.process.kill()
        self.process.wait()
        wait_until(lambda: all_gone(family), what="fetcher and workers die with the core")

    def drain(self) -> int:
        """Ask the core to end and return its exit code; nobody of its family may stay."""
        family = self.family()
        self.process.terminate()
        code = self.process.wait(DRAIN_S)
        wait_until(lambda: all_gone(family), what="fetcher and workers end with the core")
        return code


@dataclass(frozen=True, kw_only=True)
class House:
    """One hotline, its data directory and the practice web around it."""

    root: Path
    sandbox: BlockingSandbox
    database: str | None = None
    """URL of the PostgreSQL that the house works on; none for its SQLite file."""

    @property
    def environ(self) -> dict[str, str]:
        """What the environment says to every process of the house."""
        told = {"HOSTWATCH_DATABASE__URL": self.database, "HOSTWATCH_DATABASE__BEAT_S": "1"}
        return {name: value for name, value in told.items() if self.database and value}

    def rows(self, query: str) -> list[tuple]:
        """Ask the database itself."""
        if self.database is not None:
            with psycopg.connect(self.database) as plain:
                return plain.execute(query).fetchall()
        address = f"file:{self.data / 'hostwatch.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as plain:
            return plain.execute(query).fetchall()

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def files(self) -> Path:
        return self.root / "practice"

    @property
    def scratch(self) -> Path:
        """Directory for temporary files of every process that asks for one."""
        return self.root / "tmp"

    def command(self, account: str, *arguments: str, allowed: Sequence[int] = (0,)) -> str:
        """Run a real command line and return what it printed."""
        out, err = io.StringIO(), io.StringIO()
        line = ["--data", str(self.data), "--as", account, *arguments]
        network = self.sandbox.description.network
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ.items():
                patch.setenv(name, value)
            code = run_command(line, practice=network, out=out, err=err)
        assert code in allowed, f"{arguments} ended with {code}: {err.getvalue()}"
        return out.getvalue()

    def spawn(self, account: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the same in a process of its own; what it prints goes to `processes.log`."""
        network = self.root / "network.json"
        if not network.exists():
            network.write_text(json.dumps(asdict(self.sandbox.description.network)))
        line = ["--data", str(self.data), "--as", account, *arguments]
        with (self.root / "processes.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, str(LAUNCHER), str(network), "--", *line],
                cwd=self.root,
                env={**os.environ, **self.environ, "TMPDIR": str(self.scratch)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @contextmanager
    def core(self, command: str = "run") -> Iterator[Core]:
        """Start the core and wait until it works; one that is left over is killed."""
        log = self.data / "hostwatch.log"
        before = _starts(log)
        core = Core(self.spawn(MANAGER, command, "--poll", "0.3"))
        try:
            wait_until(
                lambda: _starts(log) > before or core.process.poll() is not None,
                what="the core starts",
            )
            assert core.process.poll() is None, (self.root / "processes.log").read_text()
            yield core
        finally:
            if core.process.poll() is None:
                core.kill()

    def approve(self) -> None:
        """Decide as the staff would: assess what is possible, approve what is drafted."""
        for case in self.listed("cases", "list", "--needs-analyst"):
            if case["needs"] == "possible_match":
                self.command(
                    ANALYST, "case", "assess", case["case"],
                    "--classification", "interpol:baseline",
                    "--law", "Practice Criminal Code, article 240b",
                    "--second-assessor", MANAGER,
                )  # fmt: skip
        if self.listed("notices", "list", "--state", "drafted"):
            self.command(ANALYST, "notices", "approve", "--all")

    def listed(self, *arguments: str) -> list[dict]:
        """Return the rows that a list command prints."""
        return json.loads(self.command(ANALYST, *arguments, "--limit", "10000", "--json"))

    def ended(self) -> list[Ended]:
        """Return every case beside what is right to say of it."""
        wanted = {one.reference: one for one in self.sandbox.description.expectations}
        return [
            Ended(
                dossier=dossier,
                expectation=wanted[dossier.reports[0].partner_reference],
                reports=len(dossier.reports),
            )
            for dossier in self.dossiers()
        ]

    def work_on(self) -> list[str]:
        """Decide as the staff would, then say what is not yet as it should be."""
        self.approve()
        return [
            f"{one.dossier.case.id} {one.expectation.scenario}: {deviation}"
            for one in self.ended()
            for deviation in _deviations(one)
        ]

    def dossiers(self) -> list[Dossier]:
        """Read every case with the key."""
        return asyncio.run(_dossiers(self.data, self.environ))

    def relay_log(self) -> list[str]:
        """Return the Message-IDs that the mail desk took, in order."""
        return self.sandbox.command("relay_log")["message_ids"]

    def mails(self) -> list[dict]:
        return self.sandbox.command("mails")["mails"]


def _deviations(one: Ended) -> list[str]:
    """
    Return what is not as it should be.

    Kills take time. Whoever should be told may have been overtaken: gone before the notice left.
    And what came back before it was proven gone has not re-appeared.
    """
    told = {notice.recipient.kind.value for notice in one.dossier.notices if notice.state in TOLD}
    overtaken = {
        notice.recipient.kind.value
        for notice in one.dossier.notices
        if notice.hold is not None and notice.hold.reason.startswith("gone_before_notice")
    }
    missing = sorted(set(one.expectation.recipients) - told - overtaken)
    excused = ("not told: ", "event reappeared" if _came_back_unseen(one) else "not told: ")
    found = [line for line in one.deviations() if not line.startswith(excused)]
    return [*found, f"not told: {missing} of {_states(one)}"] if missing else found


def _came_back_unseen(one: Ended) -> bool:
    """Whether a re-upload must be back by now, and its absence was never proven."""
    sent = [notice.sent_at for notice in one.dossier.notices if notice.sent_at is not None]
    closed = any(entry.action == "case_closed" for entry in one.dossier.trail)
    return bool(sent) and not closed and datetime.now(UTC) - max(sent) > _BACK_AFTER


def _states(one: Ended) -> list[str]:
    return [
        f"{notice.recipient.kind.value} {notice.state.value} {notice.hold} {notice.receipt}"
        for notice in one.dossier.notices
    ]


def _starts(log: Path) -> int:
    return log.read_text().count('"worker_started"') if log.exists() else 0


async def _dossiers(data: Path, environ: Mapping[str, str]) -> list[Dossier]:
    rules = read_rules(data, environ, allow_practice=True)
    async with open_office(rules) as office, office.store.reading() as tx:
        cases = await tx.cases(CaseFilter(limit=10_000))
        return [await load_dossier(tx, case.id) for case in reversed(cases)]


@contextmanager
def open_house(
    root: Path,
    *,
    seed: int = 1,
    pictures: Path | None = None,
    scale: float = 1.0,
    database: str | None = None,
) -> Iterator[House]:
    """Start a practice web and set a hotline up in it, as the demo does, by the real commands."""
    with BlockingSandbox.start(workdir=root, seed=seed, pictures=pictures, scale=scale) as sandbox:
        house = House(root=root, sandbox=sandbox)
        house.scratch.mkdir()
        _set_up(house)
        if database is not None:
            house = replace(house, database=database)
            house.command(ADMINISTRATOR, "move-store")
        yield house


def _set_up(house: House) -> None:
    house.command(ADMINISTRATOR, "init", str(house.data))
    lay_out(house.data, house.files, house.sandbox.description, answers_port=free_port())
    for account, role in ((ANALYST, "analyst"), (MANAGER, "manager")):
        house.command(ADMINISTRATOR, "account", "add", account, "--role", role)
    for name, source in LISTS:
        house.command(
            MANAGER, "hashlist", "import", str(house.files / source), "--name", name,
            "--tier", "baseline", "--classification", "interpol:baseline",
        )  # fmt: skip
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    for kind, source in RANGES:
        house.command(
            MANAGER, "ranges", "import", str(house.files / source), "--kind", kind,
            "--name", Path(source).stem, "--build-date", today, "--licence", "practice",
        )  # fmt: skip
    for kind in ("ipv4", "asn", "dns"):
        registry = house.files / "rdap" / f"{kind}.json"
        house.command(MANAGER, "ranges", "import", str(registry), "--kind", f"rdap-{kind}")


def import_reports(house: House, file: Path | None = None) -> str:
    """Import the practice reports, damaged lines among them."""
    source = str(file or house.files / "reports.csv")
    return house.command(ANALYST, "report", "import", source, allowed=(0, BAD_LINES))
