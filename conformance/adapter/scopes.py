"""Facet: blocks that change how their body is cancelled, and groups of tasks.

Each method returns a fresh context manager. The interpreter enters and leaves it by hand, in the same task,
properly nested.
"""

from __future__ import annotations

from conformance.adapter.core import Scope, optional


class Scopes:
    """Ops `shield`, `move_on_after`, `fail_after`, `group`."""

    @optional
    def shield(self) -> Scope:
        """Defer any cancellation from outside until the block is left."""
        raise NotImplementedError

    @optional
    def move_on_after(self, seconds: float) -> Scope:
        """Abandon the block after that many seconds; its exit then swallows the cancellation."""
        raise NotImplementedError

    @optional
    def fail_after(self, seconds: float) -> Scope:
        """Abandon the block after that many seconds; its exit then raises the runtime's time-out error."""
        raise NotImplementedError

    @optional
    def group(self) -> Scope:
        """A task group; what its entry returns is passed to `spawn` as `group`."""
        raise NotImplementedError
