"""Broken starts: tasks that are waited for until they are ready."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.objects import ERROR, Scope, Task
from runtimes.reference.scopes import READY, Starter


@mutant
class StartLosesValue(Kernel):
    """A start gives nothing, whatever the task told."""

    def tell_ready(self, task: Task, starter: Starter, value: Any) -> None:
        super().tell_ready(task, starter, None)


@mutant
class StartReturnsAtOnce(Kernel):
    """A start does not wait until the task is ready."""

    def start(self, task: Task, child: Task, starter: Starter) -> Any:
        value = super().start(task, child, starter)
        super().tell_ready(child, starter, None)
        return value

    def tell_ready(self, task: Task, starter: Starter, value: Any) -> None:
        return


@mutant
class StartedSwitches(Kernel):
    """A task that says it is ready lets its starter go on first."""

    def tell_ready(self, task: Task, starter: Starter, value: Any) -> Any:
        super().tell_ready(task, starter, value)
        return self.checkpoint(task)


@mutant
class StartedAgainAndAgain(Kernel):
    """A task may say as often as it likes that it is ready."""

    def tell_ready(self, task: Task, starter: Starter, value: Any) -> None:
        if starter.phase != READY:
            super().tell_ready(task, starter, value)


@mutant
class StartShrugs(Kernel):
    """A start whose task ends without being ready returns as if it had been."""

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        if type(group) is Starter and result[0] == "returned":
            group.phase = READY
        super().child_done(group, task, result)


@mutant
class StartErrorFailsGroup(Kernel):
    """The error of a task that was not ready yet fails its group, too."""

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        super().child_done(group, task, result)
        if type(group) is Starter:
            super().child_done(group.group, task, result)


@mutant
class StartForgetsChild(Kernel):
    """A start that is cancelled does not cancel its task."""

    def start(self, task: Task, child: Task, starter: Starter) -> Any:
        value = super().start(task, child, starter)
        child.scopes = (child.own,)
        return value


@mutant
class StartAbandonsChild(Kernel):
    """A start that is cancelled does not wait for its task's clean-up."""

    def interrupt(self, task: Task) -> None:
        super().interrupt(task)
        if task.waiting is not None and task.waiting[0] == "start":
            self.wake(task, ERROR, self.fault("Cancelled"))

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        if type(group) is not Starter or not group.interrupted:
            super().child_done(group, task, result)


@mutant
class StartCancelHidesError(Kernel):
    """A start that is cancelled hides the error of its task's clean-up."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, start_cancelled="cancelled")


@mutant
class StartLeavesChildBehind(Kernel):
    """A task that is ready stays inside the scopes around its start."""

    def _move(self, child: Task, base: tuple[Scope, ...]) -> None:
        return


@mutant
class StartCancelsGroup(Kernel):
    """A start that is cancelled cancels the whole group."""

    def interrupt(self, task: Task) -> None:
        waits = task.waiting
        super().interrupt(task)
        if waits is not None and waits[0] == "start":
            self.cancel_scope(waits[1].group.scope)


@mutant
class StartedEscapesCancel(Kernel):
    """A task that says it is ready while it is being cancelled with its starter moves into the group."""

    def tell_ready(self, task: Task, starter: Starter, value: Any) -> None:
        starter.interrupted = False
        super().tell_ready(task, starter, value)
