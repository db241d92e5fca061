"""trio.

Native are its clock, deadlines, scopes and nurseries, events, locks, memory channels and sockets.
trio has no handle of a task: `spawn` outside a group, `join` and `cancel` are composed of a nursery
around main, and of a cancel scope and an event for each child. A child outside a group that fails
keeps its error in its handle and does not tear main down; inside a group, the nursery does what
nurseries do. Before 0.22 the errors of a nursery come out bare or in trio's own MultiError, and a
server's with them, so there is no group to compare: groups and servers are lacking there.
"""

from __future__ import annotations

import inspect
import time
from contextvars import ContextVar
from typing import Any, ClassVar, Final, NoReturn, final

import trio

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime, Scope
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import ConformanceError, NotStarted
from runtimes._in_flight import InFlight
from runtimes._structured_scopes import StructuredScopes
from runtimes._structured_sync import StructuredSync
from runtimes._trio_clock import STEERING, ThreadWatch, steered, virtual_clock
from runtimes._trio_servers import TrioServers
from runtimes._trio_spelling import SPELLING
from runtimes._trio_threads import HAS_CHECK, TrioThreads
from runtimes.on_trio_semantics import SEMANTICS, WITHOUT_CHECK
from runtimes.on_trio_tcp import TrioTcp, name_of_failure

STRICT: Final[dict[str, Any]] = {
    name: True
    for name in inspect.signature(trio.run).parameters
    if name == "strict_exception_groups"
}
"""The default from 0.25 on; 0.22 to 0.24 let the only error of a nursery come out bare unless asked."""

VERSION: Final = tuple(map(int, trio.__version__.split(".")[:2]))
"""As (major, minor)."""

_MULTI: Final[Any] = () if VERSION >= (0, 22) else vars(trio)["MultiError"]
_LACKS_21: Final[frozenset[str]] = (
    frozenset()
    if VERSION >= (0, 22)
    else frozenset({"cancel_group", "group", "serve", "start", "started"})
)
"""Before 0.22 the errors of a nursery came in a class of trio's own, `_MULTI`, or bare."""


class JoinError(Exception):
    """The joined task was cancelled; its `Cancelled` is its own, and only the cause."""


@final
class Child:
    """Handle of a task: a scope to cancel it by, an event for its end, what came of it."""

    def __init__(self) -> None:
        self.scope = trio.CancelScope()
        self.ended = trio.Event()
        self.value: Any = None
        self.error: BaseException | None = None
        self.cancelled: BaseException | None = None
        self.status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED

    async def live(self, body: Body) -> None:
        """Perform the body; its errors pass."""
        CURRENT.set(self)
        try:
            with self.scope:
                await self._perform(body)
        except BaseException as error:
            self.error = error
            raise
        finally:
            if self.scope.cancelled_caught and self.error is None:
                self.error = self.cancelled
            self.ended.set()

    async def live_started(self, body: Body, *, task_status: trio.TaskStatus[Any]) -> None:
        """The same for one that is waited for until it is ready."""
        self.status = task_status
        await self.live(body)

    async def live_alone(self, body: Body) -> None:
        """The same outside a group: an error stays in the handle."""
        try:
            await self.live(body)
        except ConformanceError:
            raise
        except (Exception, BaseExceptionGroup):
            return

    async def _perform(self, body: Body) -> None:
        try:
            self.value = await body()
        except BaseException as error:
            self.cancelled = error
            raise


def _break_off(task: trio.lowlevel.Task) -> None:
    """Have whatever a task and those in its nurseries wait for fail, shielded or not: the outcome is told."""

    def fail() -> NoReturn:
        raise trio.BrokenResourceError

    inside = [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    for child in inside:
        _break_off(child)
    if task._abort_func is not None and not inside:
        task._attempt_abort(fail)


CURRENT: ContextVar[Child] = ContextVar("CURRENT")
"""The handle of the running task."""


class Trio(
    TrioServers,
    TrioTcp,
    StructuredScopes,
    TrioThreads,
    StructuredSync,
    Context,
    Time,
    Tasks,
    Runtime,
):
    """The adapter. What one run needs (`_clock`, `_nursery`, …) is made afresh by `run`."""

    library: ClassVar[Any] = trio
    families = frozenset({"trio"})
    composed = frozenset(
        {"abort", "cancel", "cancel:self", "join", "receive_exactly", "receive_until_eof", "spawn"}
    )
    special = frozenset(
        {
            "sleep:infinite", "sleep:nan", "sleep:negative", "deadline:infinite", "deadline:nan", "cancel:self",
            "cancel:grouped", "spawn:handed", "thread:abandons", "thread:waits", "channel:rendezvous",
            "channel:unbounded", "semaphore:bounded",
        }
    ) | (frozenset({"set_limit:zero"}) if VERSION >= (0, 32) else frozenset())  # fmt: skip
    errors: ClassVar[dict[type[BaseException], str]] = {
        JoinError: "JoinError",
        trio.TooSlowError: "Timeout",
        trio.BusyResourceError: "Busy",
        trio.ClosedResourceError: "Closed",
        trio.BrokenResourceError: "Broken",
        trio.EndOfChannel: "EndOfChannel",
        ConnectionRefusedError: "Refused",
        FileNotFoundError: "Missing",
        RuntimeError: "Misuse",
        ValueError: "Misuse",
    }
    lacks = (frozenset() if HAS_CHECK else frozenset({"check_cancelled"})) | _LACKS_21
    virtual = "keeps timers"
    steering = STEERING
    semantics = SEMANTICS if HAS_CHECK else WITHOUT_CHECK
    spelling = SPELLING

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(f"trio has no flavour `{flavour}`", hint="its address is `trio`")
        super().__init__(flavour)

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of trio."""
        return trio.__version__

    def module_file(self) -> str:
        """Of trio."""
        return str(trio.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """`trio.run`."""
        self.in_flight = InFlight(self.at_work)
        self.listeners = []
        self._shields = []
        self._stopped = False
        watch = ThreadWatch(self.at_work)
        virtual = limits.clock == "virtual"
        self._clock = virtual_clock(self.in_flight.held, watch) if virtual else None
        with steered(limits.seed):
            trio.run(
                self._root,
                main,
                limits,
                clock=self._clock,
                instruments=[watch],
                **STRICT,
            )

    async def _root(self, main: Body, limits: Limits) -> None:
        everything = trio.CancelScope()
        trio.lowlevel.spawn_system_task(self._sentinel, limits, everything)
        try:
            with everything:
                async with trio.open_nursery() as self._nursery:
                    child = Child()
                    await child.live(main)
                    if child.error is not None:  # main was cancelled: so is what it left behind
                        self._nursery.cancel_scope.cancel()
        finally:
            self.close_sockets()

    async def _sentinel(self, limits: Limits, everything: trio.CancelScope) -> None:
        """At the horizon: tell, open the shields, and cancel. trio ends it when main is over."""
        await trio.sleep_until(trio.current_time() + limits.horizon)
        self._stopped = True
        limits.stop()
        for shield in self._shields:
            shield.shield = False
        everything.cancel()
        while True:  # a shield of trio's own (a condition takes its lock again) would hold the run up for good
            await trio.sleep(1)
            _break_off(self._nursery.parent_task)

    async def spawn(self, body: Body, name: str, group: trio.Nursery | None) -> Child:
        """`Nursery.start_soon`, in the nursery around main for a task outside groups (composed)."""
        child = Child()
        if group is None:
            self._nursery.start_soon(child.live_alone, body, name=name)
        else:
            group.start_soon(child.live, body, name=name)
        return child

    async def checkpoint(self) -> None:
        """`trio.lowlevel.checkpoint`."""
        await trio.lowlevel.checkpoint()

    def is_cancellation(self, error: BaseException) -> bool:
        """`trio.Cancelled`, or a nursery's group of nothing but those (before 0.22 a MultiError)."""
        if isinstance(error, (BaseExceptionGroup, _MULTI)):
            return all(map(self.is_cancellation, error.exceptions))
        return isinstance(error, trio.Cancelled)

    def error_name(self, error: BaseException) -> str:
        """WouldBlock is `Full` or `Empty` by the call that raised it."""
        named = self.name_of_refusal(error) or name_of_failure(error)
        return named or super().error_name(error)

    # ------------------------------------------------------------ tasks

    def current(self) -> Child:
        """The handle, from a context variable."""
        return CURRENT.get()

    async def join(self, task: Child) -> Any:
        """Wait for the event, then return or raise what the task did (composed)."""
        await task.ended.wait()
        if task.error is None:
            return task.value
        kept = task.scope.cancelled_caught and task.error is task.cancelled
        if kept or self.is_cancellation(task.error):
            raise JoinError from task.error
        raise task.error

    async def cancel(self, task: Child) -> None:
        """`CancelScope.cancel` of the task's own scope (composed)."""
        task.scope.cancel()

    async def start(self, body: Body, name: str, group: trio.Nursery) -> tuple[Child, Any]:
        """`Nursery.start`; the handle is composed, as in `spawn`."""
        child = Child()
        return child, await group.start(child.live_started, body, name=name)

    async def started(self, value: Any) -> None:
        """`TaskStatus.started`."""
        CURRENT.get().status.started(value)

    # ------------------------------------------------------------ groups, channels

    def group(self) -> Scope:
        """`trio.open_nursery`."""
        return trio.open_nursery()

    def channel(self, capacity: float) -> Any:
        """`trio.open_memory_channel`: both ends."""
        return trio.open_memory_channel[Any](capacity)

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """`trio.current_time`; of a virtual clock also in threads."""
        return trio.current_time() if self._clock is None else self._clock.current_time()

    async def sleep(self, seconds: float) -> None:
        """`trio.sleep`, which refuses a negative duration."""
        await trio.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """`trio.sleep_until`."""
        await trio.sleep_until(when)

    async def block(self, seconds: float) -> None:
        """`MockClock.jump`, or `time.sleep`."""
        if self._clock is None:
            time.sleep(seconds)  # noqa: ASYNC251  # holding the loop up is the point
        else:
            self._clock.jump(seconds)
