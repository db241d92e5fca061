"""cothread 2.20: tasks on stacks of their own, over EPICS' needs; nothing is ever awaited.

There is no way to cancel a task, nor a block: every wait takes a timeout of its own. `Spawn` is told to keep an error
for `Wait`, which "can only be called once" (its docstring). A queue has no bound. There are no groups; one is composed
of `Spawn` and `Wait`. Its sockets take the place of the standard library's, and are left out.
"""

from __future__ import annotations

import importlib.metadata
import time
from contextlib import suppress
from typing import Any, ClassVar, Final, final

import cothread
import cothread.cothread as core

from conformance.adapter.channels import Channels
from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.scopes import Scopes
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes._greenlets import drive
from runtimes._strict_clock import StrictClock
from runtimes.on_cothread_semantics import SEMANTICS

_TIMERS: Final = "_Scheduler__timer_queue"


@final
class StoppedError(BaseException):
    """The horizon was reached: raised where the scheduler polls, which raises it in main."""


@final
class RunTime:
    """Stands in for the module `time` inside `cothread.cothread`, and for how a fresh scheduler polls."""

    def __init__(self, limits: Limits) -> None:
        self.virtual = StrictClock() if limits.clock == "virtual" else None
        self._limits = limits
        self._end = self.time() + limits.horizon
        self._scheduler: Any = None
        self._theirs: Any = None

    def time(self) -> float:
        """Seconds, virtual or real."""
        return time.time() if self.virtual is None else self.virtual()

    def perform(self, main: Body) -> None:
        """Run main under a scheduler of its own, and leave that as it is then. Raises what main raises."""
        core.time = self
        self._scheduler = core._scheduler = core._Scheduler.create()
        self._theirs, self._scheduler._poll_block = self._scheduler._poll_block, self._poll
        try:
            with suppress(StoppedError):
                drive(main)
        finally:
            core.time = time

    def _poll(self, waiting: Any, delay: float | None = None) -> Any:
        """Until the next timer, at most until the horizon.

        The scheduler never waits for less than 1 ms; a virtual clock jumps to the timer.
        """
        left = self._end - self.time()
        if left <= 0 or (self.virtual is not None and (delay is None or delay > left)):
            self._limits.stop()
            raise StoppedError
        if self.virtual is None:
            return self._theirs(waiting, left if delay is None else min(delay, left))
        timers = getattr(self._scheduler, _TIMERS)
        if delay and timers:
            self.virtual.reach(timers.timeout())
        return []


@final
class Group:
    """Composed: the end of the body waits for each task in turn; an error of one is nothing to the others."""

    def __init__(self) -> None:
        self.tasks: list[Any] = []

    def __enter__(self) -> Group:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """`Spawn.Wait`, unless the body failed: nothing could end the others."""
        for task in self.tasks if error is None else ():
            with suppress(Exception):
                task.Wait()


class Cothread(Sync, Channels, Context, Scopes, Time, Tasks, Runtime):
    """The adapter. What one run needs is made afresh by `run`."""

    families = frozenset({"cothread"})
    composed = frozenset({"group"})
    lacks = frozenset({"main:handle", "channel:bounded"})
    special = frozenset({"sleep:negative", "channel:unbounded"})
    errors: ClassVar[dict[type[BaseException], str]] = {AssertionError: "Misuse"}
    virtual = "keeps timers"
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(
                f"cothread has no flavour `{flavour}`", hint="its address is `cothread`"
            )
        super().__init__(flavour)

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of cothread."""
        return importlib.metadata.version("cothread")

    def module_file(self) -> str:
        """Of cothread."""
        return str(cothread.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """Main is the task that imported cothread."""
        self._time = RunTime(limits)
        self._time.perform(main)

    async def spawn(self, body: Body, name: str, group: Any) -> Any:
        """`Spawn(…, raise_on_wait=True)`."""
        task = cothread.Spawn(drive, body, raise_on_wait=True)
        if group is not None:
            group.tasks.append(task)
        return task

    async def checkpoint(self) -> None:
        """`Yield`."""
        cothread.Yield()

    def is_cancellation(self, error: BaseException) -> bool:
        """Nothing is ever cancelled."""
        return False

    # ------------------------------------------------------------ tasks

    async def join(self, task: Any) -> Any:
        """`Spawn.Wait`."""
        return task.Wait()

    def group(self) -> Scope:
        """Composed."""
        return Group()

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """`time.time`, by which cothread reckons."""
        return self._time.time()

    async def sleep(self, seconds: float) -> None:
        """`Sleep`."""
        cothread.Sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """`SleepUntil`."""
        cothread.SleepUntil(when)

    async def block(self, seconds: float) -> None:
        """Hold the scheduler up."""
        if self._time.virtual is None:
            time.sleep(seconds)  # noqa: ASYNC251  # holding it up is the point
        else:
            self._time.virtual.advance(seconds)

    # ------------------------------------------------------------ events, locks, queues

    def event(self) -> Any:
        """`Event(auto_reset=False)`."""
        return cothread.Event(auto_reset=False)

    async def wait_event(self, event: Any) -> None:
        """`Event.Wait`."""
        event.Wait()

    async def set_event(self, event: Any) -> None:
        """`Event.Signal`."""
        event.Signal()

    async def clear(self, event: Any) -> None:
        """`Event.Reset`."""
        event.Reset()

    async def is_set(self, event: Any) -> bool:
        """The truth of an `Event`."""
        return bool(event)

    def lock(self) -> Any:
        """`RLock`."""
        return core.RLock()

    async def acquire(self, lock: Any) -> None:
        """`RLock.acquire`."""
        lock.acquire()

    async def release(self, lock: Any) -> None:
        """`RLock.release`."""
        lock.release()

    def channel(self, capacity: float) -> Any:
        """`EventQueue`, which has no bound."""
        return cothread.EventQueue()

    async def send(self, channel: Any, item: Any) -> None:
        """`EventQueue.Signal`."""
        channel.Signal(item)

    async def receive(self, channel: Any) -> Any:
        """`EventQueue.Wait`."""
        return channel.Wait()

    async def length(self, channel: Any) -> int:
        """The length of an `EventQueue`."""
        return len(channel)
