"""A hotline on the practice web whose worker runs in this process, with a network that can fail."""

from __future__ import annotations

import asyncio
import csv
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from command_house import office_of, run

from cases.model import Case, Notice
from cases.ports import CaseFilter, NoticeFilter
from console.demo.setting import ADMINISTRATOR, ANALYST, MANAGER, free_port, lay_out
from crawler.fetch.practice import PracticeNetwork
from hostwatch.app import open_plant
from hostwatch.engine import Engine
from hostwatch.worker import only_worker, work
from sandbox.client import BlockingSandbox

RANGES = (
    ("asn", "ranges/asn.csv"),
    ("country", "ranges/country-one.csv"),
    ("country", "ranges/country-two.csv"),
    ("front", "fronts.csv"),
)


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """One data directory beside a running practice web."""

    data: Path
    files: Path
    sandbox: BlockingSandbox
    earlier: int = 0
    """Mails that the desk had taken before."""

    @property
    def network(self) -> PracticeNetwork:
        """The practice web as it is."""
        return self.sandbox.description.network

    @property
    def without_names(self) -> PracticeNetwork:
        """The same with a resolver that nobody answers for."""
        return replace(self.network, resolver=f"127.0.0.1:{free_port()}")

    def prepare(self, account: str, *arguments: str) -> str:
        """Run a real command line that must succeed."""
        said = run(self.data, *arguments, account=account, practice=self.network)
        assert said.code == 0, said
        return said.out

    async def command(self, account: str, *arguments: str) -> str:
        """Do the same beside a running worker."""
        return await asyncio.to_thread(self.prepare, account, *arguments)

    async def report(self, *scenarios: str) -> None:
        """Report the first location of each scenario."""
        wanted = {one.reference: one.scenario for one in self.sandbox.description.expectations}
        with (self.files / "reports.csv").open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["reference"] in wanted]
        for scenario in scenarios:
            row = next(row for row in rows if wanted[row["reference"]] == scenario)
            await self.command(
                ANALYST, "report", "add", row["url"], "--reference", row["reference"]
            )

    def mail_port(self, port: int) -> None:
        """Point the configuration at another port of the relay's machine."""
        path = self.data / "hostwatch.toml"
        lines = path.read_text(encoding="utf-8").splitlines()
        start = lines.index("[mail]")
        at = next(i for i in range(start, len(lines)) if lines[i].startswith("port = "))
        lines[at] = f"port = {port}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @asynccontextmanager
    async def worker(self, network: PracticeNetwork | None = None) -> AsyncIterator[Engine]:
        """Run the real worker, fetcher and locked rooms included, until the block ends."""
        async with office_of(self.data) as office:
            with only_worker(self.data):
                async with open_plant(office, network or self.network) as engine:
                    stop = asyncio.Event()
                    task = asyncio.create_task(work(engine, stop, poll_s=0.1))
                    try:
                        yield engine
                    finally:
                        stop.set()
                        await task


async def cases(engine: Engine) -> list[Case]:
    """Return all cases, oldest first."""
    async with engine.store.reading() as tx:
        return list(reversed(await tx.cases(CaseFilter())))


async def notices(engine: Engine) -> list[Notice]:
    """Return all notices, oldest first."""
    async with engine.store.reading() as tx:
        return await tx.notices(NoticeFilter())


async def until(holds: Callable[[], Awaitable[bool]], what: str, seconds: float = 90) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < end, f"in {seconds:g} s it did not come to: {what}"
        await asyncio.sleep(0.1)


def set_up(root: Path, sandbox: BlockingSandbox) -> Hotline:
    """Set a hotline up by the real commands."""
    hotline = Hotline(data=root / "data", files=root / "practice", sandbox=sandbox)
    hotline.prepare(ADMINISTRATOR, "init", str(hotline.data))
    lay_out(hotline.data, hotline.files, sandbox.description, answers_port=free_port())
    for account, role in ((ANALYST, "analyst"), (MANAGER, "manager")):
        hotline.prepare(ADMINISTRATOR, "account", "add", account, "--role", role)
    hotline.prepare(
        MANAGER, "hashlist", "import", str(hotline.files / "hashlist.csv"), "--name", "practice",
        "--tier", "baseline", "--classification", "interpol:baseline",
    )  # fmt: skip
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    for kind, source in RANGES:
        hotline.prepare(
            MANAGER, "ranges", "import", str(hotline.files / source), "--kind", kind,
            "--name", Path(source).stem, "--build-date", today,
        )  # fmt: skip
    for kind in ("ipv4", "asn", "dns"):
        registry = hotline.files / "rdap" / f"{kind}.json"
        hotline.prepare(MANAGER, "ranges", "import", str(registry), "--kind", f"rdap-{kind}")
    return hotline
