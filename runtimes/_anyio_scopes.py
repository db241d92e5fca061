"""anyio's cancel scopes, deadlines and task groups."""

from __future__ import annotations

import anyio
import anyio.abc

from conformance.adapter.core import Scope
from conformance.adapter.scopes import Scopes


class AnyioScopes(Scopes):
    """Facet: `anyio.CancelScope`, task groups. `_stopped` opens what the horizon finds shielded."""

    _shields: list[anyio.CancelScope]
    _stopped: bool

    def shield(self) -> Scope:
        """`anyio.CancelScope(shield=True)`."""
        scope = anyio.CancelScope(shield=not self._stopped)
        self._shields.append(scope)
        return scope

    def scope(self) -> Scope:
        """`anyio.CancelScope`."""
        return anyio.CancelScope()

    def move_on_after(self, seconds: float) -> Scope:
        """`anyio.move_on_after`."""
        return anyio.move_on_after(seconds)

    def fail_after(self, seconds: float) -> Scope:
        """`anyio.fail_after`."""
        return anyio.fail_after(seconds)

    def group(self) -> Scope:
        """`anyio.create_task_group`."""
        return anyio.create_task_group()

    async def cancel_scope(self, scope: anyio.CancelScope) -> None:
        """`CancelScope.cancel`."""
        scope.cancel()

    async def move_deadline(self, scope: anyio.CancelScope, seconds: float) -> None:
        """`CancelScope.deadline`."""
        scope.deadline = anyio.current_time() + seconds

    async def cancel_called(self, scope: anyio.CancelScope) -> bool:
        """`CancelScope.cancel_called`."""
        return scope.cancel_called

    async def cancelled_caught(self, scope: anyio.CancelScope) -> bool:
        """`CancelScope.cancelled_caught`."""
        return scope.cancelled_caught

    async def cancel_group(self, group: anyio.abc.TaskGroup) -> None:
        """`TaskGroup.cancel_scope.cancel`."""
        group.cancel_scope.cancel()
