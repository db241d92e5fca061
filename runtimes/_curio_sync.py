"""curio's events, locks, conditions, semaphores and queues."""

from __future__ import annotations

import math
from typing import Any

import curio

from runtimes._kernel_sync import KernelSync


class CurioSync(KernelSync):
    """Facets: `curio.Event`, `Lock`, `Condition`, `Semaphore`, `Queue`."""

    def event(self) -> Any:
        """`Event`."""
        return curio.Event()

    def lock(self) -> Any:
        """`Lock`."""
        return curio.Lock()

    def condition(self) -> Any:
        """`Condition`."""
        return curio.Condition()

    async def wait_condition(self, condition: Any) -> None:
        """`Condition.wait`."""
        await condition.wait()

    async def notify(self, condition: Any, count: int) -> None:
        """`Condition.notify`."""
        await condition.notify(count)

    async def notify_all(self, condition: Any) -> None:
        """`Condition.notify_all`."""
        await condition.notify_all()

    def semaphore(self, value: int) -> Any:
        """`Semaphore`."""
        return curio.Semaphore(value)

    async def semaphore_value(self, semaphore: Any) -> int:
        """`Semaphore.value`."""
        return int(semaphore.value)

    def channel(self, capacity: float) -> Any:
        """`Queue`; its own size for an unbounded one is 0."""
        return curio.Queue(maxsize=0 if capacity == math.inf else int(capacity))
