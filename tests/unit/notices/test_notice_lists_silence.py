"""Which list an asset was found on, and under which reference, leaves in no notice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from notice_builders import BASELINE, CASE_ID, asset, material, notice, recipient
from notice_reading import EARLIER, TEMPLATES, decoded, parts

from cases.model import Channel, ListEntry, Match, NoticeKind, Possible, RecipientKind
from notices.claims import CLAIMS
from notices.compose import compose
from notices.partners.bundle import create_signer, verify
from notices.partners.payload import bundle_payload

SECRETS = ("SELFREFERRALSERVICE", "SELFREFERRALREFERENCE", "SIGNALKEY", "LISTVERSION")
ENTRY = ListEntry(
    hash_list=SECRETS[0],
    version=SECRETS[3],
    tier="local",
    signal_type="sha256",
    classification=BASELINE,
    reference=SECRETS[1],
    key=SECRETS[2],
)
FOUND = {
    "exact": Match(strength="strong", entry=ENTRY),
    "weak": Match(strength="weak", entry=replace(ENTRY, signal_type="md5")),
    "near": Possible(tier="confident", distance=4, quality=90, view="upright", entry=ENTRY),
}


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    """The key that signs bundles."""
    return create_signer(tmp_path_factory.mktemp("keys") / "bundle.key")


@pytest.mark.parametrize("how", FOUND)
@pytest.mark.parametrize("channel", [Channel.MAIL, Channel.XARF_MAIL])
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_list_and_no_reference_leaves_in_a_notice(template, channel, how):
    """Text, JSON, CSV and XARF parts, for every kind of recipient and of match."""
    told = notice(
        template=template,
        kind=NoticeKind.WITHDRAWAL if template == "withdrawal" else NoticeKind.FIRST,
        recipient=recipient(channel=channel),
    )
    stuff = material(notice=told, assets=(asset(comparison=FOUND[how]),), earlier=EARLIER)
    everything = decoded(compose(stuff))
    assert CASE_ID in everything
    assert [word for word in SECRETS if word in everything] == []


def test_no_list_and_no_reference_leaves_in_a_partner_bundle(signer):
    """Neither in the signed payload nor in the mail around it."""
    told = notice(
        kind=NoticeKind.PARTNER,
        template="partner",
        recipient=recipient(
            kind=RecipientKind.PARTNER_HOTLINE, channel=Channel.PARTNER, key="de-hotline"
        ),
    )
    stuff = material(notice=told, assets=(asset(comparison=FOUND["exact"]),))
    payload = json.dumps(bundle_payload(stuff, CLAIMS))
    assert "digests" in payload
    composed = compose(stuff, signer=signer)
    bundle = parts(composed)["hostwatch-bundle.jws"]
    opened = json.dumps(verify(bundle, signer.public_jwk()))
    for text in (payload, opened, decoded(composed)):
        assert [word for word in SECRETS if word in text] == []
