"""Tornado: its locks, queues, streams, sleeps and executors; tasks, groups and deadlines are asyncio's.

Since Tornado 5 its loop wraps asyncio's and its coroutines are asyncio's tasks, so asyncio's API runs, cancels
and groups them, as Tornado's manual does. `gen.with_timeout` is no deadline in our sense: it leaves what it waits for
running, and its manual names `asyncio.wait_for` for the other. Its Condition has no lock, so it is none in our sense:
who waits would have to give a lock back by hand, and to take it again. A Lock does not say whether it is taken, a queue
cannot be closed; there are no barriers.

Tornado's timers are asyncio's, set by a duration that it takes from `time.time`. On a virtual clock `IOLoop.time` is
the loop's. Rules of asyncio's documents do not bind it, but those of tasks that are awaited and of `asyncio.run`: most
speak of primitives that it has its own of. What its own documents promise is the family `tornado`'s.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any, ClassVar, Final

from conformance.adapter.core import Body, Limits
from conformance.lang.ops import LOOP
from runtimes._asyncio_run import AsyncioRun
from runtimes._installed import module, place, release
from runtimes.on_asyncio import Asyncio
from runtimes.on_tornado_semantics import SEMANTICS

tornado: Final[Any] = module("tornado")

from tornado import gen, ioloop, locks, queues  # noqa: E402  # with the rest of the package
from tornado.platform.asyncio import AsyncIOLoop  # noqa: E402

from runtimes._tornado_streams import COMPOSED, TornadoStreams, name_of_end  # noqa: E402

_CONDITIONS: Final = frozenset({"wait_condition", "notify", "notify_all"})


class VirtualIOLoop(AsyncIOLoop):
    """Tornado's loop, whose time is that of asyncio's."""

    def time(self) -> float:
        """Virtual seconds."""
        return self.asyncio_loop.time()


class Heard(logging.Handler):
    """What Tornado logs of callbacks, and of tasks of its own, that failed; its warnings are told by errors, too."""

    def __init__(self, runtime: Asyncio) -> None:
        super().__init__()
        self._runtime = runtime

    def emit(self, record: logging.LogRecord) -> None:
        """An error is reported."""
        if record.exc_info and record.name == "tornado.application":
            self._runtime.reports.append(("unhandled", record.exc_info[1]))


class Tornado(TornadoStreams, Asyncio):  # type: ignore[misc]  # its handles are its own
    """`tornado.locks`, `queues`, `iostream`, `gen.sleep` and `IOLoop.run_in_executor`."""

    families = frozenset({"asyncio-await", "asyncio-runner", "tornado"})
    composed = Asyncio.composed | COMPOSED
    lacks = (
        Asyncio.lacks
        | _CONDITIONS
        | LOOP
        | {"locked", "wait_barrier", "barrier_waiters", "close_sender", "send_eof"}
    )
    errors: ClassVar[dict[type[BaseException], str]] = {
        queues.QueueFull: "Full",
        queues.QueueEmpty: "Empty",
        **Asyncio.errors,
    }
    semantics = SEMANTICS
    flavours: ClassVar[tuple[str, ...]] = ("",)

    def version(self) -> str:
        """That of Tornado."""
        return release("tornado")

    def module_file(self) -> str:
        """The package `tornado`."""
        return place(tornado)

    @property
    def spelling(self) -> None:
        """None: standalone scripts are not written for it."""

    def error_name(self, error: BaseException) -> str:
        """By what closed a stream, else by type."""
        found = name_of_end(error)
        if isinstance(found, BaseException):
            return self.error_name(found)
        return found or super().error_name(error)

    # ------------------------------------------------------------ running, tasks, time

    def run(self, main: Body, limits: Limits) -> None:
        """As `asyncio.run` does, by which Tornado's manual starts programs."""
        log, heard = logging.getLogger("tornado"), Heard(self)
        log.addHandler(heard)
        try:
            super().run(main, limits)
        finally:
            log.removeHandler(heard)

    def _open(self, run: AsyncioRun) -> asyncio.AbstractEventLoop:
        loop = super()._open(run)
        if run.clock is not None:
            VirtualIOLoop(asyncio_loop=loop, make_current=False)  # `IOLoop.current` finds it
        return loop

    async def spawn(self, body: Body, name: str, group: asyncio.TaskGroup | None) -> Any:
        """`gen.convert_yielded`, which starts a coroutine in the background; or the group's `create_task`."""
        if group is not None:
            return await super().spawn(body, name, group)
        task: Any = gen.convert_yielded(body())
        self._now_running.tasks.append(task)
        return task

    async def sleep(self, seconds: float) -> None:
        """`gen.sleep`."""
        await gen.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: `gen.sleep` of what is left."""
        await gen.sleep(when - self.now())

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`IOLoop.run_in_executor`."""
        return await ioloop.IOLoop.current().run_in_executor(None, body)

    # ------------------------------------------------------------ locks, queues

    def event(self) -> Any:
        """`locks.Event`."""
        return locks.Event()

    def lock(self) -> Any:
        """`locks.Lock`."""
        return locks.Lock()

    def semaphore(self, value: int) -> Any:
        """`locks.Semaphore`."""
        return locks.Semaphore(value)

    def bounded_semaphore(self, value: int) -> Any:
        """`locks.BoundedSemaphore`."""
        return locks.BoundedSemaphore(value)

    def channel(self, capacity: float) -> Any:
        """`queues.Queue`; its own size for an unbounded one is 0."""
        return queues.Queue(0 if capacity == math.inf else int(capacity))
