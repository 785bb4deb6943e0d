"""Questions that are under way: whoever asks the same meanwhile gets the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class AskedOnce(Generic[T]):
    """Nothing is remembered beyond the answer; a question that nobody waits for any more ends."""

    def __init__(self) -> None:
        self._asking: dict[Hashable, asyncio.Task[T]] = {}
        self._waiting: dict[Hashable, int] = {}

    async def ask(self, key: Hashable, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Ask, or wait for the answer to the same question; raises what the question raises."""
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(question())
            self._waiting[key] = 0
            task.add_done_callback(lambda done: self._over(key, done))
        self._waiting[key] += 1
        try:
            return await asyncio.shield(task)
        finally:
            self._leave(key, task)

    def _leave(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if self._asking.get(key) is not task:
            return
        self._waiting[key] -= 1
        if not self._waiting[key]:
            self._over(key, task)
            task.cancel()

    def _over(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if self._asking.get(key) is task:
            del self._asking[key], self._waiting[key]
