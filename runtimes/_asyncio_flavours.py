"""Flavours of asyncio: the other spellings of what `runtimes.on_asyncio` spells in one way.

A flavour is a class mixed in before the adapter; it overrides what it spells differently and
declares what its documents answer differently. `FLAVOURS` in `runtimes.on_asyncio` lists them.
"""

from __future__ import annotations

import asyncio
import platform
import sys
from typing import Any, ClassVar, Final

from conformance.errors import NotStarted
from conformance.lang.ops import OPS
from conformance.lang.semantics import Point, Semantics
from runtimes._answer import answer
from runtimes._asyncio_scopes import WithinWaitFor
from runtimes._asyncio_semantics import EAGER_START

NETWORK: Final = frozenset(
    kind for kind, op in OPS.items() if op.__module__ == "conformance.lang.ops.network"
)
"""The ops of connections: a flavour of theirs has those that it spells, and no others."""
_TASK: Final = "https://docs.python.org/3/library/asyncio-task.html"
_LIB: Final = "undocumented; CPython Lib/asyncio/tasks.py, "
_BLOCKS: Final = f"{_LIB}Task.__step: only a task that awaits itself directly is refused"


class Flavour:
    """Base of all flavours."""

    since: ClassVar[tuple[int, int]] = (3, 11)
    """The first CPython that has it."""
    built: ClassVar[frozenset[str]] = frozenset()
    """Ops that it composes and the others have."""
    native: ClassVar[frozenset[str]] = frozenset()
    """Ops that it has and the others compose."""
    without: ClassVar[frozenset[str]] = frozenset()
    """Ops that the others have and it has not."""
    unbound: ClassVar[frozenset[str]] = frozenset()
    """Families whose documents speak of the spelling that it does not use."""
    debug: ClassVar[bool] = False
    """Whether the loop is in debug mode."""
    task_factory: ClassVar[Any] = None
    """For `loop.set_task_factory`; to be looked up in the class, lest it is bound."""

    @classmethod
    def check(cls, address: str) -> None:
        """Raise NotStarted on a CPython that does not have it."""
        if sys.version_info < cls.since:
            first = ".".join(map(str, cls.since))
            raise NotStarted(
                f"{address} needs CPython {first}, this is {platform.python_version()}"
            )

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """The loop's answers, with this flavour's own."""
        return semantics


def _join_points(semantics: Semantics, point: Point, cited: str) -> Semantics:
    return answer(
        semantics,
        cited,
        schedule_points={**semantics.schedule_points, "join": point},
        cancel_points={**semantics.cancel_points, "join": point},
    )


class Eager(Flavour):
    """`asyncio.eager_task_factory`."""

    since = (3, 12)
    task_factory: ClassVar[Any] = vars(asyncio).get("eager_task_factory")

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """A task's first step runs while it is made."""
        return answer(semantics, EAGER_START, start="eager", cancel_before_start="runs")


class Debug(Flavour):
    """asyncio's debug mode, which is to change no answer."""

    debug = True


class ByWait(Flavour):
    """`join` by `asyncio.wait` and `Task.result`."""

    unbound = frozenset({"asyncio-await"})

    async def join(self, task: asyncio.Task[Any]) -> Any:
        """`asyncio.wait([task])`, then `task.result()`."""
        await asyncio.wait([task])
        return task.result()

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """The joiner waits for a future of its own, always."""
        source = f"{_LIB}_wait: awaits a future of its own, which a done callback of the task sets"
        semantics = answer(semantics, source, cancel_joiner="leaves")
        semantics = answer(semantics, _BLOCKS, join_self="blocks")
        return _join_points(semantics, "always", source)


class ByGather(Flavour):
    """`join` by `asyncio.gather`."""

    unbound = frozenset({"asyncio-await"})

    async def join(self, task: asyncio.Task[Any]) -> Any:
        """`asyncio.gather(task)`."""
        [value] = await asyncio.gather(task)
        return value

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """The task is cancelled too, but the joiner is told whatever becomes of it."""
        source = (
            f"{_TASK}#asyncio.gather: if gather() is cancelled, all submitted awaitables are also "
            f"cancelled; {_LIB}gather: then it raises CancelledError even if they returned"
        )
        semantics = answer(semantics, source, cancel_joiner="both")
        semantics = answer(semantics, _BLOCKS, join_self="blocks")
        source = f"{_LIB}gather: whether it suspends for what is done depends on the version"
        return _join_points(semantics, "unspecified", source)


class ByShield(Flavour):
    """`join` by `asyncio.shield`."""

    unbound = frozenset({"asyncio-await"})

    async def join(self, task: asyncio.Task[Any]) -> Any:
        """`await asyncio.shield(task)`."""
        return await asyncio.shield(task)

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """The joiner can be cancelled by itself."""
        source = (
            f"{_TASK}#asyncio.shield: if the coroutine containing it is cancelled, the task is not"
        )
        semantics = answer(semantics, source, cancel_joiner="leaves")
        return answer(semantics, _BLOCKS, join_self="blocks")


class ByWaitFor(Flavour):
    """`fail_after` by `asyncio.wait_for`.

    From CPython 3.12 on: before that, wait_for ran its body in a task of its own, in which nobody
    could cancel "the task" that the program names.
    """

    since = (3, 12)
    without = frozenset({"move_deadline", "cancel_called"})

    def fail_after(self, seconds: float) -> WithinWaitFor:
        """`asyncio.wait_for` of the block."""
        return WithinWaitFor(seconds)

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """What is past at once leaves the body out."""
        source = f"{_LIB}wait_for: cancels the body before its first step when the timeout is <= 0"
        return answer(semantics, source, past="skips")
