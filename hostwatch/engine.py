"""What the steps of a case work with: every room, built once by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cases.model import EgressProfile
from cases.ports import CaseStore, Clock
from cases.schedule import Cadence
from cases.takedown import TakedownRule
from config.policy import Policy
from config.settings import Settings
from crawler.fetch.contract import Fetcher
from crawler.hosting.trace import HostingTables, Tracer
from crawler.visit import SiblingMemory, VisitOptions
from hostwatch.counters import Counters
from matchers.matcher import Matcher
from notices.delivery.channel import Channel as DeliveryChannel
from notices.partners.bundle import BundleSigner
from notices.partners.registry import Partners


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The rooms behind the steps."""

    store: CaseStore
    clock: Clock
    settings: Settings
    policy: Policy
    cadence: Cadence
    takedown: TakedownRule
    egresses: tuple[EgressProfile, ...]
    """The first is the usual one; the others confirm what looks gone."""
    fetcher: Fetcher
    tracers: Mapping[str, Tracer]
    """By egress name."""
    matcher: Matcher
    hash_lists: Path
    partners: Partners
    mail: DeliveryChannel
    signer: BundleSigner
    options: Callable[[str], VisitOptions]
    """Visit options for an egress name."""
    siblings: SiblingMemory
    counters: Counters
    sleep: Callable[[float], Awaitable[None]]
    worker: str
    """Name of this worker, unlike that of any other that ever was."""
    tables: HostingTables | None = None
    """The offline tables that the tracers use."""
