"""Import, look after and look into hash lists; the trail never says what is listed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cases.errors import InvalidInput, UnknownRecord
from cases.model import Classification
from cases.ports import Transaction
from hostwatch.desk import Desk
from hostwatch.permissions import Action
from hostwatch.workflow.comparing_known import ROUND
from matchers.hashlist import publish, selfreferrals
from matchers.hashlist.formats import Options
from matchers.hashlist.manifest import Manifest
from matchers.hashlist.publish import About, Explanation, ImportReport, ListVersion, Signed
from matchers.hashlist.quarantine import Quarantine, Quarantined
from matchers.hashlist.signing import read_public_key, read_signature

Tier = Literal["baseline", "national", "local"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFiles:
    """Where a list's detached signature lies, and the keys that it may be of."""

    signature: Path
    signers: tuple[Path, ...]


async def import_hash_list(
    desk: Desk,
    source: Path,
    *,
    name: str,
    tier: Tier,
    classification: Classification | None,
    version: str | None,
    columns: Mapping[str, str] | None = None,
    options: Options | None = None,
    about: About | None = None,
    signed: SignatureFiles | None = None,
    live: bool = True,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """
    Import a hash list and, if it is to be live, make it the active version.

    `progress` is told the bytes read so far.

    Raises:
        InvalidInput: the file, an option or its signature cannot be used; nothing has changed.
        ConfigurationProblem: a signer's key cannot be read.
    """
    desk.require(Action.LIST_CHANGE)
    refuse_own_name(desk, name)
    report = await asyncio.to_thread(
        publish.import_list,
        source,
        into=desk.settings.paths.hash_lists,
        name=name,
        tier=tier,
        classification=classification,
        version=version,
        now=desk.now(),
        columns=columns,
        progress=progress,
        options=options,
        about=about,
        signed=_signed(signed),
        live=live,
    )
    refused = sum(report.refused.values())
    async with desk.store.transaction() as tx:
        await note_change(desk, tx, "import", report.manifest, refused=refused)
    return report


async def listing(desk: Desk) -> tuple[ListVersion, ...]:
    """List all versions of all lists."""
    desk.require(Action.LIST_READ)
    return await asyncio.to_thread(publish.list_lists, desk.settings.paths.hash_lists)


async def show(desk: Desk, name: str, version: str | None = None) -> ListVersion:
    """Return a version of a list, by default the active one. Raises `UnknownRecord`."""
    known = [one for one in await listing(desk) if one.manifest.name == name]
    wanted = [one for one in known if version in (one.manifest.version, None)]
    chosen = wanted if version is not None else [one for one in wanted if one.active]
    if not chosen:
        what = f"no version {version!r}" if version is not None and known else "no active version"
        raise UnknownRecord(f"hash list {name!r} has {what}; see: hostwatch hashlist list")
    return chosen[0]


async def verify(desk: Desk, name: str) -> Manifest:
    """Compare the files of the active version with its manifest. Raises `ConfigurationProblem`."""
    desk.require(Action.LIST_READ)
    return await asyncio.to_thread(publish.verify, desk.settings.paths.hash_lists, name)


async def activate(desk: Desk, name: str, version: str) -> Manifest:
    """Make a version that is there the active one. Raises `UnknownRecord`."""
    desk.require(Action.LIST_CHANGE)
    into = desk.settings.paths.hash_lists
    manifest = await asyncio.to_thread(publish.activate, into, name, version)
    async with desk.store.transaction() as tx:
        await note_change(desk, tx, "activate", manifest)
    return manifest


async def rollback(desk: Desk, name: str) -> Manifest:
    """Make the version before the active one active. Raises `UnknownRecord`."""
    desk.require(Action.LIST_CHANGE)
    manifest = await asyncio.to_thread(publish.rollback, desk.settings.paths.hash_lists, name)
    async with desk.store.transaction() as tx:
        await note_change(desk, tx, "rollback", manifest)
    return manifest


async def remove(desk: Desk, name: str) -> int:
    """
    Remove a list with all its versions; return how many there were.

    Raises:
        UnknownRecord: there is no such list.
        InvalidInput: it is made from assessments, which are withdrawn one by one.
    """
    desk.require(Action.LIST_CHANGE)
    refuse_own_name(desk, name)
    count = await asyncio.to_thread(publish.remove, desk.settings.paths.hash_lists, name)
    async with desk.store.transaction() as tx:
        await desk.audit(tx, Action.LIST_CHANGE, None, what="remove", list=name, versions=count)
    return count


async def explain(desk: Desk, digest: str) -> tuple[Explanation, ...]:
    """Return what every list says of exactly this digest. Raises `InvalidInput`."""
    desk.require(Action.LIST_READ)
    return await asyncio.to_thread(publish.explain, desk.settings.paths.hash_lists, digest)


async def quarantined(desk: Desk) -> tuple[Quarantined, ...]:
    """List the signals that are set aside, oldest first."""
    desk.require(Action.LIST_READ)
    return Quarantine(desk.settings.paths.hash_lists, desk.policy.matching).held()


async def release(desk: Desk, key: str) -> None:
    """Let a signal that was set aside match again. Raises `UnknownRecord`."""
    desk.require(Action.LIST_CHANGE)
    held = Quarantine(desk.settings.paths.hash_lists, desk.policy.matching)
    held.release(key, by=desk.actor.name, now=desk.now())
    async with desk.store.transaction() as tx:
        await desk.audit(tx, Action.LIST_CHANGE, None, what="release", signal=key)
        # What was visited meanwhile was not compared with it.
        await tx.set_setting(ROUND, None)


async def note_change(
    desk: Desk, tx: Transaction, what: str, manifest: Manifest, **detail: object
) -> None:
    """Put a change of a list into the trail."""
    await desk.audit(
        tx,
        Action.LIST_CHANGE,
        None,
        what=what,
        list=manifest.name,
        version=manifest.version,
        accepted=manifest.total,
        **detail,
    )


def refuse_own_name(desk: Desk, name: str) -> None:
    """Refuse the names that the hotline's own lists and services have. Raises `InvalidInput`."""
    own = name in (publish.LOCAL_LIST, selfreferrals.LISTED_AS)
    if own:
        raise InvalidInput(f"the list {name!r} is made from assessments; choose another name")
    if selfreferrals.is_register(desk.settings.paths.hash_lists, name):
        raise InvalidInput(
            f"{name!r} names a self-referral service; choose another name, or give --self-referral"
        )


def _signed(files: SignatureFiles | None) -> Signed | None:
    if files is None:
        return None
    return Signed(
        signature=read_signature(files.signature),
        signers={path.name: read_public_key(path) for path in files.signers},
    )
