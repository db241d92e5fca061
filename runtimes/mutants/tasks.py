"""Broken tasks: start, end, join, detach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import DONE, ERROR, RUNNING, START, UNSPAWNED, VALUE, Task


@mutant
class EagerStart(Kernel):
    """A new task takes its first steps inside the call that spawns it."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        self.ready.remove(child)
        child.state = RUNNING
        self.advance(child)
        return None


@mutant
class LastSpawnedFirst(Kernel):
    """Of the tasks that have not begun, the one that was spawned last takes its first step first."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        self.ready.remove(child)
        unstarted = (place for place, other in enumerate(self.ready) if other.wake[0] == START)
        self.ready.insert(next(unstarted, len(self.ready)), child)
        return None


@mutant
class LateStart(Kernel):
    """A new task takes its first step one round late."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.begun: set[Task] = set()

    def advance(self, task: Task) -> None:
        if task.wake[0] == START and task not in self.begun:
            self.begun.add(task)
            self.make_ready(task, START)
        else:
            super().advance(task)


@mutant
class LostStart(Kernel):
    """Of three tasks that are spawned at once, the last never starts."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if len(self.ready) >= 3:
            self.ready.remove(child)
        return None


@mutant
class JoinSkipsCleanup(Kernel):
    """A join of a task that is being cancelled does not wait for its clean-up."""

    def join(self, task: Task, target: Task) -> Any:
        if target.state != DONE and target.own.cancelled:
            return None
        return super().join(task, target)


@mutant
class EarlyJoin(Kernel):
    """A join waits for a task's next pause, not for its end."""

    def join(self, task: Task, target: Task) -> Any:
        return None if target.state != DONE else super().join(task, target)


@mutant
class JoinLosesError(Kernel):
    """A join of a task that failed returns as if it had not."""

    def joined(self, target: Task) -> tuple[int, Any]:
        code, value = super().joined(target)
        lost = code == ERROR and not self.is_cancelled(value)
        return (VALUE, None) if lost else (code, value)


@mutant
class JoinLosesValue(Kernel):
    """A join gives nothing, whatever the task returned."""

    def joined(self, target: Task) -> tuple[int, Any]:
        code, value = super().joined(target)
        return (code, None) if code == VALUE else (code, value)


@mutant
class JoinCopiesError(Kernel):
    """A join raises a copy of the task's error."""

    def joined(self, target: Task) -> tuple[int, Any]:
        code, value = super().joined(target)
        return (code, type(value)(*value.args)) if code == ERROR else (code, value)


@mutant
class JoinOnce(Kernel):
    """Only the first join of a task gives its value, or raises its error."""

    def joined(self, target: Task) -> tuple[int, Any]:
        told = super().joined(target)
        target.end.result = ("returned", None)
        return told


@mutant
class JoinHidesCancel(Kernel):
    """A join of a task that was cancelled returns as if it had ended well."""

    def joined(self, target: Task) -> tuple[int, Any]:
        code, value = super().joined(target)
        return (VALUE, None) if code == ERROR and self.is_cancelled(value) else (code, value)


@mutant
class JoinCancelsTarget(Kernel):
    """Cancelling a joiner cancels the task that it joins."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if queue == "join":
            self.cancel_task(thing)


@mutant
class DetachCancelsWork(Kernel):
    """Cancelling the one who waits for detached work cancels the work."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if queue == "detach":
            self.cancel_task(thing)


@mutant
class LateJoinBlocks(Kernel):
    """A join of a task that has ended waits for ever."""

    def join(self, task: Task, target: Task) -> Any:
        late = target.state == DONE
        return self.block(task, "join", target) if late else super().join(task, target)


@mutant
class FalsyIsNothing(Kernel):
    """A value or an item that is false counts as none at all."""

    def joined(self, target: Task) -> tuple[int, Any]:
        code, value = super().joined(target)
        return (code, value or None) if code == VALUE else (code, value)

    def offer(self, channel: Any, item: Any) -> bool:
        return super().offer(channel, item) if item else True


@mutant
class ErrorsEndTheRun(Kernel):
    """The error of a task that belongs to no group cancels main."""

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        super().finish(task, result)
        if task.group is None and result[0] == "failed" and not self.is_cancelled(result[1]):
            self.cancel_task(self.tasks[0])


@mutant
class AbandonsOrphans(Kernel):
    """When main is over, nobody else goes on."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, orphans="abandoned")


@mutant
class CancelsOrphans(Kernel):
    """When main returns, whoever is left is cancelled."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, orphans="cancelled")


@mutant
class CancelAfterEnd(Kernel):
    """A cancel of a task that has ended is refused."""

    def cancel(self, task: Task, target: Task) -> Any:
        if target.state == DONE:
            raise Fault(self.fault("Misuse"))
        return super().cancel(task, target)


@mutant
class CancelWaits(Kernel):
    """The call to cancel waits until the target has ended."""

    def cancel(self, task: Task, target: Task) -> Any:
        super().cancel(task, target)
        if target is task or target.state == DONE:
            return None
        target.end.joiners += (task,)
        return self.block(task, "cancel", target)


@mutant
class CancelledJoinerTakesOthersAlong(Kernel):
    """When one of those that wait for a task's end is cancelled, the others wait for ever."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if queue == "join":
            thing.end.joiners = ()


@mutant
class OrphanOfOrphanForgotten(Kernel):
    """A task that is spawned in no group once main is over never starts."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if group is None and self.tasks[0].state == DONE:
            self.ready.remove(child)
            child.state = UNSPAWNED
        return None
