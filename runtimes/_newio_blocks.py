"""newio's deadlines, and the state of its tasks.

Its nursery is no group in our sense: the error of a task is nothing to it, nor to the others.
"""

from __future__ import annotations

from typing import Any, final

import newio

from conformance.adapter.core import Scope
from conformance.adapter.scopes import Scopes


@final
class FailAfter:
    """Composed: `timeout_after`, then an error if the time was up."""

    def __init__(self, seconds: float) -> None:
        self._inner = newio.timeout_after(seconds)

    async def __aenter__(self) -> Any:
        """As newio's."""
        return await self._inner.__aenter__()

    async def __aexit__(self, *told: object) -> None:
        """As newio's. Raises TimeoutError for a TaskTimeout that it swallows."""
        if await self._inner.__aexit__(*told):
            raise TimeoutError


class NewioScopes(Scopes):
    """Facet: `timeout_after`, and the state of a `Task`."""

    def move_on_after(self, seconds: float) -> Scope:
        """`timeout_after`."""
        scope: Scope = newio.timeout_after(seconds)
        return scope

    def fail_after(self, seconds: float) -> Scope:
        """Composed."""
        return FailAfter(seconds)

    async def cancelled_caught(self, scope: Any) -> bool:
        """The truth of what `async with` gives."""
        return bool(scope)

    async def done(self, task: Any) -> bool:
        """`Task.is_alive`."""
        return not task.is_alive
