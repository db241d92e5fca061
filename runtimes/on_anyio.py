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

from conformance.adapter.channels import Channels
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.scopes import Scopes
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes._in_flight import InFlight
from runtimes.on_anyio_backends import BACKENDS, Backend
from runtimes.on_anyio_semantics import composed_handles
from runtimes.on_anyio_tasks import CURRENT, NATIVE, Child, JoinError, make_child
from runtimes.on_anyio_tcp import AnyioTcp, refused

_COMPOSED = frozenset({"abort", "receive_exactly", "receive_until_eof", "spawn"})
_HANDLES = frozenset({"cancel", "cancel:self", "join"})


class Anyio(AnyioTcp, Channels, Sync, Time, Scopes, Tasks, Runtime):
    """The adapter. What one run needs (`_backend`, `_group`, …) is made afresh by `run`."""

    families = frozenset({"anyio"})
    composed = _COMPOSED if NATIVE else _COMPOSED | _HANDLES
    special = frozenset({"sleep:infinite", "deadline:infinite", "deadline:negative", "cancel:self"})
    errors: ClassVar[dict[type[BaseException], str]] = {
        getattr(anyio, "TaskFailed", JoinError): "JoinError",
        JoinError: "JoinError",
        TimeoutError: "Timeout",
        anyio.BusyResourceError: "Busy",
        anyio.ClosedResourceError: "Closed",
        anyio.BrokenResourceError: "Broken",
        RuntimeError: "Misuse",
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
        self.errors = {**self.errors, **kind.errors()}  # type: ignore[misc]
        semantics = kind.semantics if NATIVE else composed_handles(kind.semantics)
        self.semantics = semantics  # type: ignore[misc]

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of anyio."""
        return importlib.metadata.version("anyio")

    def module_file(self) -> str:
        """Of anyio."""
        return str(anyio.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """`anyio.run`."""
        self.in_flight = InFlight()
        self.listeners = []
        self._channels: list[Any] = []
        self._shields: list[anyio.CancelScope] = []
        self._stopped = False
        self._backend: Backend = self._make_backend(limits, self.in_flight.held)
        with self._backend.steered():
            anyio.run(
                self._root,
                main,
                limits,
                backend=self._backend.name,
                backend_options=self._backend.options(),
            )

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
        return isinstance(error, self._make_backend.cancelled())

    def error_name(self, error: BaseException) -> str:
        """WouldBlock is `Full` or `Empty` by the call that raised it."""
        if isinstance(error, anyio.WouldBlock):
            return next(iter(getattr(error, "__notes__", ())), "WouldBlock")
        return "Refused" if refused(error) else super().error_name(error)

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

    # ------------------------------------------------------------ scopes

    def shield(self) -> Scope:
        """`anyio.CancelScope(shield=True)`."""
        scope = anyio.CancelScope(shield=not self._stopped)
        self._shields.append(scope)
        return scope

    def move_on_after(self, seconds: float) -> Scope:
        """`anyio.move_on_after`."""
        return anyio.move_on_after(seconds)

    def fail_after(self, seconds: float) -> Scope:
        """`anyio.fail_after`."""
        return anyio.fail_after(seconds)

    def group(self) -> Scope:
        """`anyio.create_task_group`."""
        return anyio.create_task_group()

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """`anyio.current_time`."""
        return anyio.current_time()

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

    # ------------------------------------------------------------ sync

    def event(self) -> anyio.Event:
        """`anyio.Event`."""
        return anyio.Event()

    async def wait_event(self, event: anyio.Event) -> None:
        """`Event.wait`."""
        await event.wait()

    async def set_event(self, event: anyio.Event) -> None:
        """`Event.set`."""
        event.set()

    def lock(self) -> anyio.Lock:
        """`anyio.Lock`."""
        return anyio.Lock()

    async def acquire(self, lock: anyio.Lock) -> None:
        """`Lock.acquire`."""
        await lock.acquire()

    async def release(self, lock: anyio.Lock) -> None:
        """`Lock.release`."""
        lock.release()

    # ------------------------------------------------------------ channels

    def channel(self, capacity: int) -> Any:
        """`anyio.create_memory_object_stream`: both ends."""
        ends = anyio.create_memory_object_stream[Any](capacity)
        self._channels.append(ends)
        return ends

    async def send(self, channel: Any, item: Any) -> None:
        """`MemoryObjectSendStream.send`."""
        await channel[0].send(item)

    async def receive(self, channel: Any) -> Any:
        """`MemoryObjectReceiveStream.receive`."""
        return await channel[1].receive()

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`MemoryObjectSendStream.send_nowait`."""
        with would_block("Full"):
            channel[0].send_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """`MemoryObjectReceiveStream.receive_nowait`."""
        with would_block("Empty"):
            return channel[1].receive_nowait()


@contextmanager
def would_block(name: str) -> Iterator[None]:
    """Note on anyio's one WouldBlock which call raised it; the same object passes."""
    try:
        yield
    except anyio.WouldBlock as error:
        error.add_note(name)
        raise
