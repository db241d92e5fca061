"""The primitives of curio and of newio, which are spelled alike; each adapter makes its own."""

from __future__ import annotations

from typing import Any

from conformance.adapter.channels import Channels
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync


class KernelSync(Sync, Permits, Channels):
    """Facets: what is done to an `Event`, `Lock`, `Semaphore`, `Queue`."""

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

    async def acquire(self, lock: Any) -> None:
        """`Lock.acquire`; curio's `Condition.acquire`, too."""
        await lock.acquire()

    async def release(self, lock: Any) -> None:
        """`Lock.release`; curio's `Condition.release`, too."""
        await lock.release()

    async def locked(self, lock: Any) -> bool:
        """`Lock.locked`; curio's `Condition.locked`, too."""
        return bool(lock.locked())

    async def acquire_semaphore(self, semaphore: Any) -> None:
        """`Semaphore.acquire`."""
        await semaphore.acquire()

    async def release_semaphore(self, semaphore: Any) -> None:
        """`Semaphore.release`."""
        await semaphore.release()

    async def send(self, channel: Any, item: Any) -> None:
        """`Queue.put`."""
        await channel.put(item)

    async def receive(self, channel: Any) -> Any:
        """`Queue.get`."""
        return await channel.get()

    async def length(self, channel: Any) -> int:
        """`Queue.qsize`."""
        return int(channel.qsize())
