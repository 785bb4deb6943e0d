"""`hostwatch doctor` says everything that is wrong, one sentence each, and never fails itself."""

from __future__ import annotations

import json

from command_house import ADMINISTRATOR, give_mandate, run


def examined(data) -> dict[str, dict]:
    said = run(data, "doctor", "--json", account=ADMINISTRATOR)
    assert said.code == 1, said
    assert said.err == ""
    said.is_plain()
    return {row["check"]: row for row in json.loads(said.out)}


def test_a_fresh_installation_is_told_what_is_missing(quiet):
    """No mandate, example values, nobody answers; key and database are fine."""
    found = examined(quiet)
    for check in ("mandate", "configuration", "dns", "mail"):
        assert found[check]["state"] == "problem", found[check]
    for check in ("key", "database"):
        assert found[check]["state"] == "ok", found[check]
    assert all(row["says"].endswith(".") for row in found.values())


def test_a_wrong_key_a_damaged_database_and_bad_lists_do_not_stop_the_examination(quiet):
    """Each is one finding among the others."""
    (quiet / "list.txt").write_text(f"{10**70:064x}\n")
    line = ("hashlist", "import", str(quiet / "list.txt"), "--name", "national")
    assert run(quiet, *line, account=ADMINISTRATOR).code == 0
    damaged = quiet / "hashlists" / "national"
    give_mandate(quiet, review="2020-01-31")
    (quiet / "master.key").chmod(0o644)
    (quiet / "hostwatch.sqlite3").write_bytes(b"x" * 5000)
    for manifest in damaged.rglob("manifest*"):
        manifest.write_text("\x1b[2J")
    (quiet / "ranges" / "asn").mkdir()
    (quiet / "ranges" / "asn" / "table.bin").write_bytes(b"\x00\xff" * 100)
    found = examined(quiet)
    assert "2020-01-31" in found["mandate"]["says"]
    assert "0644" in found["key"]["says"]
    assert found["database"]["state"] == found["hash lists"]["state"] == "problem"
    assert len(found) >= 12


def test_bad_catalogue_and_partners_are_found_before_work_begins(quiet):
    """Otherwise they are noticed only when the worker refuses to start."""
    (quiet / "catalogue.toml").write_text("[[provider]]\nid = 3\n")
    (quiet / "partners.toml").write_text("[[partner]]\nid = 'x'\n")
    found = examined(quiet)
    assert found["catalogue"]["state"] == found["partners"]["state"] == "problem"
    assert "provider entry 1" in found["catalogue"]["says"]
    assert "partner 1" in found["partners"]["says"]
