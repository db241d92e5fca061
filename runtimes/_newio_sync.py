"""newio's events, locks, semaphores and queues."""

from __future__ import annotations

import math
from typing import Any

import newio.queue
import newio.sync

from runtimes._kernel_sync import KernelSync


class NewioSync(KernelSync):
    """Facets: `newio.sync` and `newio.queue`.

    Its `Condition` has no lock, and its `Barrier` can be passed once and is broken by a party that is cancelled: these
    are none in our sense.
    """

    def event(self) -> Any:
        """`Event`."""
        return newio.sync.Event()

    def lock(self) -> Any:
        """`Lock`."""
        return newio.sync.Lock()

    def semaphore(self, value: int) -> Any:
        """`Semaphore`."""
        return newio.sync.Semaphore(value)

    def bounded_semaphore(self, value: int) -> Any:
        """`BoundedSemaphore`."""
        return newio.sync.BoundedSemaphore(value)

    def channel(self, capacity: float) -> Any:
        """`Queue`; its own size for an unbounded one is None."""
        return newio.queue.Queue(maxsize=None if capacity == math.inf else int(capacity))

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`Queue.put_nowait`."""
        await channel.put_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """`Queue.get_nowait`."""
        return await channel.get_nowait()
