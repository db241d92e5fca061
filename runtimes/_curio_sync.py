"""curio's events, locks, conditions, semaphores and queues."""

from __future__ import annotations

import math
from typing import Any

import curio

from conformance.adapter.channels import Channels
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync


class CurioSync(Sync, Permits, Channels):
    """Facets: `curio.Event`, `Lock`, `Condition`, `Semaphore`, `Queue`."""

    def event(self) -> Any:
        """`Event`."""
        return curio.Event()

    async def wait_event(self, event: Any) -> None:
        """`Event.wait`."""
        await event.wait()

    async def set_event(self, event: Any) -> None:
        """`Event.set`."""
        await event.set()

    async def clear(self, event: Any) -> None:
        """`Event.clear`."""
        event.clear()

    async def is_set(self, event: Any) -> bool:
        """`Event.is_set`."""
        return bool(event.is_set())

    def lock(self) -> Any:
        """`Lock`."""
        return curio.Lock()

    async def acquire(self, lock: Any) -> None:
        """`Lock.acquire`, `Condition.acquire`."""
        await lock.acquire()

    async def release(self, lock: Any) -> None:
        """`Lock.release`, `Condition.release`."""
        await lock.release()

    async def locked(self, lock: Any) -> bool:
        """`Lock.locked`, `Condition.locked`."""
        return bool(lock.locked())

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

    async def acquire_semaphore(self, semaphore: Any) -> None:
        """`Semaphore.acquire`."""
        await semaphore.acquire()

    async def release_semaphore(self, semaphore: Any) -> None:
        """`Semaphore.release`."""
        await semaphore.release()

    async def semaphore_value(self, semaphore: Any) -> int:
        """`Semaphore.value`."""
        return int(semaphore.value)

    def channel(self, capacity: float) -> Any:
        """`Queue`; its own size for an unbounded one is 0."""
        return curio.Queue(maxsize=0 if capacity == math.inf else int(capacity))

    async def send(self, channel: Any, item: Any) -> None:
        """`Queue.put`."""
        await channel.put(item)

    async def receive(self, channel: Any) -> Any:
        """`Queue.get`."""
        return await channel.get()

    async def length(self, channel: Any) -> int:
        """`Queue.qsize`."""
        return int(channel.qsize())
