"""The reference's adapter for scopes, groups, started tasks and context variables."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from types import TracebackType
from typing import Any, final

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Handle, Scope
from conformance.adapter.scopes import Scopes
from conformance.lang.ops import Ticks
from runtimes.reference import objects
from runtimes.reference.executor import Ask, Executor, ReferenceFault
from runtimes.reference.kernel import SCOPE, Fault
from runtimes.reference.scopes import NamedScope, Starter


class _Scope:
    """A context manager around a kernel's scope."""

    def __init__(self, enter: Callable[[], Any], leave: Callable[[Any], Ask]) -> None:
        self.enter = enter
        self.leave = leave

    async def __aenter__(self) -> Any:
        return self.enter()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return bool(await self.leave(error))


@final
class InContext:
    """A coroutine in a context of its own: a copy of its starter's."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.coroutine = coroutine
        self.context = copy_context()

    def send(self, value: Any) -> Any:
        """As a coroutine's."""
        return self.context.run(self.coroutine.send, value)

    def throw(self, error: Any) -> Any:
        """As a coroutine's."""
        return self.context.run(self.coroutine.throw, error)

    def close(self) -> None:
        """As a coroutine's."""
        self.context.run(self.coroutine.close)


class ReferenceScopes(Scopes, Context):
    """Facets: scopes and groups, context variables; and tasks that are waited for until they are ready."""

    executor: Executor
    tick: float

    def current(self) -> objects.Task:
        """The running task."""
        assert self.executor.current is not None
        return self.executor.current

    def new_task(self, body: Body, name: str) -> objects.Task:
        """A task that is yet to be spawned."""

        async def coroutine() -> Any:
            return await body()

        made: Any = coroutine()
        return self.executor.new_task(InContext(made) if self.contexts else made, name)  # type: ignore[arg-type]

    # ------------------------------------------------------------ scopes

    def shield(self) -> Scope:
        """A shield."""
        scope, task, kernel = objects.Scope("shield", 0, shield=True), self.current(), self.executor
        return _Scope(
            lambda: kernel.enter_shield(task, scope),
            lambda _error: Ask(SCOPE, kernel.leave_shield, scope),
        )

    def scope(self) -> Scope:
        """A scope without a deadline."""
        return self._deadline(math.inf, fails=False)

    def move_on_after(self, seconds: float) -> Scope:
        """A deadline that moves on."""
        return self._deadline(seconds / self.tick, fails=False)

    def fail_after(self, seconds: float) -> Scope:
        """A deadline that fails."""
        return self._deadline(seconds / self.tick, fails=True)

    def _deadline(self, ticks: Ticks, *, fails: bool) -> Scope:
        scope, task, kernel = NamedScope("deadline", 0), self.current(), self.executor

        def enter() -> NamedScope:
            try:
                kernel.enter_named(task, scope, ticks)
            except Fault as fault:
                raise fault.args[0] from None
            return scope

        def leave(task: objects.Task, error: Any) -> bool:
            return kernel.leave_named(task, scope, error, fails=fails)

        return _Scope(enter, lambda error: Ask(SCOPE, leave, error))

    async def cancel_scope(self, scope: Handle) -> None:
        """Cancel it."""
        await Ask("cancel_scope", self.executor.cancel_named, scope)

    async def move_deadline(self, scope: Handle, seconds: float) -> None:
        """Move its deadline."""
        await Ask("move_deadline", self.executor.move_deadline, scope, seconds / self.tick)

    async def cancel_pending(self) -> bool:
        """Whether the next cancel point of the running task would cancel it."""
        return bool(await Ask("cancel_pending", self.executor.cancel_pending))

    async def cancel_called(self, scope: Handle) -> bool:
        """Whether it was cancelled."""
        return bool(await Ask("cancel_called", self.executor.cancel_called, scope))

    async def cancelled_caught(self, scope: Handle) -> bool:
        """Whether it gave its body up."""
        return bool(await Ask("cancelled_caught", self.executor.cancelled_caught, scope))

    # ------------------------------------------------------------ groups

    def group(self) -> Scope:
        """A task group."""
        group, task, kernel = (
            self.executor.group_type(0, objects.Scope("group", 0)),
            self.current(),
            self.executor,
        )

        def enter() -> objects.Group:
            kernel.enter_group(task, group)
            return group

        return _Scope(enter, lambda error: Ask("group", kernel.leave_group, group, error))

    async def cancel_group(self, group: Handle) -> None:
        """Cancel what is in it."""
        await Ask("cancel_group", self.executor.cancel_group, group)

    async def start(self, body: Body, name: str, group: Handle) -> tuple[objects.Task, Any]:
        """A task, once it is ready."""
        task = self.new_task(body, name)
        starter = self._starters[task] = Starter(0, group)
        try:
            return task, await Ask("start", self.executor.start, task, starter)
        finally:
            if task.state == objects.UNSPAWNED:
                self.executor.refuse(task)

    async def started(self, value: Any) -> None:
        """The running task is ready."""
        starter = self._starters.get(self.current())
        if starter is None:
            raise ReferenceFault("Misuse")
        await Ask("started", self.executor.tell_ready, starter, value)

    # ------------------------------------------------------------ questions, context

    async def done(self, task: Handle) -> bool:
        """Whether it has ended."""
        return bool(await Ask("done", self.executor.ask_done, task))

    async def cancelled(self, task: Handle) -> bool:
        """Whether it has ended cancelled."""
        return bool(await Ask("cancelled", self.executor.ask_cancelled, task))

    async def cancelling(self, task: Handle) -> int:
        """How many requests to cancel it there are."""
        return int(await Ask("cancelling", self.executor.ask_cancelling, task))

    def variable(self, name: str) -> Handle:
        """From now on, tasks have contexts."""
        self.contexts = True
        return super().variable(name)

    def forget_run(self) -> None:
        """What one run needs is made afresh."""
        self.contexts = False
        self._starters: dict[objects.Task, Starter] = {}
