"""asyncio without its groups and deadlines: both are composed, as for a runtime that has none."""

from __future__ import annotations

from typing import Any, ClassVar

from conformance.adapter.composed import COMPOSED, Deadline, Group
from conformance.adapter.core import Body, Scope
from runtimes.on_asyncio import Asyncio

_SCOPES = {"scope", "cancel_scope", "cancel_group", "move_deadline", "cancel_called"}


class Composed(Asyncio):
    """What needs no group or deadline is asyncio's own."""

    composed = Asyncio.composed | COMPOSED
    lacks = Asyncio.lacks | _SCOPES | {"cancelled_caught", "start", "started"}
    flavours: ClassVar[tuple[str, ...]] = ("",)

    def group(self) -> Scope:
        """Composed."""
        return Group(self)

    def fail_after(self, seconds: float) -> Scope:
        """Composed."""
        return Deadline(self, seconds, TimeoutError)

    def move_on_after(self, seconds: float) -> Scope:
        """Composed."""
        return Deadline(self, seconds)

    async def spawn(self, body: Body, name: str, group: Any) -> Any:
        """A task of asyncio's, or one of a composed group."""
        if group is not None:
            return await group.spawn(body, name)
        return await super().spawn(body, name, None)
