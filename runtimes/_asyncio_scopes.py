"""asyncio's deadlines and groups, and what its tasks tell about themselves."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from conformance.adapter.core import Scope
from conformance.adapter.scopes import Scopes


class MoveOnAfter:
    """`asyncio.timeout` that keeps its own TimeoutError to itself."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> asyncio.Timeout:
        return await self._timeout.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:  # raised by the exit itself, so this very timeout's
            return True
        return False


class WithinWaitFor:
    """A deadline that takes its body as a coroutine: `asyncio.wait_for`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def around(self, body: Callable[[], Awaitable[None]]) -> None:
        """Run the body under the deadline. Raises TimeoutError."""
        await asyncio.wait_for(body(), self._seconds)


class AsyncioScopes(Scopes):
    """Facet: `asyncio.timeout`, `asyncio.TaskGroup`; and the state of an `asyncio.Task`."""

    def move_on_after(self, seconds: float) -> Scope:
        """Composed of `asyncio.timeout`."""
        return MoveOnAfter(seconds)

    def fail_after(self, seconds: float) -> Scope:
        """`asyncio.timeout`."""
        return asyncio.timeout(seconds)

    def fail_after_one(self, seconds: float) -> Any:
        """`asyncio.wait_for`."""
        return WithinWaitFor(seconds)

    def group(self) -> Scope:
        """`asyncio.TaskGroup`."""
        return asyncio.TaskGroup()

    async def move_deadline(self, scope: asyncio.Timeout, seconds: float) -> None:
        """`Timeout.reschedule`, whose None is no deadline."""
        now = asyncio.get_running_loop().time()
        scope.reschedule(None if seconds == math.inf else now + seconds)

    async def cancel_called(self, scope: asyncio.Timeout) -> bool:
        """`Timeout.expired`: nothing but its deadline cancels it."""
        return scope.expired()

    async def done(self, task: asyncio.Task[Any]) -> bool:
        """`Task.done`."""
        return task.done()

    async def cancelled(self, task: asyncio.Task[Any]) -> bool:
        """`Task.cancelled`."""
        return task.cancelled()

    async def cancelling(self, task: asyncio.Task[Any]) -> int:
        """`Task.cancelling`."""
        return task.cancelling()
