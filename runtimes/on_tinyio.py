"""tinyio: a loop for generators that yield to it.

A task's body is a coroutine; a generator around it yields to tinyio what the body asks for, and throws
back what tinyio throws. An error in one task cancels all of them and ends the loop: a single task
cannot be cancelled, nor a block (`tinyio.timeout` takes a coroutine). There are no channels and no sockets.
A lock can only be had as the block `with (yield lock())`: `acquire` enters it, `release` leaves it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import time
import types
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, final

import tinyio

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.scopes import Scopes
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes._strict_clock import StrictClock
from runtimes.on_tinyio_semantics import SEMANTICS

_CORE: Any = importlib.import_module("tinyio._core")


@final
class StoppedError(BaseException):
    """The horizon was reached: leaves the loop."""


@types.coroutine
def ask(request: Any) -> Generator[Any, Any, Any]:
    """Yield to tinyio from a coroutine."""
    return (yield request)


def generator(body: Body) -> Generator[Any, Any, Any]:
    """A body as tinyio wants it."""
    coroutine: Any = body()
    answer, error = None, None
    while True:
        try:
            request = coroutine.send(answer) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            return stop.value
        try:
            answer, error = (yield request), None
        except BaseException as thrown:
            answer, error = None, thrown


@final
class RunTime:
    """Stands in for the module `time` inside `tinyio._core`, and for how the loop waits."""

    def __init__(self, limits: Limits) -> None:
        self.virtual = StrictClock() if limits.clock == "virtual" else None
        self.monotonic = self.virtual or time.monotonic
        self._limits = limits
        self._end = self.monotonic() + limits.horizon

    @contextmanager
    def replaced(self) -> Iterator[None]:
        """For the length of a run."""
        theirs: Any = _CORE.EventWithFileno
        run = self

        class Event(theirs):  # type: ignore[misc]  # untyped
            def wait(self, timeout: float | None = None) -> None:
                run.wait(timeout, super().wait)

        _CORE.time, _CORE.EventWithFileno = self, Event
        try:
            yield
        finally:
            _CORE.time, _CORE.EventWithFileno = time, theirs

    def wait(self, timeout: float | None, wait: Any) -> None:
        """Until the next timer, at most until the horizon."""
        left = self._end - self.monotonic()
        if left <= 0 or (self.virtual is not None and (timeout is None or timeout > left)):
            self._limits.stop()
            raise StoppedError
        if self.virtual is None:
            wait(left if timeout is None else min(timeout, left))
        elif timeout is not None and timeout > 0:
            self.virtual.advance(timeout)


@final
class Lock:
    """A tinyio lock, and the block by which it was had last."""

    def __init__(self) -> None:
        self.lock = tinyio.Lock()
        self.block: Any = None


@final
class Group:
    """A group, composed: the end of the body yields the list of its tasks."""

    def __init__(self) -> None:
        self.tasks: list[Any] = []

    async def __aenter__(self) -> Group:
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Wait; an error of the body goes on, and ends the loop with all of them."""
        if error is None and self.tasks:
            await ask(self.tasks)


class Tinyio(Context, Sync, Time, Scopes, Tasks, Runtime):
    """The adapter. What one run needs is made afresh by `run`."""

    families = frozenset({"tinyio"})
    composed = frozenset({"acquire", "group", "release", "sleep_until"})
    special = frozenset({"sleep:negative"})
    errors: ClassVar[dict[type[BaseException], str]] = {}
    virtual = "keeps timers"
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(f"tinyio has no flavour `{flavour}`", hint="its address is `tinyio`")
        super().__init__(flavour)

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of tinyio."""
        return importlib.metadata.version("tinyio")

    def module_file(self) -> str:
        """Of tinyio."""
        return str(tinyio.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """`Loop.run`."""
        self._time = RunTime(limits)
        self._main = generator(main)
        with self._time.replaced(), warnings.catch_warnings(), suppress(StoppedError):
            warnings.simplefilter("ignore", RuntimeWarning)  # of a cancellation that was swallowed
            tinyio.Loop().run(self._main)

    async def spawn(self, body: Body, name: str, group: Any) -> Any:
        """`yield {coro}`."""
        task = generator(body)
        await ask({task})
        if group is not None:
            group.tasks.append(task)
        return task

    async def checkpoint(self) -> None:
        """`yield`."""
        await ask(None)

    def is_cancellation(self, error: BaseException) -> bool:
        """`tinyio.CancelledError`."""
        return isinstance(error, tinyio.CancelledError)

    # ------------------------------------------------------------ tasks

    def current(self) -> Any:
        """Main's generator: nobody else's is asked for before it is known."""
        return self._main

    async def join(self, task: Any) -> Any:
        """`yield coro`."""
        return await ask(task)

    def group(self) -> Scope:
        """Composed."""
        return Group()

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """Of the loop's clock."""
        return self._time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """`yield tinyio.sleep(…)`."""
        await ask(tinyio.sleep(seconds))

    async def sleep_until(self, when: float) -> None:
        """Composed: there are only durations."""
        await ask(tinyio.sleep(when - self.now()))

    async def block(self, seconds: float) -> None:
        """Hold the loop up."""
        if self._time.virtual is None:
            time.sleep(seconds)  # noqa: ASYNC251  # holding it up is the point
        else:
            self._time.virtual.advance(seconds)

    # ------------------------------------------------------------ events, locks

    def event(self) -> Any:
        """`tinyio.Event`."""
        return tinyio.Event()

    async def wait_event(self, event: Any) -> None:
        """`yield event.wait()`."""
        await ask(event.wait())

    async def set_event(self, event: Any) -> None:
        """`Event.set`."""
        event.set()

    def lock(self) -> Lock:
        """`tinyio.Lock`."""
        return Lock()

    async def acquire(self, lock: Lock) -> None:
        """Composed: enter `with (yield lock())`."""
        block = await ask(lock.lock())
        block.__enter__()
        lock.block = block

    async def release(self, lock: Lock) -> None:
        """Composed: leave it."""
        lock.block.__exit__(None, None, None)
