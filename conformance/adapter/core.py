"""The adapter contract: the one file that an adapter author must read.

An adapter is a class that tells how a runtime spells our ops. Four methods are required; every other op is
optional and lives in a facet, one file each: `tasks`, `scopes`, `time`, `sync`, `permits`, `channels`, …

An adapter *maps and never mends*: no retry, no swallowing, no reordering. What a runtime lacks may be composed of
what it has (`conformance.adapter.composed`), so that programs can run; it is then named in `composed`, and no scenario
about that op is ever judged by it. All methods for ops are `async def`, also those that never suspend.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, final

from conformance.lang.capability import ASSUMED, BUILT_IN, Capabilities, Support
from conformance.lang.ops import LOOP, OPS
from conformance.lang.semantics import Semantics

Body: TypeAlias = Callable[[], Awaitable[Any]]
"""A task's body: call it once, await the result. It raises what the task raises."""

Handle: TypeAlias = Any
"""Whatever the runtime gives back for a task, event, lock, channel, listener, stream or group."""

Scope: TypeAlias = AbstractAsyncContextManager[Any] | AbstractContextManager[Any]
"""A context manager, sync or async, whose exit returns true when it swallowed the exception."""

Report: TypeAlias = tuple[str, BaseException | None]
"""What a runtime said to nobody in particular: what kind, and the error."""


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """How one run is to be made.

    clock    `virtual`: time jumps when nothing can go on; `native`: the runtime's own timers, or its own simulation.
    tick     seconds of the runtime's clock per tick (1 on a virtual clock, at least 0.01 on a real one).
    horizon  seconds of the runtime's clock after which the run is stopped.
    seed     steers the runtime's scheduler where it can be steered; None leaves it as shipped.
    stop     to be called once the horizon is reached, before anything is torn down.
    """

    clock: Literal["virtual", "native"]
    tick: float
    horizon: float
    seed: int | None
    stop: Callable[[], None]


class Runtime:
    """Base of all adapters. Stateless between runs; `flavour` is the part of an address after a colon."""

    families: ClassVar[frozenset[str]] = frozenset()
    """Whose documents bind this runtime: `{"asyncio"}` for asyncio and drop-in replacements of its loop."""
    composed: ClassVar[frozenset[str]] = frozenset()
    """Op kinds (and special capabilities) that the adapter builds out of others."""
    lacks: ClassVar[frozenset[str]] = frozenset()
    """Op kinds whose method exists but which this runtime does not have; and special capabilities that are assumed."""
    special: ClassVar[frozenset[str]] = frozenset()
    """Special capabilities that it has (`conformance list capabilities` has them all)."""
    errors: ClassVar[Mapping[type[BaseException], str]] = {}
    """Normalised names (`conformance list errors`) by exception type; the first match counts. Where a type has several,
    override `error_name`: what the error says tells them apart, or a note that the op's method adds as it passes."""
    virtual: ClassVar[Literal["keeps timers", "replaces timers", "none"]] = "none"
    """What the adapter's virtual clock does to the runtime's own timers; `none` if it has no such clock."""
    steering: ClassVar[str] = ""
    """How `Limits.seed` steers the scheduler, in one sentence; empty when it does not."""
    semantics: ClassVar[Semantics] = Semantics()
    """What its documents (or authors) say about the questions that the oracle asks (`conformance list semantics`)."""

    def __init__(self, flavour: str = "") -> None:
        """Raise NotStarted for a flavour that there is not."""
        self.flavour = flavour
        self.reports: list[Report] = []
        """What the last run told nobody in particular, where one can hear it: (`unretrieved`, error)
        that nobody retrieved, (`unhandled`, error) out of a callback, (`destroyed`, None) for a task
        that was dropped unfinished. Read when `stop` is called, or else once `run` has returned."""

    # ------------------------------------------------------------ required

    def version(self) -> str:
        """The runtime's version, and `module_file` where it was imported from."""
        raise NotImplementedError

    def module_file(self) -> str:
        """The file that the runtime was imported from: the engine checks that it is the right one."""
        raise NotImplementedError

    def run(self, main: Body, limits: Limits) -> None:
        """Run `main` on a fresh loop to its end, the runtime's own shutdown included.

        Let what `main` raises pass. When the horizon is reached first: call `limits.stop()`, then end as
        soon as possible by any means.
        """
        raise NotImplementedError

    async def spawn(self, body: Body, name: str, group: Handle | None) -> Handle:
        """Start a task, inside `group` when given."""
        raise NotImplementedError

    async def checkpoint(self) -> None:
        """Let others run."""
        raise NotImplementedError

    def is_cancellation(self, error: BaseException) -> bool:
        """Whether this exception is how the runtime tells a task that it was cancelled."""
        raise NotImplementedError

    # ------------------------------------------------------------ derived

    def error_name(self, error: BaseException) -> str:
        """The normalised name of an error that is neither the program's own nor a group."""
        names = (name for kind, name in self.errors.items() if isinstance(error, kind))
        return next(names, type(error).__name__)

    def capabilities(self) -> Capabilities:
        """What this runtime has: every op whose method the adapter defines, and its special ones."""
        defined = {kind for kind in OPS if self._defines(METHODS.get(kind, kind))}
        had = (defined | BUILT_IN | ASSUMED | self.special) - self.lacks
        if not self._defines("current"):
            had -= {"main:handle"}
        return {kind: self._support(kind) for kind in sorted(had)}

    def _support(self, kind: str) -> Support:
        return "composed" if kind in self.composed else "native"

    def _defines(self, method: str) -> bool:
        found = inspect.getattr_static(type(self), method, None)
        return found is not None and not getattr(found, "optional", False)


METHODS = {
    "set": "set_event",
    "wait": "wait_event",
    "abort": "abort_stream",
    "close": "close_stream",
    **dict.fromkeys(LOOP, "event_loop"),
}
"""Op kinds whose method has another name."""


def optional(method: Any) -> Any:
    """Mark a facet's method as not defined: an adapter that has the op overrides it."""
    method.optional = True
    return method
