"""Bring a configured hash list up to date from its source."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import replace

from cases.errors import UnknownRecord
from cases.model import Classification
from config.settings import HashList
from hostwatch.desk import Desk
from hostwatch.feeds import FeedSetup, open_feed, read_credentials
from hostwatch.operations.hashlists import note_change, refuse_own_name
from hostwatch.permissions import Action
from matchers.hashlist import publish, versions
from matchers.hashlist.formats import ListFormat, Options, Rows
from matchers.hashlist.manifest import Manifest, read_own_manifest
from matchers.hashlist.ncmec.candidates import Choice, members_of, parse_class
from matchers.hashlist.ncmec.update import (
    Gathered,
    gather,
    read_checkpoint,
    write_checkpoint,
)
from matchers.hashlist.publish import About, ImportReport
from matchers.hashlist.reader import OpenList, open_active

Progress = Callable[[int], None]


async def update(
    desk: Desk,
    name: str,
    *,
    full: bool = False,
    tls: ssl.SSLContext | None = None,
    progress: Progress = lambda _count: None,
) -> ImportReport:
    """
    Fetch what has changed at the source of a list since the last update, and make it active.

    `full` asks for everything anew, as after a change of the members or classes that are taken.
    An update that fails or is interrupted changes nothing; the next one begins where this one did.

    Raises:
        UnknownRecord: the configuration names no such list.
        InvalidInput: the source refuses, or its answer or file cannot be used.
        TemporaryFailure: nobody answers, or the source is busy.
    """
    desk.require(Action.LIST_CHANGE)
    chosen = _configured(desk, name)
    refuse_own_name(desk, name)
    if chosen.kind == "file":
        report = await _read_again(desk, chosen, progress)
    else:
        report = await _fetch(desk, chosen, full=full, tls=tls, progress=progress)
    refused = sum(report.refused.values())
    async with desk.store.transaction() as tx:
        await note_change(desk, tx, "update", report.manifest, refused=refused)
    return report


def _configured(desk: Desk, name: str) -> HashList:
    known = {one.name: one for one in desk.settings.hash_list}
    if name not in known:
        names = ", ".join(known) or "none"
        raise UnknownRecord(
            f"the configuration has no [[hash_list]] with the name {name!r}; it has: {names}"
        )
    return known[name]


async def _read_again(desk: Desk, chosen: HashList, progress: Progress) -> ImportReport:
    assert chosen.file is not None
    return await asyncio.to_thread(
        publish.import_list,
        chosen.file,
        into=desk.settings.paths.hash_lists,
        name=chosen.name,
        tier=chosen.tier,
        classification=_class(chosen),
        version=None,
        now=desk.now(),
        options=_options(chosen),
        about=About(licence=chosen.licence),
        progress=progress,
    )


async def _fetch(
    desk: Desk, chosen: HashList, *, full: bool, tls: ssl.SSLContext | None, progress: Progress
) -> ImportReport:
    into, until = desk.settings.paths.hash_lists, desk.now()
    active = _active(desk, chosen.name)
    since = None if full or active is None else read_checkpoint(active.checkpoint)
    async with (
        open_feed(_setup(desk, chosen, tls)) as fetch_page,
        gather(
            fetch_page,
            name=chosen.name,
            since=since,
            until=until,
            choice=_choice(chosen),
            folder=into,
            progress=progress,
        ) as gathered,
    ):
        work = _apply_all if since is None else _apply_changes
        return await asyncio.to_thread(work, desk, chosen, gathered, write_checkpoint(until))


def _apply_all(desk: Desk, chosen: HashList, gathered: Gathered, checkpoint: str) -> ImportReport:
    active = _active(desk, chosen.name)
    canaries = active.canaries if active is not None else ()
    report = publish.replace_list(
        desk.settings.paths.hash_lists,
        chosen.name,
        candidates=gathered.additions(),
        now=desk.now(),
        checkpoint=checkpoint,
        source=chosen.kind,
        tier=chosen.tier,
        classification=_class(chosen),
        about=About(licence=chosen.licence, canaries=canaries),
    )
    return _with_left_out(report, gathered)


def _apply_changes(
    desk: Desk, chosen: HashList, gathered: Gathered, checkpoint: str
) -> ImportReport:
    into = desk.settings.paths.hash_lists
    active = _active(desk, chosen.name)
    assert active is not None
    opened = open_active(into / chosen.name, active.version)
    report = publish.apply_delta(
        into,
        chosen.name,
        additions=gathered.additions(),
        removals=gathered.removals(lambda reference: _lists(opened, reference)),
        now=desk.now(),
        checkpoint=checkpoint,
        source=chosen.kind,
    )
    return _with_left_out(report, gathered)


def _lists(opened: OpenList, reference: str) -> bool:
    return any(
        segment.references.rows(kind, reference)
        for segment in opened.segments
        for kind in segment.info.rows
    )


def _with_left_out(report: ImportReport, gathered: Gathered) -> ImportReport:
    return replace(report, refused={**report.refused, **gathered.left_out})


def _active(desk: Desk, name: str) -> Manifest | None:
    directory = desk.settings.paths.hash_lists / name
    version = versions.pointed(directory)
    return None if version is None else read_own_manifest(directory / version)


def _setup(desk: Desk, chosen: HashList, tls: ssl.SSLContext | None) -> FeedSetup:
    assert chosen.base_url is not None
    assert chosen.credentials_file is not None
    ways = {way.name: way for way in desk.settings.egress}
    way = ways[chosen.egress] if chosen.egress is not None else desk.settings.egress[0]
    return FeedSetup(
        name=chosen.name,
        base_url=chosen.base_url,
        credentials=read_credentials(chosen.credentials_file),
        tls=tls or ssl.create_default_context(),
        source_address=way.source_address,
    )


def _choice(chosen: HashList) -> Choice:
    return Choice(members=members_of(chosen.members), classes=_classes(chosen))


def _classes(chosen: HashList) -> dict[str, Classification | None] | None:
    made = {written: parse_class(text) for written, text in chosen.classes.items()}
    return made or None


def _class(chosen: HashList) -> Classification | None:
    return parse_class(chosen.classification) if chosen.classification else None


def _options(chosen: HashList) -> Options:
    return Options(
        format=ListFormat(chosen.format) if chosen.format else None,
        columns=chosen.columns or None,
        categories=dict.fromkeys(chosen.match_categories),
        rows=Rows(chosen.rows) if chosen.rows else None,
        classes=_classes(chosen),
    )
