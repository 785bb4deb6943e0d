"""What the staff's commands work with: the rules, the sealed store and the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cases.errors import ConfigurationProblem
from cases.ports import CaseStore, Clock
from cases.seal import load_keyring
from cases.store.opening import Place, open_store
from cases.store.postgres import PostgresPlace
from config.errors import ConfigurationError
from config.load import load_policy, load_settings
from config.policy import Policy
from config.settings import Settings
from hostwatch.desk import Desk, SystemClock
from hostwatch.permissions import Actor

_FAULTS_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Configuration and policy, read and validated."""

    directory: Path
    settings: Settings
    policy: Policy


def read_rules(
    directory: Path, environ: Mapping[str, str], *, allow_practice: bool = False
) -> Rules:
    """
    Read `hostwatch.toml` and the policy it names; a practice policy only where that is allowed.

    Raises:
        ConfigurationProblem: one sentence per problem: file, key, what was found, what is allowed.
    """
    try:
        settings = load_settings(directory / "hostwatch.toml", environ)
        policy = load_policy(settings.paths.policy, allow_practice=allow_practice)
    except ConfigurationError as problem:
        raise configuration_problem(problem) from None
    return Rules(directory=directory, settings=settings, policy=policy)


def configuration_problem(found: ConfigurationError) -> ConfigurationProblem:
    """Tell the first faults of a file; of very many the rest is counted."""
    told = list(found.sentences[:_FAULTS_TOLD])
    if len(found.sentences) > _FAULTS_TOLD:
        told.append(f"... and {len(found.sentences) - _FAULTS_TOLD} more.")
    return ConfigurationProblem("\n".join(told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the staff's commands work with."""

    rules: Rules
    store: CaseStore
    clock: Clock

    def desk(self, actor: Actor) -> Desk:
        """Give an actor a desk."""
        return Desk(
            store=self.store,
            clock=self.clock,
            settings=self.rules.settings,
            policy=self.rules.policy,
            actor=actor,
        )


@asynccontextmanager
async def open_office(rules: Rules, *, create: bool = False) -> AsyncIterator[Office]:
    """Open the sealed store for staff commands. Raises `KeyProblem`, `StoreProblem`."""
    keyring = load_keyring(rules.settings.paths.key_file)
    store = await open_store(place_of(rules.settings), keyring, create=create)
    try:
        yield Office(rules=rules, store=store, clock=SystemClock())
    finally:
        await store.close()


def place_of(settings: Settings) -> Place:
    """Say where the cases are kept. Raises `ConfigurationProblem`."""
    database = settings.database
    if database.url is None:
        return settings.paths.database
    return PostgresPlace(url=database.url, password=read_password(database.password_file))


def read_password(path: Path | None) -> str | None:
    """Read a password file. Raises `ConfigurationProblem`."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationProblem(f"{path}: this password file cannot be read as text.") from None
