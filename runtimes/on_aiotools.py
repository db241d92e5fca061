"""aiotools: its task groups, shields and deadlines for asyncio; everything else is asyncio's."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from conformance.adapter.core import Scope
from runtimes._answer import answer
from runtimes._asyncio_semantics import PLAIN
from runtimes._installed import module, place, release
from runtimes.on_asyncio import Asyncio

aiotools: Final[Any] = module("aiotools")

_SHIELD: Final = (
    "https://aiotools.readthedocs.io/en/latest/aiotools.taskscope.html#aiotools.taskscope.ShieldScope: "
    "delays any cancellation attempts in the middle, to be re-raised afterwards"
)


class Aiotools(Asyncio):
    """`aiotools.TaskGroup`, `ShieldScope`, `move_on_after` and `timeout`."""

    families = Asyncio.families | {"aiotools"}
    composed = Asyncio.composed - {"move_on_after"}
    lacks = Asyncio.lacks - {"shield"} | {"move_deadline", "cancel_called"}
    special = Asyncio.special - {"fail_after:one"}
    semantics = answer(PLAIN, _SHIELD, cancel_points={**PLAIN.cancel_points, "shield": "always"})
    flavours: ClassVar[tuple[str, ...]] = ("",)

    def version(self) -> str:
        """That of aiotools."""
        return release("aiotools")

    def module_file(self) -> str:
        """The package `aiotools`."""
        return place(aiotools)

    def shield(self) -> Scope:
        """`aiotools.ShieldScope`."""
        scope: Scope = aiotools.ShieldScope()
        return scope

    def move_on_after(self, seconds: float) -> Scope:
        """`aiotools.move_on_after`."""
        scope: Scope = aiotools.move_on_after(seconds)
        return scope

    def fail_after(self, seconds: float) -> Scope:
        """`aiotools.timeouts.timeout`."""
        scope: Scope = aiotools.timeouts.timeout(seconds)
        return scope

    def fail_after_one(self, seconds: float) -> Any:
        """The same: aiotools has no other spelling for one op."""
        return self.fail_after(seconds)

    def group(self) -> Scope:
        """`aiotools.TaskGroup`."""
        scope: Scope = aiotools.TaskGroup()
        return scope
