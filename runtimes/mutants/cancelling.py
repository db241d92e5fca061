"""Broken cancellation: how it arrives, and what becomes of what was just handed over."""

from __future__ import annotations

from typing import Any, ClassVar

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.objects import BLOCKED, ERROR, READY, SKIP, START, VALUE, Task


@mutant
class SwallowedCancel(Kernel):
    """A cancel of a task is lost."""

    def cancel(self, task: Task, target: Task) -> Any:
        return None


@mutant
class UntimelyCancelLost(Kernel):
    """A cancel of a task that is not waiting at that moment is lost."""

    def cancel_task(self, target: Task) -> bool:
        return True if target.state != BLOCKED else super().cancel_task(target)


@mutant
class DeafWaiter(Kernel):
    """A cancel does not interrupt what its task waits for."""

    def cancel_arrives(self, task: Task) -> None:
        if task.waiting is not None and task.waiting[0] == "group":
            super().cancel_arrives(task)


@mutant
class ToldOnce(Kernel):
    """A task is told of one cancellation in its life, at one cancel point."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.told: set[Task] = set()

    def cancel_due(self, task: Task) -> bool:
        return task not in self.told and super().cancel_due(task)

    def take_cancel(self, task: Task) -> None:
        super().take_cancel(task)
        self.told.add(task)


@mutant
class CancelledForGood(Kernel):
    """A task that was cancelled counts as cancelled, however it ends."""

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        if task.own.cancelled:
            result = ("failed", self.fault("Cancelled"))
        super().finish(task, result)


@mutant
class CancelBeforeStartSkips(Kernel):
    """The body of a task that is cancelled before its first step does not run."""

    def cancel_task(self, target: Task) -> bool:
        if target.state == READY and target.wake[0] == START:
            target.wake = (SKIP, None)
            return True
        return super().cancel_task(target)


@mutant
class CancelBeforeStartRunsOn(Kernel):
    """A cancel that comes before a task's first step is lost."""

    def cancel_task(self, target: Task) -> bool:
        unstarted = target.state == READY and target.wake[0] == START
        return True if unstarted else super().cancel_task(target)


@mutant
class ReadyIsNoCancelPoint(Kernel):
    """An op that need not wait does not take a pending cancel."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._cancels |= dict.fromkeys(("wait", "acquire", "send", "receive"), "if_blocks")
        self._yields |= dict.fromkeys(("wait", "acquire", "send", "receive"), False)


class _Snatched(Kernel):
    """A cancel wins over what was just handed to its task, and that is gone."""

    kinds: ClassVar[frozenset[str]] = frozenset()

    def race(self, task: Task) -> None:
        undo = task.undo
        if undo is None or undo[0] not in self.kinds or task.wake[0] != VALUE:
            super().race(task)
            return
        task.undo = None
        self.take_cancel(task)
        task.wake = (ERROR, self.fault("Cancelled"))


@mutant
class LostWakeupOnCancel(_Snatched):
    """A lock that was handed to a waiter which is cancelled then belongs to nobody who runs."""

    kinds = frozenset({"acquire"})


@mutant
class ItemLostOnCancel(_Snatched):
    """What is handed to a receiver, just before or after it is cancelled, is lost."""

    kinds = frozenset({"receive"})

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        if queue != "receive":
            super().forget(task, queue, thing, extra)

    def wake(self, task: Task, code: int, value: Any = None, undo: Any = None) -> None:
        if task.state == BLOCKED and task.waiting is not None:
            super().wake(task, code, value, undo)


@mutant
class CancelledSendSends(_Snatched):
    """A send that is cancelled sends its item all the same."""

    kinds = frozenset({"send"})

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        sent = [item for sender, item in thing.senders if sender is task] if queue == "send" else []
        super().forget(task, queue, thing, extra)
        if sent:
            thing.items += (*sent,)


@mutant
class WakeLostOnCancel(_Snatched):
    """A cancel undoes the wake-up of an event's waiter, and of a joiner."""

    kinds = frozenset({"wait", "join"})


@mutant
class CancelledWaiterStays(Kernel):
    """A task that was cancelled while it waited for a lock keeps its place, and gets the lock."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        if queue != "acquire":
            super().forget(task, queue, thing, extra)

    def wake(self, task: Task, code: int, value: Any = None, undo: Any = None) -> None:
        if task.state == BLOCKED and task.waiting is not None:
            super().wake(task, code, value, undo)
