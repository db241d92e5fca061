"""The reference as a real executor: single-threaded, coroutines, timers, sockets.

A coroutine asks for an op by awaiting `ask(kind, call, *args)`: the kernel's function and its arguments. Every
decision goes through `choose`; without one, the executor is a plain FIFO loop. Sockets are watched by
`selectors`; time is virtual (it jumps when nothing else can happen) or real.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, final

from conformance.lang.ops import Ticks
from conformance.lang.semantics import Semantics
from conformance.run.controllable import Choose
from runtimes.reference.executor_threads import Listening
from runtimes.reference.kernel import HORIZON, WAIT, Fault
from runtimes.reference.objects import (
    CHECK,
    DONE,
    ERROR,
    RETRY,
    RUNNING,
    SKIP,
    START,
    UNSPAWNED,
    VALUE,
    End,
    Scope,
    Task,
)  # fmt: skip
from runtimes.reference.shutdown import Closing

GRACE = 0.02
"""Seconds for which a quiet virtual run with sockets waits before it believes that nothing will come."""


class Cancelled(BaseException):
    """A task is told that it was cancelled."""


class ReferenceFault(Exception):  # noqa: N818 - it carries any error's name
    """An op failed; `name` is the normalised name of the error."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class JoinError(Exception):
    """What a join raises where joins wrap; the cause is the task's own error."""


@final
class Ask:
    """Awaitable: have the kernel perform an op for the running task."""

    __slots__ = ("args", "call", "kind")

    def __init__(self, kind: str, call: Callable[..., Any], *args: Any) -> None:
        self.kind = kind
        self.call = call
        self.args = args

    def __await__(self) -> Generator[Ask, Any, Any]:
        return (yield self)


class Executor(Listening):
    """One run of coroutines. `clock` is `virtual` (ticks jump) or `native` (seconds pass)."""

    def __init__(
        self,
        semantics: Semantics,
        *,
        choose: Choose | None = None,
        tick: float = 1.0,
        virtual: bool = True,
    ) -> None:
        super().__init__(semantics, lax=False)
        self.steered = choose is not None
        self.choose = choose if choose is not None else _first
        self.tick_seconds = tick
        self.virtual = virtual
        self.horizon: Ticks = HORIZON
        self.ready = deque()
        self.closing = Closing(0)
        self.ender = Task("", 0, Scope("task", 0), End(0))
        self.ender.state, self.ender.end.result = DONE, ("failed", None)
        self.outside = (Scope("run", 0),) if self.level else ()
        self.current: Task | None = None
        self.selector: selectors.BaseSelector | None = None
        self.started = time.monotonic()
        self.stopped = False

    # ------------------------------------------------------------ errors

    def fault(self, name: str) -> BaseException:
        """An exception of that normalised name."""
        return Cancelled() if name == "Cancelled" else ReferenceFault(name)

    def is_cancelled(self, error: Any) -> bool:
        """Whether the exception is a cancellation, or a group of nothing else."""
        if isinstance(error, BaseExceptionGroup):
            return all(map(self.is_cancelled, error.exceptions))
        return isinstance(error, Cancelled)

    def is_deadly(self, error: Any) -> bool:
        """Whether it is what nothing but clean-up sees."""
        return isinstance(error, KeyboardInterrupt | SystemExit)

    def grouped(self, errors: tuple[Any, ...]) -> BaseException:
        """An exception group."""
        return BaseExceptionGroup("children failed", errors)

    def without_cancelled(self, error: Any) -> Any:
        """As `BaseExceptionGroup.split` has it."""
        if isinstance(error, BaseExceptionGroup):
            return error.split(Cancelled)[1]
        return None if isinstance(error, Cancelled) else error

    def wrapped(self, error: Any) -> BaseException:
        """A JoinError with the error as its cause."""
        wrapper = JoinError()
        wrapper.__cause__ = error
        return wrapper

    def copied(self, error: Any) -> BaseException:
        """One of the same type and arguments."""
        copy: BaseException = type(error)(*error.args)
        copy.__cause__ = error
        return copy

    # ------------------------------------------------------------ tasks

    def new_task(self, coroutine: Coroutine[Any, Any, Any], name: str = "") -> Task:
        """A task that is yet to be spawned. Its tasks do not take part in footprints: the bits are 0."""
        task = Task(name, 0, Scope("task", 0), End(0))
        task.body = coroutine
        self.tasks.append(task)
        return task

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        """A task's body is over; it need not be remembered."""
        super().finish(task, result)
        if task is not self.tasks[0]:
            self.tasks.remove(task)

    def refuse(self, child: Task) -> None:
        """Its coroutine never runs."""
        child.body.close()
        self.tasks.remove(child)

    def advance(self, task: Task) -> None:
        """Deliver the wake-up, then perform ops up to the next pause."""
        before, self.current = self.current, task
        code, value = task.wake
        if code == SKIP:
            task.body.close()
            self.finish(task, ("failed", Cancelled()))
        elif code == RETRY:
            self._try_again(task)
        elif (
            code == CHECK and (task.pending or self.cancelling) and self.told_after_checkpoint(task)
        ):
            self.take_cancel(task)
            self._resume(task, ERROR, Cancelled())
        else:
            self._resume(task, code, value)
        self.current = before

    def _resume(self, task: Task, code: int, value: Any) -> None:
        """Let the coroutine run; perform what it asks for until it has to wait."""
        body = task.body
        while True:
            try:
                ask = body.throw(value) if code == ERROR else body.send(value)
            except StopIteration as stop:
                self.finish(task, ("returned", stop.value))
                return
            except BaseException as error:
                self.finish(task, ("failed", error))
                return
            try:
                value = self.request(task, ask.kind, ask.call, ask.args)
                code = VALUE
            except Fault as fault:
                code, value = ERROR, fault.args[0]
            if value is WAIT:
                task.ask = ask
                return

    def _try_again(self, task: Task) -> None:
        """Perform the op that the task waits with once more."""
        ask: Ask = task.ask
        try:
            value = self.retry(task, ask.kind, ask.call, ask.args)
        except Fault as fault:
            self._resume(task, ERROR, fault.args[0])
        else:
            if value is not WAIT:
                self._resume(task, VALUE, value)

    def at_call(self, task: Task) -> tuple[str, tuple[Any, ...]] | None:
        """What the coroutine asked for last."""
        ask: Ask | None = task.ask
        return None if ask is None else (ask.kind, ask.args)

    # ------------------------------------------------------------ the loop

    def run(
        self, main: Callable[[], Awaitable[Any]], stop: Callable[[], None] = lambda: None
    ) -> Any:
        """Run `main` and everything that it leaves to the executor; return or raise what it does.

        `stop` is called when nothing can ever happen again, or the horizon is reached.
        """

        async def body() -> Any:
            return await main()

        task = self.new_task(body(), "main")
        task.scopes = (*self.outside, task.own)
        task.own.owner = task
        self.make_ready(task, START)
        try:
            self._loop(stop)
        finally:
            self._close()
        if self.ending is not None:
            raise self.ending
        if task.end.result is None:
            return None
        how, value = task.end.result
        if how == "failed":
            raise value
        return value

    def _loop(self, stop: Callable[[], None]) -> None:
        while not self.stopped:
            if self.posted:
                self.take_posted()
            if self.ready and not self.steered:
                self._run_batch()
            elif options := self.options():
                if options == [None] and not self._time_may_pass(stop):
                    continue
                self.step(options[self.choose("run", len(options)) if len(options) > 1 else 0])
                self._poll(0)
            elif not self._wait_for_io(stop):
                return

    def _run_batch(self) -> None:
        """Plain FIFO: everything that is ready now, in order."""
        ready = self.ready
        for _ in range(len(ready)):
            if not ready:
                return
            task = ready.popleft()
            if task.state == DONE:
                self.notice(task)
                continue
            task.state = RUNNING
            task.undo = None
            self.advance(task)
        if self.selector is not None:
            self._poll(0)
        if self.timers and not self.virtual:
            self._tell_time()
        if self.timers and ready and min(t[0] for t in self.timers) <= self.now:
            self.fire_timers()

    def _tell_time(self) -> None:
        """Real time: the clock is what it is."""
        self.now = (time.monotonic() - self.started) / self.tick_seconds

    def _time_may_pass(self, stop: Callable[[], None]) -> bool:
        """Only time can go on: wait for sockets first, then for the deadline, or jump. False to look again."""
        first = min(timer[0] for timer in self.timers)
        if self.threads and self.hear():
            return False
        if first >= self.horizon:
            self._stop(stop)
            return False
        if self.virtual:
            return not self._poll(0)
        self._tell_time()
        delay = (first - self.now) * self.tick_seconds
        if delay > 0:
            self._poll(delay) if self.selector is not None else time.sleep(delay)
            self._tell_time()
        return not self.ready and first <= self.now

    def _wait_for_io(self, stop: Callable[[], None]) -> bool:
        """No timer, nobody ready: wait for a socket, or end. True to go on."""
        if self.threads and self.hear():
            return True
        if self.selector is not None and self.selector.get_map():
            left = GRACE if self.virtual else (self.horizon - self.now) * self.tick_seconds
            if self._poll(max(left, 0)):
                return True
        if any(task.state not in (DONE, UNSPAWNED) for task in self.tasks):
            self._stop(stop)
        return False

    def _stop(self, stop: Callable[[], None]) -> None:
        self.stopped = True
        stop()

    def _close(self) -> None:
        """Whatever is left is closed, innermost first come."""
        for task in self.tasks:
            if task.state not in (DONE, UNSPAWNED):
                with suppress(BaseException):  # a body that refuses to end is abandoned
                    task.body.close()
        if self.selector is not None:
            self.selector.close()

    # ------------------------------------------------------------ sockets

    def _poll(self, seconds: float) -> bool:
        """Wake who waits for a socket that is ready; whether there was one."""
        if self.selector is None or not self.selector.get_map():
            return False
        events = self.selector.select(seconds)
        for key, ready in events:
            for event in (selectors.EVENT_READ, selectors.EVENT_WRITE):
                if ready & event:
                    self.wake(self._unwatch(key.fd, event), VALUE, None, ("io", None, None))
        return bool(events)

    def wait_socket(self, task: Task, descriptor: int, event: int) -> Any:
        """Wait until the descriptor is ready. Raises Fault(Busy) when another task waits for the same."""
        if self.selector is None:
            self.selector = selectors.DefaultSelector()
        known = self.selector.get_map().get(descriptor)
        if known is None:
            self.selector.register(descriptor, event, {event: task})
        elif event in known.data:
            raise Fault(self.fault("Busy"))
        else:
            self.selector.modify(descriptor, known.events | event, {**known.data, event: task})
        return self.block(task, "io", (descriptor, event))

    def _unwatch(self, descriptor: int, event: int) -> Task:
        """Nobody waits for that any more; who did."""
        assert self.selector is not None
        waiters = dict(self.selector.get_key(descriptor).data)
        task: Task = waiters.pop(event)
        if waiters:
            (other,) = waiters
            self.selector.modify(descriptor, other, waiters)
        else:
            self.selector.unregister(descriptor)
        return task

    def close_socket(self, task: Task, descriptor: int) -> None:
        """Before a descriptor is closed: whoever waits for it fails with Closed."""
        if self.selector is None or (known := self.selector.get_map().get(descriptor)) is None:
            return
        for event in list(known.data):
            self.wake(self._unwatch(descriptor, event), ERROR, self.fault("Closed"))

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from where it waits."""
        if queue == "io":
            self._unwatch(*thing)
        else:
            super().forget(task, queue, thing, extra)

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a wake-up."""
        if kind != "io":
            super().undo(task, kind, thing, value)


def _first(_kind: str, _options: int) -> int:
    return 0
