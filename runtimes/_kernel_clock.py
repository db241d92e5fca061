"""The clock and the selector of a kernel that polls for itself: curio's and newio's.

Such a kernel asks its selector to wait until its next timer is due. A selector of ours ends the run at the
horizon; on virtual time it does not wait, but lets the clock jump.
"""

from __future__ import annotations

import math
import selectors
import time
from typing import Any, Final, Literal, final

from conformance.adapter.core import Limits
from runtimes._in_flight import InFlight

EPOCH: Final = 1000.0
"""Where virtual time starts: not at 0, which curio takes for no deadline at all in some places."""
HOLD: Final = 5.0
"""Real seconds that a connect (its name look-up is a thread) may hold virtual time."""
EPOLL_MAX: Final = (2**31 - 1) / 1000
"""Seconds beyond which `epoll_wait` refuses a timeout, and curio's kernel dies of that."""


@final
class StoppedError(BaseException):
    """The horizon was reached: leaves the kernel's loop, where no task can catch it."""


class Clock:
    """The time of one run; stands in for the module `time` inside `curio.kernel`."""

    def __init__(self, kind: Literal["virtual", "native"]) -> None:
        self.virtual = kind == "virtual"
        self.virtual_now = EPOCH

    def monotonic(self) -> float:
        """Seconds, virtual or real."""
        return self.virtual_now if self.virtual else time.monotonic()

    def block(self, seconds: float) -> None:
        """Let time pass while nothing runs."""
        if self.virtual:
            self.virtual_now += seconds
        else:
            time.sleep(seconds)


@final
class SteppingClock(Clock):
    """No two readings are equal, as on a real clock: for a kernel that tells timers apart by that alone."""

    def monotonic(self) -> float:
        """Seconds; virtual ones move on by the smallest step."""
        self.virtual_now = math.nextafter(self.virtual_now, math.inf)
        return super().monotonic()


class Selector:
    """A selector that ends the run at the horizon and, on a virtual clock, jumps over waits."""

    def __init__(self, clock: Clock, limits: Limits, in_flight: InFlight) -> None:
        self._inner = selectors.DefaultSelector()
        self._clock = clock
        self._limits = limits
        self._in_flight = in_flight
        self._end = clock.monotonic() + limits.horizon
        self._held_since: float | None = None
        self.connecting = 0
        self.stopped = False

    def __getattr__(self, name: str) -> Any:
        """Everything but `select` is as ever."""
        return getattr(self._inner, name)

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; an empty list when a timer is due."""
        if self.stopped:
            raise StoppedError
        if timeout is not None and timeout > EPOLL_MAX:
            return self._inner.select(timeout)  # refuses it, where the system does
        return self._jump(timeout) if self._clock.virtual else self._wait(timeout)

    def _wait(self, timeout: float | None) -> list[Any]:
        left = self._end - self._clock.monotonic()
        if left <= 0:
            self.stop()
        return self._inner.select(left if timeout is None else min(timeout, left))

    def _jump(self, timeout: float | None) -> list[Any]:
        events = self._inner.select(0)
        if events or (timeout is not None and timeout <= 0):
            self._held_since = None
            return events
        held = True
        while held:
            held = self._held()  # asked before the last look: it sees what a thread did by now
            if events := self._inner.select(0.01 if held and self.connecting else 0):
                return events
        self._held_since = None
        if timeout is None or self._clock.virtual_now + timeout > self._end:
            self.stop()
        else:
            self._clock.virtual_now += timeout
        return []

    def _held(self) -> bool:
        """Whether something real is under way. Bounded."""
        if not self.connecting:
            return self._in_flight.held()
        now = time.monotonic()
        if self._held_since is None:
            self._held_since = now
        return now - self._held_since < HOLD

    def stop(self) -> None:
        """Nothing can go on, or time is up. Raises StoppedError, always."""
        self.stopped = True
        self._limits.stop()
        raise StoppedError


def close(coroutine: Any) -> None:
    """Close a coroutine, however often its clean-up waits again."""
    for _ in range(100):
        try:
            coroutine.close()
        except RuntimeError:  # it ignored GeneratorExit, and waits at its next op
            continue
        except BaseException:
            return
        else:
            return
