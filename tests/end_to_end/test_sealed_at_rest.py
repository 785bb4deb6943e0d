"""
Sealed at rest: a stolen database, write-ahead log, backup or log is no directory of the material.

Left out are the files that the hotline itself writes and keeps beside the database: the
configuration, the catalogue of services, the partners and the range tables name no report.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from console.demo.setting import ANALYST

pytestmark = pytest.mark.timeout(500)

_OPERATORS = {"hostwatch.toml", "policy.toml", "catalogue.toml", "partners.toml", "ranges"}
_SHORTEST = 8
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


# ------------------------------------------------------------------ what is searched for


def secrets_of(reports: Path) -> dict[str, frozenset[str]]:
    """Return locations, hosts, paths, reporters and notes of a file of reports, by kind."""
    rows = [json.loads(line) for line in reports.read_text(encoding="utf-8").splitlines()]
    urls = [row["url"] for row in rows]
    split = [urlsplit(url) for url in urls]
    found = {
        "location": urls,
        "host": [one.hostname or "" for one in split if not _is_address(one.hostname)],
        "path": [one.path for one in split],
        "reporter": [row.get("reporter", "") for row in rows],
        "note": [row.get("note", "") for row in rows],
    }
    return {
        kind: frozenset(text for text in texts if len(text) >= _SHORTEST)
        for kind, texts in found.items()
    }


def _is_address(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True


def spellings(text: str) -> frozenset[bytes]:
    """Write a text as it could lie in a file; to be compared with the file in lower case."""
    low = text.lower()
    return frozenset(
        {
            low.encode(),
            low.encode().hex().encode(),
            text.encode().hex().encode(),
            low.encode("utf-16-le"),
            low.encode("utf-16-be"),
        }
    )


def base64_spellings(text: str) -> frozenset[bytes]:
    """Write a text in base64, in its three phases and both alphabets."""
    shifted = (base64.b64encode(b"\0" * shift + text.encode()) for shift in range(3))
    inner = [one[4 if phase else 0 : -4] for phase, one in enumerate(shifted)]
    return frozenset([*inner, *(one.translate(_URL_SAFE) for one in inner)])


def told(content: bytes, secrets: Iterable[str]) -> set[str]:
    """Return the secrets that stand in the content in any spelling."""
    low = content.lower()
    return {
        secret
        for secret in secrets
        if any(one in low for one in spellings(secret))
        or any(one in content for one in base64_spellings(secret))
    }


# ------------------------------------------------------------------ the dump


def dump(data: Path) -> dict[str, bytes]:
    """Read every file of a data directory that hostwatch writes."""
    return {
        str(path.relative_to(data)): path.read_bytes()
        for path in data.rglob("*")
        if path.is_file() and path.relative_to(data).parts[0] not in _OPERATORS
    }


def back_up(database: Path, target: Path) -> Path:
    """Make a backup as an administrator does, by SQLite's own means, while the core works."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


@pytest.fixture(scope="module")
def secrets(practised):
    found = secrets_of(practised.house.files / "reports.jsonl")
    assert min(len(found[kind]) for kind in ("location", "host", "path", "reporter")) >= 10
    return found


def test_no_file_names_a_location_or_a_person(practised, secrets, tmp_path):
    """Database, write-ahead log, backup, logs and all output hold no secret in any spelling."""
    house = practised.house
    contents = dump(house.data)
    assert {"hostwatch.sqlite3", "hostwatch.sqlite3-wal", "hostwatch.log"} <= contents.keys()
    backup = back_up(house.data / "hostwatch.sqlite3", tmp_path / "backup.sqlite3")
    contents["backup"] = backup.read_bytes()
    contents["output of the core"] = (house.root / "processes.log").read_bytes()
    everything = frozenset().union(*secrets.values())
    named = {name: told(content, everything) for name, content in contents.items()}
    assert {name: found for name, found in named.items() if found} == {}


@pytest.mark.parametrize("kind", ["location", "host", "path", "reporter", "note"])
def test_a_dump_that_names_one_is_told(practised, secrets, kind):
    """Control: each spelling of a secret amid the real database is told."""
    database = (practised.house.data / "hostwatch.sqlite3").read_bytes()
    secret = max(secrets[kind])
    for spelling in (*spellings(secret), *base64_spellings(secret)):
        assert told(database[:99_999] + spelling + database[99_999:], [secret]) == {secret}


def test_the_key_gives_the_location_back(practised, secrets):
    """With the key and a stated reason the location stands there as it was reported."""
    house = practised.house
    reported = {one.dossier.case.id: one.dossier.case.url for one in house.ended()}
    assert set(reported.values()) - secrets["location"] <= {"http://"}
    for case_id in sorted(reported)[:3]:
        shown = house.command(
            ANALYST, "cases", "show", case_id, "--reveal", "test of the sealing", "--json"
        )
        assert json.loads(shown)["url"] == reported[case_id]
        masked = house.command(ANALYST, "cases", "show", case_id, "--json")
        assert not told(masked.encode(), secrets["host"])
