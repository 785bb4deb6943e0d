"""Hash lists and range tables: a bad file is one sentence, and what was active stays active."""

from __future__ import annotations

import json

import pytest
from command_house import ANALYST, MANAGER, run

SHA = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"
BAD_LISTS = {
    "empty": b"",
    "blank lines": b"\n\n\n",
    "no digests": b"hello\nworld\n",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "a spreadsheet": b"PK\x03\x04" + b"\x00" * 200,
    "NUL": SHA.encode() + b"\n\x00\x00\n",
    "1 MB line": b"a" * 1_000_000 + b"\n",
    "UTF-16": (SHA + "\n").encode("utf-16"),
    "wrong separator": f"md5|sha256\nx|{SHA}\n".encode(),
    "the empty file's digest only": b"d41d8cd98f00b204e9800998ecf8427e\n",
    "escape sequences": b"\x1b[2J\x1b]0;x\x07\n",
}


def import_list(data, file, *more, account=MANAGER, name="national"):
    return run(
        data, "hashlist", "import", str(file), "--name", name,
        "--classification", "national:A", *more, account=account,
    )  # fmt: skip


def active(data):
    return json.loads(run(data, "hashlist", "list", "--json", account=MANAGER).out)


@pytest.mark.parametrize("content", BAD_LISTS.values(), ids=BAD_LISTS)
def test_a_bad_hash_list_changes_nothing(data, tmp_path, content):
    """Exit code 65, the file is named, the version before stays active."""
    good = tmp_path / "good.txt"
    good.write_text(f"{SHA}\n")
    assert import_list(data, good).code == 0
    before = active(data)
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    import_list(data, bad).is_sentence(65, "bad.txt")
    assert active(data) == before


@pytest.mark.parametrize(
    ("more", "name", "word"),
    [
        (("--column", "sha9=x"), "national", "--column"),
        (("--column", "sha256"), "national", "--column"),
        (("--column", "sha256=nowhere"), "national", "nowhere"),
        ((), "../outside", "name"),
        ((), "local", "local"),
        ((), "\x1b[2J", "name"),
        (("--version", "../../x"), "national", "version"),
    ],
)
def test_names_and_columns_that_cannot_be_used_are_refused(data, tmp_path, more, name, word):
    """No list is written outside its folder, and none over the hotline's own."""
    file = tmp_path / "list.csv"
    file.write_text(f"sha256,note\n{SHA},x\n")
    import_list(data, file, *more, name=name).is_sentence(65, word)
    assert active(data) == []


def test_a_missing_list_and_a_folder_are_told(data, tmp_path):
    """The file and the system's reason."""
    for path in (tmp_path / "nowhere.txt", tmp_path):
        import_list(data, path).is_sentence(65, "cannot be read")


def test_one_bad_entry_is_refused_beside_the_good_ones(data, tmp_path):
    """Counts and the first line are told; the good entry is active."""
    file = tmp_path / "list.txt"
    file.write_text(f"{SHA}\n=cmd|' /C calc'!A0\n" + "0" * 64 + "\n")
    said = import_list(data, file, "--json")
    assert said.code == 0, said
    said.is_plain()
    told = json.loads(said.out)
    assert told["accepted"] == {"sha256": 1}
    assert sum(told["refused"].values()) == 2
    assert "calc" not in said.out


def test_an_analyst_changes_no_list(data, tmp_path):
    """Refused before the file is read."""
    import_list(data, tmp_path / "nowhere", account=ANALYST).is_sentence(77, "list_change")


# --------------------------------------------------------------------------- ranges

BAD_TABLES = {
    "empty": b"",
    "no ranges": b"hello,world\n",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "cut gzip": b"\x1f\x8b\x08\x00\x00\x00",
    "1 MB line": b"1" * 1_000_000,
    "NUL": b"network,asn\n192.0.2.0/24,\x00\n",
    "wrong separator": b"192.0.2.0/24|64500\n",
    "end before start": b"192.0.2.9,192.0.2.1,64500\n",
    "escape sequences": b"\x1b[2J,\x07\n",
}


def import_table(data, file, *more, account=MANAGER, name="table"):
    return run(
        data, "ranges", "import", str(file), "--kind", "asn", "--name", name,
        "--build-date", "2026-11-01", *more, account=account,
    )  # fmt: skip


@pytest.mark.parametrize("content", BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_range_table_changes_nothing(data, tmp_path, content):
    """Exit code 65; the tables on disk are as before."""
    good = tmp_path / "good.csv"
    good.write_text("192.0.2.0/24,64500\n")
    assert import_table(data, good).code == 0
    before = {path.name: path.read_bytes() for path in (data / "ranges").rglob("*.*")}
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    import_table(data, bad).is_sentence(65, "bad.csv")
    after = {path.name: path.read_bytes() for path in (data / "ranges").rglob("*.*")}
    assert after == before


def test_a_table_s_name_stays_in_its_folder(data, tmp_path):
    """No path, no control character."""
    good = tmp_path / "good.csv"
    good.write_text("192.0.2.0/24,64500\n")
    for name in ("../outside", "a/b", "\x1b[2J", ""):
        import_table(data, good, name=name).is_sentence(65, "name")


def test_a_missing_table_is_told(data, tmp_path):
    """The file and the system's reason."""
    import_table(data, tmp_path / "nowhere.csv").is_sentence(65, "nowhere.csv")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"{" * 100_000, b"\xff", b'{"services": [[5]]}']
)
def test_a_bad_bootstrap_file_is_one_sentence(data, tmp_path, content):
    """RFC 9224 or nothing."""
    file = tmp_path / "ipv4.json"
    file.write_bytes(content)
    said = run(data, "ranges", "import", str(file), "--kind", "rdap-ipv4", account=MANAGER)
    said.is_sentence(65, "ipv4.json")
