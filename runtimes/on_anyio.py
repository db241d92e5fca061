"""anyio on each of its backends: flavours `asyncio`, `uvloop` and `trio`, by anyio's API only.

Native are task groups and, from 4.14 on, their handles; scopes and deadlines, events, locks, memory
object streams and sockets. Composed is a task outside a group (see `runtimes.on_anyio_tasks`).
"""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import anyio
import anyio.abc
import anyio.lowlevel

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes._anyio_spelling import spelling
from runtimes._anyio_threads import CANCELLED, HAS_CHECK, AnyioServers, AnyioThreads
from runtimes._in_flight import InFlight
from runtimes._structured_scopes import StructuredScopes
from runtimes._structured_sync import StructuredSync
from runtimes.on_anyio_backends import BACKENDS, VERSION, Backend
from runtimes.on_anyio_semantics import composed_handles
from runtimes.on_anyio_tasks import CURRENT, NATIVE, STATUS, Child, JoinError, make_child
from runtimes.on_anyio_tcp import AnyioTcp, name_of_failure

_COMPOSED = frozenset(
    {"abort", "exit", "interrupt", "receive_exactly", "receive_until_eof", "spawn"}
)
"""Ctrl-C and exits strike the main task, and the program's is a child of it."""
_HANDLES = frozenset({"cancel", "cancel:self", "cancelled", "done", "join"})
_LACKS_3: frozenset[str] = (
    frozenset()
    if VERSION >= (4, 0)
    else frozenset({"cancel_group", "cancelled_caught", "group", "start", "started"})
)
"""Before 4.0 the errors of a group came in a class of anyio's own, or bare."""


class Anyio(
    AnyioServers,
    AnyioTcp,
    StructuredScopes,
    AnyioThreads,
    StructuredSync,
    Context,
    Time,
    Tasks,
    Runtime,
):
    """The adapter. What one run needs (`_backend`, `_group`, …) is made afresh by `run`."""

    library: ClassVar[Any] = anyio
    families = frozenset({"anyio"})
    composed = _COMPOSED if NATIVE else _COMPOSED | _HANDLES
    special = frozenset(
        {
            "sleep:infinite", "sleep:nan", "sleep:negative", "deadline:infinite", "deadline:nan", "deadline:negative",
            "cancel:self", "cancel:grouped", "spawn:handed", "thread:abandons", "thread:waits", "channel:rendezvous",
            "channel:unbounded", "semaphore:bounded",
        }
    ) | (frozenset({"set_limit:zero"}) if VERSION >= (4, 12) else frozenset())  # fmt: skip
    lacks = (frozenset() if HAS_CHECK else frozenset({"check_cancelled"})) | _LACKS_3
    errors: ClassVar[dict[type[BaseException], str]] = {
        getattr(anyio, "TaskFailed", JoinError): "JoinError",
        JoinError: "JoinError",
        TimeoutError: "Timeout",
        anyio.BusyResourceError: "Busy",
        anyio.ClosedResourceError: "Closed",
        anyio.BrokenResourceError: "Broken",
        anyio.EndOfStream: "EndOfChannel",
        ConnectionRefusedError: "Refused",
        FileNotFoundError: "Missing",
        RuntimeError: "Misuse",
        ValueError: "Misuse",
    }
    virtual = "keeps timers"

    flavours: ClassVar[tuple[str, ...]] = tuple(BACKENDS)

    def __init__(self, flavour: str = "") -> None:
        if flavour not in BACKENDS:
            names = ", ".join(f"anyio:{name}" for name in BACKENDS)
            raise NotStarted(f"anyio has no flavour `{flavour}`", hint=f"there are {names}")
        super().__init__(flavour)
        self._make_backend = BACKENDS[flavour]
        kind = self._make_backend
        kind.check()
        # Class variables that a flavour changes:
        self.virtual = kind.virtual  # type: ignore[misc]
        self.steering = kind.steering  # type: ignore[misc]
        self.lacks = self.lacks | kind.lacks  # type: ignore[misc]
        self.errors = {**self.errors, **kind.errors()}  # type: ignore[misc]
        semantics = kind.semantics if NATIVE else composed_handles(kind.semantics)
        self.semantics = semantics  # type: ignore[misc]
        self.spelling = spelling(flavour, VERSION, handles=NATIVE)

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of anyio."""
        return importlib.metadata.version("anyio")

    def module_file(self) -> str:
        """Of anyio."""
        return str(anyio.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """`anyio.run`, as its backend does it."""
        self.in_flight = InFlight(self.at_work)
        self.listeners = []
        self._channels: list[Any] = []
        self._shields = []
        self._stopped = False
        self._backend: Backend = self._make_backend(limits, self.in_flight.held)
        self._backend.watch_threads(self.at_work, self.parked)
        with self._backend.steered():
            self._backend.run(self._root, main, limits)

    async def _root(self, main: Body, limits: Limits) -> None:
        everything = anyio.CancelScope()
        try:
            async with anyio.create_task_group() as watch:
                watch.start_soon(self._sentinel, limits, everything)
                with everything:
                    await self._live(main)
                watch.cancel_scope.cancel()
        finally:
            await self._clear_away()

    async def _live(self, main: Body) -> None:
        """Main is a task like the others, in a group that waits for those outside groups."""
        async with anyio.create_task_group() as self._group:
            child = make_child()
            child.start(self._group, main, "main", alone=False)
            try:
                await child.join()
            except Exception:  # main's own error comes out of the group
                if child.was_cancelled():  # so is what it left behind
                    self._group.cancel_scope.cancel()

    async def _sentinel(self, limits: Limits, everything: anyio.CancelScope) -> None:
        """At the horizon: tell, open the shields, and cancel."""
        await anyio.sleep(limits.horizon)
        self._stopped = True
        limits.stop()
        for shield in self._shields:
            shield.shield = False
        everything.cancel()

    async def _clear_away(self) -> None:
        for channel in self._channels:
            for end in channel:
                end.close()
        await self.close_sockets()
        self._backend.main_ended()

    async def spawn(self, body: Body, name: str, group: Any) -> Child:
        """`TaskGroup.create_task`; the group around main stands in for none (composed)."""
        child = make_child()
        child.start(self._group if group is None else group, body, name, alone=group is None)
        return child

    async def checkpoint(self) -> None:
        """`anyio.lowlevel.checkpoint`."""
        await anyio.lowlevel.checkpoint()

    def is_cancellation(self, error: BaseException) -> bool:
        """`anyio.get_cancelled_exc_class`, by backend: it answers only inside a run."""
        return isinstance(error, (self._make_backend.cancelled(), CANCELLED))

    def error_name(self, error: BaseException) -> str:
        """WouldBlock is `Full` or `Empty` by the call that raised it; what trio lets through keeps trio's name."""
        if named := self.name_of_refusal(error) or name_of_failure(error):
            return named
        named, kind = super().error_name(error), type(error)
        leaked = named == kind.__name__ and kind.__module__.partition(".")[0] == "trio"
        return f"Trio{named}" if leaked else named

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While this is open something real is under way: a virtual clock does not jump."""
        with self.in_flight.under_way(), self._backend.holding():
            yield

    # ------------------------------------------------------------ tasks

    def current(self) -> Child:
        """The handle, from a context variable."""
        return CURRENT.get()

    async def join(self, task: Child) -> Any:
        """Await the `TaskHandle`."""
        return await task.join()

    async def cancel(self, task: Child) -> None:
        """`TaskHandle.cancel`."""
        task.cancel()

    async def done(self, task: Child) -> bool:
        """`TaskHandle.status`."""
        return task.is_done()

    async def cancelled(self, task: Child) -> bool:
        """`TaskHandle.status`."""
        return task.was_cancelled()

    async def cancel_pending(self) -> bool:
        """`TaskInfo.has_pending_cancellation`, which came with 4.4; before, as trio does."""
        if VERSION < (4, 4):
            return await super().cancel_pending()
        return bool(anyio.get_current_task().has_pending_cancellation())

    async def cancelling(self, task: Child) -> int:
        """`asyncio.Task.cancelling`."""
        return task.requests()

    async def start(self, body: Body, name: str, group: Any) -> tuple[Child, Any]:
        """`TaskGroup.start`."""
        child = make_child()
        return child, await child.start_ready(group, body, name)

    async def started(self, value: Any) -> None:
        """`TaskStatus.started`."""
        STATUS.get().started(value)

    # ------------------------------------------------------------ groups, channels

    def group(self) -> Scope:
        """`anyio.create_task_group`."""
        return anyio.create_task_group()

    def channel(self, capacity: float) -> Any:
        """`anyio.create_memory_object_stream`: both ends, to be closed when the run is over."""
        ends: Any = anyio.create_memory_object_stream(capacity)
        self._channels.append(ends)
        return ends

    async def clone_sender(self, channel: Any) -> Any:
        """`MemoryObjectSendStream.clone`."""
        clone = await super().clone_sender(channel)
        self._channels.append(clone[:1])
        return clone

    async def clone_receiver(self, channel: Any) -> Any:
        """`MemoryObjectReceiveStream.clone`."""
        clone = await super().clone_receiver(channel)
        self._channels.append(clone[1:])
        return clone

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """`anyio.current_time`; of a virtual clock also in threads."""
        now = self._backend.now()
        return anyio.current_time() if now is None else now

    async def sleep(self, seconds: float) -> None:
        """`anyio.sleep`, which refuses a negative duration."""
        await anyio.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """`anyio.sleep_until`."""
        await anyio.sleep_until(when)

    async def block(self, seconds: float) -> None:
        """The virtual clock put forward, or `time.sleep`."""
        if not self._backend.advance(seconds):
            time.sleep(seconds)  # noqa: ASYNC251  # holding the loop up is the point
