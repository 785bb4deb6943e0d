"""
The composition root: the only place that builds the worker's rooms and binds them together.

The staff's commands need less, and open an `office`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from cases.ports import Clock
from config.catalogue import Catalogue, load_catalogue
from config.errors import ConfigurationError
from config.policy import Policy
from config.settings import Settings
from crawler.fetch.client import FetcherProcess, FetcherSetup
from crawler.fetch.contract import Fetcher, FetchLimits
from crawler.fetch.practice import PracticeNetwork
from crawler.hosting.trace import Tracer, load_tables
from crawler.visit import SiblingMemory, VisitOptions
from hostwatch.confinement import check_lock
from hostwatch.counters import Counters
from hostwatch.counting import CountedChannel, CountedFetcher, CountedStore
from hostwatch.dispatch.leases import Leases
from hostwatch.engine import Engine
from hostwatch.mandate import check_mandate
from hostwatch.office import Office, configuration_problem, read_password
from hostwatch.proxies import proxy_credentials
from hostwatch.rules import cadence_of, egresses_of, takedown_of
from matchers.matcher import Matcher
from notices.delivery.smtp import SmtpChannel
from notices.partners.bundle import KEY_FILE, load_signer
from notices.partners.registry import load_partners

log = structlog.get_logger()

JOBS: Mapping[str, str] = {
    "page": "crawler.extract.job:read_page",
    "rdap": "crawler.hosting.rdap_job:read_rdap",
    "picture": "matchers.decode.job:measure",
    "archive": "matchers.decode.archive_job:measure",
    "video": "matchers.decode.video_job:measure",
}
"""What the locked workers can do; crawler and matchers never import each other."""


@asynccontextmanager
async def open_plant(office: Office, practice: PracticeNetwork | None) -> AsyncIterator[Engine]:
    """
    Start the fetcher and build every room of the worker.

    Raises:
        ConfigurationProblem: no mandate outside practice, or a file is unusable.
    """
    check_mandate(office.rules, practice, office.clock)
    settings = office.rules.settings
    setup = FetcherSetup(
        egresses=settings.egress,
        network=settings.network,
        fetch=settings.fetch,
        isolation=settings.isolation,
        jobs=JOBS,
        practice=practice,
        credentials=proxy_credentials(settings),
    )
    worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    async with FetcherProcess(setup, _turns(office, worker)) as fetcher:
        check_lock(fetcher.lock_report, settings.isolation, practice)
        engine = build_engine(office, fetcher, practice, worker=worker)
        if not engine.matcher.lists():
            log.warning("no_hash_list_active")
        yield engine


def _turns(office: Office, worker: str) -> Leases | None:
    """Return the leases of hosts where several machines work, else none."""
    settings = office.rules.settings
    if settings.database.url is None:
        return None
    pace = timedelta(seconds=settings.fetch.pace_period_s / settings.fetch.pace_starts)
    return Leases(office.store, worker, beat_s=settings.database.beat_s, pace=pace)


def build_engine(
    office: Office, fetcher: Fetcher, practice: PracticeNetwork | None, *, worker: str
) -> Engine:
    """Bind the rooms together for the worker of that name."""
    settings, policy = office.rules.settings, office.rules.policy
    catalogue = _catalogue(settings)
    tables = load_tables(settings.paths.ranges, catalogue)
    key_folder = settings.paths.key_file.parent
    counters = Counters()
    fetcher = CountedFetcher(fetcher, counters)
    return Engine(
        store=CountedStore(office.store, counters),
        clock=office.clock,
        settings=settings,
        policy=policy,
        cadence=cadence_of(policy),
        takedown=takedown_of(policy),
        egresses=egresses_of(settings),
        fetcher=fetcher,
        tracers={
            egress.name: Tracer(
                fetcher=fetcher, tables=tables, egress=egress.name, now=office.clock.now
            )
            for egress in settings.egress
        },
        matcher=Matcher.open(settings.paths.hash_lists, policy.matching),
        hash_lists=settings.paths.hash_lists,
        partners=load_partners(settings.paths.partners),
        mail=CountedChannel(_mail(settings, practice), counters),
        signer=load_signer(key_folder / KEY_FILE),
        options=lambda egress: visit_options(settings, policy, office.clock, egress),
        siblings=SiblingMemory(),
        counters=counters,
        sleep=asyncio.sleep,
        worker=worker,
        tables=tables,
    )


def _catalogue(settings: Settings) -> Catalogue:
    try:
        return load_catalogue([settings.paths.catalogue])
    except ConfigurationError as problem:
        raise configuration_problem(problem) from None


def _mail(settings: Settings, practice: PracticeNetwork | None) -> SmtpChannel:
    mail = settings.mail
    return SmtpChannel(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        local_hostname=settings.hotline.domain,
        timeout_s=mail.timeout_s,
        username=mail.username,
        password=read_password(mail.password_file),
        tls=_tls(practice),
    )


def _tls(practice: PracticeNetwork | None) -> ssl.SSLContext:
    if practice is None:
        return ssl.create_default_context()
    return ssl.create_default_context(cadata=practice.ca_pem)


def visit_options(settings: Settings, policy: Policy, clock: Clock, egress: str) -> VisitOptions:
    """Give a visit its caps, its clock and its way out."""
    fetch = settings.fetch
    return VisitOptions(
        egress=egress,
        fetch_media=settings.mandate.fetch_media if settings.mandate is not None else True,
        candidates=fetch.candidates,
        media_s=fetch.media_s,
        countdown_s=fetch.countdown_s,
        downloads_per_asset=policy.downloads.per_asset,
        limits=FetchLimits(
            connect_s=fetch.connect_s,
            read_s=fetch.read_s,
            total_s=fetch.total_s,
            page_bytes=fetch.page_bytes,
            media_bytes=fetch.media_bytes,
        ),
        now=clock.now,
        sleep=asyncio.sleep,
        placeholders=frozenset(policy.takedown.placeholders),
        near=policy.matching.confident,
        quality=policy.matching.quality,
    )
