"""Facet: events and locks."""

from __future__ import annotations

from conformance.adapter.core import Handle, optional


class Sync:
    """Ops `wait`, `set` (method `set_event`), `acquire`, `release`."""

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

    def lock(self) -> Handle:
        """A fresh lock, free."""
        raise NotImplementedError

    @optional
    async def acquire(self, lock: Handle) -> None:
        """Take it, waiting for it."""
        raise NotImplementedError

    @optional
    async def release(self, lock: Handle) -> None:
        """Give it back."""
        raise NotImplementedError
