"""eventlet: green threads on a hub written in Python.

Native is everything but what `Green.composed` names. eventlet has neither shields nor task groups that
are blocks. Main runs in a green thread of its own, on a fresh hub; when it ends, what it left behind
is abandoned, as by a script that ends. Abandoned green threads are killed, unseen, when the next run
begins. The hub keeps its own timers: it takes any clock, and is told what time it is.
"""

from __future__ import annotations

import math
import time
import warnings
from queue import Empty, Full
from typing import Any, ClassVar, Final, final

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # eventlet says that it is retired
    import eventlet
    import eventlet.event
    import eventlet.hubs
    import eventlet.lock
    import eventlet.queue
    import eventlet.support

from conformance.adapter.core import Body, Limits, Scope
from conformance.errors import ConformanceError, NotStarted
from runtimes._greenlets import Green, Group, drive
from runtimes._in_flight import End, InFlight
from runtimes._strict_clock import StrictClock
from runtimes.on_eventlet_semantics import SEMANTICS

_HUB: Any = eventlet.hubs.get_default_hub().Hub
POLL_MAX: Final = (2**31 - 1) / 1000
"""Seconds beyond which `epoll_wait` and `poll` refuse a timeout, and eventlet's hub dies of that."""


@final
class StoppedError(BaseException):
    """The horizon was reached: leaves the hub's loop, where no green thread can catch it."""


@final
class RunHub(_HUB):  # type: ignore[misc]  # an untyped class
    """eventlet's hub with a horizon; on a virtual clock it jumps over waits."""

    def __init__(self, limits: Limits, in_flight: InFlight) -> None:
        self.virtual = StrictClock() if limits.clock == "virtual" else None
        super().__init__(self.virtual or time.monotonic)
        self.debug_exceptions = False  # as eventlet.debug.hub_exceptions(False)
        self._limits = limits
        self._in_flight = in_flight
        self._end = self.clock() + limits.horizon
        self._polled = False
        self.over = False

    def wait(self, seconds: float | None = None) -> None:
        """What is ready now; if nothing is, time passes until the next timer."""
        wanted = seconds or 0.0
        if self.over:
            super().wait(0)
        elif self.virtual is None:
            self._wait(wanted)
        elif wanted > POLL_MAX and self.listeners[self.READ] and self.timers:
            super().wait(wanted)  # refuses it
        else:
            self._jump(self.virtual, wanted)

    def _wait(self, seconds: float) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            self._stop()
        super().wait(min(seconds, left))

    def _jump(self, clock: StrictClock, seconds: float) -> None:
        self._polled = False
        super().wait(0)
        if self._polled or seconds <= 0 or self.next_timers or self._in_flight.held():
            return
        due = self.sleep_until()
        if due is None or due > self._end:
            self._stop()
        clock.reach(due)

    def do_poll(self, seconds: float) -> Any:
        """Remember whether anything was ready."""
        ready = super().do_poll(seconds)
        self._polled = bool(ready)
        return ready

    def _stop(self) -> None:
        self._limits.stop()
        raise StoppedError

    def squelch_timer_exception(self, timer: object, exc_info: Any) -> None:
        """Our own errors go on; eventlet drops those of green threads."""
        if isinstance(exc_info[1], ConformanceError):
            raise exc_info[1]


class Eventlet(Green):
    """The adapter. What one run needs is made afresh by `run`."""

    api = eventlet
    killed_by = eventlet.support.greenlets.GreenletExit
    families = frozenset({"eventlet"})
    lacks = frozenset({"set:again"})
    special = frozenset(
        {"channel:unbounded", "sleep:negative", "deadline:negative", "cancel:self", "cleanup:waits"}
    )
    errors: ClassVar[dict[type[BaseException], str]] = {
        **Green.errors,
        EOFError: "Closed",  # GreenSocket.recv of a socket that the hub was told is closed
        Full: "Full",
        Empty: "Empty",
        AssertionError: "Misuse",  # Event.send, a second time
        RuntimeError: "Misuse",
    }
    virtual = "keeps timers"
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(
                f"eventlet has no flavour `{flavour}`", hint="its address is `eventlet`"
            )
        super().__init__(flavour)
        self._hub: Any = None
        self._greenlets: list[Any] = []

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of eventlet."""
        return str(eventlet.__version__)

    def module_file(self) -> str:
        """Of eventlet."""
        return str(eventlet.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """Main in a green thread, on a fresh hub; the script's own greenlet waits for it."""
        self._clear()
        self.in_flight = InFlight()
        self.listeners = []
        self._hub = _install(RunHub(limits, self.in_flight))
        try:
            self.spawn_green(main).wait()
        except StoppedError:
            return

    def _clear(self) -> None:
        """Kill what the last run left behind."""
        if self._hub is None:
            return
        self._hub.over = True
        for greenlet in self._greenlets:
            greenlet.kill()
        self._greenlets.clear()
        self.close_sockets()
        self._hub = None

    def spawn_green(self, body: Body) -> Any:
        """`eventlet.spawn`."""
        return self._kept(eventlet.spawn(drive, body))

    def error_name(self, error: BaseException) -> str:
        """A second reader is a RuntimeError, known by its text."""
        if isinstance(error, RuntimeError) and str(error).startswith("Second simultaneous"):
            return "Busy"
        return super().error_name(error)

    # ------------------------------------------------------------ tasks

    async def join(self, task: Any) -> Any:
        """`GreenThread.wait`."""
        return task.wait()

    def group(self) -> Scope:
        """Composed, of `eventlet.GreenPool`."""
        pool = eventlet.GreenPool()
        return Group(lambda body: self._kept(pool.spawn(drive, body)), pool.waitall)

    def _kept(self, greenlet: Any) -> Any:
        self._greenlets.append(greenlet)
        return greenlet

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """Of the hub's clock."""
        now: float = self._hub.clock()
        return now

    def advance(self, seconds: float) -> bool:
        """Move the hub's clock."""
        if self._hub.virtual is not None:
            self._hub.virtual.advance(seconds)
        return self._hub.virtual is not None

    # ------------------------------------------------------------ events, locks, channels

    def event(self) -> Any:
        """`eventlet.event.Event`."""
        return eventlet.event.Event()

    async def set_event(self, event: Any) -> None:
        """`Event.send`, which is an error the second time."""
        event.send()

    def lock(self) -> Any:
        """`eventlet.lock.Lock`."""
        return eventlet.lock.Lock()

    def channel(self, capacity: float) -> Any:
        """`eventlet.queue.Queue`."""
        return eventlet.queue.Queue(None if capacity == math.inf else int(capacity))

    async def waiting_senders(self, channel: Any) -> int:
        """`Queue.putting`."""
        return int(channel.putting())

    async def waiting_receivers(self, channel: Any) -> int:
        """`Queue.getting`."""
        return int(channel.getting())

    # ------------------------------------------------------------ TCP

    async def listen(self) -> Any:
        """`eventlet.listen`."""
        listener = eventlet.listen(("127.0.0.1", 0))
        self.listeners.append(listener)
        return listener

    async def connect(self, port: int) -> End:
        """`eventlet.connect`."""
        with self.in_flight.under_way():
            return self.end(eventlet.connect(("127.0.0.1", port)))


def _install(hub: RunHub) -> RunHub:
    """Make it this thread's hub; `use_hub` takes a class, and makes the hub when it is first wanted."""

    class Hub:
        is_available = staticmethod(lambda: True)

        def __new__(cls) -> Any:
            return hub

    eventlet.hubs.use_hub(Hub)
    eventlet.hubs.get_hub()
    return hub
