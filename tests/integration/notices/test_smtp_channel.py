"""Real SMTP dialogues: taken, refused, not begun, broken off; with and without TLS."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ipaddress
import socket
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP as Server
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from notice_builders import NOW, RULES, material, notice
from outbox_fakes import FakeStore, FixedClock

from notices.compose import compose
from notices.delivery.channel import Accepted, NotSent, Refused, Uncertain
from notices.delivery.outbox import deliver, recover, settle_by_message_ids
from notices.delivery.smtp import SmtpChannel

COMPOSED = compose(material())
SENDER, RECIPIENT = "notices@hotline.example", "abuse@provider.example"


class Desk:
    """A mail desk that keeps what it took, and answers as it is told."""

    def __init__(self, *, sender="", recipient="", data="", drop=False, hang=False):
        self.answers = {"sender": sender, "recipient": recipient, "data": data}
        self.drop, self.hang = drop, hang
        self.taken: list[bytes] = []
        self.tls: list[bool] = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.answers["sender"] or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.answers["recipient"] or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.tls.append(session.ssl is not None)
        if self.hang:
            await asyncio.sleep(30)
        if not self.answers["data"]:
            self.taken.append(envelope.original_content)
        if self.drop:
            server.transport.abort()
        return self.answers["data"] or "250 OK queued\x07 as 4ABC " + "x" * 200


@asynccontextmanager
async def running(desk, *, implicit_tls=None, **options):
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        lambda: Server(desk, hostname="desk.example", loop=loop, **options),
        host="127.0.0.1",
        port=0,
        ssl=implicit_tls,
    )
    async with listener:
        yield listener.sockets[0].getsockname()[1]


def channel(port, **options):
    values = {"security": "none", "timeout_s": 5.0, "local_hostname": "hotline.example"}
    return SmtpChannel(host="127.0.0.1", port=port, **values | options)


async def send(port, **options):
    return await channel(port, **options).send(
        COMPOSED.message, message_id=COMPOSED.message_id, sender=SENDER, recipient=RECIPIENT
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "practice CA")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


@pytest.fixture
def server_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture
def client_tls(certificate):
    return ssl.create_default_context(cafile=str(certificate / "cert.pem"))


async def test_a_taken_message_arrives_byte_for_byte_and_parses_cleanly():
    """What was frozen is what the desk has; the receipt is short and printable."""
    desk = Desk()
    async with running(desk) as port:
        receipt = await send(port)
    assert isinstance(receipt, Accepted)
    assert receipt.code == 250
    assert len(receipt.text) == 80
    assert receipt.text.isprintable()
    assert desk.taken == [COMPOSED.message]
    read = email.message_from_bytes(desk.taken[0], policy=email.policy.default)
    assert all(part.defects == [] for part in read.walk())
    assert read["Message-ID"] == COMPOSED.message_id


@pytest.mark.parametrize(
    ("desk", "expected"),
    [
        (Desk(sender="550 no"), Refused(code=550, reason="sender_refused")),
        (Desk(recipient="550 5.1.1 no such user"), Refused(code=550, reason="recipient_refused")),
        (Desk(recipient="450 greylisted"), NotSent(reason="later_450")),
        (Desk(data="554 spam"), Refused(code=554, reason="message_refused")),
        (Desk(data="451 later"), NotSent(reason="later_451")),
        (Desk(data="999 odd"), Uncertain(reason="relay_garbled")),
        (Desk(drop=True), Uncertain(reason="lost_after_data")),
    ],
)
async def test_each_answer_of_a_desk_is_told_apart(desk, expected):
    """For good, for now, or nobody knows: by the desk's own code and moment."""
    async with running(desk) as port:
        assert await send(port) == expected


async def test_silence_after_the_message_is_doubt():
    """A desk that never answers may have taken it."""
    async with running(Desk(hang=True)) as port:
        assert await send(port, timeout_s=0.3) == Uncertain(reason="no_answer_after_data")


async def test_no_desk_and_a_silent_desk_are_known_not_to_have_taken_it():
    """Nothing can have left before DATA."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert await send(port) == NotSent(reason="no_connection")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        receipt = await send(silent.getsockname()[1], timeout_s=0.3)
    assert receipt == NotSent(reason="timeout")


async def test_an_unusable_address_never_reaches_the_wire():
    """A recipient with a line break is not sent as a command."""
    desk = Desk()
    async with running(desk) as port:
        receipt = await channel(port).send(
            COMPOSED.message,
            message_id=COMPOSED.message_id,
            sender=SENDER,
            recipient="a@b.example>\r\nDATA",
        )
    assert isinstance(receipt, NotSent)
    assert desk.taken == []


async def test_starttls_with_a_trusted_certificate_sends_under_tls(server_tls, client_tls):
    """The message goes only after the upgrade."""
    desk = Desk()
    async with running(desk, tls_context=server_tls, require_starttls=True) as port:
        receipt = await send(port, security="starttls", tls=client_tls)
    assert isinstance(receipt, Accepted)
    assert desk.tls == [True]


async def test_implicit_tls_sends_too(server_tls, client_tls):
    """Port 465 style."""
    desk = Desk()
    async with running(desk, implicit_tls=server_tls) as port:
        receipt = await send(port, security="tls", tls=client_tls)
    assert isinstance(receipt, Accepted)
    assert desk.taken == [COMPOSED.message]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_untrusted_certificate_stops_the_message(server_tls, security):
    """No fall-back to a certificate that nobody vouches for."""
    desk = Desk()
    options = (
        {"tls_context": server_tls} if security == "starttls" else {"implicit_tls": server_tls}
    )
    async with running(desk, **options) as port:
        assert await send(port, security=security) == NotSent(reason="tls_failed")
    assert desk.taken == []


async def test_a_relay_without_starttls_gets_nothing(client_tls):
    """No fall-back to clear text either."""
    desk = Desk()
    async with running(desk) as port:
        receipt = await send(port, security="starttls", tls=client_tls)
    assert receipt == NotSent(reason="relay_lacks_security")
    assert desk.taken == []


async def test_a_lost_answer_ends_as_unknown_and_is_settled_from_the_desks_own_record():
    """The whole outbox with a desk that takes the message and breaks off: never sent twice."""
    desk = Desk(drop=True)
    store = FakeStore(notice())
    async with running(desk) as port:
        after = await deliver(
            store,
            channel(port),
            notice(),
            COMPOSED,
            sender=SENDER,
            clock=FixedClock(),
            retry_after=RULES.retry_mail,
        )
    assert after.state == "unknown"
    taken = {email.message_from_bytes(m)["Message-ID"] for m in desk.taken}
    async with store.transaction() as tx:
        assert await recover(tx, NOW) == []
        settled = await settle_by_message_ids(tx, taken, log_complete=True, now=NOW)
    assert settled == [(after.serial, "sent")]
    assert len(desk.taken) == 1
