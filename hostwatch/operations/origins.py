"""Record where content stands behind a front, as somebody who knows told it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from cases.errors import InvalidInput
from cases.model import Case, HostingSnapshot, PartyRole, RevealedOrigin, Stage
from cases.ports import Transaction
from config.catalogue import load_catalogue
from config.errors import ConfigurationError
from config.locations import names_location
from crawler.fetch.address import refusal
from crawler.hosting.revealed import checked_addresses
from crawler.hosting.trace import load_tables
from hostwatch.desk import Desk
from hostwatch.office import configuration_problem
from hostwatch.operations.cases import Dossier, load_dossier
from hostwatch.operations.notices import answer_question
from hostwatch.permissions import Action
from hostwatch.workflow.outdated import ORIGIN_TOLD, withdraw_requests

Teller = Literal["front", "provider", "police", "partner"]
_LONGEST_REFERENCE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer to the request to a front says."""

    addresses: tuple[str, ...]
    source: Teller
    reference: str
    """Ticket or letter that it stands in; no location."""
    asset_id: str | None = None
    """Which asset's host it is about; needed where several hosts of a case are masked."""


async def record(desk: Desk, case_id: str, told: Told) -> Case:
    """
    Record the origin of a masked host and make the case due.

    A request to the front that has not left is withdrawn: it would ask for what is known. The
    worker then traces the told addresses (tables and registries; nothing is scanned), opens a new
    leg and drafts for the host or its country's hotline.

    Raises:
        InvalidInput: no host of the case is masked, an address is not public or the front's own,
            or the reference is missing or names a location.
        UnknownRecord: there is no such case.
    """
    desk.require(Action.CASE_ORIGIN)
    reference = _reference(told.reference)
    addresses = await asyncio.to_thread(_checked, desk, told.addresses)
    async with desk.store.transaction() as tx:
        found = await load_dossier(tx, case_id)
        masked = _masked(found, told.asset_id)
        origin = _origin(masked, addresses, told, reference, desk.now())
        await desk.audit(
            tx,
            Action.CASE_ORIGIN,
            case_id,
            source=told.source,
            reference=reference,
            addresses=len(addresses),
            front=origin.front,
        )
        await _ask_no_more(desk, tx, found, origin)
        return await _due(desk, tx, await tx.case(case_id), origin)


async def _ask_no_more(desk: Desk, tx: Transaction, found: Dossier, origin: RevealedOrigin) -> None:
    """Withdraw requests to the front that have not left; those that have stay as they are."""
    hidden = {asset.id for asset in found.assets if asset.host == origin.host}
    for one in await withdraw_requests(tx, found.case.id, hidden):
        await desk.audit(
            tx,
            Action.NOTICE_WITHDRAW,
            found.case.id,
            serial=one.serial,
            left=one.left,
            reason=ORIGIN_TOLD,
        )
    await answer_question(tx, found.case.id)


def _reference(text: str) -> str:
    reference = " ".join(text.split())
    if not 0 < len(reference) <= _LONGEST_REFERENCE or names_location(reference):
        raise InvalidInput(
            f"--reference is the number of the answer, up to {_LONGEST_REFERENCE} characters, "
            "without a location or an address, for example: --reference 'ticket 4711'."
        )
    return reference


def _checked(desk: Desk, texts: Sequence[str]) -> tuple[str, ...]:
    settings = desk.settings
    try:
        catalogue = load_catalogue([settings.paths.catalogue])
    except ConfigurationError as problem:
        raise configuration_problem(problem) from None
    tables = load_tables(settings.paths.ranges, catalogue)
    checked = checked_addresses(texts, tables=tables, now=desk.now())
    if not desk.policy.practice and any(refusal(one) for one in checked):
        raise InvalidInput("One of the addresses is reserved, so no provider answers for it.")
    return checked


def _masked(found: Dossier, asset_id: str | None) -> HostingSnapshot:
    """Return the newest trace of the masked host that the statement is about."""
    if found.case.stage is Stage.CLOSED:
        raise InvalidInput(f"{found.case.id} is closed; report its location again first.")
    if asset_id is not None and asset_id not in {asset.id for asset in found.assets}:
        raise InvalidInput(f"The case has no asset {asset_id[:60]}.")
    hidden = {
        snapshot.host: snapshot
        for snapshot in found.snapshots.values()
        if (snapshot.masked_by is not None or snapshot.origin is not None)
        and asset_id in {None, snapshot.asset_id}
    }
    if not hidden:
        raise InvalidInput(
            "No front hides the host by the newest trace, so there is no origin to record; "
            f"look with: hostwatch hosting {found.case.id}"
        )
    if len(hidden) > 1:
        raise InvalidInput("Several hosts of the case are masked; name one of them by --asset.")
    return next(iter(hidden.values()))


def _origin(
    masked: HostingSnapshot,
    addresses: tuple[str, ...],
    told: Told,
    reference: str,
    now: datetime,
) -> RevealedOrigin:
    front = masked.party(PartyRole.FRONT)
    if set(addresses) & set(masked.addresses):
        raise InvalidInput(
            "One of the addresses is what DNS gives for the host already, so it is not that of a "
            "server behind the front."
        )
    return RevealedOrigin(
        host=masked.host,
        addresses=addresses,
        front=front.key if front is not None else "",
        source=told.source,
        reference=reference,
        at=now,
    )


async def _due(desk: Desk, tx: Transaction, case: Case, origin: RevealedOrigin) -> Case:
    changed = replace(case, origins=(*case.origins, origin), next_action_at=desk.now())
    return await tx.save_case(changed)
