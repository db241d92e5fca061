"""Broken context variables."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import Any

from conformance.adapter.core import Body, Handle
from runtimes.mutants.base import Mutant, mutant
from runtimes.reference.adapter_scopes import InContext
from runtimes.reference.objects import Task


@mutant
class ContextShared(Mutant):
    """All tasks share their context variables."""

    def new_task(self, body: Body, name: str) -> Task:
        self.contexts = False
        return super().new_task(body, name)


@mutant
class ContextEmpty(Mutant):
    """A new task starts with no context variable set."""

    def new_task(self, body: Body, name: str) -> Task:
        task = super().new_task(body, name)
        if isinstance(task.body, InContext):
            task.body.context = Context()
        return task


@mutant
class ContextCopiedLate(Mutant):
    """A new task copies its starter's context variables at its first step, not when it is spawned."""

    def new_task(self, body: Body, name: str) -> Task:
        task = super().new_task(body, name)
        if isinstance(task.body, InContext):
            task.body = _Late(task.body)
        return task

    async def set_variable(self, variable: Handle, value: Any) -> Any:
        """Set it, also for the tasks that this one has spawned and that have not begun."""
        for task in self.executor.tasks:
            late = task.body
            if isinstance(late, _Late) and not late.begun:
                late.inner.context.run(variable.set, value)
        return await super().set_variable(variable, value)


class _Late:
    """A coroutine in a context, which knows whether it has begun."""

    def __init__(self, inner: InContext) -> None:
        self.inner = inner
        self.begun = False

    def send(self, value: Any) -> Any:
        self.begun = True
        return self.inner.send(value)

    def throw(self, error: Any) -> Any:
        return self.inner.throw(error)

    def close(self) -> None:
        self.inner.close()


@mutant
class ContextLostAtExit(Mutant):
    """What is set inside a deadline, a shield or a group is gone once that is left."""

    def _around(self, scope: Any) -> Any:
        return _Forgetful(scope, self.variables)

    def variable(self, name: str) -> Handle:
        made: ContextVar[Any] = super().variable(name)
        self.variables.append(made)
        return made

    def forget_run(self) -> None:
        super().forget_run()
        self.variables: list[ContextVar[Any]] = []

    def shield(self) -> Any:
        return self._around(super().shield())

    def fail_after(self, seconds: float) -> Any:
        return self._around(super().fail_after(seconds))

    def group(self) -> Any:
        return self._around(super().group())


class _Forgetful:
    """A scope that puts the variables back as they were."""

    def __init__(self, scope: Any, variables: list[ContextVar[Any]]) -> None:
        self.scope = scope
        self.variables = variables

    async def __aenter__(self) -> Any:
        self.before = [variable.get() for variable in self.variables]
        return await self.scope.__aenter__()

    async def __aexit__(self, *told: object) -> Any:
        try:
            return await self.scope.__aexit__(*told)
        finally:
            for variable, value in zip(self.variables, self.before, strict=True):
                variable.set(value)


@mutant
class ResetToNothing(Mutant):
    """Taking a setting back leaves nothing set."""

    async def reset_variable(self, variable: Handle, token: Any) -> None:
        variable.set(None)


@mutant
class CallSeesOldContext(Mutant):
    """What a thread has the loop perform sees the context variables as they were when the thread began."""

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:
        def live() -> Any:
            self._here.first = copy_context()
            return body()

        return await super().run_in_thread(live, abandon)

    def from_thread(self, body: Body) -> Any:
        first: Context = self._here.first
        return first.copy().run(super().from_thread, body)
