"""A Twisted reactor made for one run: its clock, its horizon, its end.

A reactor cannot be started twice, but there can be any number of them one after the other, if
nothing keeps to the global one. Twisted keeps all its delayed calls: only `seconds`, the method by
which a reactor tells the time, and the wait inside `doIteration` are answered differently.
"""

from __future__ import annotations

import sys
from typing import Any, Final, final

import twisted.internet
from twisted.internet.epollreactor import EPollReactor
from twisted.logger import globalLogBeginner

from conformance.adapter.core import Limits
from runtimes._in_flight import InFlight
from runtimes._strict_clock import StrictClock

LOOKS: Final = 1
"""Events to look for when only whether there are any matters."""


class RunReactor(EPollReactor):  # type: ignore[misc]  # an untyped class
    """Twisted's own reactor with a horizon."""

    def __init__(self, limits: Limits, in_flight: InFlight) -> None:
        super().__init__()
        self._limits = limits
        self._in_flight = in_flight
        self.expired = False

    def begin(self) -> None:
        """Take the place of the global reactor, for whatever asks for that."""
        sys.modules["twisted.internet.reactor"] = self
        twisted.internet.reactor = self
        self._end = self.seconds() + self._limits.horizon

    def advance(self, seconds: float) -> bool:
        """Move a virtual clock; whether there is one."""
        return False

    def expire(self) -> None:
        """The horizon was reached: tell, and leave the main loop at once."""
        self.expired = True
        self._limits.stop()
        self.crash()

    def doIteration(self, delay: float | None) -> None:  # noqa: N802  # Twisted's name
        """Wait at most until the horizon."""
        left = self._end - self.seconds()
        if left <= 0:
            self.expire()
        else:
            super().doIteration(left if delay is None else min(delay, left))


@final
class VirtualReactor(RunReactor):
    """The same on a virtual clock."""

    def __init__(self, limits: Limits, in_flight: InFlight) -> None:
        self.clock = StrictClock()
        super().__init__(limits, in_flight)

    def seconds(self) -> float:
        """Virtual seconds."""
        return self.clock()

    def advance(self, seconds: float) -> bool:
        """Move the clock."""
        self.clock.advance(seconds)
        return True

    def doIteration(self, delay: float | None) -> None:  # noqa: N802  # Twisted's name
        """What is ready now; if nothing is, time passes until the next delayed call."""
        ready = self._poller.poll(0, LOOKS)
        super().doIteration(0)
        if ready or (delay is not None and delay <= 0) or self._newTimedCalls:
            return
        if self._in_flight.held():
            return
        due = self._pendingTimedCalls[0].getTime() if self._pendingTimedCalls else None
        if due is None or due > self._end:
            self.expire()
        else:
            self.clock.reach(due)


def _drop(_: dict[str, Any]) -> None:
    """Observe what Twisted logs: programs fail on purpose."""


globalLogBeginner.beginLoggingTo([_drop], redirectStandardIO=False, discardBuffer=True)
