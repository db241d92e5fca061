"""gevent's hub and loop, made for one run: its clock, its horizon, its end.

gevent's timers live in libev, whose clock is out of reach. On a virtual clock a subclass of
gevent's loop makes timers of its own and moves time when an idle watcher of the lowest priority
tells that nothing else is ready; callbacks, I/O and threads stay libev's.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any, Final, final

import gevent
from gevent.hub import Hub

from conformance.adapter.core import Limits
from conformance.errors import ConformanceError
from runtimes._in_flight import InFlight

_LOOP: Any = gevent.config.loop
LOWEST: Final = -2
"""libev's lowest priority: `idle` watchers of it are called when nothing else is pending."""


class RunHub(Hub):  # type: ignore[misc]  # an untyped class
    """A hub that lets our own errors out of `run`, and prints none of the program's."""

    SYSTEM_ERROR = (*Hub.SYSTEM_ERROR, ConformanceError)

    def print_exception(self, context: object, *_: object) -> None:
        """Silent: a program fails on purpose."""


@final
class Timer:
    """A timer of the virtual loop, with the interface of gevent's watchers."""

    def __init__(self, loop: VirtualLoop, after: float, repeat: float, priority: int) -> None:
        self._loop = loop
        self._after = after
        self._repeat = repeat
        self.priority = priority
        self.pending = False
        self.callback: Callable[..., object] | None = None
        self.args: tuple[object, ...] = ()
        self.entry: object = None

    @property
    def active(self) -> bool:
        """Whether it will fire."""
        return self.callback is not None

    def start(self, callback: Callable[..., object], *args: object, update: object = None) -> None:
        """Fire once `after` seconds from now."""
        self._arm(self._after, callback, args)

    def again(self, callback: Callable[..., object], *args: object, update: object = None) -> None:
        """Fire once `repeat` seconds from now."""
        self._arm(self._repeat, callback, args)

    def _arm(self, after: float, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self.callback = callback
        self.args = args
        self._loop.arm(self, after)

    def fire(self) -> None:
        """Call back; repeat if asked to."""
        callback, args = self.callback, self.args
        assert callback is not None
        if self._repeat:
            self._loop.arm(self, self._repeat)
        else:
            self.stop()
        try:
            callback(*args)
        except Exception as error:
            self._loop.handle_error(self, type(error), error, error.__traceback__)

    def stop(self) -> None:
        """Never fire."""
        self.callback = None
        self.args = ()
        self.entry = None

    close = stop

    def __enter__(self) -> Timer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class VirtualLoop(_LOOP):  # type: ignore[misc]  # an untyped class
    """gevent's loop on a virtual clock, in seconds since the start of the run."""

    def begin(self, limits: Limits, in_flight: InFlight) -> None:
        """Take charge: from now on an idle loop moves time."""
        self.virtual_now = 0.0
        self.stopped = False
        self._over = False
        self._limits = limits
        self._in_flight = in_flight
        self._timers: list[tuple[float, int, int, Timer]] = []
        self._count = itertools.count()
        self._idle_watcher = self.idle(priority=LOWEST)
        self._idle_watcher.start(self._idle)

    def end(self) -> None:
        """Be libev's loop again, for the clearing away, and keep nothing alive."""
        self._over = True
        self._idle_watcher.close()
        self._timers.clear()

    def now(self) -> float:
        """Virtual seconds."""
        return self.virtual_now

    def timer(
        self, after: float, repeat: float = 0.0, ref: object = None, priority: int | None = None
    ) -> Any:
        """A timer of ours instead of libev's."""
        if self._over:
            return super().timer(after, repeat, True, priority)  # noqa: FBT003
        return Timer(self, after, repeat, priority or 0)

    def arm(self, timer: Timer, after: float) -> None:
        """Schedule it; equal times go by priority, then by age, as in libev."""
        entry = (self.virtual_now + max(after, 0.0), -timer.priority, next(self._count), timer)
        timer.entry = entry
        heapq.heappush(self._timers, entry)

    def _idle(self) -> None:
        """Nothing is ready: move to the next timer, and fire what is due then."""
        if self._callbacks or self._in_flight.held():
            return
        due = self._next()
        if due is None or due > self._limits.horizon:
            self.stopped = True
            self._limits.stop()
            self.break_()
            return
        self.virtual_now = max(self.virtual_now, due)
        while (due := self._next()) is not None and due <= self.virtual_now:
            entry = heapq.heappop(self._timers)
            entry[3].entry = None
            entry[3].fire()

    def _next(self) -> float | None:
        while self._timers and self._timers[0][3].entry is not self._timers[0]:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None
