"""Make a new store from rows that were copied before, perhaps under an earlier schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from cases.errors import StoreProblem
from cases.ports import Transaction
from cases.seal import Keyring
from cases.store import postgres_errors, schema, sqlite_errors
from cases.store.fill import bring_up_to_date
from cases.store.opening import Place
from cases.store.postgres import PostgresPlace, connected_postgres, require_empty
from cases.store.sqlite import connected_sqlite, discard_sqlite, reserve_sqlite
from cases.store.transaction import SqlTransaction

_Result = TypeVar("_Result")


async def restore_store(
    place: Place,
    keyring: Keyring,
    *,
    revision: str,
    fill: Callable[[Transaction], Awaitable[_Result]],
) -> _Result:
    """
    Make a store at `place`, let `fill` put the rows of an earlier one in, and bring it up to date.

    All of it is one step: after a failure nothing is left.

    Raises:
        StoreProblem: something is there already, or the rows are of a newer hostwatch.
        KeyProblem: another master key sealed the rows.
    """
    if not revision.isdecimal() or revision > schema.HEAD:
        raise StoreProblem(
            f"The copy has schema revision {revision[:20]}, this hostwatch works with "
            f"{schema.HEAD}; install that version of hostwatch."
        )
    async with _new(place) as connection:
        await connection.run_sync(partial(schema.upgrade, to=revision))
        translate = (postgres_errors if _is_shared(place) else sqlite_errors).translate
        step = SqlTransaction(connection, keyring, translate)
        result = await fill(step)
        await step.finish()
        await step.settle_numbers()
        await bring_up_to_date(connection, keyring, _name_of(place), translate)
    return result


@asynccontextmanager
async def _new(place: Place) -> AsyncIterator[AsyncConnection]:
    if isinstance(place, PostgresPlace):
        async with connected_postgres(place) as connection:
            await require_empty(connection, place)
            yield connection
        return
    reserve_sqlite(place)
    try:
        async with connected_sqlite(place) as connection:
            yield connection
    except BaseException:
        discard_sqlite(place)
        raise


def _is_shared(place: Place) -> bool:
    return isinstance(place, PostgresPlace)


def _name_of(place: Place) -> str:
    return place.name if isinstance(place, PostgresPlace) else str(place)
