"""curio's kernel, run for one program: its clock, its horizon, its seed and its end.

curio keeps its own timer queue and all its scheduling. A kernel takes a selector, a class of tasks
and observers ("activations") as arguments; only the clock is out of reach, since the kernel module
calls `time.monotonic` by name: for the length of one run, that module sees a `time` of ours.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, final

import curio
import curio.kernel

from conformance.adapter.core import Body, Limits
from runtimes._in_flight import InFlight
from runtimes._kernel_clock import Clock, Selector, StoppedError, close

STEERING: Final = (
    "curio keeps the tasks that wait for an event or join a task, and those of a group, in sets:"
    " the seed gives each task a hash, and so the order in which they are woken or cancelled;"
    " without a seed it is that of addresses. Everything else is first in, first out, not steered"
)
"""What a seed does, for `Runtime.steering`."""


@final
class Watch(curio.kernel.Activation):  # type: ignore[misc]  # curio has no types
    """Knows the running task: `curio.current_task` can only be awaited."""

    task: Any = None

    def running(self, task: Any) -> None:
        """Called by the kernel before each step."""
        self.task = task


class Steered:
    """Mixed into a class of tasks: their place in a set is drawn from the seed."""

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

    def __init__(self, limits: Limits, at_work: Callable[[], bool], task_class: Any) -> None:
        """`at_work` tells whether a thread of the program is at work; the kernel makes its tasks of `task_class`."""
        self.clock = Clock(limits.clock)
        self.in_flight = InFlight(at_work)
        self.selector = Selector(self.clock, limits, self.in_flight)
        self.sockets: list[Any] = []
        self._watch = Watch()
        self._seed = limits.seed
        self._task_class = task_class

    def perform(self, main: Body) -> None:
        """As `curio.run` does: the kernel runs main, then shuts down. Raises what main raises."""
        kernel = curio.Kernel(
            selector=self.selector, activations=[self._watch], taskcls=self._tasks()
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

    def _tasks(self) -> Any:
        if self._seed is None:
            return self._task_class
        draw = random.Random(self._seed)
        steered = type("SteeredTask", (Steered, self._task_class), {})
        return lambda *told: steered(draw.getrandbits(32), *told)

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
                close(coroutine)
        kernel._tasks.clear()
        for release in kernel._shutdown_funcs or (self.selector.close,):
            with contextlib.suppress(OSError, ValueError):
                release()
        kernel._shutdown_funcs = None
        for raw in self.sockets:
            raw.close()
        self.sockets.clear()
