"""Facet: blocks that change how their body is cancelled, and groups of tasks.

Each method returns a fresh context manager. The interpreter enters and leaves it by hand, in the same task,
properly nested.

Where a runtime's block is a function that takes its body (`asyncio.wait_for`), return an object with a method
`async around(body)` instead, which calls `body()`, awaits the result and lets its errors pass, or never calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.adapter.core import Handle, Scope, optional


class Scopes:
    """Ops `shield`, `scope`, `move_on_after`, `fail_after`, `group`, and what is done to them."""

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

    def fail_after_one(self, seconds: float) -> Any:
        """`fail_after` around a single op that waits, where the runtime has another spelling of that."""
        return self.fail_after(seconds)

    @optional
    def scope(self) -> Scope:
        """A cancel scope without a deadline; its exit swallows its own cancellation.

        What the entry of a scope or a deadline returns is passed to the methods below.
        """
        raise NotImplementedError

    @optional
    async def cancel_scope(self, scope: Handle) -> None:
        """Cancel it. Where those with a deadline cannot be, name `cancel_scope:deadline` in `lacks`."""
        raise NotImplementedError

    @optional
    async def move_deadline(self, scope: Handle, seconds: float) -> None:
        """Let its deadline be that many seconds from now."""
        raise NotImplementedError

    @optional
    async def cancel_pending(self) -> bool:
        """Whether the next cancel point of the running task would cancel it."""
        raise NotImplementedError

    @optional
    async def cancel_called(self, scope: Handle) -> bool:
        """Whether it was cancelled, by hand or by its deadline."""
        raise NotImplementedError

    @optional
    async def cancelled_caught(self, scope: Handle) -> bool:
        """Whether it gave its body up."""
        raise NotImplementedError

    @optional
    async def cancel_group(self, group: Handle) -> None:
        """Cancel what is in the group. Waits if, and as long as, the runtime's own call does."""
        raise NotImplementedError

    @optional
    def group(self) -> Scope:
        """A task group; what its entry returns is passed to `spawn` as `group`."""
        raise NotImplementedError

    def members(self, error: BaseException) -> Sequence[BaseException]:
        """The errors in a group of the runtime's own making, which is no BaseExceptionGroup; else none."""
        return ()


async def leave(scope: Any, error: BaseException | None) -> Any:
    """Leave one scope by hand; true when it swallowed the error."""
    told = (None, None, None) if error is None else (type(error), error, error.__traceback__)
    if hasattr(scope, "__aexit__"):
        return await scope.__aexit__(*told)
    return scope.__exit__(*told)


async def leave_all(scopes: list[Any], error: BaseException | None) -> None:
    """Let the error out of every open scope, innermost (the last) first.

    For a task that is torn down: a runtime whose scopes are left open may never end.
    """
    while scopes:
        try:
            if await leave(scopes.pop(), error):
                error = None
        except BaseException as raised:  # noqa: BLE001  # whatever it is, it gets through
            error = raised
    if error is not None:
        raise error
