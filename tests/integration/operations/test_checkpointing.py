"""The worker's checkpoints: made on schedule, written, mailed, and never in its way."""

from __future__ import annotations

import email
import email.policy
import json

import pytest
from operations_house import NOW, House, Relay

from cases.audit_key import create_audit_key
from cases.checkpoint_folder import read_folder
from cases.checkpoints import to_text
from cases.model import Role
from cases.trail import examine_trail
from hostwatch.operations import erasing
from hostwatch.operations.people import clear_login
from hostwatch.workflow.checkpointing import make_due_checkpoint
from hostwatch.workflow.noting import note_rules
from notices.delivery.channel import NotSent


class Post(Relay):
    """A relay that keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[bytes] = []
        self.recipients: list[str] = []

    async def send(self, message, *, message_id, sender, recipient):
        self.messages.append(message)
        self.recipients.append(recipient)
        return await super().send(
            message, message_id=message_id, sender=sender, recipient=recipient
        )


class Lists:
    """Active hash lists."""

    def __init__(self, **versions: str) -> None:
        self.versions = versions

    def lists(self):
        return [
            type("Made", (), {"name": name, "version": one}) for name, one in self.versions.items()
        ]


@pytest.fixture
def signer(house: House):
    return create_audit_key(house.directory / "audit.key")


def mailed_house(house: House) -> House:
    audit = house.settings.audit.model_copy(update={"mail_to": "audit@authority.example"})
    house.settings = house.settings.model_copy(update={"audit": audit})
    return house


def kept(house: House) -> list[int]:
    return [one.number for one in read_folder(house.settings.audit.checkpoints).checkpoints]


async def test_checkpoints_are_made_on_schedule(house: House, signer):
    """The first at once, the next after a day; none over an empty trail."""
    engine = house.engine(None)
    await make_due_checkpoint(engine)
    assert kept(house) == []
    await house.report()
    await make_due_checkpoint(engine)
    await make_due_checkpoint(engine)
    assert kept(house) == [1]
    house.clock.pass_by(hours=23, minutes=59)
    await make_due_checkpoint(engine)
    assert kept(house) == [1]
    house.clock.pass_by(minutes=1)
    await make_due_checkpoint(engine)
    assert kept(house) == [1, 2]
    found = await examine_trail(
        house.store, read_folder(house.settings.audit.checkpoints), [signer.public]
    )
    assert (found.checkpoints, found.faults) == (2, ())


async def test_a_clock_that_was_set_back_stops_no_checkpoint(house: House, signer):
    """Neither a checkpoint of the future nor a rest of the future is waited for."""
    await house.report()
    engine = house.engine(None)
    house.clock.pass_by(days=3000)
    await make_due_checkpoint(engine)
    house.clock.at = NOW
    await make_due_checkpoint(engine)
    assert kept(house) == [1, 2]


async def test_a_checkpoint_is_mailed_once_and_tells_numbers_only(house: House, signer):
    """Subject, text and file hold no case and no location."""
    entered = await mailed_house(house).report("http://files.test/secret")
    post = Post()
    engine = house.engine(None, mail=post)
    for _ in range(3):
        await make_due_checkpoint(engine)
    assert post.recipients == ["audit@authority.example"]
    mail = email.message_from_bytes(post.messages[0], policy=email.policy.default)
    (made,) = read_folder(house.settings.audit.checkpoints).checkpoints
    assert mail["Subject"] == f"hostwatch checkpoint {made.installation} {made.sequence}"
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == f"{to_text(made)}\n".encode()
    assert attached.get_filename() == "checkpoint-00000001.json"
    for word in (entered.case_id, "files.test", "secret"):
        assert word.encode() not in post.messages[0]


async def test_a_mail_that_was_refused_is_tried_again_later(house: House, signer):
    """Ten minutes later, with the same checkpoint."""
    await mailed_house(house).report()
    post = Post()
    post.receipt = NotSent(reason="no_connection")
    engine = house.engine(None, mail=post)
    await make_due_checkpoint(engine)
    await make_due_checkpoint(engine)
    assert len(post.messages) == 1
    house.clock.pass_by(minutes=11)
    await make_due_checkpoint(engine)
    assert len(post.messages) == 2
    assert post.taken[0] == post.taken[1]
    assert kept(house) == [1]
    assert engine.counters.get("checkpoint_faults") == 2


async def test_what_is_in_the_way_never_stops_the_worker(house: House):
    """A missing key, a folder that is a file: counted, and tried again after a rest."""
    await house.report()
    engine = house.engine(None)
    await make_due_checkpoint(engine)
    await make_due_checkpoint(engine)
    assert engine.counters.get("checkpoint_faults") == 1
    create_audit_key(house.directory / "audit.key")
    house.settings.audit.checkpoints.write_text("x", "ascii")
    house.clock.pass_by(minutes=11)
    await make_due_checkpoint(engine)
    assert engine.counters.get("checkpoint_faults") == 2
    house.settings.audit.checkpoints.unlink()
    house.clock.pass_by(hours=25)
    await make_due_checkpoint(engine)
    assert kept(house)[0] == 1


async def test_changed_rules_are_noted_once(house: House):
    """What changed, with versions and digests, and no file's content."""
    engine = house.engine(None, matcher=Lists(baseline="2026-03"))
    assert await note_rules(engine)
    assert not await note_rules(engine)
    assert await note_rules(house.engine(None, matcher=Lists(baseline="2026-04")))
    entries = [one for one in await house.trail() if one.action == "policy_changed"]
    detail = json.loads(entries[1].detail)
    assert detail["changed"] == ["hash_lists"]
    assert detail["hash_lists"] == {"baseline": "2026-04"}
    assert detail["policy"] == house.policy.version
    house.policy = house.policy.model_copy(update={"version": "9"})
    assert await note_rules(house.engine(None, matcher=Lists(baseline="2026-04")))
    last = json.loads((await house.trail())[-1].detail)
    assert last["changed"] == ["policy", "policy_digest"]


async def test_a_list_named_like_a_location_is_noted_by_its_digest(house: House):
    """The trail holds no location, whatever a file is called."""
    assert await note_rules(house.engine(None, matcher=Lists(**{"board.test/1": "1"})))
    assert "board.test" not in (await house.trail())[-1].detail


@pytest.mark.parametrize(
    ("login", "word"),
    [
        ("ana", "ana"),
        ("ana@hotline.example", "ana"),
        ("HOTLINE\\ana", "HOTLINE_ana"),
        ("jane.doe", "jane.doe"),
        ("www.board.test", "www_board_test"),
        ("192.0.2.7", "192_0_2_7"),
        ("@", "unknown"),
        ("", "unknown"),
    ],
)
async def test_any_login_of_the_system_can_stand_in_the_trail(house: House, login, word):
    """Directory services give logins with a sign that the trail refuses."""
    assert clear_login(login) == word
    await house.write(lambda tx: tx.audit(NOW, "ana", "said", None, login=clear_login(login)))


async def test_a_request_for_an_erasure_grows_old(house: House, signer):
    """After thirty days it must be made again."""
    entered = await house.report("not a location")
    await erasing.request(house.desk(), entered.case_id, "entered by mistake")
    house.clock.pass_by(days=31)
    with pytest.raises(Exception, match="older than 30 days"):
        await erasing.confirm(house.desk(Role.MANAGER, "mara"), entered.case_id)
