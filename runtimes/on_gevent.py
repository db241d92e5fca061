"""gevent 26: greenlets on libev.

Native is everything but what `Green.composed` names. gevent has neither shields nor task groups that are
blocks (`pool.Group` is none). Main runs in a greenlet of its own, on a fresh hub and loop; when it
ends, what it left behind is abandoned, as by a script that ends. Abandoned greenlets are killed,
unseen, when the next run begins.
"""

from __future__ import annotations

import math
import time
from queue import Empty, Full
from typing import Any, ClassVar

import gevent
import gevent.event
import gevent.lock
import gevent.pool
import gevent.queue
import gevent.socket
from gevent.exceptions import ConcurrentObjectUseError, LoopExit
from gevent.hub import set_hub

from conformance.adapter.core import Body, Limits, Scope
from conformance.errors import NotStarted
from runtimes._gevent_loop import RunHub, VirtualLoop
from runtimes._greenlets import Green, Group, drive
from runtimes._in_flight import End, InFlight
from runtimes.on_gevent_semantics import SEMANTICS

_SECONDS = 0.5
"""Real seconds that killing what a run left behind may take."""


class Gevent(Green):
    """The adapter. What one run needs is made afresh by `run`."""

    api = gevent
    killed_by = gevent.GreenletExit
    families = frozenset({"gevent"})
    special = frozenset(
        {"channel:unbounded", "sleep:negative", "sleep:infinite", "cancel:self", "cleanup:waits"}
    )
    errors: ClassVar[dict[type[BaseException], str]] = {
        **Green.errors,
        ConcurrentObjectUseError: "Busy",
        Full: "Full",
        Empty: "Empty",
        ValueError: "Misuse",  # a BoundedSemaphore released once too often
    }
    virtual = "replaces timers"
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(f"gevent has no flavour `{flavour}`", hint="its address is `gevent`")
        super().__init__(flavour)
        self._hub: Any = None
        self._greenlets: list[Any] = []

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of gevent."""
        return str(gevent.__version__)

    def module_file(self) -> str:
        """Of gevent."""
        return str(gevent.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """Main in a greenlet, on a fresh hub; the script's own greenlet waits for it."""
        self._clear()
        self.in_flight = InFlight()
        self.listeners = []
        loop: Any = VirtualLoop(default=False) if limits.clock == "virtual" else None
        self._hub = RunHub(loop) if loop else RunHub(None, False)  # noqa: FBT003  # no default loop
        set_hub(self._hub)
        if loop:
            loop.begin(limits, self.in_flight)
        try:
            self._perform(main, limits)
        except LoopExit:
            if not (loop and loop.stopped):  # gevent says itself that nothing can go on
                limits.stop()
        except gevent.Timeout as expired:
            if expired is not self._horizon:
                raise
            limits.stop()

    def _perform(self, main: Body, limits: Limits) -> None:
        self._horizon = gevent.Timeout(
            limits.horizon if limits.clock == "native" else None, ref=False
        )
        greenlet = self.spawn_green(main)
        with self._horizon:
            greenlet.get()

    def _clear(self) -> None:
        """Kill what the last run left behind, and give its hub back."""
        if self._hub is None:
            return
        set_hub(self._hub)
        self._horizon.close()
        loop = self._hub.loop
        if isinstance(loop, VirtualLoop):
            loop.end()
        for _ in range(10):
            gevent.killall(self._greenlets, timeout=_SECONDS)
        self._greenlets.clear()
        self.close_sockets()
        self._hub.destroy(destroy_loop=True)
        self._hub = None

    def spawn_green(self, body: Body) -> Any:
        """`gevent.spawn`."""
        return self._kept(gevent.spawn(drive, body))

    # ------------------------------------------------------------ tasks

    async def join(self, task: Any) -> Any:
        """`Greenlet.get`, which returns the GreenletExit of a killed greenlet: shown by its name."""
        value = task.get()
        return "Cancelled" if isinstance(value, gevent.GreenletExit) else value

    def group(self) -> Scope:
        """Composed, of `gevent.pool.Group`."""
        pool = gevent.pool.Group()
        return Group(lambda body: self._kept(pool.spawn(drive, body)), pool.join)

    def _kept(self, greenlet: Any) -> Any:
        self._greenlets.append(greenlet)
        return greenlet

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """Seconds: of the virtual loop, or real ones."""
        loop = self._hub.loop
        return loop.now() if isinstance(loop, VirtualLoop) else time.monotonic()

    def advance(self, seconds: float) -> bool:
        """Move the virtual loop's clock."""
        loop = self._hub.loop
        if virtual := isinstance(loop, VirtualLoop):
            loop.virtual_now += seconds
        return virtual

    # ------------------------------------------------------------ events, locks, channels

    def event(self) -> Any:
        """`gevent.event.Event`."""
        return gevent.event.Event()

    async def set_event(self, event: Any) -> None:
        """`Event.set`."""
        event.set()

    def lock(self) -> Any:
        """`gevent.lock.BoundedSemaphore(1)`: gevent's only other lock, RLock, can be taken twice."""
        return gevent.lock.BoundedSemaphore(1)

    def channel(self, capacity: float) -> Any:
        """`gevent.queue.Queue`."""
        return gevent.queue.Queue(None if capacity == math.inf else int(capacity))

    # ------------------------------------------------------------ TCP

    async def listen(self) -> Any:
        """`gevent.socket.socket`, bound and listening."""
        listener = gevent.socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.listeners.append(listener)
        return listener

    async def connect(self, port: int) -> End:
        """`gevent.socket.create_connection`."""
        with self.in_flight.under_way():
            return self.end(gevent.socket.create_connection(("127.0.0.1", port)))
