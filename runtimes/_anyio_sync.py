"""anyio's events, locks, conditions, semaphores, capacity limiters and memory object streams."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio

from conformance.adapter.channels import Channels
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync


class AnyioSync(Sync, Permits, Channels):
    """Facets: anyio's primitives. `_channels` holds every end, to be closed when the run is over."""

    _channels: list[Any]

    # ------------------------------------------------------------ events

    def event(self) -> anyio.Event:
        """`anyio.Event`."""
        return anyio.Event()

    async def wait_event(self, event: anyio.Event) -> None:
        """`Event.wait`."""
        await event.wait()

    async def set_event(self, event: anyio.Event) -> None:
        """`Event.set`."""
        event.set()

    async def is_set(self, event: anyio.Event) -> bool:
        """`Event.is_set`."""
        return event.is_set()

    # ------------------------------------------------------------ locks, conditions

    def lock(self) -> anyio.Lock:
        """`anyio.Lock`."""
        return anyio.Lock()

    async def acquire(self, lock: anyio.Lock | anyio.Condition) -> None:
        """`Lock.acquire`, `Condition.acquire`."""
        await lock.acquire()

    async def acquire_nowait(self, lock: anyio.Lock | anyio.Condition) -> None:
        """`Lock.acquire_nowait`, `Condition.acquire_nowait`."""
        with would_block("WouldBlock"):
            lock.acquire_nowait()

    async def release(self, lock: anyio.Lock | anyio.Condition) -> None:
        """`Lock.release`, `Condition.release`."""
        lock.release()

    async def locked(self, lock: anyio.Lock | anyio.Condition) -> bool:
        """`Lock.locked`, `Condition.locked`."""
        return lock.locked()

    def condition(self) -> anyio.Condition:
        """`anyio.Condition`."""
        return anyio.Condition()

    async def wait_condition(self, condition: anyio.Condition) -> None:
        """`Condition.wait`."""
        await condition.wait()

    async def notify(self, condition: anyio.Condition, count: int) -> None:
        """`Condition.notify`."""
        condition.notify(count)

    async def notify_all(self, condition: anyio.Condition) -> None:
        """`Condition.notify_all`."""
        condition.notify_all()

    # ------------------------------------------------------------ semaphores, limiters

    def semaphore(self, value: int) -> anyio.Semaphore:
        """`anyio.Semaphore`."""
        return anyio.Semaphore(value)

    def bounded_semaphore(self, value: int) -> anyio.Semaphore:
        """`anyio.Semaphore(max_value=…)`."""
        return anyio.Semaphore(value, max_value=value)

    async def acquire_semaphore(self, semaphore: anyio.Semaphore) -> None:
        """`Semaphore.acquire`."""
        await semaphore.acquire()

    async def acquire_semaphore_nowait(self, semaphore: anyio.Semaphore) -> None:
        """`Semaphore.acquire_nowait`."""
        with would_block("WouldBlock"):
            semaphore.acquire_nowait()

    async def release_semaphore(self, semaphore: anyio.Semaphore) -> None:
        """`Semaphore.release`."""
        semaphore.release()

    async def semaphore_value(self, semaphore: anyio.Semaphore) -> int:
        """`Semaphore.value`."""
        return semaphore.value

    def limiter(self, tokens: int) -> anyio.CapacityLimiter:
        """`anyio.CapacityLimiter`."""
        return anyio.CapacityLimiter(tokens)

    async def acquire_limiter(self, limiter: anyio.CapacityLimiter) -> None:
        """`CapacityLimiter.acquire`."""
        await limiter.acquire()

    async def acquire_limiter_nowait(self, limiter: anyio.CapacityLimiter) -> None:
        """`CapacityLimiter.acquire_nowait`."""
        with would_block("WouldBlock"):
            limiter.acquire_nowait()

    async def release_limiter(self, limiter: anyio.CapacityLimiter) -> None:
        """`CapacityLimiter.release`."""
        limiter.release()

    async def set_limit(self, limiter: anyio.CapacityLimiter, tokens: int) -> None:
        """`CapacityLimiter.total_tokens`."""
        limiter.total_tokens = tokens

    async def available_tokens(self, limiter: anyio.CapacityLimiter) -> int:
        """`CapacityLimiter.available_tokens`."""
        return int(limiter.available_tokens)

    # ------------------------------------------------------------ channels

    def channel(self, capacity: float) -> Any:
        """`anyio.create_memory_object_stream`: both ends."""
        ends = anyio.create_memory_object_stream[Any](capacity)
        self._channels.append(ends)
        return ends

    async def send(self, channel: Any, item: Any) -> None:
        """`MemoryObjectSendStream.send`."""
        await channel[0].send(item)

    async def receive(self, channel: Any) -> Any:
        """`MemoryObjectReceiveStream.receive`."""
        return await channel[1].receive()

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`MemoryObjectSendStream.send_nowait`."""
        with would_block("Full"):
            channel[0].send_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """`MemoryObjectReceiveStream.receive_nowait`."""
        with would_block("Empty"):
            return channel[1].receive_nowait()

    async def length(self, channel: Any) -> int:
        """`MemoryObjectSendStream.statistics().current_buffer_used`."""
        return int(channel[0].statistics().current_buffer_used)

    async def close_sender(self, channel: Any) -> None:
        """`MemoryObjectSendStream.close`."""
        channel[0].close()

    async def close_receiver(self, channel: Any) -> None:
        """`MemoryObjectReceiveStream.close`."""
        channel[1].close()

    async def clone_sender(self, channel: Any) -> Any:
        """`MemoryObjectSendStream.clone`."""
        clone = channel[0].clone()
        self._channels.append((clone,))
        return clone, None

    async def clone_receiver(self, channel: Any) -> Any:
        """`MemoryObjectReceiveStream.clone`."""
        clone = channel[1].clone()
        self._channels.append((clone,))
        return None, clone


@contextmanager
def would_block(name: str) -> Iterator[None]:
    """Note on anyio's one WouldBlock which call raised it; the same object passes."""
    try:
        yield
    except anyio.WouldBlock as error:
        error.add_note(name)
        raise


def name_of_refusal(error: BaseException) -> str | None:
    """The name of an error of a primitive that its type alone does not tell."""
    if isinstance(error, anyio.WouldBlock):
        return next(iter(getattr(error, "__notes__", ())), "WouldBlock")
    if isinstance(error, ValueError) and str(error) == "semaphore released too many times":
        return "Misuse"
    return None
