"""Facet: tasks that can be joined and cancelled."""

from __future__ import annotations

from typing import Any

from conformance.adapter.core import Body, Handle, optional


class Tasks:
    """Ops `join`, `cancel`, `detach`, `start`, `started`, and questions to a handle."""

    @optional
    def current(self) -> Handle:
        """The handle of the running task: of `main`, and of a task that cancels itself.

        Without it nothing is asked about main's handle.
        """
        raise NotImplementedError

    @optional
    async def join(self, task: Handle) -> Any:
        """Wait for the task's end; return its value, raise what the runtime raises for its error."""
        raise NotImplementedError

    @optional
    async def cancel(self, task: Handle) -> None:
        """Request the task's cancellation. Waits if, and as long as, the runtime's own call does."""
        raise NotImplementedError

    @optional
    async def start(self, body: Body, name: str, group: Handle) -> tuple[Handle, Any]:
        """Start `body` in the group and wait until it is ready: its handle, and the value it told."""
        raise NotImplementedError

    @optional
    async def started(self, value: Any) -> None:
        """Called in a task that was started so: it is ready."""
        raise NotImplementedError

    @optional
    async def done(self, task: Handle) -> bool:
        """Whether the task has ended."""
        raise NotImplementedError

    @optional
    async def cancelled(self, task: Handle) -> bool:
        """Whether the runtime calls the task cancelled."""
        raise NotImplementedError

    @optional
    async def cancelling(self, task: Handle) -> int:
        """How many requests to cancel the task are not taken back."""
        raise NotImplementedError

    @optional
    async def detach(self, body: Body, name: str) -> Any:
        """Start `body` as a task of its own and wait for it; a cancelled waiter leaves it at work."""
        raise NotImplementedError
