"""The primitives of trio and of anyio, whose are made after trio's; each adapter opens its own channels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from conformance.adapter.channels import Channels
from conformance.adapter.counts import Counts
from conformance.adapter.permits import Permits
from conformance.adapter.sync import Sync


class StructuredSync(Sync, Permits, Channels, Counts):
    """Facets: events, locks, conditions, semaphores, limiters, channels whose two ends are a pair; who waits."""

    library: ClassVar[Any]
    """`trio` or `anyio`."""

    # ------------------------------------------------------------ events

    def event(self) -> Any:
        """`Event`."""
        return self.library.Event()

    async def wait_event(self, event: Any) -> None:
        """`Event.wait`."""
        await event.wait()

    async def set_event(self, event: Any) -> None:
        """`Event.set`."""
        event.set()

    async def is_set(self, event: Any) -> bool:
        """`Event.is_set`."""
        return bool(event.is_set())

    # ------------------------------------------------------------ locks, conditions

    def lock(self) -> Any:
        """`Lock`."""
        return self.library.Lock()

    async def acquire(self, lock: Any) -> None:
        """`Lock.acquire`, `Condition.acquire`."""
        await lock.acquire()

    async def acquire_nowait(self, lock: Any) -> None:
        """`Lock.acquire_nowait`, `Condition.acquire_nowait`."""
        with self._would_block("WouldBlock"):
            lock.acquire_nowait()

    async def release(self, lock: Any) -> None:
        """`Lock.release`, `Condition.release`."""
        lock.release()

    async def locked(self, lock: Any) -> bool:
        """`Lock.locked`, `Condition.locked`."""
        return bool(lock.locked())

    def condition(self) -> Any:
        """`Condition`."""
        return self.library.Condition()

    async def wait_condition(self, condition: Any) -> None:
        """`Condition.wait`."""
        await condition.wait()

    async def notify(self, condition: Any, count: int) -> None:
        """`Condition.notify`."""
        condition.notify(count)

    async def notify_all(self, condition: Any) -> None:
        """`Condition.notify_all`."""
        condition.notify_all()

    # ------------------------------------------------------------ semaphores, limiters

    def semaphore(self, value: int) -> Any:
        """`Semaphore`."""
        return self.library.Semaphore(value)

    def bounded_semaphore(self, value: int) -> Any:
        """`Semaphore(max_value=…)`."""
        return self.library.Semaphore(value, max_value=value)

    async def acquire_semaphore(self, semaphore: Any) -> None:
        """`Semaphore.acquire`."""
        await semaphore.acquire()

    async def acquire_semaphore_nowait(self, semaphore: Any) -> None:
        """`Semaphore.acquire_nowait`."""
        with self._would_block("WouldBlock"):
            semaphore.acquire_nowait()

    async def release_semaphore(self, semaphore: Any) -> None:
        """`Semaphore.release`."""
        semaphore.release()

    async def semaphore_value(self, semaphore: Any) -> int:
        """`Semaphore.value`."""
        return int(semaphore.value)

    def limiter(self, tokens: int) -> Any:
        """`CapacityLimiter`."""
        return self.library.CapacityLimiter(tokens)

    async def acquire_limiter(self, limiter: Any) -> None:
        """`CapacityLimiter.acquire`."""
        await limiter.acquire()

    async def acquire_limiter_nowait(self, limiter: Any) -> None:
        """`CapacityLimiter.acquire_nowait`."""
        with self._would_block("WouldBlock"):
            limiter.acquire_nowait()

    async def release_limiter(self, limiter: Any) -> None:
        """`CapacityLimiter.release`."""
        limiter.release()

    async def set_limit(self, limiter: Any, tokens: int) -> None:
        """`CapacityLimiter.total_tokens`."""
        limiter.total_tokens = tokens

    async def available_tokens(self, limiter: Any) -> int:
        """`CapacityLimiter.available_tokens`."""
        return int(limiter.available_tokens)

    # ------------------------------------------------------------ channels

    async def send(self, channel: Any, item: Any) -> None:
        """The sending end's `send`."""
        await channel[0].send(item)

    async def receive(self, channel: Any) -> Any:
        """The receiving end's `receive`."""
        return await channel[1].receive()

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """The sending end's `send_nowait`."""
        with self._would_block("Full"):
            channel[0].send_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """The receiving end's `receive_nowait`."""
        with self._would_block("Empty"):
            return channel[1].receive_nowait()

    async def length(self, channel: Any) -> int:
        """The sending end's `statistics().current_buffer_used`."""
        return int(channel[0].statistics().current_buffer_used)

    async def close_sender(self, channel: Any) -> None:
        """The sending end's `close`."""
        channel[0].close()

    async def close_receiver(self, channel: Any) -> None:
        """The receiving end's `close`."""
        channel[1].close()

    async def clone_sender(self, channel: Any) -> Any:
        """The sending end's `clone`."""
        return channel[0].clone(), None

    async def clone_receiver(self, channel: Any) -> Any:
        """The receiving end's `clone`."""
        return None, channel[1].clone()

    # ------------------------------------------------------------ who waits

    async def event_waiters(self, event: Any) -> int:
        """`Event.statistics().tasks_waiting`."""
        return int(event.statistics().tasks_waiting)

    async def lock_waiters(self, lock: Any) -> int:
        """`Lock.statistics().tasks_waiting`; of a condition, its `lock_statistics`."""
        told = lock.statistics()
        if isinstance(lock, self.library.Condition):
            told = told.lock_statistics
        return int(told.tasks_waiting)

    async def condition_waiters(self, condition: Any) -> int:
        """`Condition.statistics().tasks_waiting`."""
        return int(condition.statistics().tasks_waiting)

    async def semaphore_waiters(self, semaphore: Any) -> int:
        """`Semaphore.statistics().tasks_waiting`."""
        return int(semaphore.statistics().tasks_waiting)

    async def limiter_waiters(self, limiter: Any) -> int:
        """`CapacityLimiter.statistics().tasks_waiting`."""
        return int(limiter.statistics().tasks_waiting)

    async def waiting_senders(self, channel: Any) -> int:
        """The sending end's `statistics().tasks_waiting_send`."""
        return int(channel[0].statistics().tasks_waiting_send)

    async def waiting_receivers(self, channel: Any) -> int:
        """The sending end's `statistics().tasks_waiting_receive`."""
        return int(channel[0].statistics().tasks_waiting_receive)

    @contextmanager
    def _would_block(self, name: str) -> Iterator[None]:
        """Note on the one WouldBlock which call raised it; the same object passes."""
        try:
            yield
        except self.library.WouldBlock as error:
            error.add_note(name)
            raise

    def name_of_refusal(self, error: BaseException) -> str | None:
        """The name of an error of a primitive that its type alone does not tell."""
        if isinstance(error, self.library.WouldBlock):
            return next(iter(getattr(error, "__notes__", ())), "WouldBlock")
        if isinstance(error, ValueError) and str(error) == "semaphore released too many times":
            return "Misuse"
        return None
