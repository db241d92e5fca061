"""The cancel scopes and deadlines of trio and of anyio, whose are made after trio's."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from conformance.adapter.core import Scope
from conformance.adapter.scopes import Scopes


class StructuredScopes(Scopes):
    """Facet: cancel scopes. `_stopped` opens what the horizon finds shielded."""

    library: ClassVar[Any]
    """`trio` or `anyio`."""

    _shields: list[Any]
    _stopped: bool

    def shield(self) -> Scope:
        """`CancelScope(shield=True)`."""
        scope = self.library.CancelScope(shield=not self._stopped)
        self._shields.append(scope)
        return scope  # type: ignore[no-any-return]

    def scope(self) -> Scope:
        """`CancelScope`."""
        return self.library.CancelScope()  # type: ignore[no-any-return]

    def move_on_after(self, seconds: float) -> Scope:
        """`move_on_after`."""
        return self.library.move_on_after(seconds)  # type: ignore[no-any-return]

    def fail_after(self, seconds: float) -> Scope:
        """`fail_after`."""
        return self.library.fail_after(seconds)  # type: ignore[no-any-return]

    async def cancel_scope(self, scope: Any) -> None:
        """`CancelScope.cancel`."""
        scope.cancel()

    async def move_deadline(self, scope: Any, seconds: float) -> None:
        """`CancelScope.deadline`."""
        scope.deadline = self.library.current_time() + seconds

    async def cancel_called(self, scope: Any) -> bool:
        """`CancelScope.cancel_called`."""
        return bool(scope.cancel_called)

    async def cancel_pending(self) -> bool:
        """`current_effective_deadline`, which is -inf then."""
        return bool(self.library.current_effective_deadline() == -math.inf)

    async def cancelled_caught(self, scope: Any) -> bool:
        """`CancelScope.cancelled_caught`."""
        return bool(scope.cancelled_caught)

    async def cancel_group(self, group: Any) -> None:
        """The group's `cancel_scope.cancel`."""
        group.cancel_scope.cancel()
