"""Broken conditions, and broken answers of events and locks."""

from __future__ import annotations

from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.conditions import Condition
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import ERROR, RETRY, VALUE, Event, Lock, Task


@mutant
class ClearDoesNothing(Kernel):
    """An event that is cleared stays set."""

    def clear(self, task: Task, event: Event) -> None:
        return


@mutant
class WaitersLookAgain(Kernel):
    """Who waits for an event goes on only if it is still set by then."""

    def set_event(self, task: Task, event: Event) -> None:
        event.set = True
        for waiter in event.waiters:
            self.wake(waiter, RETRY, None, ("wait", event, None))
        event.waiters = ()


@mutant
class LockedLies(Kernel):
    """A lock says that it is free, always."""

    def locked(self, task: Task, lock: Lock) -> bool:
        return False


@mutant
class NowaitStealsLock(Kernel):
    """A lock can be taken at once from the task that has it."""

    def acquire_nowait(self, task: Task, lock: Lock) -> None:
        self.own(task, lock)


@mutant
class NowaitRefusesAll(Kernel):
    """A lock can never be taken at once."""

    def acquire_nowait(self, task: Task, lock: Lock) -> None:
        raise Fault(self.fault("WouldBlock"))


@mutant
class OwnLockWouldBlock(Kernel):
    """A task that takes at once the lock that it has is told to wait."""

    def acquire_nowait(self, task: Task, lock: Lock) -> None:
        if lock.owner is task:
            raise Fault(self.fault("WouldBlock"))
        super().acquire_nowait(task, lock)


@mutant
class NotifyWakesAll(Kernel):
    """A notification wakes all that wait for a condition."""

    def notify(self, task: Task, condition: Condition, count: int) -> None:
        super().notify(task, condition, max(count, len(condition.waiters)))


@mutant
class NotifyAllWakesOne(Kernel):
    """A notification of all wakes one."""

    def notify_all(self, task: Task, condition: Condition) -> None:
        self.notify(task, condition, 1)


@mutant
class NotifyCountsOne(Kernel):
    """A notification of several wakes one."""

    def notify(self, task: Task, condition: Condition, count: int) -> None:
        super().notify(task, condition, 1)

    def notify_all(self, task: Task, condition: Condition) -> None:
        super().notify(task, condition, len(condition.waiters))


@mutant
class LifoCondition(Kernel):
    """Who comes last to wait for a condition is notified first."""

    def wait_condition(self, task: Task, condition: Condition) -> Any:
        value = super().wait_condition(task, condition)
        if condition.waiters and condition.waiters[-1] is task:
            condition.waiters = (task, *condition.waiters[:-1])
        return value


@mutant
class NotifyRemembered(Kernel):
    """A notification that finds nobody waiting wakes the next who waits."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.remembered: set[Condition] = set()

    def notify(self, task: Task, condition: Condition, count: int) -> None:
        if not condition.waiters:
            self.remembered.add(condition)
        super().notify(task, condition, count)

    def wait_condition(self, task: Task, condition: Condition) -> Any:
        if condition in self.remembered:
            self.remembered.discard(condition)
            return None
        return super().wait_condition(task, condition)


@mutant
class WaitKeepsLock(Kernel):
    """Who waits for a condition keeps its lock."""

    def wait_condition(self, task: Task, condition: Condition) -> Any:
        if condition.lock.owner is not task or any(e[0] is task for e in condition.returning):
            return super().wait_condition(task, condition)
        condition.waiters += (task,)
        return self.block(task, "condition", condition)


@mutant
class ReturnsWithoutLock(Kernel):
    """Who is notified goes on without the condition's lock."""

    def _wake_waiters(self, condition: Condition, count: int) -> None:
        woken, condition.waiters = condition.waiters[:count], condition.waiters[count:]
        for waiter in woken:
            self.wake(waiter, VALUE)


@mutant
class ConditionNeedsNoLock(Kernel):
    """Waiting for a condition, and notifying, need no lock."""

    def wait_condition(self, task: Task, condition: Condition) -> Any:
        returns = any(entry[0] is task for entry in condition.returning)
        if returns or condition.lock.owner is task:
            return super().wait_condition(task, condition)
        condition.waiters += (task,)
        return self.block(task, "condition", condition)

    def _may_use(self, task: Task, lock: Lock) -> bool:
        return True


@mutant
class CancelledWithoutLock(Kernel):
    """Who is cancelled while it waits for a condition is told without its lock."""

    def interrupt_waiter(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        thing.waiters = tuple(t for t in thing.waiters if t is not task)
        if extra is not None:
            self._settle(extra, task)
        self.take_cancel(task)
        self.wake(task, ERROR, self.fault("Cancelled"))


@mutant
class CancelledFreesLock(Kernel):
    """Who is cancelled while it waits for a condition's lock takes that lock from who has it."""

    def interrupt_waiter(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().interrupt_waiter(task, queue, thing, extra)
        if queue == "reacquire":
            self.pass_lock(thing)


@mutant
class CancelledWaiterEatsNotify(Kernel):
    """Who was cancelled while it waited for a condition, and waits for the lock, takes a notification."""

    def notify(self, task: Task, condition: Condition, count: int) -> None:
        stale = sum(e is not None and not notified for _, e, notified in condition.returning)
        super().notify(task, condition, max(count - stale, 0))


@mutant
class InterruptedReacquireLocksTwice(Kernel):
    """Who is cancelled while it waits for a condition's lock again takes the lock twice."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.twice: set[tuple[Task, Lock]] = set()

    def interrupt_waiter(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        if queue == "reacquire":
            error = next(e for e in extra.returning if e[0] is task)[1]
            if error is None:
                self.twice.add((task, thing))
        super().interrupt_waiter(task, queue, thing, extra)

    def own(self, task: Task, lock: Lock) -> None:
        super().own(task, lock)
        if (task, lock) in self.twice:
            self.twice.remove((task, lock))
            lock.depth = 1
