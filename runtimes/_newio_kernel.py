"""newio's kernel, run for one program: its clock, its horizon, its seed and its end.

A kernel takes its clock, its timers and its selector from attributes that can be set before it runs. It wakes every
second to see whether a timer that was far away has come near; on virtual time it wakes when one is due.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, final

import newio_kernel.kernel
import newio_kernel.lounge
from newio_kernel.timer import TimerQueue

from conformance.adapter.core import Body, Limits
from runtimes._in_flight import InFlight
from runtimes._kernel_clock import Selector, SteppingClock, StoppedError

STEERING: Final = (
    "newio keeps in sets those who wait for an event, a lock, a permit, an item or an end, and what main leaves"
    " behind: the seed gives each a hash, and so the order in which they are woken or cancelled; without a seed it is"
    " that of addresses. Everything else is first in, first out, not steered"
)
"""What a seed does, for `Runtime.steering`."""

LOOK: Final = 0.01
"""Real seconds between two looks at threads that the end of a run waits for."""

logging.getLogger("newio_kernel").addHandler(logging.NullHandler())  # every failed task is logged


@final
class TimerSelector(Selector):
    """On virtual time it is asked to wait until the next timer is due, however far away that is."""

    timers: Any
    """The kernel's `TimerQueue`."""

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; an empty list when a timer is due."""
        if self.stopped:
            raise StoppedError
        return self._jump(self._next()) if self._clock.virtual else self._wait(timeout)

    def _next(self) -> float | None:
        waiting = (self.timers.near_timers, *self.timers.far_timers)
        due = (timer.deadline for timers in waiting for timer in timers if not timer.is_canceled)
        first = min(due, default=None)
        return None if first is None else float(first - self._clock.virtual_now)


@final
class Pool(ThreadPoolExecutor):
    """The kernel's threads. It holds the loop up while it waits for them at its end."""

    def __init__(self, most: int, parked: Callable[[], bool], stop: Callable[[], None]) -> None:
        """Call `stop` once they are `parked`: they wait for what the loop would do, so that nothing ever goes on."""
        super().__init__(most)
        self._parked, self._stop = parked, stop

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """As ever."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)
        for thread in self._threads if wait else ():
            while thread.is_alive():
                thread.join(LOOK)
                if self._parked():
                    self._stop()


@final
class Run:
    """One run of one kernel."""

    def __init__(
        self, limits: Limits, at_work: Callable[[], bool], parked: Callable[[], bool]
    ) -> None:
        """`at_work` tells whether a thread of the program is at work, `parked` whether all wait for the loop."""
        self._parked = parked
        self.clock = SteppingClock(limits.clock)
        self.in_flight = InFlight(at_work)
        self.selector = TimerSelector(self.clock, limits, self.in_flight)
        self.sockets: list[Any] = []
        self._seed = limits.seed

    def perform(self, main: Body) -> None:
        """`newio_kernel.run`. Raises what main raises."""
        kernel = newio_kernel.kernel.Kernel()
        kernel.selector.close()
        kernel.selector._sel = self.selector
        kernel.clock = self.clock.monotonic
        kernel.timer_queue = self.selector.timers = TimerQueue(clock=kernel.clock)
        most = newio_kernel.kernel.DEFAULT_MAX_NUM_THREAD
        kernel.executor._thread_executor = Pool(most, self._parked, self.selector.stop)
        try:
            with self._steered(), contextlib.suppress(StoppedError):
                kernel.run(main())
        finally:
            self._abandon(kernel)

    @contextlib.contextmanager
    def _steered(self) -> Iterator[None]:
        """For the length of a run, what is kept in sets has its place from the seed."""
        if self._seed is None:
            yield
            return
        draw = random.Random(self._seed)
        waiter, task = newio_kernel.lounge.LoungeWaiter, newio_kernel.kernel.KernelTask
        newio_kernel.lounge.LoungeWaiter = _placed(waiter, draw)
        newio_kernel.kernel.KernelTask = _placed(task, draw)
        try:
            yield
        finally:
            newio_kernel.lounge.LoungeWaiter, newio_kernel.kernel.KernelTask = waiter, task

    def _abandon(self, kernel: Any) -> None:
        """Leave no descriptor behind, also of a kernel that was stopped, or died, in the middle."""
        executor = kernel.executor
        own = [end.socket for end in (executor._notify, executor._wakeup)]
        threads = executor._asyncio_executor  # its thread is only started by who asks for asyncio
        for raw in (*self.sockets, *own, threads._notify, threads._wakeup):
            if raw is not None:
                raw.close()
        self.sockets.clear()
        self.selector.close()


def _placed(theirs: Any, draw: random.Random) -> Any:
    """Their class, each instance of which has a hash that is drawn; equality stays identity."""

    class Placed(theirs):  # type: ignore[misc]  # newio has no types
        def __init__(self, *told: Any, **named: Any) -> None:
            self._place = draw.getrandbits(32)
            super().__init__(*told, **named)

        def __hash__(self) -> int:
            return self._place

    return Placed
