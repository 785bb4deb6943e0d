"""Set up a data directory: configuration, key, database, first account."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cases.errors import ConfigurationProblem
from cases.model import Account, Role
from cases.seal import create_key_file
from config.errors import ConfigurationError
from config.initialise import write_configuration
from config.settings import Paths
from hostwatch.office import Office, open_office, read_rules
from hostwatch.operations.people import check_name
from notices.partners.bundle import create_signer

SIGNING_KEY = "partner-signing.key"


async def initialise(
    directory: Path, *, administrator: str, environ: Mapping[str, str], login: str
) -> list[Path]:
    """
    Write a new data directory and return what was written.

    Raises:
        ConfigurationProblem: something is there already; nothing is overwritten.
        InvalidInput: the administrator's name cannot be one of an account.
    """
    check_name(administrator)
    _refuse_present(directory)
    try:
        written = write_configuration(directory)
    except ConfigurationError as problem:
        raise ConfigurationProblem(str(problem)) from None
    rules = read_rules(directory, environ)
    paths = rules.settings.paths
    create_key_file(paths.key_file)
    signing = paths.key_file.parent / SIGNING_KEY
    create_signer(signing)
    for folder in (paths.hash_lists, paths.ranges):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with open_office(rules, create=True) as office:
        await _first_account(office, administrator, login)
    return [*written, paths.key_file, signing, paths.database]


def _refuse_present(directory: Path) -> None:
    """Refuse before anything is written, so that no half-made directory is left behind."""
    usual = Paths()
    for name in (usual.key_file, usual.database, Path(SIGNING_KEY)):
        if os.path.lexists(directory / name):
            raise ConfigurationProblem(
                f"{directory / name}: this file is there already and is not overwritten; "
                "name another folder, or move the file away."
            )


async def _first_account(office: Office, name: str, login: str) -> None:
    now = office.clock.now()
    async with office.store.transaction() as tx:
        await tx.save_account(Account(name=name, role=Role.ADMINISTRATOR, created_at=now))
        await tx.audit(now, name, "initialised", None, login=login)
