"""asyncio, from the standard library.

Every method is what a user of asyncio would write; `FLAVOURS` are the other ways to write it.
Composed: `move_on_after` (asyncio.timeout, its TimeoutError dropped), `sleep_until` (asyncio.sleep
of the difference) and `accept` (asyncio accepts by itself and calls back; the connections are
queued).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import errno
import functools
import platform
import time
from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar, Final, Literal, Self, cast

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime
from conformance.adapter.spelling import Spelling
from conformance.adapter.tasks import Tasks
from conformance.adapter.tcp import Tcp
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from conformance.lang.capability import SPECIAL, Capabilities
from runtimes._asyncio_clock import NativeLoop, VirtualClock, VirtualLoop
from runtimes._asyncio_flavours import (
    ByGather,
    ByShield,
    ByWait,
    ByWaitFor,
    Debug,
    Eager,
    Flavour,
)
from runtimes._asyncio_loop import LoopOps
from runtimes._asyncio_permuted import Permuted
from runtimes._asyncio_run import AsyncioRun, Report
from runtimes._asyncio_scopes import AsyncioScopes
from runtimes._asyncio_semantics import SHIPPED
from runtimes._asyncio_servers import AsyncioServers
from runtimes._asyncio_sockets import OverSockets
from runtimes._asyncio_spelling import EAGER, SPELLING
from runtimes._asyncio_streams import Listener, ListenerClosedError, Stream
from runtimes._asyncio_sync import AsyncioSync, name_of_refusal
from runtimes._asyncio_threads import AsyncioThreads
from runtimes._asyncio_transports import OverTransports

FLAVOURS: Final[Mapping[str, type[Flavour]]] = {
    "eager": Eager,
    "debug": Debug,
    "permuted": Permuted,
    "wait_for": ByWaitFor,
    "wait": ByWait,
    "gather": ByGather,
    "shield": ByShield,
    "sock": OverSockets,
    "transports": OverTransports,
}
"""What else may follow the colon of `asyncio:`."""


class Asyncio(
    LoopOps,
    AsyncioScopes,
    AsyncioThreads,
    AsyncioServers,
    AsyncioSync,
    Runtime,
    Tasks,
    Context,
    Time,
    Tcp,
):
    """asyncio of the interpreter that this runs on.

    `reports` holds what the last run told nobody in particular: ("unretrieved", error) for an error
    that nobody retrieved, ("unhandled", error) for one that came out of a callback or of a task
    during shutdown, ("destroyed", None) for a task that was dropped unfinished.
    """

    families = frozenset({"asyncio", "asyncio-await", "asyncio-runner"})
    composed = frozenset({"abort", "accept", "move_on_after", "sleep_until"})
    lacks = frozenset({"shield"})
    special = frozenset(SPECIAL) - {
        "cancel:grouped",  # a group is an error like any other, whatever is in it
        "deadline:nan",  # the loop may die of it, and what comes of it is up to the clock
        "thread:waits",
        "channel:rendezvous",
        "set_limit:zero",
    }
    errors: ClassVar[dict[type[BaseException], str]] = {
        TimeoutError: "Timeout",
        asyncio.QueueFull: "Full",
        asyncio.QueueEmpty: "Empty",
        asyncio.IncompleteReadError: "IncompleteRead",
        ConnectionRefusedError: "Refused",
        FileNotFoundError: "Missing",
        ConnectionError: "Broken",
        ListenerClosedError: "Closed",
        RuntimeError: "Misuse",
    }
    virtual: ClassVar[Literal["keeps timers", "replaces timers", "none"]] = "keeps timers"
    semantics = SHIPPED
    flavours: ClassVar[tuple[str, ...]] = ("", *FLAVOURS)

    _now_running: AsyncioRun

    def __new__(cls, flavour: str = "") -> Self:
        """The adapter with that flavour mixed in. Raises NotStarted when there is none."""
        if flavour not in cls.flavours:
            raise NotStarted(f"{cls.__name__.lower()} has no flavour {flavour!r}")
        made = type(cls.__name__, (FLAVOURS[flavour], cls), {}) if flavour else cls
        return super().__new__(made)

    def __init__(self, flavour: str = "") -> None:
        super().__init__(flavour)
        if isinstance(self, Flavour):
            self.check(f"{type(self).__name__.lower()}:{flavour}")
            self.semantics = self.declare(self.semantics)  # type: ignore[misc]  # as the next
            self.composed = (self.composed - self.native) | self.built  # type: ignore[misc]
            self.lacks |= self.without  # type: ignore[misc]
            self.families -= self.unbound  # type: ignore[misc]
        self.reports: list[Report] = []
        self._loop: Any = None
        self._capabilities: Capabilities | None = None

    @property
    def spelling(self) -> Spelling | None:
        """Of asyncio itself; flavours spell ops that scripts do not."""
        return {"": SPELLING, "eager": EAGER}.get(self.flavour)

    def version(self) -> str:
        """CPython's."""
        return platform.python_version()

    def module_file(self) -> str:
        """The package `asyncio`."""
        return str(asyncio.__file__)

    def capabilities(self) -> Capabilities:
        """Computed once: the interpreter asks in every run."""
        if self._capabilities is None:
            self._capabilities = super().capabilities()
        return self._capabilities

    # ------------------------------------------------------------ running

    def run(self, main: Body, limits: Limits) -> None:
        """As asyncio.run does: asyncio.Runner, whose shutdown cancels what main left behind."""
        run = self._now_running = AsyncioRun(limits)
        self.reports = run.reports
        if run.clock is not None:
            run.clock.at_work, run.clock.parked = self.at_work, self.parked
        try:
            debug = isinstance(self, Flavour) and self.debug
            with asyncio.Runner(debug=debug, loop_factory=functools.partial(self._open, run)) as r:
                r.run(cast("Coroutine[Any, Any, Any]", main()))
        except RuntimeError:
            if not run.expired:  # else it says that the loop was stopped, which was us
                raise

    def _open(self, run: AsyncioRun) -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop
        loop = self._virtual_loop(run.clock) if run.clock is not None else self._native_loop()
        if isinstance(self, Flavour):
            loop.set_task_factory(type(self).task_factory)
        self._loop = loop
        run.begin(loop)
        return loop

    def _virtual_loop(self, clock: VirtualClock) -> Any:
        return VirtualLoop(clock)

    def _native_loop(self) -> Any:
        return NativeLoop()

    # ------------------------------------------------------------ tasks

    def _create(self, body: Body, name: str, creator: Any) -> asyncio.Task[Any]:
        coroutine = cast("Coroutine[Any, Any, Any]", body())
        try:
            task: asyncio.Task[Any] = creator.create_task(coroutine, name=name)
        except BaseException:
            coroutine.close()  # refused: leaves no warning that it was never awaited
            raise
        self._now_running.tasks.append(task)
        return task

    async def spawn(self, body: Body, name: str, group: asyncio.TaskGroup | None) -> Any:
        """`loop.create_task`, or the group's."""
        return self._create(body, name, self._loop if group is None else group)

    async def checkpoint(self) -> None:
        """`asyncio.sleep(0)`."""
        await asyncio.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        """`asyncio.CancelledError`; in a thread, that of `concurrent.futures`."""
        return isinstance(error, asyncio.CancelledError | concurrent.futures.CancelledError)

    def error_name(self, error: BaseException) -> str:
        """By type; where asyncio has one type for several things, by what the message says."""
        if isinstance(error, RuntimeError):
            message = str(error)
            if "while another coroutine is already waiting" in message:
                return "Busy"
            if "after write_eof" in message or "handler is closed" in message:
                return "Closed"
        elif isinstance(error, OSError) and error.errno == errno.ENOTCONN:
            return "Broken"  # shutdown() of a connection that was reset
        return name_of_refusal(error) or super().error_name(error)

    def current(self) -> Any:
        """`asyncio.current_task`."""
        return asyncio.current_task()

    async def join(self, task: asyncio.Task[Any]) -> Any:
        """`await task`."""
        return await task

    async def cancel(self, task: asyncio.Task[Any]) -> None:
        """`Task.cancel`, which does not wait."""
        task.cancel()

    async def detach(self, body: Body, name: str) -> Any:
        """`asyncio.shield` of a task of its own."""
        return await asyncio.shield(self._create(body, name, self._loop))

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """`loop.time`."""
        return float(self._loop.time())

    async def sleep(self, seconds: float) -> None:
        """`asyncio.sleep`."""
        await asyncio.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: `asyncio.sleep` of what is left."""
        await asyncio.sleep(when - self._loop.time())

    async def block(self, seconds: float) -> None:
        """`time.sleep`; a virtual clock is put forward instead."""
        clock = self._now_running.clock
        if clock is None:
            time.sleep(seconds)  # noqa: ASYNC251  # holding the loop up is the point
        else:
            clock.now += seconds

    # ------------------------------------------------------------ TCP, with streams

    async def listen(self) -> Listener:
        """`asyncio.start_server`."""
        run = self._now_running
        listener = Listener()
        with run.holding():  # uvloop resolves the address in a thread
            await listener.open(run.traffic)
        return listener

    async def close_listener(self, listener: Listener) -> None:
        """`Server.close`; connections that nobody has asked for yet are reset."""
        listener.close()

    def port(self, listener: Listener) -> int:
        """The port that the system chose."""
        return listener.port

    async def accept(self, listener: Listener) -> Stream:
        """Composed: the next of the queue that the server's callback fills."""
        stream: Stream = await listener.accept()
        return stream

    async def connect(self, port: int) -> Stream:
        """`asyncio.open_connection`. The virtual clock stands still meanwhile."""
        run = self._now_running
        with run.holding():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return run.traffic.add(reader, writer)

    async def send_bytes(self, stream: Stream, data: bytes) -> None:
        """`StreamWriter.write` and `drain`."""
        stream.writer.write(data)
        await stream.writer.drain()

    async def receive_some(self, stream: Stream, max_bytes: int) -> bytes:
        """`StreamReader.read(n)`."""
        return await stream.reader.read(max_bytes)

    async def receive_exactly(self, stream: Stream, count: int) -> bytes:
        """`StreamReader.readexactly`."""
        return await stream.reader.readexactly(count)

    async def receive_until_eof(self, stream: Stream) -> bytes:
        """`StreamReader.read(-1)`."""
        return await stream.reader.read(-1)

    async def send_eof(self, stream: Stream) -> None:
        """`StreamWriter.write_eof`."""
        stream.writer.write_eof()
        stream.ended = True

    async def close_stream(self, stream: Stream) -> None:
        """`StreamWriter.close` and `wait_closed`, as the documents ask for."""
        stream.writer.close()
        await stream.writer.wait_closed()

    async def abort_stream(self, stream: Stream) -> None:
        """Composed: SO_LINGER 0 on the socket, then `transport.abort`.

        The latter alone promises to lose buffered data and to close at once, not to reset; the
        former is what makes the close a reset. Neither waits.
        """
        stream.reset()
