"""`hostwatch inspect rdap` reads saved answers without data directory, key or network."""

from __future__ import annotations

import io
import json

from console.cli import run_command

ANSWER = {
    "objectClassName": "ip network",
    "name": "HARBOUR-NET",
    "country": "nl",
    "entities": [
        {"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text", "Abuse@A.example"]]]}
    ],
}


def inspect(*arguments: object) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run_command(["inspect", "rdap", *map(str, arguments)], out=out, err=err)
    return code, out.getvalue()


def test_one_file_is_an_object_and_several_are_a_list(tmp_path):
    """One file prints an object; several print a list in their order, broken ones included."""
    good, broken = tmp_path / "good.json", tmp_path / "broken.json"
    good.write_text(json.dumps(ANSWER))
    broken.write_bytes(b"\xff<html>")
    code, printed = inspect(good, "--json")
    alone = json.loads(printed)
    assert code == 0
    assert (alone["kind"], alone["network_name"], alone["country"]) == ("ip", "HARBOUR-NET", "NL")
    assert (alone["abuse_email"], alone["abuse_source"]) == ("abuse@a.example", "entity_abuse")
    code, printed = inspect(good, broken, "--json")
    assert [one["kind"] for one in json.loads(printed)] == ["ip", "malformed"]
    assert code == 0


def test_plain_words(tmp_path):
    """Without `--json` each file is one line with the address and where it stands."""
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(ANSWER))
    assert inspect(file) == (
        0,
        "answer.json: ip | HARBOUR-NET | - | NL | abuse@a.example (entity_abuse)\n",
    )


def test_a_missing_file_is_told(tmp_path):
    """A file that is not there ends the command with the code for wrong usage."""
    code, printed = inspect(tmp_path / "none.json")
    assert code != 0
    assert printed == ""
