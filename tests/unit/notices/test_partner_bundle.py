"""The partner's bundle: what it says, that it is signed, and that a change shows."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey
from notice_builders import CASE_ID, NOW, SHA256, assessment, material, notice, recipient

from cases.errors import InvalidInput, KeyProblem
from cases.model import Channel, NoticeKind, RecipientKind
from notices.claims import CLAIMS
from notices.compose import compose
from notices.partners.bundle import create_signer, load_signer, verify
from notices.partners.payload import bundle_payload


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return create_signer(tmp_path_factory.mktemp("keys") / "bundle.key")


def partner_material(**changes):
    told = notice(
        kind=NoticeKind.PARTNER,
        template="partner",
        recipient=recipient(
            kind=RecipientKind.PARTNER_HOTLINE,
            channel=Channel.PARTNER,
            key="de-hotline",
            address="desk@partner.example",
            country="DE",
        ),
    )
    return material(notice=told, partner_reference="P-77", police_informed=True, **changes)


def test_the_partner_mail_carries_a_bundle_that_verifies(signer):
    """Text and signed bundle travel together, and the bundle tells the same."""
    composed = compose(partner_material(), signer=signer)
    message = email.message_from_bytes(composed.message, policy=email.policy.default)
    attached = {p.get_filename(): p for p in message.walk() if p.get_filename()}
    assert composed.problems == ()
    assert list(attached) == [
        "hostwatch-notice.json",
        "hostwatch-notice.csv",
        "hostwatch-bundle.jws",
    ]
    part = attached["hostwatch-bundle.jws"]
    assert part.get_content_type() == "application/jose"
    told = verify(part.get_content(), signer.public_jwk())
    assert told == json.loads(json.dumps(bundle_payload(partner_material(), CLAIMS)))


def test_a_bundle_holds_all_that_a_partner_needs_and_no_person():
    """Both references, location, digests, class, repeatable trace, access, state, way back."""
    told = bundle_payload(partner_material(assessment=assessment()), CLAIMS)
    assert told["reference"] == f"{CASE_ID}-N1"
    assert told["partner_reference"] == "P-77"
    assert told["recipient"] == "de-hotline"
    assert told["classification"] == {"scheme": "interpol", "value": "baseline"}
    assert told["police_informed"] is True
    assert "status_back" in told["asks"]
    item = told["items"][0]
    assert item["url"] == "https://files.example/d/abc1"
    assert item["digests"]["sha256"] == SHA256
    assert item["trace"][0] == {
        "method": "dns",
        "source": "resolver",
        "source_version": "1",
        "at": "2026-11-20T10:25:00Z",
        "outcome": "found",
    }
    assert item["access"]["steps"] == [{"url": "https://board.example/thread/1", "referrer": None}]
    everything = json.dumps(told)
    for secret in ("ANALYSTNAME", "SECONDNAME", "SECRETLISTNAME", "DETAILTEXT", "f" * 64):
        assert secret not in everything


def test_without_a_signer_the_bundle_is_left_out_and_missed():
    """An unsigned bundle is never attached."""
    composed = compose(partner_material())
    assert composed.problems == ("bundle_not_signed",)
    assert "hostwatch-bundle.jws" not in composed.machine_parts


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_changed_bit_of_header_or_payload_is_refused(signer, position, bit):
    """Tampering anywhere in what is signed shows."""
    bundle = signer.sign(bundle_payload(partner_material(), CLAIMS))
    head, payload, signature = bundle.split(".")
    signed = f"{head}.{payload}".encode()
    at = position % len(signed)
    changed = bytearray(signed)
    changed[at] ^= 1 << bit
    with pytest.raises(InvalidInput):
        verify(bytes(changed) + b"." + signature.encode(), signer.public_jwk())


def test_another_key_another_algorithm_and_no_signature_are_refused(signer, tmp_path):
    """A bundle proves its sender or is not read."""
    payload = bundle_payload(partner_material(), CLAIMS)
    bundle = signer.sign(payload)
    other = create_signer(tmp_path / "other.key")
    with pytest.raises(InvalidInput):
        verify(bundle, other.public_jwk())
    secret = OctKey.import_key(base64.urlsafe_b64decode(signer.public_jwk()["x"] + "="))
    forged = jws.serialize_compact(
        {"alg": "HS256"}, json.dumps(payload), secret, algorithms=["HS256"]
    )
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    unsigned = f"{head}.{bundle.split('.')[1]}."
    for bad in (forged, unsigned, "", "a.b", b"\xff\xfe", "x" * (8 * 1024 * 1024 + 1)):
        with pytest.raises(InvalidInput):
            verify(bad, signer.public_jwk())
    with pytest.raises(InvalidInput):
        verify(bundle, {"kty": "OKP"})


def test_a_rightly_signed_thing_that_is_no_bundle_is_refused(signer):
    """The key's owner may sign other things; they are not taken for a bundle."""
    with pytest.raises(InvalidInput, match="format or version"):
        verify(signer.sign({"format": "hostwatch-bundle", "version": 2}), signer.public_jwk())
    key = OKPKey.generate_key("Ed25519")
    plain = jws.serialize_compact({"alg": "Ed25519"}, "{}", key, algorithms=["Ed25519"])
    with pytest.raises(InvalidInput, match="not a partner bundle"):
        verify(plain, {k: str(v) for k, v in key.as_dict(private=False).items()})


def test_the_key_file_is_the_owners_alone_and_is_never_overwritten(tmp_path):
    """0600 from the first byte; the public half has no private member."""
    path = tmp_path / "bundle.key"
    made = create_signer(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_signer(path).public_jwk() == made.public_jwk()
    assert "d" not in made.public_jwk()
    private = json.loads(path.read_text())["d"]
    assert private not in repr(made)
    with pytest.raises(KeyProblem, match="already"):
        create_signer(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kty":"oct","k":"AAAA"}', "\x00"])
def test_a_file_that_is_no_signing_key_is_refused(tmp_path, content):
    """Wrong content gives a sentence, not a traceback of a library."""
    path = tmp_path / "bundle.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyProblem, match="not a signing key"):
        load_signer(path)


def test_a_key_that_others_can_read_or_that_is_public_only_is_refused(tmp_path):
    """A leaked key is not used, and a public key cannot sign."""
    path = tmp_path / "bundle.key"
    public = create_signer(path).public_jwk()
    path.chmod(0o644)
    with pytest.raises(KeyProblem, match="0600"):
        load_signer(path)
    path.write_text(json.dumps(public))
    path.chmod(0o600)
    with pytest.raises(KeyProblem, match="private"):
        load_signer(path)
    with pytest.raises(KeyProblem, match="cannot be read"):
        load_signer(tmp_path / "none.key")


def test_the_bundle_is_issued_at_the_moment_of_the_message():
    """Its time is the message's."""
    assert bundle_payload(partner_material(), CLAIMS)["issued_at"] == NOW.strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
