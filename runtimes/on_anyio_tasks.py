"""Handles of anyio tasks: anyio's own where it has them (4.14 and later), composed where not.

A task outside a group runs in the group around main; its error stays in its handle, so that it does
not tear main down. That much is composed in every version. It takes the one private step of this
adapter: the handle's own `_run_coro` is started with a guard around it, just as anyio itself starts
it without one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Protocol

import anyio
import anyio.abc

from conformance.adapter.core import Body
from conformance.errors import AdapterError, ConformanceError

TaskHandle: Any = getattr(anyio, "TaskHandle", None)
NATIVE = hasattr(TaskHandle, "_run_coro") and hasattr(anyio.abc.TaskGroup, "create_task")
"""Whether this version of anyio has task handles."""


def asyncio_task() -> asyncio.Task[Any] | None:
    """The running task, if it is one of asyncio's."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None  # no loop of asyncio's runs


class JoinError(Exception):
    """The joined task was cancelled; its cancellation is its own, and only the cause."""


class Child(Protocol):
    """A task."""

    def start(self, group: anyio.abc.TaskGroup, body: Body, name: str, *, alone: bool) -> None:
        """Start it in that group; `alone` keeps its error in the handle."""

    async def start_ready(self, group: anyio.abc.TaskGroup, body: Body, name: str) -> Any:
        """Start it and wait until it is ready; the value that it told."""

    def cancel(self) -> None:
        """Request its cancellation."""

    async def join(self) -> Any:
        """Wait for its end; its value, or an error."""

    def is_done(self) -> bool:
        """Whether it has ended."""

    def was_cancelled(self) -> bool:
        """Whether it ended by a cancellation."""

    def requests(self) -> int:
        """How many requests to cancel its asyncio task are not taken back."""


CURRENT: ContextVar[Child] = ContextVar("CURRENT")
"""The handle of the running task."""
STATUS: ContextVar[anyio.abc.TaskStatus[Any]] = ContextVar("STATUS")
"""Whom the running task tells that it is ready."""


async def _guarded(run: Any) -> None:
    try:
        await run()
    except ConformanceError:
        raise
    except (Exception, BaseExceptionGroup):
        return


def _telling(live: Callable[[Body], Awaitable[Any]], body: Body) -> Callable[..., Any]:
    """A task's life, by the signature that `TaskGroup.start` asks for."""

    async def ready(*, task_status: anyio.abc.TaskStatus[Any]) -> Any:
        STATUS.set(task_status)
        return await live(body)

    return ready


class Hosted:
    """A task that knows which task of asyncio's it is, once it runs."""

    name: str
    host: asyncio.Task[Any] | None = None

    def begin(self) -> None:
        """The first thing that the task does."""
        CURRENT.set(self)  # type: ignore[arg-type]
        self.host = asyncio_task()

    def requests(self) -> int:
        """`asyncio.Task.cancelling`; before its first step it is known by its name."""
        named = (task for task in asyncio.all_tasks() if task.get_name() == self.name)
        host = self.host or next(named, None)
        if host is None:
            raise AdapterError(f"asyncio has no task of the name {self.name}")
        return host.cancelling()


class NativeChild(Hosted):
    """Around a `TaskHandle`."""

    handle: Any

    def start(self, group: anyio.abc.TaskGroup, body: Body, name: str, *, alone: bool) -> None:
        """`TaskGroup.create_task`."""
        self.name = name
        if alone:
            self.handle = TaskHandle(self._live(body), name)
            group.start_soon(_guarded, self.handle._run_coro, name=name)
        else:
            self.handle = group.create_task(self._live(body), name=name)

    async def start_ready(self, group: anyio.abc.TaskGroup, body: Body, name: str) -> Any:
        """`TaskGroup.start`."""
        self.name = name
        live: Any = _telling(self._live, body)
        self.handle = await group.start(live, name=name, return_handle=True)
        return self.handle.start_value

    async def _live(self, body: Body) -> Any:
        self.begin()
        return await body()

    def cancel(self) -> None:
        """`TaskHandle.cancel`."""
        self.handle.cancel()

    async def join(self) -> Any:
        """Await the `TaskHandle`."""
        return await self.handle

    def is_done(self) -> bool:
        """`TaskHandle.status`."""
        states = TaskHandle.Status
        return self.handle.status not in (states.PENDING, states.CANCELLING)

    def was_cancelled(self) -> bool:
        """`TaskHandle.status`."""
        return bool(self.handle.status is TaskHandle.Status.CANCELLED)


class ComposedChild(Hosted):
    """A cancel scope to cancel it by, an event for its end, what came of it."""

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.ended = anyio.Event()
        self.value: Any = None
        self.error: BaseException | None = None
        self.cause: BaseException | None = None
        self._caught = False

    def start(self, group: anyio.abc.TaskGroup, body: Body, name: str, *, alone: bool) -> None:
        """`TaskGroup.start_soon`."""
        self.name = name

        async def live() -> None:
            await self._live(body)

        if alone:
            group.start_soon(_guarded, live, name=name)
        else:
            group.start_soon(live, name=name)

    async def start_ready(self, group: anyio.abc.TaskGroup, body: Body, name: str) -> Any:
        """`TaskGroup.start`."""
        self.name = name
        return await group.start(_telling(self._live, body), name=name)

    async def _live(self, body: Body) -> None:
        self.begin()
        try:
            completed = False
            with self.scope:
                await self._perform(body)
                completed = True
            self._caught = not completed
        except BaseException as error:
            self.error = error
            raise
        finally:
            if self.was_cancelled():
                self.error = self.cause
            self.ended.set()

    async def _perform(self, body: Body) -> None:
        try:
            self.value = await body()
        except BaseException as error:
            self.cause = error
            raise

    def cancel(self) -> None:
        """`CancelScope.cancel`."""
        self.scope.cancel()

    async def join(self) -> Any:
        """`Event.wait`."""
        await self.ended.wait()
        if self.error is None:
            return self.value
        if self.was_cancelled():
            raise JoinError from self.error
        raise self.error

    def is_done(self) -> bool:
        """`Event.is_set`."""
        return self.ended.is_set()

    def was_cancelled(self) -> bool:
        """Whether its own scope swallowed what came out of the body, or a cancellation from around it passed."""
        if isinstance(self.error, anyio.get_cancelled_exc_class()):
            return True
        return bool(getattr(self.scope, "cancelled_caught", self._caught))


def make_child() -> Child:
    """The best handle that this version has."""
    return NativeChild() if NATIVE else ComposedChild()
