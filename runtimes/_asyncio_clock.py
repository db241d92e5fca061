"""A virtual clock for asyncio's own loop: the timers stay asyncio's, only the waiting is left out.

The loop asks its selector to wait until the next timer. Ours polls instead, and when nothing is
ready it moves `loop.time()` to that timer. The rules for when it may are in `VirtualClock`; uvloop,
whose selector is out of reach, shares them (`runtimes.on_uvloop`).
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from typing import Any, Final, final

POLLS: Final = 3
"""Further polls before time jumps, once there are sockets; on loopback one is enough (measured)."""
HELD: Final = 5.0
"""Real seconds that a connect or a thread may hold the clock."""
IN_FLIGHT: Final = 0.25
"""Real seconds that bytes on their way may hold the clock; a delayed acknowledgement takes 0.04."""

LOOK: Final = 0.001
"""Real seconds that one look takes meanwhile. What a thread does for itself wakes no selector."""


def nothing_in_flight() -> bool:
    """No sockets, no bytes on their way."""
    return False


@final
class VirtualClock:
    """The time of one run, in seconds from 0, and what keeps it from jumping.

    holds      how many connects and threads are under way; whoever starts one counts it.
    closing    how many wait for all threads to end, for which there is no timer.
    at_work    whether a thread of the program is at work; parked: whether those left wait for the loop.
    in_flight  whether bytes or an end of stream are on their way to somebody who waits for them.
    expire     called when nothing is due up to the horizon; must stop the loop.
    looks      how often at least to look before patience ends: on a busy machine time alone says little.
    """

    def __init__(self, horizon: float, expire: Callable[[], None]) -> None:
        self.now = 0.0
        self.horizon = horizon
        self.expire = expire
        self.holds = self.closing = 0
        self.at_work = self.parked = nothing_in_flight
        self.in_flight: Callable[[], bool] = nothing_in_flight
        self.looks = self._looked = 0
        self._held = False
        self._held_since: float | None = None

    def must_wait(self) -> bool:
        """Whether something real is under way, so that time may not jump yet. Bounded."""
        held = self.holds > 0 or self.at_work() or (self.closing > 0 and not self.parked())
        if not held and not self.in_flight():
            self._held_since = None
            return False
        now = time.monotonic()
        if (
            self._held_since is None or held is not self._held
        ):  # each reason has patience of its own
            self._held, self._held_since, self._looked = held, now, 0
        self._looked += 1
        return self._looked < self.looks or now - self._held_since < (HELD if held else IN_FLIGHT)

    def moved(self) -> None:
        """Something happened: whoever waits has new patience."""
        self._held_since = None

    def jump(self, when: float | None) -> None:
        """Go to the next timer, or end the run when there is none up to the horizon."""
        if when is None or when > self.horizon:
            self.expire()
        elif when > self.now:
            self.now = when
            self._held_since = None  # what comes next has patience of its own


@final
class ClockSelector(selectors.DefaultSelector):
    """A selector that never waits while time can jump instead."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        self.timers: list[asyncio.TimerHandle] = []

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; if nothing is and the loop would wait, time jumps."""
        events = super().select(0)
        if events:
            self.clock.moved()
        if events or (timeout is not None and timeout <= 0):
            return events
        if len(self.get_map()) > 1:  # the loop's own wake-up pipe is always there
            for _ in range(POLLS):
                if events := super().select(0):
                    return events
        # Asked before the last look, which sees what a thread did by now.
        waits = self.clock.must_wait()
        if (events := super().select(LOOK if waits else 0)) or waits:
            return events
        # The loop has just dropped cancelled timers from the head of its heap. Its `timeout` is no
        # help: it is capped at a day.
        self.clock.jump(self.timers[0].when() if self.timers else None)
        return events


class Finishing:
    """Mixed into a loop: `finish(loop)` runs before it closes, after the runner's own shutdown."""

    finish: Callable[[Any], None] | None = None
    clock: VirtualClock | None = None

    async def shutdown_default_executor(self, *args: Any, **named: Any) -> None:
        """A thread waits for the others to end: meanwhile virtual time stands still."""
        if self.clock is not None:
            self.clock.closing += 1
        try:
            await super().shutdown_default_executor(*args, **named)  # type: ignore[misc]
        finally:
            if self.clock is not None:
                self.clock.closing -= 1

    def close(self) -> None:
        """Finish once, then close."""
        finish, self.finish = self.finish, None
        if finish is not None:
            finish(self)
        super().close()  # type: ignore[misc]


class NativeLoop(Finishing, asyncio.SelectorEventLoop):
    """asyncio's loop as shipped."""


@final
class VirtualLoop(Finishing, asyncio.SelectorEventLoop):
    """asyncio's loop on a virtual clock."""

    clock: VirtualClock

    def __init__(self, clock: VirtualClock) -> None:
        selector = ClockSelector(clock)
        super().__init__(selector)
        self.clock = clock
        selector.timers = self._scheduled  # type: ignore[attr-defined]  # the same list for good

    def time(self) -> float:
        """Virtual seconds since the start of the run."""
        return self.clock.now
