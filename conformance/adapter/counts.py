"""Facet: how many tasks wait for an object, as the runtime tells it.

Only what the runtime's own API tells: nothing is counted here, and no private attribute is read.
"""

from __future__ import annotations

from conformance.adapter.core import Handle, optional


class Counts:
    """Ops `event_waiters`, `lock_waiters` and their like; each is a capability of its own."""

    @optional
    async def event_waiters(self, event: Handle) -> int:
        """How many tasks wait for it."""
        raise NotImplementedError

    @optional
    async def lock_waiters(self, lock: Handle) -> int:
        """How many tasks wait for it; it may be a condition, whose lock is meant then."""
        raise NotImplementedError

    @optional
    async def condition_waiters(self, condition: Handle) -> int:
        """How many tasks wait to be notified."""
        raise NotImplementedError

    @optional
    async def semaphore_waiters(self, semaphore: Handle) -> int:
        """How many tasks wait for a permit."""
        raise NotImplementedError

    @optional
    async def limiter_waiters(self, limiter: Handle) -> int:
        """How many tasks wait for a token."""
        raise NotImplementedError

    @optional
    async def barrier_waiters(self, barrier: Handle) -> int:
        """How many parties wait for the others."""
        raise NotImplementedError

    @optional
    async def waiting_senders(self, channel: Handle) -> int:
        """How many tasks wait for room in it."""
        raise NotImplementedError

    @optional
    async def waiting_receivers(self, channel: Handle) -> int:
        """How many tasks wait for an item."""
        raise NotImplementedError
