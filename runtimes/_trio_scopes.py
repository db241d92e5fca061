"""trio's cancel scopes, deadlines and nurseries."""

from __future__ import annotations

import trio

from conformance.adapter.core import Scope
from conformance.adapter.scopes import Scopes


class TrioScopes(Scopes):
    """Facet: `trio.CancelScope`, `trio.Nursery`. `_stopped` opens what the horizon finds shielded."""

    _shields: list[trio.CancelScope]
    _stopped: bool

    def shield(self) -> Scope:
        """`trio.CancelScope(shield=True)`."""
        scope = trio.CancelScope(shield=not self._stopped)
        self._shields.append(scope)
        return scope

    def scope(self) -> Scope:
        """`trio.CancelScope`."""
        return trio.CancelScope()

    def move_on_after(self, seconds: float) -> Scope:
        """`trio.move_on_after`."""
        return trio.move_on_after(seconds)

    def fail_after(self, seconds: float) -> Scope:
        """`trio.fail_after`."""
        return trio.fail_after(seconds)

    def group(self) -> Scope:
        """`trio.open_nursery`."""
        return trio.open_nursery()

    async def cancel_scope(self, scope: trio.CancelScope) -> None:
        """`CancelScope.cancel`."""
        scope.cancel()

    async def move_deadline(self, scope: trio.CancelScope, seconds: float) -> None:
        """`CancelScope.deadline`."""
        scope.deadline = trio.current_time() + seconds

    async def cancel_called(self, scope: trio.CancelScope) -> bool:
        """`CancelScope.cancel_called`."""
        return scope.cancel_called

    async def cancelled_caught(self, scope: trio.CancelScope) -> bool:
        """`CancelScope.cancelled_caught`."""
        return scope.cancelled_caught

    async def cancel_group(self, group: trio.Nursery) -> None:
        """`Nursery.cancel_scope.cancel`."""
        group.cancel_scope.cancel()
