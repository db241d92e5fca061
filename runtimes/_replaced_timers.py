"""A virtual clock for loops whose polling is out of Python's reach: it replaces their timers.

`call_later` and `call_at` keep a heap of their own, and a callback that puts itself back into the
ready queue sees when the loop goes round with nothing to do. Everything else is the loop's own.
Timers proper go untested on this clock; scenarios about them run on the loop as shipped.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from contextvars import Context
from itertools import count
from typing import Any, Final

from runtimes._asyncio_clock import Finishing, VirtualClock

QUIET: Final = 8
"""Rounds in a row in which nothing was scheduled, before time jumps. Each polls once; what a loop
schedules for itself (a connection lost, a write queue) takes one or two and is not seen here."""
PAUSE: Final = 0.0005
"""Real seconds between looks while a connect, a thread or bytes on their way hold the clock."""
LOOKS: Final = 300
"""How many there are at least: what a loop moves by itself, megabytes say, is not seen here either."""


class ReplacedTimers(Finishing):
    """Mixed into a loop class, before it: the loop on a virtual clock."""

    clock: VirtualClock
    nap = 0.0
    """Real seconds, amid the quiet rounds, for a loop that does not poll in each round."""

    def __new__(cls, _: VirtualClock) -> Any:
        """Loops of compiled code are made here, and take no arguments."""
        return super().__new__(cls)

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.looks = LOOKS
        self._heap: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._scheduled_soon = 0
        self._seen = 0
        self._quiet = 0
        self._busy = False
        self._ticking = False

    # ------------------------------------------------------------ what asyncio calls

    def time(self) -> float:
        """Virtual seconds since the start of the run."""
        return self.clock.now

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As the loop's; counted, to know whether it has anything to do."""
        self._scheduled_soon += 1
        handle: asyncio.Handle = super().call_soon(callback, *args, context=context)  # type: ignore[misc]
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
        handle = asyncio.TimerHandle(when, callback, args, self, context)  # type: ignore[arg-type]
        heapq.heappush(self._heap, (when, next(self._numbers), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Called by a handle that knows it is scheduled; these are dropped when they come up."""

    def run_forever(self) -> None:
        """As the loop's, with the tick."""
        self._start_ticking()
        super().run_forever()  # type: ignore[misc]

    def run_until_complete(self, future: Any) -> Any:
        """As the loop's, with the tick; some do not come by `run_forever`."""
        self._start_ticking()
        return super().run_until_complete(future)  # type: ignore[misc]

    # ------------------------------------------------------------ the tick

    def _start_ticking(self) -> None:
        if not self._ticking:
            self._ticking = True
            super().call_soon(self._tick)  # type: ignore[misc]

    def _tick(self) -> None:
        """Once a round: fire what is due; after enough quiet rounds let time jump."""
        if not self.is_running():  # type: ignore[attr-defined]  # uvloop's close runs what is left
            self._ticking = False
            return
        if self._fire_due():
            self._quiet = 0
        elif self._scheduled_soon != self._seen:
            self._seen = self._scheduled_soon
            self._quiet = 0
            self.clock.moved()
        else:
            self._quiet += 1
        if self._quiet == 1:  # asked before the rounds that look: they see what a thread did by now
            self._busy = self.clock.must_wait()
        if self._quiet < QUIET:
            if self.nap and self._quiet == QUIET // 2:
                time.sleep(self.nap)
            super().call_soon(self._tick)  # type: ignore[misc]
        elif self._busy or self.clock.must_wait():
            self._quiet = 0
            time.sleep(PAUSE)  # by no timer: some loops' call_later is made of our call_at
            super().call_soon(self._tick)  # type: ignore[misc]
        else:
            self._quiet = 0
            self.clock.jump(self._heap[0][0] if self._heap else None)
            self._fire_due()
            super().call_soon(self._tick)  # type: ignore[misc]

    def _fire_due(self) -> bool:
        """Schedule the timers whose time has come; whether there were any."""
        heap, fired = self._heap, False
        while heap and (heap[0][2].cancelled() or heap[0][0] <= self.clock.now):
            handle = heapq.heappop(heap)[2]
            if not handle.cancelled():
                super().call_soon(_fire, handle)  # type: ignore[misc]
                fired = True
        return fired


def _fire(handle: asyncio.TimerHandle) -> None:
    if not handle.cancelled():  # by a callback between being due and now
        handle._run()
