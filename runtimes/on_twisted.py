"""Twisted: coroutines on Deferreds, on a reactor of their own.

There is no ready queue. A task starts inside the call that makes it (`Deferred.fromCoroutine`), and whoever
fires a Deferred runs, there and then, what waits for it. Its Deferred is a task's handle; a task does
not know its own before it has waited once, so that it can neither join nor cancel itself.

Native are tasks, time, locks (DeferredLock), receiving from a DeferredQueue and putting into it, and what
opens and closes connections. Twisted has no events, no queue whose `put` waits, no scopes and no groups;
events are composed, and so is all that asks a connection for something (`_twisted_streams`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, final

import twisted
from twisted.internet import error
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    DeferredList,
    DeferredLock,
    DeferredQueue,
    QueueOverflow,
)
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from conformance.adapter.channels import Channels
from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.scopes import Scopes
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.tcp import ReadAll
from conformance.adapter.time import Time
from conformance.errors import ConformanceError, NotStarted
from runtimes._in_flight import InFlight
from runtimes._twisted_reactor import RunReactor, VirtualReactor
from runtimes._twisted_streams import BusyError, ClosedError, Stream
from runtimes.on_twisted_semantics import SEMANTICS


@final
class Task:
    """Handle of a task: its Deferred, and that of main once it has one."""

    deferred: Any = None


@final
class Event:
    """An event, composed: a flag, and a Deferred for each who waits."""

    def __init__(self) -> None:
        self.happened = False
        self.waiters: list[Deferred[None]] = []


@final
class Group:
    """A group, composed: the end of the body waits for the tasks, by a DeferredList."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    async def __aenter__(self) -> Group:
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Wait; if the body failed, or whoever waits is cancelled, cancel them all first."""
        try:
            if error is None:
                await self._wait()
                return
        except CancelledError:
            await self._cancel()
            raise
        await self._cancel()

    def _wait(self) -> Any:
        return DeferredList([task.deferred for task in self.tasks], consumeErrors=True)

    async def _cancel(self) -> None:
        for task in self.tasks:
            task.deferred.cancel()
        await self._wait()


@final
class Listener:
    """A listening port, and the connections that nobody has asked for yet."""

    def __init__(self) -> None:
        self.port: Any = None
        self.streams: Any = DeferredQueue()


class TwistedTcp(ReadAll):
    """Facet: TCP."""

    _reactor: RunReactor
    in_flight: InFlight

    async def listen(self) -> Listener:
        """`TCP4ServerEndpoint.listen`."""
        listener = Listener()
        factory = Factory()
        factory.noisy = False

        def build(_: object) -> Stream:
            return Stream(self.in_flight, listener.streams.put)

        factory.buildProtocol = build
        endpoint = TCP4ServerEndpoint(self._reactor, 0, interface="127.0.0.1")
        listener.port = await endpoint.listen(factory)
        return listener

    async def close_listener(self, listener: Listener) -> None:
        """`IListeningPort.stopListening`."""
        await listener.port.stopListening()

    def port(self, listener: Listener) -> int:
        """`IListeningPort.getHost`."""
        number: int = listener.port.getHost().port
        return number

    async def accept(self, listener: Listener) -> Stream:
        """Composed: the next protocol that the factory built."""
        stream: Stream = await listener.streams.get()
        return stream

    async def connect(self, port: int) -> Stream:
        """`TCP4ClientEndpoint.connect`."""
        factory = Factory.forProtocol(lambda: Stream(self.in_flight, lambda _: None))
        factory.noisy = False
        endpoint = TCP4ClientEndpoint(self._reactor, "127.0.0.1", port)
        with self.in_flight.under_way():
            stream: Stream = await endpoint.connect(factory)
        return stream

    async def send_bytes(self, stream: Stream, data: bytes) -> None:
        """Composed: `write`, and wait while the transport's buffer is full."""
        await stream.send(data)

    async def receive_some(self, stream: Stream, max_bytes: int) -> bytes:
        """Composed: what `dataReceived` was told."""
        return await stream.receive(max_bytes)

    async def send_eof(self, stream: Stream) -> None:
        """`loseWriteConnection`."""
        stream.send_eof()

    async def close_stream(self, stream: Stream) -> None:
        """`loseConnection`."""
        stream.close()

    async def abort_stream(self, stream: Stream) -> None:
        """`abortConnection`."""
        stream.abort()


class Twisted(TwistedTcp, Channels, Context, Sync, Time, Scopes, Tasks, Runtime):
    """The adapter. What one run needs is made afresh by `run`."""

    families = frozenset({"twisted"})
    composed = frozenset(
        {
            *("accept", "receive_exactly", "receive_some", "receive_until_eof", "send_bytes"),
            *("group", "set", "sleep_until", "wait"),
        }
    )
    lacks = frozenset({"join:self"})
    special = frozenset({"channel:unbounded", "sleep:infinite", "cleanup:waits"})
    errors: ClassVar[dict[type[BaseException], str]] = {
        QueueOverflow: "Full",
        ClosedError: "Closed",
        BusyError: "Busy",
        error.ConnectionRefusedError: "Refused",
        error.ConnectionLost: "Broken",
        error.ConnectionAborted: "Broken",
        AssertionError: "Misuse",
    }
    virtual = "keeps timers"
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(f"Twisted has no flavour `{flavour}`", hint="its address is `twisted`")
        super().__init__(flavour)
        self._tasks: list[Task] = []

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of Twisted."""
        return str(twisted.__version__)

    def module_file(self) -> str:
        """Of Twisted."""
        return str(twisted.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """A fresh reactor, started, and stopped when main's Deferred fires, as by `task.react`."""
        self.in_flight = InFlight()
        make = VirtualReactor if limits.clock == "virtual" else RunReactor
        reactor = self._reactor = make(limits, self.in_flight)
        reactor.begin()
        self._tasks = [Task()]
        reactor.callWhenRunning(self._start, main)
        reactor.run(installSignalHandlers=False)
        if reactor.expired:
            reactor.disconnectAll()
        self._finish()

    def _start(self, main: Body) -> None:
        async def root() -> Any:
            await deferLater(self._reactor, 0)  # from here on main's Deferred is known
            return await main()

        self._tasks[0].deferred = Deferred.fromCoroutine(root())
        self._tasks[0].deferred.addBoth(self._stop)

    def _stop(self, result: Any) -> Any:
        if not self._reactor.expired:
            self._reactor.stop()
        return result

    def _finish(self) -> None:
        """Report what nobody retrieved, raise what main raised, let go of the reactor."""
        left = [task.deferred.result for task in self._tasks if hasattr(task.deferred, "result")]
        failed = [result for result in left if isinstance(result, Failure)]
        for task in self._tasks:
            if task.deferred is not None:
                task.deferred.addErrback(lambda _: None)  # nothing is to be logged later
        for failure in failed:
            if isinstance(failure.value, ConformanceError):
                raise failure.value
        mains = left[0] if left else None
        if isinstance(mains, Failure):
            raise mains.value

    async def spawn(self, body: Body, name: str, group: Any) -> Task:
        """`Deferred.fromCoroutine`."""
        task = Task()
        self._tasks.append(task)
        task.deferred = Deferred.fromCoroutine(_coroutine(body))
        if group is not None:
            group.tasks.append(task)
        return task

    async def checkpoint(self) -> None:
        """`deferLater(reactor, 0)`."""
        await deferLater(self._reactor, 0)

    def is_cancellation(self, error: BaseException) -> bool:
        """`defer.CancelledError`."""
        return isinstance(error, CancelledError)

    # ------------------------------------------------------------ tasks

    def current(self) -> Task:
        """Main's handle: nobody else's is asked for."""
        return self._tasks[0]

    async def join(self, task: Task) -> Any:
        """`await` its Deferred."""
        return await task.deferred

    async def cancel(self, task: Task) -> None:
        """`Deferred.cancel`."""
        task.deferred.cancel()

    def group(self) -> Scope:
        """Composed."""
        return Group()

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """The reactor's clock."""
        now: float = self._reactor.seconds()
        return now

    async def sleep(self, seconds: float) -> None:
        """`deferLater`."""
        await deferLater(self._reactor, seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: there are only durations, and no negative ones."""
        await deferLater(self._reactor, max(0.0, when - self.now()))

    async def block(self, seconds: float) -> None:
        """Hold the reactor up."""
        if not self._reactor.advance(seconds):
            time.sleep(seconds)  # noqa: ASYNC251  # holding it up is the point

    # ------------------------------------------------------------ events, locks, channels

    def event(self) -> Event:
        """Composed."""
        return Event()

    async def wait_event(self, event: Event) -> None:
        """Composed."""
        if not event.happened:
            waiter: Deferred[None] = Deferred(event.waiters.remove)
            event.waiters.append(waiter)
            await waiter

    async def set_event(self, event: Event) -> None:
        """Composed."""
        event.happened = True
        waiters, event.waiters = event.waiters, []
        for waiter in waiters:
            waiter.callback(None)

    def lock(self) -> Any:
        """`DeferredLock`."""
        return DeferredLock()

    async def acquire(self, lock: Any) -> None:
        """`DeferredLock.acquire`."""
        await lock.acquire()

    async def release(self, lock: Any) -> None:
        """`DeferredLock.release`."""
        lock.release()

    def channel(self, capacity: float) -> Any:
        """`DeferredQueue`."""
        return DeferredQueue(size=None if capacity == math.inf else int(capacity))

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`DeferredQueue.put`."""
        channel.put(item)

    async def receive(self, channel: Any) -> Any:
        """`DeferredQueue.get`."""
        return await channel.get()


async def _coroutine(body: Callable[[], Awaitable[Any]]) -> Any:
    return await body()
