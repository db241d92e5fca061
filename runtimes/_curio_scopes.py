"""curio's deadlines, shields and task groups, and what its tasks tell about themselves."""

from __future__ import annotations

from typing import Any, final

import curio

from conformance.adapter.core import Scope
from conformance.adapter.scopes import Scopes


@final
class FailAfter:
    """`curio.timeout_after`; marks the exception by which it fails, see `runtimes.on_curio`."""

    def __init__(self, seconds: float) -> None:
        self._inner = curio.timeout_after(seconds)

    async def __aenter__(self) -> Any:
        """As curio's."""
        return await self._inner.__aenter__()

    async def __aexit__(self, *told: object) -> Any:
        """As curio's."""
        error = told[1]
        try:
            swallowed = await self._inner.__aexit__(*told)
        except curio.TaskTimeout as failure:
            failure.left = True
            raise
        if self._inner.expired and isinstance(error, curio.TaskTimeout):
            error.left = True
        return swallowed


class CurioScopes(Scopes):
    """Facet: `disable_cancellation`, `timeout_after`, `TaskGroup`; and the state of a `Task`."""

    def shield(self) -> Scope:
        """`disable_cancellation`."""
        scope: Scope = curio.disable_cancellation()
        return scope

    def move_on_after(self, seconds: float) -> Scope:
        """`ignore_after`."""
        scope: Scope = curio.ignore_after(seconds)
        return scope

    def fail_after(self, seconds: float) -> Scope:
        """`timeout_after`."""
        return FailAfter(seconds)

    def group(self) -> Scope:
        """`TaskGroup`."""
        scope: Scope = curio.TaskGroup()
        return scope

    async def cancelled_caught(self, scope: Any) -> bool:
        """The attribute `expired` of what `async with` gives."""
        return bool(scope.expired)

    async def cancel_group(self, group: Any) -> None:
        """`TaskGroup.cancel_remaining`, which waits for the children."""
        await group.cancel_remaining()

    async def done(self, task: Any) -> bool:
        """`Task.terminated`."""
        return bool(task.terminated)

    async def cancelled(self, task: Any) -> bool:
        """`Task.cancelled`."""
        return bool(task.cancelled)
