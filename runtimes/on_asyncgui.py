"""asyncgui, with its own extensions for time (asyncgui-ext-clock) and queues (asyncgui-ext-queue).

asyncgui has no loop: whoever has one calls `Clock.advance` now and then. Ours does nothing else. There
is no ready queue either: a task starts inside the call that starts it, whoever fires an event runs
there and then what waits for it, and the error of a task outside a nursery comes out of the call
that resumed it. It has no join (composed, of an event), no locks, no shields and no sockets.
"""

from __future__ import annotations

import importlib.metadata
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, final

import asyncgui
from asyncgui_ext.clock import Clock
from asyncgui_ext.queue import Queue, WouldBlock

from conformance.adapter.channels import Channels
from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.scopes import Scopes
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes.on_asyncgui_semantics import SEMANTICS


class JoinError(Exception):
    """The joined task was cancelled; its cancellation is its own, and only the cause."""


@final
class Child:
    """Handle of a task: the task, and what a join asks for."""

    def __init__(self, body: Body) -> None:
        self.task: Any = asyncgui.Task(self._live(body))
        self.ended = asyncgui.StatefulEvent()
        self.value: Any = None
        self.error: BaseException | None = None

    async def _live(self, body: Body) -> None:
        try:
            self.value = await body()
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.ended.fire()


class Asyncgui(Channels, Context, Sync, Time, Scopes, Tasks, Runtime):
    """The adapter. What one run needs is made afresh by `run`."""

    families = frozenset({"asyncgui"})
    composed = frozenset({"join", "sleep_until"})
    lacks = frozenset({"join:self"})
    special = frozenset({"channel:unbounded", "spawn:handed"})
    errors: ClassVar[dict[type[BaseException], str]] = {
        JoinError: "JoinError",
        asyncgui.InvalidStateError: "Misuse",
    }
    virtual = "keeps timers"
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(
                f"asyncgui has no flavour `{flavour}`", hint="its address is `asyncgui`"
            )
        super().__init__(flavour)
        self._children: list[Child] = []

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of asyncgui."""
        return importlib.metadata.version("asyncgui")

    def module_file(self) -> str:
        """Of asyncgui."""
        return str(asyncgui.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """Start main, then advance a clock until it has ended."""
        for child in self._children:  # of the last run, abandoned
            child.task.cancel()
        self._children = [Child(main)]
        self._clock = Clock()
        self._blocked = 0.0
        self._virtual = limits.clock == "virtual"
        self._main = self._children[0]
        asyncgui.start(self._main.task)
        while not self._main.ended.is_fired:
            step = self._step(limits.horizon)
            if step is None:
                limits.stop()
                return
            self._blocked = 0.0
            self._clock.advance(step)

    def _step(self, horizon: float) -> float | None:
        """Seconds to advance by, and real ones are waited for; None when the horizon comes first.

        A clock does not tell when its next event is due: that is read from its inside.
        """
        events = [*self._clock._events, *self._clock._events_to_be_added]
        due = [event._deadline for event in events if not event._cancelled]
        now = self._clock.current_time + self._blocked
        when = max(min(due, default=horizon + 1), now)
        if when > horizon and self._virtual:
            return None
        if not self._virtual:
            if now >= horizon:
                return None
            time.sleep(min(when, horizon) - now)
        return float(min(when, horizon)) - float(self._clock.current_time)

    async def spawn(self, body: Body, name: str, group: Any) -> Child:
        """`asyncgui.start`, or `Nursery.start`."""
        child = Child(body)
        self._children.append(child)
        (asyncgui.start if group is None else group.start)(child.task)
        return child

    async def checkpoint(self) -> None:
        """`Clock.sleep(0)`."""
        await self._clock.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        """`asyncgui.Cancelled`."""
        return isinstance(error, asyncgui.Cancelled)

    def error_name(self, error: BaseException) -> str:
        """WouldBlock is `Full` or `Empty` by the call that raised it."""
        if isinstance(error, WouldBlock):
            return next(iter(getattr(error, "__notes__", ())), "WouldBlock")
        return super().error_name(error)

    # ------------------------------------------------------------ tasks

    def current(self) -> Child:
        """Main's handle: nobody else's is asked for."""
        return self._main

    async def join(self, task: Child) -> Any:
        """Composed: wait for the event, then return or raise what the task did."""
        await task.ended.wait()
        if task.error is None:
            return task.value
        if self.is_cancellation(task.error):
            raise JoinError from task.error
        raise task.error

    async def cancel(self, task: Child) -> None:
        """`Task.cancel`."""
        task.task.cancel()

    # ------------------------------------------------------------ scopes

    def move_on_after(self, seconds: float) -> Scope:
        """`Clock.move_on_after`."""
        scope: Scope = self._clock.move_on_after(seconds)
        return scope

    def group(self) -> Scope:
        """`asyncgui.open_nursery`."""
        scope: Scope = asyncgui.open_nursery()
        return scope

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """Of the clock, with what has been blocked since it was advanced last."""
        return float(self._clock.current_time) + self._blocked

    async def sleep(self, seconds: float) -> None:
        """`Clock.sleep`."""
        await self._clock.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: there are only durations."""
        await self._clock.sleep(when - self._clock.current_time)

    async def block(self, seconds: float) -> None:
        """Hold the loop up: the clock is advanced by so much more next time."""
        self._blocked += seconds
        if not self._virtual:
            time.sleep(seconds)  # noqa: ASYNC251  # holding it up is the point

    # ------------------------------------------------------------ events, channels

    def event(self) -> Any:
        """`StatefulEvent`."""
        return asyncgui.StatefulEvent()

    async def wait_event(self, event: Any) -> None:
        """`StatefulEvent.wait`."""
        await event.wait()

    async def set_event(self, event: Any) -> None:
        """`StatefulEvent.fire`."""
        event.fire()

    def channel(self, capacity: float) -> Any:
        """`asyncgui_ext.queue.Queue`."""
        return Queue(capacity=None if capacity == math.inf else int(capacity))

    async def send(self, channel: Any, item: Any) -> None:
        """`Queue.put`."""
        await channel.put(item)

    async def receive(self, channel: Any) -> Any:
        """`Queue.get`."""
        return await channel.get()

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`Queue.put_nowait`."""
        with _named("Full"):
            channel.put_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """`Queue.get_nowait`."""
        with _named("Empty"):
            return channel.get_nowait()


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Note on the one WouldBlock which call raised it; the same object passes."""
    try:
        yield
    except WouldBlock as error:
        error.add_note(name)
        raise
