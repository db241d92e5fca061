"""uvloop: asyncio's tasks and primitives on a loop made of libuv.

Its polling is out of Python's reach, so the virtual clock replaces the timers: `call_later` and
`call_at` keep a heap of their own, and a callback that puts itself back into the ready queue sees
when the loop goes round with nothing to do. The native clock is uvloop's own, real one.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from contextvars import Context
from itertools import count
from typing import Any, ClassVar, Final, final

from conformance.errors import NotStarted
from runtimes._asyncio_clock import Finishing, VirtualClock
from runtimes._asyncio_semantics import UVLOOP
from runtimes.on_asyncio import Asyncio

try:
    import uvloop
except ImportError as error:
    raise NotStarted(f"uvloop cannot be imported: {error}", hint="pip install uvloop") from error

QUIET: Final = 8
"""Rounds in a row in which nothing was scheduled, before time jumps. Each polls once; what uvloop
schedules for itself (a connection lost, a write queue) takes one or two and is not seen here."""
PAUSE: Final = 0.0005
"""Real seconds between looks while a connect, a thread or bytes on their way hold the clock."""


_Loop: Any = uvloop.Loop  # its stub does not agree with that of AbstractEventLoop


class NativeUvloop(Finishing, _Loop):  # type: ignore[misc]
    """uvloop's loop as shipped."""


@final
class VirtualUvloop(Finishing, _Loop):  # type: ignore[misc]
    """uvloop's loop on a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        self._heap: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._scheduled_soon = 0
        self._seen = 0
        self._quiet = 0
        self._ticking = False

    # ------------------------------------------------------------ what asyncio calls

    def time(self) -> float:
        """Virtual seconds since the start of the run."""
        return self.clock.now

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As uvloop's; counted, to know whether the loop has anything to do."""
        self._scheduled_soon += 1
        handle: asyncio.Handle = super().call_soon(callback, *args, context=context)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """A timer in virtual time."""
        return self.call_at(self.clock.now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """A timer in virtual time; equal times fire in the order of arming."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._heap, (when, next(self._numbers), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Called by a handle that knows it is scheduled; these are dropped when they come up."""

    def run_forever(self) -> None:
        """As uvloop's, with the tick."""
        if not self._ticking:
            self._ticking = True
            super().call_soon(self._tick)
        super().run_forever()

    # ------------------------------------------------------------ the tick

    def _tick(self) -> None:
        """Once a round: fire what is due; after enough quiet rounds let time jump."""
        if not self.is_running():  # uvloop's close runs callbacks until none are left
            self._ticking = False
            return
        if self._fire_due():
            self._quiet = 0
        elif self._scheduled_soon != self._seen:
            self._seen = self._scheduled_soon
            self._quiet = 0
        else:
            self._quiet += 1
        if self._quiet < QUIET:
            super().call_soon(self._tick)
        elif self.clock.must_wait():
            super().call_later(PAUSE, self._tick)
        else:
            self._quiet = 0
            self.clock.jump(self._heap[0][0] if self._heap else None)
            self._fire_due()
            super().call_soon(self._tick)

    def _fire_due(self) -> bool:
        """Schedule the timers whose time has come; whether there were any."""
        heap, fired = self._heap, False
        while heap and (heap[0][2].cancelled() or heap[0][0] <= self.clock.now):
            handle = heapq.heappop(heap)[2]
            if not handle.cancelled():
                super().call_soon(_fire, handle)
                fired = True
        return fired


def _fire(handle: asyncio.TimerHandle) -> None:
    if not handle.cancelled():  # by a callback between being due and now
        handle._run()


class Uvloop(Asyncio):
    """uvloop under asyncio's own API."""

    virtual = "replaces timers"
    semantics = UVLOOP
    flavours: ClassVar[tuple[str, ...]] = ("",)

    def version(self) -> str:
        """That of uvloop."""
        return str(vars(uvloop)["__version__"])

    def module_file(self) -> str:
        """The package `uvloop`."""
        return str(uvloop.__file__)

    def _virtual_loop(self, clock: VirtualClock) -> Any:
        return VirtualUvloop(clock)

    def _native_loop(self) -> Any:
        return NativeUvloop()
