"""What each piece of work costs: measured figures, and the assumptions that nobody can measure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one step costs."""

    core_s: float
    """Processor seconds of the core, its database thread included."""
    fetcher_s: float
    decoders_s: float
    requests: float
    """HTTP requests that leave the machine."""
    writes: float
    """Atomic steps on the database."""
    reads: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes that rows take in the database, indexes included."""

    case: float
    """Case, its key, its report, its assets, and the trail of the intake."""
    observation: float
    snapshot: float
    notice: float
    """With its frozen message and the trail of its life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that was measured, and where."""

    machine: str
    taken_on: str
    load: float
    """Other work on the machine while it was measured: load average."""
    intake: Cost
    first: Cost
    first_decoded: Cost
    """A first visit whose picture no list knows: it is decoded."""
    notice: Cost
    """Proof, composition, delivery."""
    present: Cost
    gone: Cost
    """A re-check that finds nothing, through both egresses, with control and sibling."""
    write_s: Mapping[str, float]
    """Seconds that one atomic step holds the database, by kind of database."""
    sizes: Sizes
    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Rows that a step adds, by step and table."""
    rss_mb: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What depends on the open web and on the machines bought; each is named in docs/scale.md."""

    request_s: float = 0.8
    """From the start of a request to the end of its body, DNS and TLS included."""
    relay_s: float = 0.5
    """One message handed to the relay."""
    relay_at_once: int = 6
    """`hostwatch.workflow.sending`: proven and sent at the same time by one worker."""
    pace_s: float = 2.0
    """`fetch.pace_period_s` over `fetch.pace_starts`."""
    overall: int = 32
    """`fetch.overall`: connections of one worker."""
    places: int = 16
    """`--hosts`: host visits at the same time of one worker."""
    decoders: int = 2
    """`isolation.workers`."""
    postgres_writers: int = 8
    """Atomic steps that a PostgreSQL with as many cores carries at the same time."""


def load(path: Path = FILE) -> Measured:
    """Read measured figures."""
    return from_value(json.loads(path.read_text(encoding="utf-8")))


def save(measured: Measured, path: Path = FILE) -> None:
    """Write measured figures."""
    path.write_text(json.dumps(asdict(measured), indent=2) + "\n", encoding="utf-8")


def from_value(value: Mapping[str, object]) -> Measured:
    """Build the figures from their JSON."""
    costs = {"intake", "first", "first_decoded", "notice", "present", "gone"}
    made: dict[str, object] = {}
    for name, part in value.items():
        if name in costs and isinstance(part, dict):
            made[name] = Cost(**part)
        elif name == "sizes" and isinstance(part, dict):
            made[name] = Sizes(**part)
        else:
            made[name] = part
    return Measured(**made)  # type: ignore[arg-type]
