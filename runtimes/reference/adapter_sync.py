"""The reference's adapter for primitives and channels."""

from __future__ import annotations

from typing import Any, NamedTuple

from conformance.adapter.channels import Channels
from conformance.adapter.core import Handle
from conformance.adapter.counts import Counts
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync
from runtimes.reference import objects
from runtimes.reference.conditions import Condition
from runtimes.reference.ends import UNOPENED, Side
from runtimes.reference.executor import Ask, Executor
from runtimes.reference.permits import Barrier, Limiter, Semaphore


class Channel(NamedTuple):
    """What a program calls a channel: an end of each kind; a clone has one of them."""

    sender: Side | None
    receiver: Side | None


def _lock(handle: objects.Lock | Condition) -> objects.Lock:
    """The lock, or the condition's."""
    return handle.lock if isinstance(handle, Condition) else handle


class ReferenceSync(Sync, Permits, Channels, Counts):
    """Facets: events, locks, conditions, semaphores, limiters, barriers, channels; who waits for them."""

    executor: Executor

    # ------------------------------------------------------------ events

    def event(self) -> objects.Event:
        """An event."""
        return objects.Event(0)

    async def wait_event(self, event: Handle) -> None:
        """Wait."""
        await Ask("wait", self.executor.wait_event, event)

    async def set_event(self, event: Handle) -> None:
        """Set."""
        await Ask("set", self.executor.set_event, event)

    async def clear(self, event: Handle) -> None:
        """Clear."""
        await Ask("clear", self.executor.clear, event)

    async def is_set(self, event: Handle) -> bool:
        """Ask."""
        return bool(await Ask("is_set", self.executor.is_set, event))

    # ------------------------------------------------------------ locks, conditions

    def lock(self) -> objects.Lock:
        """A lock."""
        return objects.Lock(0)

    async def acquire(self, lock: Handle) -> None:
        """Acquire."""
        await Ask("acquire", self.executor.acquire, _lock(lock))

    async def acquire_nowait(self, lock: Handle) -> None:
        """Acquire or fail."""
        await Ask("acquire_nowait", self.executor.acquire_nowait, _lock(lock))

    async def release(self, lock: Handle) -> None:
        """Release."""
        await Ask("release", self.executor.release, _lock(lock))

    async def locked(self, lock: Handle) -> bool:
        """Ask."""
        return bool(await Ask("locked", self.executor.locked, _lock(lock)))

    def condition(self) -> Condition:
        """A condition."""
        return Condition(0, objects.Lock(0))

    async def wait_condition(self, condition: Handle) -> None:
        """Wait."""
        await Ask("wait_condition", self.executor.wait_condition, condition)

    async def notify(self, condition: Handle, count: int) -> None:
        """Notify."""
        await Ask("notify", self.executor.notify, condition, count)

    async def notify_all(self, condition: Handle) -> None:
        """Notify all."""
        await Ask("notify_all", self.executor.notify_all, condition)

    # ------------------------------------------------------------ semaphores, limiters, barriers

    def semaphore(self, value: int) -> Semaphore:
        """A semaphore."""
        return Semaphore(0, value)

    def bounded_semaphore(self, value: int) -> Semaphore:
        """A semaphore that cannot grow."""
        return Semaphore(0, value, value)

    async def acquire_semaphore(self, semaphore: Handle) -> None:
        """Acquire."""
        await Ask("acquire_semaphore", self.executor.acquire_semaphore, semaphore)

    async def acquire_semaphore_nowait(self, semaphore: Handle) -> None:
        """Acquire or fail."""
        await Ask("acquire_semaphore_nowait", self.executor.acquire_semaphore_nowait, semaphore)

    async def release_semaphore(self, semaphore: Handle) -> None:
        """Release."""
        await Ask("release_semaphore", self.executor.release_semaphore, semaphore)

    async def semaphore_value(self, semaphore: Handle) -> int:
        """Ask."""
        return int(await Ask("semaphore_value", self.executor.semaphore_value, semaphore))

    def limiter(self, tokens: int) -> Limiter:
        """A limiter."""
        return Limiter(0, tokens)

    async def acquire_limiter(self, limiter: Handle) -> None:
        """Borrow."""
        await Ask("acquire_limiter", self.executor.acquire_limiter, limiter)

    async def acquire_limiter_nowait(self, limiter: Handle) -> None:
        """Borrow or fail."""
        await Ask("acquire_limiter_nowait", self.executor.acquire_limiter_nowait, limiter)

    async def release_limiter(self, limiter: Handle) -> None:
        """Give back."""
        await Ask("release_limiter", self.executor.release_limiter, limiter)

    async def set_limit(self, limiter: Handle, tokens: int) -> None:
        """Resize."""
        await Ask("set_limit", self.executor.set_limit, limiter, tokens)

    async def available_tokens(self, limiter: Handle) -> int:
        """Ask."""
        return int(await Ask("available_tokens", self.executor.available_tokens, limiter))

    def barrier(self, parties: int) -> Barrier:
        """A barrier."""
        return Barrier(0, parties)

    async def wait_barrier(self, barrier: Handle) -> int:
        """Wait."""
        return int(await Ask("wait_barrier", self.executor.wait_barrier, barrier))

    # ------------------------------------------------------------ channels

    def channel(self, capacity: float) -> Channel:
        """A channel, both ends open."""
        channel = objects.Channel(0, capacity)
        return Channel(Side(0, channel, sends=True), Side(0, channel, sends=False))

    async def send(self, channel: Handle, item: Any) -> None:
        """Send."""
        await Ask("send", self.executor.send_on, channel.sender, item)

    async def receive(self, channel: Handle) -> Any:
        """Receive."""
        return await Ask("receive", self.executor.receive_on, channel.receiver)

    async def send_nowait(self, channel: Handle, item: Any) -> None:
        """Send or fail."""
        await Ask("send_nowait", self.executor.send_on_nowait, channel.sender, item)

    async def receive_nowait(self, channel: Handle) -> Any:
        """Receive or fail."""
        return await Ask("receive_nowait", self.executor.receive_on_nowait, channel.receiver)

    async def length(self, channel: Handle) -> int:
        """Ask."""
        return int(await Ask("length", self.executor.length, channel.sender.channel))

    async def close_sender(self, channel: Handle) -> None:
        """Close."""
        await Ask("close_sender", self.executor.close_side, channel.sender)

    async def close_receiver(self, channel: Handle) -> None:
        """Close."""
        await Ask("close_receiver", self.executor.close_side, channel.receiver)

    async def clone_sender(self, channel: Handle) -> Channel:
        """Clone."""
        return Channel(await self._clone("clone_sender", channel.sender), None)

    async def clone_receiver(self, channel: Handle) -> Channel:
        """Clone."""
        return Channel(None, await self._clone("clone_receiver", channel.receiver))

    async def _clone(self, kind: str, side: Side) -> Side:
        clone = Side(0, side.channel, UNOPENED, sends=side.sends)
        await Ask(kind, self.executor.clone_side, side, clone)
        return clone

    # ------------------------------------------------------------ who waits

    async def event_waiters(self, event: Handle) -> int:
        """Ask."""
        return int(await Ask("event_waiters", self.executor.event_waiters, event))

    async def lock_waiters(self, lock: Handle) -> int:
        """Ask."""
        return int(await Ask("lock_waiters", self.executor.lock_waiters, _lock(lock)))

    async def condition_waiters(self, condition: Handle) -> int:
        """Ask."""
        return int(await Ask("condition_waiters", self.executor.condition_waiters, condition))

    async def semaphore_waiters(self, semaphore: Handle) -> int:
        """Ask."""
        return int(await Ask("semaphore_waiters", self.executor.semaphore_waiters, semaphore))

    async def limiter_waiters(self, limiter: Handle) -> int:
        """Ask."""
        return int(await Ask("limiter_waiters", self.executor.limiter_waiters, limiter))

    async def barrier_waiters(self, barrier: Handle) -> int:
        """Ask."""
        return int(await Ask("barrier_waiters", self.executor.barrier_waiters, barrier))

    async def waiting_senders(self, channel: Handle) -> int:
        """Ask."""
        return int(
            await Ask("waiting_senders", self.executor.waiting_senders, channel.sender.channel)
        )

    async def waiting_receivers(self, channel: Handle) -> int:
        """Ask."""
        return int(
            await Ask("waiting_receivers", self.executor.waiting_receivers, channel.sender.channel)
        )
