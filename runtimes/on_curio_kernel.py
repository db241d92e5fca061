"""curio's kernel, run for one program: its clock, its horizon, its seed and its end.

curio keeps its own timer queue and all its scheduling. A kernel takes a selector, a class of tasks
and observers ("activations") as arguments; only the clock is out of reach, since the kernel module
calls `time.monotonic` by name: for the length of one run, that module sees a `time` of ours.
"""

from __future__ import annotations

import contextlib
import random
import selectors
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, final

import curio
import curio.kernel

from conformance.adapter.core import Body, Limits
from runtimes._in_flight import InFlight

STEERING: Final = (
    "curio keeps the tasks that wait for an event or join a task, and those of a group, in sets:"
    " the seed gives each task a hash, and so the order in which they are woken or cancelled;"
    " without a seed it is that of addresses. Everything else is first in, first out, not steered"
)
"""What a seed does, for `Runtime.steering`."""

EPOCH: Final = 1000.0
"""Where virtual time starts: not at 0, which curio takes for no deadline at all in some places."""
HOLD: Final = 5.0
"""Real seconds that a connect (its name look-up is a thread) may hold virtual time."""
EPOLL_MAX: Final = (2**31 - 1) / 1000
"""Seconds beyond which `epoll_wait` refuses a timeout, and curio's kernel dies of that."""


@final
class StoppedError(BaseException):
    """The horizon was reached: leaves the kernel's loop, where no task can catch it."""


@final
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
            self._stop()
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
            self._stop()
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

    def _stop(self) -> None:
        self.stopped = True
        self._limits.stop()
        raise StoppedError


@final
class Watch(curio.kernel.Activation):  # type: ignore[misc]  # curio has no types
    """Knows the running task: `curio.current_task` can only be awaited."""

    task: Any = None

    def running(self, task: Any) -> None:
        """Called by the kernel before each step."""
        self.task = task


@final
class SteeredTask(curio.Task):  # type: ignore[misc]  # curio has no types
    """A task whose place in a set is drawn from the seed."""

    def __init__(self, place: int, *told: Any) -> None:
        """`told` is what the kernel tells a task: since 1.6 its parent, too."""
        self._place = place
        super().__init__(*told)

    def __hash__(self) -> int:
        """The place; equality stays identity."""
        return self._place


@final
class Run:
    """One run of one kernel."""

    def __init__(self, limits: Limits, at_work: Callable[[], bool]) -> None:
        """`at_work` tells whether a thread of the program is at work."""
        self.clock = Clock(limits.clock)
        self.in_flight = InFlight(at_work)
        self.selector = Selector(self.clock, limits, self.in_flight)
        self.sockets: list[Any] = []
        self._watch = Watch()
        self._seed = limits.seed

    def perform(self, main: Body) -> None:
        """As `curio.run` does: the kernel runs main, then shuts down. Raises what main raises."""
        kernel = curio.Kernel(
            selector=self.selector, activations=[self._watch], taskcls=self._task_class()
        )
        try:
            with self._time_replaced(), contextlib.suppress(StoppedError), kernel:
                kernel.run(main)
        finally:
            self._abandon(kernel)

    def current(self) -> Any:
        """The running task."""
        return self._watch.task

    @contextlib.contextmanager
    def connects(self) -> Iterator[None]:
        """Around a connect: time does not jump."""
        self.selector.connecting += 1
        try:
            yield
        finally:
            self.selector.connecting -= 1

    def _task_class(self) -> Any:
        if self._seed is None:
            return curio.Task
        draw = random.Random(self._seed)
        return lambda *told: SteeredTask(draw.getrandbits(32), *told)

    @contextlib.contextmanager
    def _time_replaced(self) -> Iterator[None]:
        curio.kernel.time = self.clock if self.clock.virtual else time
        try:
            yield
        finally:
            curio.kernel.time = time

    def _abandon(self, kernel: Any) -> None:
        """Leave nothing behind, also of a kernel that was stopped, or died, in the middle."""
        self._watch.task = None
        for task in sorted(kernel._tasks.values(), key=lambda task: -task.id):
            task.daemon = True  # or its destructor warns that nobody joined it
            task._last_io = None
            for coroutine in (task._run_coro, task.coro):
                _close(coroutine)
        kernel._tasks.clear()
        for release in kernel._shutdown_funcs or (self.selector.close,):
            with contextlib.suppress(OSError, ValueError):
                release()
        kernel._shutdown_funcs = None
        for raw in self.sockets:
            raw.close()
        self.sockets.clear()


def _close(coroutine: Any) -> None:
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
