"""quattro: cancel scopes and task groups for asyncio; everything else is asyncio's."""

from __future__ import annotations

import asyncio
import math
from typing import Any, ClassVar, Final

from conformance.adapter.core import Scope
from runtimes._answer import answer
from runtimes._asyncio_semantics import PLAIN
from runtimes._installed import module, place, release
from runtimes.on_asyncio import Asyncio

quattro: Final[Any] = module("quattro")

_SCOPE: Final = "undocumented; quattro/_cancelscope.py, CancelScope"
_PAST: Final = (
    f"{_SCOPE}.__enter__: a deadline that has passed cancels the task at once, which is told when "
    "it next suspends"
)
_MOVED: Final = f"{_SCOPE}.deadline: outside of the block only the number changes"


class Quattro(Asyncio):
    """`quattro.move_on_after`, `fail_after` and `TaskGroup`."""

    families = Asyncio.families | {"quattro"}
    composed = Asyncio.composed - {"move_on_after"}
    lacks = Asyncio.lacks | {"cancel_called"}
    special = Asyncio.special - {"fail_after:one"}
    semantics = answer(answer(PLAIN, _PAST, past="before"), _MOVED, late_move="ignored")
    flavours: ClassVar[tuple[str, ...]] = ("",)

    def version(self) -> str:
        """That of quattro."""
        return release("quattro")

    def module_file(self) -> str:
        """The package `quattro`."""
        return place(quattro)

    def move_on_after(self, seconds: float) -> Scope:
        """`quattro.move_on_after`."""
        scope: Scope = quattro.move_on_after(seconds)
        return scope

    def fail_after(self, seconds: float) -> Scope:
        """`quattro.fail_after`."""
        scope: Scope = quattro.fail_after(seconds)
        return scope

    def fail_after_one(self, seconds: float) -> Any:
        """The same: quattro has no other spelling for one op."""
        return self.fail_after(seconds)

    def group(self) -> Scope:
        """`quattro.TaskGroup`."""
        scope: Scope = quattro.TaskGroup()
        return scope

    async def cancel_scope(self, scope: Any) -> None:
        """`CancelScope.cancel`."""
        scope.cancel()

    async def move_deadline(self, scope: Any, seconds: float) -> None:
        """`CancelScope.deadline`, whose None is no deadline."""
        now = asyncio.get_running_loop().time()
        scope.deadline = None if seconds == math.inf else now + seconds

    async def cancelled_caught(self, scope: Any) -> bool:
        """`CancelScope.cancelled_caught`."""
        return bool(scope.cancelled_caught)
