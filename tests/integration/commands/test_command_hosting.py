"""`hostwatch hosting` and `hostwatch case origin`, on the practice web behind a front."""

from __future__ import annotations

import io
import json
import shutil
import sys
from dataclasses import replace

import pytest
from command_house import added
from command_house import run as run_alone
from practice_hotline import ANALYST, cases, notices, set_up, until

from cases.model import NoticeKind, PartyRole, RecipientKind, Stage
from sandbox.client import BlockingSandbox

ORIGIN = "198.51.100.11"
"""An address of another company, in Germany by two tables and the registry."""
CLEAR = ("veil.test", "198.51.100.", "192.0.2.", "@", "http")
"""What may not stand in an answer that was not revealed."""


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """The practice web, and a hotline that is set up once and copied."""
    root = tmp_path_factory.mktemp("practice")
    with BlockingSandbox.start(workdir=root) as sandbox:
        yield set_up(root, sandbox)


@pytest.fixture
def hotline(practice, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(practice.data, data)
    return replace(practice, data=data)


def typed(monkeypatch, text: str) -> None:
    """Put lines on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


async def veiled(hotline) -> str:
    """Report a location behind a front and work until the front is to be asked."""
    await hotline.report("behind_front")
    async with hotline.worker() as engine:

        async def asked() -> bool:
            found = await notices(engine)
            return any(one.kind is NoticeKind.FRONT_REVEAL for one in found)

        await until(asked, "a request to the front is drafted")
        return (await cases(engine))[0].id


async def test_a_revealed_origin_opens_a_leg_and_drafts_for_its_host(hotline, monkeypatch):
    """The front masks; what it tells is traced by permit, and the chain goes on from there."""
    case_id = await veiled(hotline)
    masked = json.loads(await hotline.command(ANALYST, "hosting", case_id, "--json"))
    first = masked["traces"][0]
    assert first["decision"]["masked_by"] == "Shieldfront"
    assert (first["decision"]["country"], first["decision"]["reason"]) == (None, "masked")
    assert {party["role"] for party in first["parties"]} >= {"front"}
    assert not [word for word in CLEAR if word in json.dumps(first["parties"])]

    typed(monkeypatch, f"{ORIGIN}\n")
    told = await hotline.command(
        ANALYST, "case", "origin", case_id, "--source", "front", "--reference", "ticket 4711"
    )
    assert "origin recorded" in told
    async with hotline.worker() as engine:

        async def drafted() -> bool:
            found = [one.recipient.kind for one in await notices(engine)]
            return len((await cases(engine))[0].legs) == 2 and len(found) > 1

        await until(drafted, "a second leg with notices of its own")
        case = (await cases(engine))[0]
        async with engine.store.reading() as tx:
            snapshot = await tx.snapshot(str(case.legs[-1].snapshot_id))
            trail = [entry.action for entry in await tx.trail(case_id)]
        found = await notices(engine)

    assert case.stage in {Stage.NOTIFIED, Stage.MONITORING}
    assert (case.country, case.masked_by, case.provider) == ("DE", None, "Nordrack GmbH")
    assert snapshot.origin is not None
    assert snapshot.party(PartyRole.CONTENT_HOST).asn == 64504
    assert snapshot.party(PartyRole.FRONT).key == "shieldfront"
    assert {"case_origin", "origin_traced"} <= set(trail)
    new = [one for one in found if one.kind is not NoticeKind.FRONT_REVEAL]
    assert {one.recipient.country for one in new} == {"DE"}
    assert {one.recipient.kind for one in new} <= {
        RecipientKind.PARTNER_HOTLINE,
        RecipientKind.CONTENT_HOST,
    }

    shown = json.loads(await hotline.command(ANALYST, "hosting", case_id, "--json"))["traces"][0]
    assert shown["previous"]["changes"] in (["origin_told"], [])
    assert shown["origin"]["addresses"] == ["[masked]"]


@pytest.mark.parametrize(
    ("line", "reference", "word"),
    [
        ("198.51.100.71", "ticket 1", "front"),
        ("198.51.100.70", "ticket 1", "front"),
        ("127.0.0.1", "ticket 1", "not public"),
        ("10.1.2.3\n198.51.100.11", "ticket 1", "not public"),
        ("www.veil.test", "ticket 1", "numeric"),
        ("", "ticket 1", "1 to 4"),
        (ORIGIN, "mail of desk@shieldfront.test", "without a location"),
        (ORIGIN, " ", "--reference"),
    ],
)
def test_unfit_origins_are_refused_and_change_nothing(hotline, monkeypatch, line, reference, word):
    """One sentence says why, without repeating the address; the case is as it was."""
    case_id = added(
        run_alone(
            hotline.data,
            "report", "add", "https://www.veil.test/1", "--json",
            account=ANALYST, practice=hotline.network,
        )
    )  # fmt: skip
    typed(monkeypatch, line)
    said = run_alone(
        hotline.data,
        "case", "origin", case_id, "--source", "front", "--reference", reference,
        account=ANALYST, practice=hotline.network,
    )  # fmt: skip
    said.is_sentence(said.code, word)
    assert said.code != 0
    assert not line or line.split()[0] not in said.err


def test_a_host_that_nothing_hides_has_no_origin(hotline, monkeypatch):
    """Before a trace that shows a front there is nothing to record."""
    case_id = added(
        run_alone(
            hotline.data,
            "report", "add", "https://www.veil.test/1", "--json",
            account=ANALYST, practice=hotline.network,
        )
    )  # fmt: skip
    typed(monkeypatch, ORIGIN)
    said = run_alone(
        hotline.data,
        "case", "origin", case_id, "--source", "front", "--reference", "ticket 1",
        account=ANALYST, practice=hotline.network,
    )  # fmt: skip
    said.is_sentence(said.code, "No front hides")


async def test_faces_mask_and_reveal_on_record(hotline):
    """Tables, JSON and text show no location until a reason was given, which is kept."""
    case_id = await veiled(hotline)
    for faces in ((), ("--json",), ("--text",)):
        shown = await hotline.command(ANALYST, "hosting", case_id, *faces)
        hidden = [word for word in ("veil.test", "198.51.100.7", "abuse@") if word in shown]
        assert hidden == []
        assert "Shieldfront" in shown
    text = await hotline.command(
        ANALYST, "hosting", case_id, "--text", "--reveal", "partner asks: 4711 redo"
    )
    for word in ("www.veil.test", "198.51.100.70", "dig", "RDAP", "HOW TO REDO IT", "UTC"):
        assert word in text
    trail = json.loads(await hotline.command(ANALYST, "cases", "show", case_id, "--json"))["trail"]
    revealed = [entry for entry in trail if entry["action"] == "case_reveal"]
    assert len(revealed) == 1
    assert "partner asks: 4711 redo" in str(revealed[0]["detail"])


def test_a_case_without_a_trace_says_so(hotline):
    """Only what is acted on is traced."""
    case_id = added(
        run_alone(
            hotline.data,
            "report", "add", "https://www.veil.test/1", "--json",
            account=ANALYST, practice=hotline.network,
        )
    )  # fmt: skip
    said = run_alone(hotline.data, "hosting", case_id, account=ANALYST, practice=hotline.network)
    said.is_sentence(said.code, "was not traced yet")
