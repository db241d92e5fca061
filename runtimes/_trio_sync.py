"""trio's events, locks, conditions, semaphores, capacity limiters and memory channels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import trio

from conformance.adapter.channels import Channels
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync


class TrioSync(Sync, Permits, Channels):
    """Facets: `trio.Event`, `Lock`, `Condition`, `Semaphore`, `CapacityLimiter`, `open_memory_channel`."""

    # ------------------------------------------------------------ events

    def event(self) -> trio.Event:
        """`trio.Event`."""
        return trio.Event()

    async def wait_event(self, event: trio.Event) -> None:
        """`Event.wait`."""
        await event.wait()

    async def set_event(self, event: trio.Event) -> None:
        """`Event.set`."""
        event.set()

    async def is_set(self, event: trio.Event) -> bool:
        """`Event.is_set`."""
        return event.is_set()

    # ------------------------------------------------------------ locks, conditions

    def lock(self) -> trio.Lock:
        """`trio.Lock`."""
        return trio.Lock()

    async def acquire(self, lock: trio.Lock | trio.Condition) -> None:
        """`Lock.acquire`, `Condition.acquire`."""
        await lock.acquire()

    async def acquire_nowait(self, lock: trio.Lock | trio.Condition) -> None:
        """`Lock.acquire_nowait`, `Condition.acquire_nowait`."""
        with would_block("WouldBlock"):
            lock.acquire_nowait()

    async def release(self, lock: trio.Lock | trio.Condition) -> None:
        """`Lock.release`, `Condition.release`."""
        lock.release()

    async def locked(self, lock: trio.Lock | trio.Condition) -> bool:
        """`Lock.locked`, `Condition.locked`."""
        return lock.locked()

    def condition(self) -> trio.Condition:
        """`trio.Condition`."""
        return trio.Condition()

    async def wait_condition(self, condition: trio.Condition) -> None:
        """`Condition.wait`."""
        await condition.wait()

    async def notify(self, condition: trio.Condition, count: int) -> None:
        """`Condition.notify`."""
        condition.notify(count)

    async def notify_all(self, condition: trio.Condition) -> None:
        """`Condition.notify_all`."""
        condition.notify_all()

    # ------------------------------------------------------------ semaphores, limiters

    def semaphore(self, value: int) -> trio.Semaphore:
        """`trio.Semaphore`."""
        return trio.Semaphore(value)

    def bounded_semaphore(self, value: int) -> trio.Semaphore:
        """`trio.Semaphore(max_value=…)`."""
        return trio.Semaphore(value, max_value=value)

    async def acquire_semaphore(self, semaphore: trio.Semaphore) -> None:
        """`Semaphore.acquire`."""
        await semaphore.acquire()

    async def acquire_semaphore_nowait(self, semaphore: trio.Semaphore) -> None:
        """`Semaphore.acquire_nowait`."""
        with would_block("WouldBlock"):
            semaphore.acquire_nowait()

    async def release_semaphore(self, semaphore: trio.Semaphore) -> None:
        """`Semaphore.release`."""
        semaphore.release()

    async def semaphore_value(self, semaphore: trio.Semaphore) -> int:
        """`Semaphore.value`."""
        return semaphore.value

    def limiter(self, tokens: int) -> trio.CapacityLimiter:
        """`trio.CapacityLimiter`."""
        return trio.CapacityLimiter(tokens)

    async def acquire_limiter(self, limiter: trio.CapacityLimiter) -> None:
        """`CapacityLimiter.acquire`."""
        await limiter.acquire()

    async def acquire_limiter_nowait(self, limiter: trio.CapacityLimiter) -> None:
        """`CapacityLimiter.acquire_nowait`."""
        with would_block("WouldBlock"):
            limiter.acquire_nowait()

    async def release_limiter(self, limiter: trio.CapacityLimiter) -> None:
        """`CapacityLimiter.release`."""
        limiter.release()

    async def set_limit(self, limiter: trio.CapacityLimiter, tokens: int) -> None:
        """`CapacityLimiter.total_tokens`."""
        limiter.total_tokens = tokens

    async def available_tokens(self, limiter: trio.CapacityLimiter) -> int:
        """`CapacityLimiter.available_tokens`."""
        return int(limiter.available_tokens)

    # ------------------------------------------------------------ channels

    def channel(self, capacity: float) -> Any:
        """`trio.open_memory_channel`: both ends."""
        return trio.open_memory_channel[Any](capacity)

    async def send(self, channel: Any, item: Any) -> None:
        """`MemorySendChannel.send`."""
        await channel[0].send(item)

    async def receive(self, channel: Any) -> Any:
        """`MemoryReceiveChannel.receive`."""
        return await channel[1].receive()

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`MemorySendChannel.send_nowait`."""
        with would_block("Full"):
            channel[0].send_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """`MemoryReceiveChannel.receive_nowait`."""
        with would_block("Empty"):
            return channel[1].receive_nowait()

    async def length(self, channel: Any) -> int:
        """`MemorySendChannel.statistics().current_buffer_used`."""
        return int(channel[0].statistics().current_buffer_used)

    async def close_sender(self, channel: Any) -> None:
        """`MemorySendChannel.close`."""
        channel[0].close()

    async def close_receiver(self, channel: Any) -> None:
        """`MemoryReceiveChannel.close`."""
        channel[1].close()

    async def clone_sender(self, channel: Any) -> Any:
        """`MemorySendChannel.clone`."""
        return channel[0].clone(), None

    async def clone_receiver(self, channel: Any) -> Any:
        """`MemoryReceiveChannel.clone`."""
        return None, channel[1].clone()


@contextmanager
def would_block(name: str) -> Iterator[None]:
    """Note on trio's one WouldBlock which call raised it; the same object passes."""
    try:
        yield
    except trio.WouldBlock as error:
        error.add_note(name)
        raise


def name_of_refusal(error: BaseException) -> str | None:
    """The name of an error of a primitive that its type alone does not tell."""
    if isinstance(error, trio.WouldBlock):
        return next(iter(getattr(error, "__notes__", ())), "WouldBlock")
    if isinstance(error, ValueError) and str(error) == "semaphore released too many times":
        return "Misuse"
    return None
