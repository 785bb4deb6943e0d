"""A notice whose mailbox is dead waits, and the next contact of the same party is drafted for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from operations_house import NOW, House, Relay
from scripted_web import ListedJudge, ScriptedWeb
from store_samples import a_notice, a_snapshot, an_asset, an_observation, digests

from cases.model import (
    Channel,
    Confidence,
    Contact,
    ListEntry,
    Match,
    Notice,
    NoticeState,
    Party,
    PartyRole,
    Stage,
)
from crawler.fetch.contract import DnsAnswer, ResolveRequest
from crawler.fetch.resolver import Resolver
from hostwatch.operations import notices as notice_desk
from hostwatch.workflow.mail_routes import dead_mailboxes, without_dead
from hostwatch.workflow.sending import send_all_due
from notices.contacts import NoContact, party_recipient
from notices.delivery.channel import Refused
from sandbox.dns import DnsServer, Zone

MATCH = Match(
    strength="strong",
    entry=ListEntry(hash_list="n", version="1", tier="national", signal_type="sha256"),
)
TAKES_MAIL = "abuse@harbour-hosting.test"
NULL_MX = "abuse@board.sandbox.test"
NO_DOMAIN = "abuse@nowhere.test"
NO_MAIL_HOST = "abuse@sandbox.test"
SILENT = "abuse@nordrack.test"


class NamedWeb(ScriptedWeb):
    """The scripted web, with names from the practice DNS server."""

    resolver: Resolver

    async def resolve(self, request: ResolveRequest) -> DnsAnswer:
        if request.records == "addresses":
            return await self.resolver.resolve(request.permit.url)
        return await self.resolver.names(request.permit.url, request.records)


class UnchangingJudge(ListedJudge):
    """Knows what the samples hold; no list is imported meanwhile."""

    def exact(self, found):
        return MATCH if found == digests("a") else super().exact(found)

    def reload_if_changed(self) -> bool:
        return False


@pytest.fixture
async def web() -> AsyncIterator[NamedWeb]:
    zone = Zone(lambda name: "192.0.2.10" if name == "board.sandbox.test" else None)
    zone.failing.add(SILENT.partition("@")[2])
    server = DnsServer(zone)
    port = await server.start("127.0.0.1")
    made = NamedWeb()
    made.resolver = Resolver(servers=[f"127.0.0.1:{port}"], question_s=2.0)
    yield made
    await server.stop()


async def approved(house: House, mailbox: str, **changes) -> Notice:
    """A case whose approved notice to a mailbox has a fresh proof."""
    entered = await house.report(f"http://files.test/{mailbox}")
    case = await house.save(
        replace(
            await house.case(entered.case_id),
            stage=Stage.NOTIFIED,
            next_action_at=None,
            comparison="match",
        )
    )
    asset = an_asset(case, 0, digests=digests("a"), comparison=MATCH, url="http://files.test/1")
    snapshot = a_snapshot(asset, taken_at=NOW)
    made = a_notice(case, 1)
    recipient = replace(made.recipient, address=mailbox, **changes)
    notice = replace(
        made,
        recipient=recipient,
        state=NoticeState.APPROVED,
        approved_by="mara",
        approved_at=NOW,
        deadline=NOW + timedelta(hours=24),
        snapshot_ids=(snapshot.id,),
        template="generic",
        law="Act, article 1",
        answer_code=f"ABCDEFGHJK{case.id[-2:]}",
    )
    await house.put(asset, notices=(notice,), snapshots=(snapshot,))
    await house.write(lambda tx: tx.add_observation(an_observation(asset, at=NOW)))
    return notice


async def sent(house: House, web: NamedWeb, notice: Notice, relay: Relay | None = None) -> Notice:
    await send_all_due(house.engine(web, matcher=UnchangingJudge(), mail=relay or Relay()))
    return await house.notice(notice.serial)


async def dead(house: House) -> frozenset[str]:
    async with house.store.reading() as tx:
        return await dead_mailboxes(tx, house.clock.now())


@pytest.mark.parametrize("mailbox", [TAKES_MAIL, SILENT])
async def test_a_mailbox_that_may_take_mail_is_written_to(house: House, web, mailbox):
    """A mail host is there, or DNS did not say; silence is no reason."""
    assert (await sent(house, web, await approved(house, mailbox))).state is NoticeState.SENT


@pytest.mark.parametrize(
    ("mailbox", "reason"),
    [(NULL_MX, "null_mx"), (NO_DOMAIN, "no_mail_domain"), (NO_MAIL_HOST, "no_mail_host")],
)
async def test_a_mailbox_without_a_mail_host_holds_the_notice(house: House, web, mailbox, reason):
    """The person who is asked reads why, and the case is drafted anew for the next contact."""
    relay = Relay()
    held = await sent(house, web, await approved(house, mailbox), relay)
    case = await house.case(held.case_id)
    assert (held.state, held.hold.reason, relay.taken) == (NoticeState.HELD, reason, [])
    assert (case.needs, case.stage) == (f"notice_held:{reason}", Stage.TRACED)
    assert case.next_action_at == NOW
    assert await dead(house) == {mailbox}


async def test_who_insists_is_obeyed(house: House, web):
    """A person who approves the held notice all the same has it sent."""
    held = await sent(house, web, await approved(house, NULL_MX))
    await notice_desk.approve(house.desk(), held.serial)
    assert (await sent(house, web, held)).state is NoticeState.SENT


async def test_addresses_that_the_hotline_set_up_are_not_asked_about(house: House, web):
    """The own relay may know a way to the police that DNS does not."""
    notice = await approved(house, "desk@police.test", source="settings")
    assert (await sent(house, web, notice)).state is NoticeState.SENT


async def test_a_form_has_no_mail_host(house: House, web):
    """What is no mailbox is not asked about."""
    notice = await approved(house, "https://host.test/form", channel=Channel.MANUAL)
    assert (await sent(house, web, notice)).hold.reason == "manual_task"


async def test_a_mailbox_that_refused_is_not_written_to_again(house: House, web):
    """A second notice to it waits; after 90 days the mailbox may have been mended."""
    refusing = Relay(receipt=Refused(code=550, reason="recipient_refused"))
    first = await sent(house, web, await approved(house, TAKES_MAIL), refusing)
    assert first.state is NoticeState.BOUNCED
    assert (await house.case(first.case_id)).stage is Stage.TRACED
    second = await sent(house, web, await approved(house, TAKES_MAIL.upper()))
    assert second.hold.reason == "contact_bounced"
    assert await dead(house) == {TAKES_MAIL}
    house.clock.pass_by(days=91)
    assert await dead(house) == frozenset()


async def test_a_refused_message_says_nothing_about_the_mailbox(house: House, web):
    """A refusal for size or policy leaves the contact as it was."""
    refusing = Relay(receipt=Refused(code=552, reason="message_refused"))
    assert (await sent(house, web, await approved(house, TAKES_MAIL), refusing)).state is (
        NoticeState.BOUNCED
    )
    assert await dead(house) == frozenset()


def contact(value: str, source: str) -> Contact:
    return Contact(
        party=PartyRole.CONTENT_HOST,
        channel="mail",
        value=value,
        source=source,
        confidence=Confidence.HIGH,
    )


async def test_the_next_contact_is_planned_for(house: House, web):
    """Of two contacts the second is chosen once the first is dead; without one it is said."""
    held = await sent(house, web, await approved(house, NULL_MX))
    async with house.store.reading() as tx:
        (asset,) = await tx.assets(held.case_id)
    two = (contact(NULL_MX, "catalogue"), contact(TAKES_MAIL, "rdap_abuse"))
    host = Party(role=PartyRole.CONTENT_HOST, name="Host", key="as64500", contacts=two)
    snapshots = {
        "both": a_snapshot(asset, parties=(host,)),
        "one": a_snapshot(asset, parties=(replace(host, contacts=two[:1]),)),
    }
    usable = without_dead(snapshots, await dead(house))
    chosen = party_recipient(usable["both"], PartyRole.CONTENT_HOST, None)
    assert chosen.address == TAKES_MAIL
    assert party_recipient(usable["one"], PartyRole.CONTENT_HOST, None) == NoContact(
        reason="bounced_contact_only"
    )
