"""One run on an asyncio loop: its horizon, what it reports, and how it is cleared away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final, TypeAlias, final

from conformance.adapter.core import Limits
from runtimes._asyncio_clock import VirtualClock
from runtimes._asyncio_streams import Traffic

Report: TypeAlias = tuple[str, BaseException | None]
"""What kind, and the error."""

ROUNDS: Final = 10
"""How often a task that outlives its cancellation is cancelled again before it is dropped."""
AGAIN: Final = 0.2
"""Real seconds that the shutdown may take once the horizon was reached, then it is cut."""


@final
class AsyncioRun:
    """One run in progress.

    expired   set once the horizon was reached.
    expected  how many wait for what may be on its way, besides streams.
    closers   what to call before the loop is closed.
    watched   what else tells whether bytes are on their way.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.expired = False
        self.reports: list[Report] = []
        self.tasks: list[asyncio.Task[Any]] = []
        self.traffic = Traffic()
        self.clock: VirtualClock | None = None
        if limits.clock == "virtual":
            self.clock = VirtualClock(limits.horizon, self._expire)
            self.clock.in_flight = self._in_flight
        self.expected = 0
        self.closers: list[Callable[[], object]] = []
        self.watched: list[Callable[[], bool]] = []
        self._loop: Any = None

    def begin(self, loop: Any) -> None:
        """Take charge of a fresh loop."""
        self._loop = loop
        loop.finish = self._finish
        loop.set_exception_handler(self.hear)
        if self.clock is None:
            loop.call_later(self.limits.horizon, self._expire)

    def _in_flight(self) -> bool:
        watched = any(held() for held in self.watched)
        return watched or self.expected > 0 or self.traffic.in_flight()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While this is open something real is under way: a virtual clock does not jump."""
        clock = self.clock
        if clock is None:
            yield
            return
        clock.holds += 1
        try:
            yield
        finally:
            clock.holds -= 1

    def _expire(self) -> None:
        """Nothing can go on, or time is up: tell, then stop the loop."""
        if not self.expired:
            self.expired = True
            self.collect()
            self.limits.stop()
        if self.clock is None:
            self._loop.call_later(AGAIN, self._expire)
        self._loop.stop()

    def hear(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What the loop would have logged."""
        message = context["message"]
        kind = "unretrieved" if "never retrieved" in message else "unhandled"
        if "destroyed" in message:
            kind = "destroyed"
        self.reports.append((kind, context.get("exception")))

    def collect(self) -> None:
        """Report the errors that asyncio would log once these tasks are garbage.

        The program's handles keep the tasks alive beyond the run, so the flag is read instead, and
        cleared, so that nothing is logged later. C tasks and Python tasks both have it.
        """
        for task in self.tasks:
            if task.done() and getattr(task, "_log_traceback", False):
                self.reports.append(("unretrieved", task.exception()))

    def _finish(self, loop: Any) -> None:
        """After asyncio's own shutdown: let go of what is left, so that nothing is warned of."""
        self.collect()
        if self.expired:  # the outcome is told: any means will do
            _cancel_all(loop)
        left = [task for task in self.tasks if not task.done()]
        left += asyncio.all_tasks(loop) - set(left)  # main, or a server's handler
        for task in left:
            _drop(task)
        for close in self.closers:
            close()
        if self.traffic.close() or self.closers:
            _turn(loop)
        for task in left:
            _forget(task)
        self.reports.extend(("destroyed", None) for _ in left)
        self.tasks.clear()

    def let_go(self) -> None:
        """Lead from the closed loop, which may keep its timers, to nothing of the run that refers to the loop."""
        self._loop.set_exception_handler(None)
        self._loop = None
        self.limits = replace(self.limits, stop=_nothing)
        self.closers.clear()
        self.watched.clear()

    def after_loop(self) -> None:
        """The same where the loop is gone already and no callback runs any more."""
        self.collect()
        left = [task for task in self.tasks if not task.done()]
        for task in left:
            _drop(task)
        for close in self.closers:
            close()
        self.traffic.drop()
        self.reports.extend(("destroyed", None) for _ in left)
        self.tasks.clear()


def _nothing() -> None:
    """What there is to do when a run that is over is told to stop."""


def _cancel_all(loop: Any) -> None:
    """Cancel what outlived the cancellation by asyncio's shutdown, a few times."""
    for _ in range(ROUNDS):
        left = asyncio.all_tasks(loop)
        if not left:
            break
        for task in left:
            task.cancel()
        _turn(loop)


def _drop(task: Any) -> None:
    """Do what the collector does to a task that is pending when its loop is closed.

    Such a task was started during the shutdown, or it refuses to end.
    """
    task._log_destroy_pending = False
    with suppress(BaseException):
        task.get_coro().close()


def _forget(task: Any) -> None:
    """A dropped task whose next step was due has failed, its coroutine being closed: no news."""
    if task.done() and not task.cancelled():
        task.exception()


def _turn(loop: Any) -> None:
    """Two rounds of the loop: a transport that is aborted closes its socket in the next one."""
    for _ in range(2):
        loop.call_soon(loop.stop)
        loop.run_forever()
