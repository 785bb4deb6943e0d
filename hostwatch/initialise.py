"""Set up a data directory: configuration, key, database, first account."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cases.audit_key import KEY_FILE as AUDIT_KEY_FILE
from cases.audit_key import create_audit_key
from cases.errors import ConfigurationProblem
from cases.model import Account, Role
from cases.seal import create_key_file
from config.errors import ConfigurationError
from config.initialise import FILES, write_configuration
from config.settings import Audit, Paths
from hostwatch.office import Office, open_office, read_rules
from hostwatch.operations.people import check_name, clear_login
from notices.partners.bundle import KEY_FILE, create_signer


async def initialise(
    directory: Path, *, administrator: str, environ: Mapping[str, str], login: str
) -> list[Path]:
    """
    Write a new data directory and return what was written; on failure nothing is left of it.

    Raises:
        ConfigurationProblem: something is there already, or it cannot be written; nothing is
            overwritten.
        InvalidInput: the administrator's name cannot be one of an account.
    """
    check_name(administrator)
    with _alone_in(directory):
        _refuse_present(directory)
        try:
            return await _fill(directory, administrator, environ, login)
        except BaseException:
            _clear(directory)
            raise


async def _fill(
    directory: Path, administrator: str, environ: Mapping[str, str], login: str
) -> list[Path]:
    try:
        written = write_configuration(directory)
    except ConfigurationError as problem:
        raise ConfigurationProblem(str(problem)) from None
    rules = read_rules(directory, environ)
    paths = rules.settings.paths
    create_key_file(paths.key_file)
    signing = paths.key_file.parent / KEY_FILE
    create_signer(signing)
    attesting = paths.key_file.parent / AUDIT_KEY_FILE
    create_audit_key(attesting)
    for folder in (paths.hash_lists, paths.ranges, rules.settings.audit.checkpoints):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with open_office(rules, create=True) as office:
        await _first_account(office, administrator, login)
    return [*written, paths.key_file, signing, attesting, paths.database]


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Make the directory and hold it, so that of two who initialise it only one does."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigurationProblem(
            f"{directory}: the data directory cannot be made there ({error.strerror})."
        ) from None
    try:
        _hold(handle, directory)
        yield
    finally:
        os.close(handle)


def _hold(handle: int, directory: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ConfigurationProblem(
            f"{directory}: somebody else initialises it at this moment."
        ) from None


def _files() -> tuple[Path, ...]:
    usual = Paths()
    own = (usual.key_file, Path(KEY_FILE), Path(AUDIT_KEY_FILE), usual.database)
    return (*map(Path, FILES), *own)


def _refuse_present(directory: Path) -> None:
    """Refuse before anything is written, so that no half-made directory is left behind."""
    present = [directory / name for name in _files() if os.path.lexists(directory / name)]
    if present:
        raise ConfigurationProblem(
            "\n".join(
                f"{path}: this file is there already and is not overwritten; "
                "name another folder, or move the file away."
                for path in present
            )
        )


def _clear(directory: Path) -> None:
    """Take back what was written: none of it was there before, and nothing is sealed by it."""
    for name in _files():
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                (directory / f"{name}{suffix}").unlink()
    for folder in (Paths().hash_lists, Paths().ranges, Audit().checkpoints):
        with suppress(OSError):
            (directory / folder).rmdir()


async def _first_account(office: Office, name: str, login: str) -> None:
    now = office.clock.now()
    async with office.store.transaction() as tx:
        await tx.save_account(Account(name=name, role=Role.ADMINISTRATOR, created_at=now))
        await tx.audit(now, name, "initialised", None, login=clear_login(login))
