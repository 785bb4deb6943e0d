"""`hostwatch case pathway`: the recipe is sealed, tried at once, and never shown whole."""

from __future__ import annotations

import json

import pytest
from command_house import ANALYST, AUDITOR, in_store, run

from cases.model import Cookie, Stage

SECRET = "open-sesame-4711"
RECIPE = f"""
user_agent = "Mozilla/5.0 (practice)"
passwords = ["{SECRET}"]

[[step]]
url = "http://portal.test/in"

[[cookie]]
name = "age"
value = "eighteen"
host = "a.test"
"""


@pytest.fixture
def case_id(data):
    return json.loads(run(data, "report", "add", "http://a.test/1", "--json").out)["case"]


@pytest.fixture
def recipe(tmp_path):
    file = tmp_path / "recipe.toml"
    file.write_text(RECIPE)
    return file


def stored(data, case_id):
    async def look(tx):
        return await tx.case(case_id), await tx.trail(case_id)

    return in_store(data, look)


def test_a_recipe_is_kept_and_the_case_is_due(data, case_id, recipe):
    """The trail says how much was written down, and by whom."""
    said = run(data, "case", "pathway", case_id, "--file", str(recipe))
    assert (said.code, "1 step" in said.out) == (0, True)
    case, trail = stored(data, case_id)
    assert case.pathway.passwords == (SECRET,)
    assert case.pathway.cookies == (Cookie(name="age", value="eighteen", host="a.test"),)
    assert (case.stage, case.needs, case.next_action_at is not None) == (Stage.RECEIVED, None, True)
    assert trail[-1].action == "case_pathway"
    assert "portal" not in json.dumps(trail[-1].detail)


def test_a_recipe_is_shown_only_when_revealed_and_without_its_secrets(data, case_id, recipe):
    """Masked, nothing of it is there; revealed, neither the password nor the cookie's value is."""
    run(data, "case", "pathway", case_id, "--file", str(recipe))
    masked = run(data, "cases", "show", case_id, "--json").out
    assert "portal.test" not in masked
    shown = run(data, "cases", "show", case_id, "--reveal", "police request 4711", "--json").out
    assert "portal.test" in shown
    assert json.loads(shown)["pathway"]["passwords"] == 1
    assert SECRET not in shown
    assert "eighteen" not in shown


def test_a_recipe_lies_sealed_on_disk(data, case_id, recipe):
    """No file of the data directory holds a word of it."""
    run(data, "case", "pathway", case_id, "--file", str(recipe))
    files = [one.read_bytes() for one in data.rglob("*") if one.is_file()]
    assert files
    for word in (SECRET, "portal.test", "eighteen", "practice)"):
        assert not any(word.encode() in raw for raw in files)


def test_clear_takes_the_recipe_away(data, case_id, recipe):
    """The case is visited directly from then on."""
    run(data, "case", "pathway", case_id, "--file", str(recipe))
    assert run(data, "case", "pathway", case_id, "--clear").code == 0
    assert stored(data, case_id)[0].pathway.steps == ()


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ([], 65, "--file"),
        (["--clear", "--file", "x"], 65, "--file"),
        (["--file", "nowhere.toml"], 65, "cannot be read"),
    ],
)
def test_a_command_that_cannot_be_meant_is_one_sentence(data, case_id, arguments, code, word):
    """Nothing is changed."""
    run(data, "case", "pathway", case_id, *arguments).is_sentence(code, word)
    assert stored(data, case_id)[0].pathway.steps == ()


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[[step]]\nurl = 'http://127.0.0.1/'", b"a" * 300_000, b""]
)
def test_a_bad_recipe_is_one_sentence(data, case_id, tmp_path, content):
    """Its text is not quoted."""
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    said = run(data, "case", "pathway", case_id, "--file", str(file))
    said.is_sentence(65)
    assert "127.0.0.1" not in said.err


def test_a_closed_case_takes_no_recipe(data, case_id, recipe):
    """Its location is reported again first."""
    run(data, "case", "close", case_id, "--reason", "spam")
    run(data, "case", "pathway", case_id, "--file", str(recipe)).is_sentence(65, "closed")


def test_an_auditor_writes_no_recipe(data, case_id, recipe):
    """Who reviews the work takes no part in it."""
    said = run(data, "case", "pathway", case_id, "--file", str(recipe), account=AUDITOR)
    said.is_sentence(77, "case_pathway")
    assert ANALYST != AUDITOR
