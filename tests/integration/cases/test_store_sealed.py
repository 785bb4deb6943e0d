"""A stolen database is no directory of the material."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import (
    HOUR,
    NOW,
    a_case,
    a_notice,
    a_report,
    a_snapshot,
    an_assessment,
    an_asset,
    an_observation,
    digests,
)

from cases.errors import KeyProblem, StoreProblem
from cases.model import Answer, Hold, RequestMade
from cases.seal import Keyring
from cases.store.opening import open_store
from cases.store.sqlite import SqliteStore

KEYS = Keyring.derive(b"k" * 32)

CANARIES = {
    "url": "https://canary-host-7411.test/thread/canary-path-9023",
    "host": "canary-host-7411.test",
    "path": "canary-path-9023",
    "address": "192.0.2.199",
    "reporter": "Canary Reporter Zebediah",
    "note": "canary access note quokka",
    "mail": "abuse-canary@hosting-4417.example",
    "body": base64.b64encode(b"canary body of a notice, frozen").decode(),
    "code": "CANARY-CODE-6620",
    "message": "<canary-message-5512@hotline.example>",
    "idempotency": "canary-idempotency-3381",
    "ticket": "canary-ticket-2204",
    "assessor": "canary-assessor-1190",
}


def case():
    url = CANARIES["url"]
    return a_case(url=url, canonical=url, host=CANARIES["host"], provider="Clear Provider")


async def fill(store: SqliteStore) -> None:
    """Store every kind of record with a canary in every place that must be sealed."""
    asset = an_asset(
        case(), url=CANARIES["url"], host=CANARIES["host"], digests=digests("a"), why="engine:rule"
    )
    request = RequestMade(
        url=CANARIES["url"],
        derivation="reported_url",
        method="GET",
        status=200,
        peer=CANARIES["address"],
    )
    notice = a_notice(
        case(), answer_code=CANARIES["code"], message_id=CANARIES["message"], body=CANARIES["body"]
    )
    notice = replace(notice, recipient=replace(notice.recipient, address=CANARIES["mail"]))
    async with store.transaction() as step:
        await step.add_case(case())
        await step.add_report(
            a_report(case(), reporter=CANARIES["reporter"], note=CANARIES["note"]),
            idempotency_key=CANARIES["idempotency"],
        )
        await step.save_asset(asset)
        await step.add_observation(
            an_observation(asset, requests=(request,), address=CANARIES["address"])
        )
        await step.add_snapshot(
            a_snapshot(asset, host=CANARIES["host"], addresses=(CANARIES["address"],))
        )
        await step.add_assessment(replace(an_assessment(case()), assessor=CANARIES["assessor"]))
        await step.add_notice(notice)
        answer = Answer(serial=notice.serial, at=NOW, claim="removed", channel="mail")
        await step.add_answer(replace(answer, reference=CANARIES["ticket"]))
        await step.lease_host(step.host_key(CANARIES["host"]), "core", NOW, NOW + HOUR)
        await step.audit(NOW, "ana", "report_added", case().id)
    async with store.transaction() as step:
        hold = Hold(reason=CANARIES["note"], owner="ana", since=NOW)
        await step.save_case(replace(await step.case(case().id), hold=hold))
        await step.save_notice(replace(await step.notice(notice.serial), hold=hold))
        await step.save_asset(replace(asset, downloads=1))


def raw_bytes(directory: Path) -> bytes:
    """Read every file of the directory: database, write-ahead log, shared memory."""
    return b"\n".join(path.read_bytes() for path in sorted(directory.iterdir()))


def spellings(text: str) -> list[bytes]:
    """Write a canary as it could lie in a file."""
    raw = text.encode()
    spelt = [raw, raw.hex().encode(), raw.hex().upper().encode(), text.encode("utf-16-le")]
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + raw)[(0, 4, 4)[shift] : -4]
        spelt += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return [*spelt, raw[::-1], raw.upper()]


def found_in(content: bytes) -> set[str]:
    return {
        name for name, text in CANARIES.items() if any(one in content for one in spellings(text))
    }


async def test_no_location_and_no_person_lies_in_the_files(tmp_path: Path):
    """Open or closed, database and log hold no canary in any spelling; provider and id are clear."""
    store = await open_store(tmp_path / "cases.db", KEYS, create=True)
    await fill(store)
    while_open = raw_bytes(tmp_path)
    await store.close()
    closed = raw_bytes(tmp_path)
    assert (tmp_path / "cases.db").stat().st_mode & 0o777 == 0o600
    for content in (while_open, closed):
        assert found_in(content) == set()
        assert b"Clear Provider" in content
        assert case().id.encode() in content


async def test_the_search_would_find_what_is_not_sealed(tmp_path: Path):
    """Positive control: each canary written into a clear column is found, also as base64."""
    for name, text in CANARIES.items():
        path = tmp_path / name
        path.mkdir()
        store = await open_store(path / "cases.db", KEYS, create=True)
        async with store.transaction() as step:
            spelt = (text, base64.b64encode(f"xx{text}yy".encode()).decode(), text.encode().hex())
            await step.set_setting("control", spelt[len(name) % 3])
        assert name in found_in(raw_bytes(path))
        await store.close()


async def test_everything_is_there_with_the_key(tmp_path: Path):
    """Closed and opened again, the records come back."""
    store = await open_store(tmp_path / "cases.db", KEYS, create=True)
    await fill(store)
    await store.close()
    store = await open_store(tmp_path / "cases.db", KEYS)
    async with store.transaction() as step:
        assert (await step.case_at(CANARIES["url"])).url == CANARIES["url"]
        assert (await step.report_by_idempotency(CANARIES["idempotency"])).note == CANARIES["note"]
        assert (await step.notice_by_code(CANARIES["code"])).body == CANARIES["body"]
        assert (await step.notice_by_message_id(CANARIES["message"])).answer_code == CANARIES[
            "code"
        ]
    await store.close()


async def test_the_wrong_key_is_told_at_once(tmp_path: Path):
    """Neither another key nor another id opens the database; the right key still does."""
    path = tmp_path / "cases.db"
    await (await open_store(path, KEYS, create=True)).close()
    for wrong in (Keyring.derive(b"x" * 32), Keyring.derive(b"k" * 32, key_id=9)):
        with pytest.raises(KeyProblem, match="is not the key that sealed this database"):
            await open_store(path, wrong)
    await (await open_store(path, KEYS)).close()


async def test_an_erased_case_leaves_no_key_in_the_files(tmp_path: Path):
    """The wrapped key and all that it sealed are gone from database and log, while others stay."""
    store = await open_store(tmp_path / "cases.db", KEYS, create=True)
    await fill(store)
    async with store.transaction() as step:
        await step.add_case(a_case(2))
    rows = {one: await wrapped_key(store, one) for one in (case().id, a_case(2).id)}
    assert all(one in raw_bytes(tmp_path) for one in rows.values())
    async with store.transaction() as step:
        await step.erase_case(case().id)
    content = raw_bytes(tmp_path)
    assert rows[case().id] not in content
    assert rows[a_case(2).id] in content
    await store.close()


async def wrapped_key(store: SqliteStore, case_id: str) -> bytes:
    async with store._engine.connect() as connection:
        row = await connection.exec_driver_sql(
            "SELECT wrapped FROM case_keys WHERE case_id = ?", (case_id,)
        )
        return row.scalar_one()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE cases SET sealed = zeroblob(200)",
        "UPDATE cases SET version = version + 1",
        "UPDATE cases SET sealed = (SELECT sealed FROM cases AS c WHERE c.id <> cases.id)",
        "UPDATE cases SET sealed = (SELECT sealed FROM assets LIMIT 1)",
    ],
)
async def test_a_record_that_was_tampered_with_is_not_believed(tmp_path: Path, tampering: str):
    """Altered, replayed from an older version, or copied from another row: it does not open."""
    store = await open_store(tmp_path / "cases.db", KEYS, create=True)
    await fill(store)
    async with store.transaction() as step:
        await step.add_case(a_case(2))
    async with store._engine.begin() as connection:
        await connection.exec_driver_sql(tampering)
    async with store.transaction() as step:
        with pytest.raises(StoreProblem, match="does not open under its key"):
            await step.case(case().id)
    await store.close()
