"""What measurements of whole workers share: a hotline on the practice net, and its workers."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
from aiohttp import web

from console.cli import run_command
from crawler.fetch.practice import Endpoint, PracticeNetwork
from sandbox.certificates import Authority
from sandbox.dns import DnsServer, Zone

LOOK_ALIKE = "203.0.113.10"
_REAL = "127.0.0.2"

CONFIGURATION = """
[mandate]
organisation = "Practice Hotline"
law = "Practice Act, section 1 (invented)"
authority = "Practice Supervisor (invented)"
review_date = 2100-01-01
fetch_media = true
[hotline]
name = "Practice Hotline"
domain = "hotline.test"
contact = "reports@hotline.test"
country = "NL"
statute = "Practice Criminal Code, article 240b (invented)"
[[egress]]
name = "home"
network = "AS64500"
country = "NL"
operator = "Practice carrier"
approver = "Practice Supervisor"
unfiltered = true
[network]
resolvers = ["{resolver}"]
[fetch]
overall = {overall}
per_host = 8
per_address = {overall}
pace_starts = 60
pace_period_s = 1.0
[mail]
host = "127.0.0.1"
port = 9
security = "none"
sender = "reports@hotline.test"
[police]
name = "Practice police"
address = "cyber@police.test"
[isolation]
mode = "best-effort"
[doors]
console_port = 0
answers_port = 0
monitor_port = 0
[log]
file = "hostwatch.log"
"""


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """A data directory on the practice net."""

    data: Path
    network: PracticeNetwork

    def command(self, *arguments: str, account: str = "staff") -> str:
        """Run a command line; return what it printed."""
        out, err = io.StringIO(), io.StringIO()
        line = ["--data", str(self.data), "--as", account, *arguments]
        code = run_command(line, practice=self.network, out=out, err=err)
        if code:
            raise RuntimeError(f"{arguments[:2]} ended with {code}: {err.getvalue()}")
        return out.getvalue()

    @contextmanager
    def workers(self, number: int, *arguments: str) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Run so many workers, each a process of its own, until the block ends."""
        log = self.data / "hostwatch.log"
        network = self.data / "network.json"
        network.write_text(json.dumps(asdict(self.network)))
        line = [sys.executable, "-m", "benchmarks.crew", str(network)]
        line += ["--data", str(self.data), "--as", "staff", "worker", *arguments]
        before = log.read_text().count('"worker_started"') if log.exists() else 0
        crew = [subprocess.Popen(line, stdout=subprocess.DEVNULL) for _ in range(number)]
        try:
            wait_until(lambda: log.exists() and _started(log) == before + number)
            yield crew
        finally:
            for worker in crew:
                worker.terminate()
            for worker in crew:
                worker.wait()


def _started(log: Path) -> int:
    return log.read_text().count('"worker_started"')


def wait_until(holds: Callable[[], bool], seconds: float = 600.0) -> None:
    """Look again and again. Raises `TimeoutError`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


class _EveryHost(Zone):
    """Every name stands at the one look-alike address."""

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        question = query.question[0]
        if question.rdtype == dns.rdatatype.A:
            record = dns.rrset.from_text(question.name, 60, "IN", "A", LOOK_ALIKE)
            response.answer.append(record)
        return response


@asynccontextmanager
async def practice_site(
    answer: Callable[[web.Request], web.StreamResponse],
) -> AsyncIterator[PracticeNetwork]:
    """Serve every host of the practice net by one function."""
    zone = DnsServer(_EveryHost(lambda _host: LOOK_ALIKE))
    port = await zone.start("127.0.0.1")
    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, _REAL, 0).start()
    real_port = runner.addresses[0][1]
    try:
        yield PracticeNetwork(
            endpoints=(
                Endpoint(address=LOOK_ALIKE, port=80, real_address=_REAL, real_port=real_port),
            ),
            resolver=f"127.0.0.1:{port}",
            ca_pem=Authority().pem,
        )
    finally:
        await runner.cleanup()
        await zone.stop()


def settle_in(data: Path, network: PracticeNetwork, database: str, *, overall: int) -> Hotline:
    """Make a data directory whose cases lie in a PostgreSQL database."""
    os.environ.pop("HOSTWATCH_DATABASE__URL", None)
    hotline = Hotline(data=data, network=network)
    hotline.command("init", str(data), "--administrator", "owner")
    text = CONFIGURATION.format(resolver=network.resolver, overall=overall)
    (data / "hostwatch.toml").write_text(text)
    hotline.command("account", "add", "staff", "--role", "manager", account="owner")
    os.environ["HOSTWATCH_DATABASE__URL"] = database
    hotline.command("move-store", account="owner")
    return hotline


def main() -> int:
    """Run one worker: `python -m benchmarks.crew NETWORK.json ARGS...`."""
    value = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    network = PracticeNetwork(
        endpoints=tuple(Endpoint(**one) for one in value["endpoints"]),
        resolver=value["resolver"],
        ca_pem=value["ca_pem"],
    )
    return run_command(sys.argv[2:], practice=network)


async def in_thread(work: Callable[[], float]) -> float:
    """Let the measurement wait while the site answers."""
    return await asyncio.to_thread(work)


if __name__ == "__main__":
    sys.exit(main())
