"""Whether a notice can reach its mailbox, and which mailboxes proved dead; asked, never guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from cases.model import Channel, HostingSnapshot, Notice, NoticeState
from cases.ports import NoticeFilter, Transaction
from crawler.fetch.contract import Derivation, DnsAnswer, Permit, ResolveRequest
from crawler.hosting.contacts import after_bounces, unreachable
from hostwatch.engine import Engine

BOUNCED_BEFORE = "contact_bounced"
_UNREACHABLE = frozenset({"no_mail_domain", "null_mx", "no_mail_host"})
TROUBLES = _UNREACHABLE | {BOUNCED_BEFORE}
"""Reasons why a notice is held that say its mailbox is dead."""
_ADDRESS_REFUSED = "recipient_refused"
"""Receipt of a mailbox that refused; other refusals are about the message or about us."""
_COUNTS_FOR = timedelta(days=90)
"""A mailbox or domain that was dead longer ago may have been mended."""
_OURS = frozenset({"settings", "partners"})
"""Addresses that the hotline set up itself; its own relay may know a way that DNS does not."""
_BY_MAIL = frozenset({Channel.MAIL, Channel.XARF_MAIL})
_MOST = 5000


async def dead_mailboxes(tx: Transaction, now: datetime) -> frozenset[str]:
    """Return the mailboxes that refused a notice for good, or that no mail server serves."""
    wanted = NoticeFilter(states=(NoticeState.BOUNCED, NoticeState.HELD), limit=_MOST)
    return frozenset(
        notice.recipient.address.casefold()
        for notice in await tx.notices(wanted)
        if _is_dead(notice, now)
    )


def _is_dead(notice: Notice, now: datetime) -> bool:
    if notice.state is NoticeState.HELD:
        hold = notice.hold
        return hold is not None and hold.reason in _UNREACHABLE and now - hold.since <= _COUNTS_FOR
    tried = notice.claimed_at or notice.drafted_at
    return mailbox_refused(notice) and now - tried <= _COUNTS_FOR


def mailbox_refused(notice: Notice) -> bool:
    """Whether the mailbox of a bounced notice refused, rather than something about the message."""
    return (notice.receipt or "").startswith(_ADDRESS_REFUSED)


def without_dead(
    snapshots: Mapping[str, HostingSnapshot], dead: Collection[str]
) -> Mapping[str, HostingSnapshot]:
    """Put dead mailboxes behind the other contacts of their party, for planning only."""
    return {key: _without(one, dead) for key, one in snapshots.items()} if dead else snapshots


def _without(snapshot: HostingSnapshot, dead: Collection[str]) -> HostingSnapshot:
    parties = (
        replace(party, contacts=after_bounces(party.contacts, dead)) for party in snapshot.parties
    )
    return replace(snapshot, parties=tuple(parties))


async def mailbox_trouble(engine: Engine, notice: Notice) -> str | None:
    """
    Say why a notice should not be sent to its mailbox now; none when nothing speaks against it.

    What DNS does not answer is not checked, and no reason. What a person accepted for this
    notice is none either.

    Raises:
        TemporaryFailure: the fetcher process is gone.
    """
    recipient = notice.recipient
    if recipient.channel not in _BY_MAIL or recipient.source in _OURS:
        return None
    if TROUBLES & set(notice.accepted):
        return None
    async with engine.store.reading() as tx:
        dead = await dead_mailboxes(tx, engine.clock.now())
    if recipient.address.casefold() in dead:
        return BOUNCED_BEFORE
    return await _unreachable(engine, notice)


async def _unreachable(engine: Engine, notice: Notice) -> str | None:
    domain = notice.recipient.address.rpartition("@")[2]
    mx = await _asked(engine, notice.case_id, domain, "mx")
    addresses = None
    if mx.outcome == "nodata":
        addresses = await _asked(engine, notice.case_id, domain, "addresses")
    return unreachable(mx, addresses)


async def _asked(
    engine: Engine, case_id: str, domain: str, records: Literal["mx", "addresses"]
) -> DnsAnswer:
    permit = Permit(case_id=case_id, derivation=Derivation.DNS, url=domain)
    egress = engine.egresses[0].name
    return await engine.fetcher.resolve(
        ResolveRequest(permit=permit, egress=egress, records=records)
    )
