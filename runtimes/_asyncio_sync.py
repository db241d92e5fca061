"""asyncio's events, locks, conditions, semaphores, barriers and queues."""

from __future__ import annotations

import asyncio
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conformance.adapter.channels import Channels
from conformance.adapter.counts import Counts
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync


class AsyncioSync(Sync, Permits, Channels, Counts):
    """Facets: `asyncio.Event`, `Lock`, `Condition`, `Semaphore`, `BoundedSemaphore`, `Barrier`, `Queue`."""

    # ------------------------------------------------------------ events

    def event(self) -> asyncio.Event:
        """`asyncio.Event`."""
        return asyncio.Event()

    async def wait_event(self, event: asyncio.Event) -> None:
        """`Event.wait`."""
        await event.wait()

    async def set_event(self, event: asyncio.Event) -> None:
        """`Event.set`."""
        event.set()

    async def clear(self, event: asyncio.Event) -> None:
        """`Event.clear`."""
        event.clear()

    async def is_set(self, event: asyncio.Event) -> bool:
        """`Event.is_set`."""
        return event.is_set()

    # ------------------------------------------------------------ locks, conditions

    def lock(self) -> asyncio.Lock:
        """`asyncio.Lock`."""
        return asyncio.Lock()

    async def acquire(self, lock: asyncio.Lock | asyncio.Condition) -> None:
        """`Lock.acquire`, `Condition.acquire`."""
        await lock.acquire()

    async def release(self, lock: asyncio.Lock | asyncio.Condition) -> None:
        """`Lock.release`, `Condition.release`."""
        lock.release()

    async def locked(self, lock: asyncio.Lock | asyncio.Condition) -> bool:
        """`Lock.locked`, `Condition.locked`."""
        return lock.locked()

    def condition(self) -> asyncio.Condition:
        """`asyncio.Condition`."""
        return asyncio.Condition()

    async def wait_condition(self, condition: asyncio.Condition) -> None:
        """`Condition.wait`."""
        await condition.wait()

    async def notify(self, condition: asyncio.Condition, count: int) -> None:
        """`Condition.notify`."""
        condition.notify(count)

    async def notify_all(self, condition: asyncio.Condition) -> None:
        """`Condition.notify_all`."""
        condition.notify_all()

    # ------------------------------------------------------------ semaphores, barriers

    def semaphore(self, value: int) -> asyncio.Semaphore:
        """`asyncio.Semaphore`."""
        return asyncio.Semaphore(value)

    def bounded_semaphore(self, value: int) -> asyncio.BoundedSemaphore:
        """`asyncio.BoundedSemaphore`."""
        return asyncio.BoundedSemaphore(value)

    async def acquire_semaphore(self, semaphore: asyncio.Semaphore) -> None:
        """`Semaphore.acquire`."""
        await semaphore.acquire()

    async def release_semaphore(self, semaphore: asyncio.Semaphore) -> None:
        """`Semaphore.release`."""
        semaphore.release()

    def barrier(self, parties: int) -> asyncio.Barrier:
        """`asyncio.Barrier`."""
        return asyncio.Barrier(parties)

    async def wait_barrier(self, barrier: asyncio.Barrier) -> int:
        """`Barrier.wait`."""
        return await barrier.wait()

    async def barrier_waiters(self, barrier: asyncio.Barrier) -> int:
        """`Barrier.n_waiting`. No other primitive of asyncio tells who waits."""
        return barrier.n_waiting

    # ------------------------------------------------------------ channels

    def channel(self, capacity: float) -> asyncio.Queue[Any]:
        """`asyncio.Queue`; its own size for an unbounded one is 0."""
        return asyncio.Queue(0 if capacity == math.inf else int(capacity))

    async def send(self, channel: asyncio.Queue[Any], item: Any) -> None:
        """`Queue.put`."""
        with shut_down("Closed"):
            await channel.put(item)

    async def receive(self, channel: asyncio.Queue[Any]) -> Any:
        """`Queue.get`."""
        with shut_down("EndOfChannel"):
            return await channel.get()

    async def send_nowait(self, channel: asyncio.Queue[Any], item: Any) -> None:
        """`Queue.put_nowait`."""
        with shut_down("Closed"):
            channel.put_nowait(item)

    async def receive_nowait(self, channel: asyncio.Queue[Any]) -> Any:
        """`Queue.get_nowait`."""
        with shut_down("EndOfChannel"):
            return channel.get_nowait()

    async def length(self, channel: asyncio.Queue[Any]) -> int:
        """`Queue.qsize`."""
        return channel.qsize()

    if sys.version_info >= (3, 13):

        async def close_sender(self, channel: asyncio.Queue[Any]) -> None:
            """`Queue.shutdown`: puts fail from now on, gets once the queue is empty."""
            channel.shutdown()


SHUT_DOWN: Any = getattr(asyncio, "QueueShutDown", ())
"""What a queue raises that was shut down, from CPython 3.13 on."""


@contextmanager
def shut_down(name: str) -> Iterator[None]:
    """Note on asyncio's one QueueShutDown which call raised it; the same object passes."""
    try:
        yield
    except SHUT_DOWN as error:
        error.add_note(name)
        raise


def name_of_refusal(error: BaseException) -> str | None:
    """The name of an error of a primitive that its type alone does not tell."""
    if SHUT_DOWN and isinstance(error, SHUT_DOWN):
        return next(iter(getattr(error, "__notes__", ())), "QueueShutDown")
    if isinstance(error, ValueError) and re.search("released too many times|NaN", str(error)):
        return "Misuse"
    return None
