"""Facet: events, locks and conditions."""

from __future__ import annotations

from conformance.adapter.core import Handle, optional


class Sync:
    """Ops on events (`wait` is `wait_event`, `set` is `set_event`), on locks and on conditions.

    What is said of a lock is said of a condition, too: `acquire` and the others may be given either.
    """

    def event(self) -> Handle:
        """A fresh event, not set."""
        raise NotImplementedError

    @optional
    async def wait_event(self, event: Handle) -> None:
        """Wait until it is set."""
        raise NotImplementedError

    @optional
    async def set_event(self, event: Handle) -> None:
        """Set it."""
        raise NotImplementedError

    @optional
    async def clear(self, event: Handle) -> None:
        """Let it be no longer set."""
        raise NotImplementedError

    @optional
    async def is_set(self, event: Handle) -> bool:
        """Whether it is set."""
        raise NotImplementedError

    def lock(self) -> Handle:
        """A fresh lock, free."""
        raise NotImplementedError

    @optional
    async def acquire(self, lock: Handle) -> None:
        """Take it, waiting for it."""
        raise NotImplementedError

    @optional
    async def acquire_nowait(self, lock: Handle) -> None:
        """Take it, or raise what the runtime raises when it is taken (name it `WouldBlock`)."""
        raise NotImplementedError

    @optional
    async def release(self, lock: Handle) -> None:
        """Give it back."""
        raise NotImplementedError

    @optional
    async def locked(self, lock: Handle) -> bool:
        """Whether it is taken."""
        raise NotImplementedError

    def condition(self) -> Handle:
        """A fresh condition with a lock of its own, free."""
        raise NotImplementedError

    @optional
    async def wait_condition(self, condition: Handle) -> None:
        """Give its lock back, wait to be notified, take the lock again."""
        raise NotImplementedError

    @optional
    async def notify(self, condition: Handle, count: int) -> None:
        """Wake up to that many of those that wait."""
        raise NotImplementedError

    @optional
    async def notify_all(self, condition: Handle) -> None:
        """Wake all that wait."""
        raise NotImplementedError
