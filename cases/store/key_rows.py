"""The wrapped keys of all cases: counted by master key, wrapped again, and tried."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from cases.store import tables
from cases.store.rows import SealedRows, Turn

_KEYS = tables.case_keys
_META = tables.meta
_WRAPPED = (tables.KEY_CHECK, tables.INDEX_KEY)
"""Members of `meta` that are wrapped keys."""


class KeyRows(SealedRows):
    """The part of a transaction that speaks of keys; no key leaves it unwrapped."""

    async def keys_by_master(self) -> Mapping[int, int]:
        """Count the wrapped keys by the id of the master key that wraps them."""
        first = func.substr(_KEYS.c.wrapped, 1, 1).label("first")
        rows = await self._rows(select(first, func.count().label("number")).group_by(first))
        counts: Counter[int] = Counter({row.first[0]: row.number for row in rows})
        for value in (await self._wrapped_facts()).values():
            counts[value[0]] += 1
        return dict(counts)

    async def use_master(self, key_id: int) -> None:
        """
        Let new keys be wrapped by this master key from now on.

        Waits for steps that wrap keys by another one at this moment.

        Raises:
            KeyProblem: it is not in the key file.
        """
        await self._alone_with_keys()
        for name, value in (await self._wrapped_facts()).items():
            await self._put_fact(name, self._again(name, value, key_id))
        if tables.INDEX_KEY not in await self._wrapped_facts():
            index = self._keyring.wrap(tables.INDEX_KEY, self._keyring.indexing, under=key_id)
            await self._put_fact(tables.INDEX_KEY, index)
        await self._put(_META, {"name": tables.CURRENT_KEY}, {"value": str(key_id)})
        self._wrapping_id = key_id

    async def wrap_again(self, after: str, limit: int) -> tuple[str | None, int]:
        """
        Wrap up to `limit` keys of cases that follow `after` by the current master key.

        Returns the last case id looked at, none at the end, and how many were wrapped. A key that
        is erased or wrapped by another process meanwhile is left as that process left it.
        """
        key_id = await self.current_key()
        column = _KEYS.c
        query = select(column.case_id, column.wrapped).where(column.case_id > after)
        rows = await self._rows(query.order_by(column.case_id).limit(limit))
        changed = 0
        for row in rows:
            if row.wrapped[0] != key_id:
                same = (column.case_id == row.case_id, column.wrapped == row.wrapped)
                again = self._again(row.case_id, row.wrapped, key_id)
                changed += await self._run(_KEYS.update().where(*same).values(wrapped=again))
        return (rows[-1].case_id if rows else None), changed

    async def is_unused(self, key_id: int) -> bool:
        """Tell whether nothing is and nothing will be wrapped by this master key."""
        await self._alone_with_keys()
        return key_id != await self.current_key() and key_id not in await self.keys_by_master()

    async def _alone_with_keys(self) -> None:
        if self._shared:
            await self._lock(Turn.KEYS)

    async def _wrapped_facts(self) -> dict[str, bytes]:
        rows = await self._rows(select(_META).where(_META.c.name.in_(_WRAPPED)))
        return {row.name: base64.b64decode(row.value) for row in rows}

    async def _put_fact(self, name: str, wrapped: bytes) -> None:
        value = base64.b64encode(wrapped).decode()
        await self._put(_META, {"name": name}, {"value": value})

    def _again(self, name: str, wrapped: bytes, key_id: int) -> bytes:
        return self._keyring.wrap(name, self._keyring.unwrap(name, wrapped), under=key_id)
