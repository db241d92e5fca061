"""Drop-in replacements of asyncio's event loop: its tasks and primitives on somebody else's loop.

An adapter of one names a package and a loop class. All else is asyncio's: its adapter, its
semantics, its documents, since that is what such a loop promises to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from conformance.adapter.spelling import Spelling
from conformance.lang.semantics import Semantics
from runtimes._asyncio_clock import Finishing, VirtualClock
from runtimes._asyncio_semantics import PLAIN, WAIT_FOR
from runtimes._asyncio_spelling import on_loop
from runtimes._installed import module, place, release
from runtimes._replaced_timers import ReplacedTimers
from runtimes.on_asyncio import Asyncio


def drop_in(promise: str, own: Mapping[str, str], **answers: Any) -> Semantics:
    """What asyncio answers, for a drop-in replacement: its promise, its own source, then asyncio's.

    `own` holds, by field, what the loop's own source says: beside asyncio's where the answer is the
    same, instead of it where `answers` has another.
    """
    citations = {
        name: own[name] if name in answers else f"{promise}; {own.get(name, '')}{text}"
        for name, text in PLAIN.citations.items()
    }
    # Five minutes for leftover threads, in which a clock that replaces timers stands still.
    of_loops = {"leftover_threads": "awaited", "schedule_points": WAIT_FOR}
    return replace(PLAIN, citations=citations, **{**of_loops, **answers})


class DropIn(Asyncio):
    """Base of the adapters of such loops. `loops` makes a loop as shipped, and one on a clock."""

    virtual: ClassVar[Literal["replaces timers", "none"]] = "replaces timers"
    flavours: ClassVar[tuple[str, ...]] = ("",)
    package: ClassVar[str]
    loops: ClassVar[tuple[Any, Any]]

    @property
    def spelling(self) -> Spelling | None:
        """asyncio's, on a loop that the package makes."""
        offered = hasattr(module(self.package), "new_event_loop") and not self.flavour
        return on_loop(self.package) if offered else None

    def version(self) -> str:
        """That of the package."""
        return release(self.package)

    def module_file(self) -> str:
        """The package."""
        return place(module(self.package))

    def _virtual_loop(self, clock: VirtualClock) -> Any:
        return self.loops[1](clock)

    def _native_loop(self) -> Any:
        return self.loops[0]()


def both_loops(loop: Any, nap: float = 0.0) -> tuple[Any, Any]:
    """A loop class as shipped, and the same on a virtual clock (for `nap`: ReplacedTimers)."""
    name = loop.__name__
    return type(f"Native{name}", (Finishing, loop), {}), type(
        f"Virtual{name}", (ReplacedTimers, loop), {"nap": nap}
    )
