"""The reference's conditions: give the lock back, wait to be notified, take the lock again.

Who comes back holds the lock in any case, told of a cancellation or not, unless the semantics say otherwise. Sources:
trio.Condition.wait, asyncio.Condition.wait.
"""

from __future__ import annotations

from typing import Any, Final

from runtimes.reference.kernel import WAIT, Fault
from runtimes.reference.objects import (
    DONE,
    ERROR,
    RETRY,
    VALUE,
    Lock,
    Stateful,
    Task,
)
from runtimes.reference.primitives import Primitives

Entry = tuple[Task, Any, bool]


class Condition(Stateful):
    """A condition. `returning` are on their way back: the task, its cancellation, whether it was notified."""

    __slots__ = ("lock", "returning", "waiters")
    STATE = ("returning", "waiters")

    def __init__(self, bit: int, lock: Lock) -> None:
        self.bit = bit
        self.lock = lock
        self.waiters: tuple[Task, ...] = ()
        self.returning: tuple[Entry, ...] = ()


class Conditions(Primitives):
    """Kernel with conditions."""

    def wait_condition(self, task: Task, condition: Condition) -> Any:
        """Give the lock back and wait; tried again, once the lock may be there to be taken."""
        entry = next((e for e in condition.returning if e[0] is task), None)
        if entry is not None:
            return self._come_back(task, condition, entry)
        if not self._may_use(task, condition.lock):
            raise Fault(self.fault("Misuse"))
        self.release(task, condition.lock)
        self.writes |= condition.bit
        condition.waiters += (task,)
        return self.block(task, "condition", condition)

    def _may_use(self, task: Task, lock: Lock) -> bool:
        """Whether the task may wait or notify: it holds the lock, or where locks have no owners somebody does."""
        self.reads |= lock.bit
        owner = lock.owner
        if owner is None or owner is task:
            return owner is task
        if self.semantics.unowned == "error":
            return False
        return not self.just_woken(owner) or self.choose("wake", 2) == 0

    def _come_back(self, task: Task, condition: Condition, entry: Entry) -> Any:
        """Take the lock again, if it was not handed over already, and leave."""
        lock, (_, error, notified) = condition.lock, entry
        self.writes |= condition.bit | lock.bit
        lost = self.semantics.lost_notify
        if self.level and lost == "passed_on" and notified and error is not None:
            notified = False  # passed on before it asks for the lock (anyio: Condition.wait)
            self._settle(condition, task, (task, error, notified))
            self._wake_waiters(condition, 1)
        handed = lock.owner is task
        if not handed and lock.owner is not None:
            if lock.owner.state == DONE and lock in lock.owner.owned:
                self._settle(condition, task)
                raise Fault(self.fault("Broken"))
            lock.waiters += (task,)
            return self.block(task, "reacquire", lock, condition)
        self._settle(condition, task)
        if not handed:
            self.own(task, lock)
        if error is not None and (lost == "made_up" or (notified and lost == "passed_on")):
            self._wake_waiters(condition, 1)
        if not handed and self._yields["acquire"]:
            self.make_ready(task, VALUE if error is None else ERROR, error)
            return WAIT
        if error is not None:
            raise Fault(error)
        return None

    def handed_over(self, lock: Lock) -> bool:
        """As ever; who was given the lock back has it all the same when it goes on (curio: `acquire` sets a flag)."""
        owner = lock.owner
        assert owner is not None
        given = owner.undo is not None and owner.undo[0] == "reacquired"
        goes_on = super().handed_over(lock)
        if goes_on and given and owner.undo is not None:
            condition = owner.undo[2]
            error = next(error for task, error, _ in condition.returning if task is owner)
            if error is None:
                self.writes |= owner.bit
                self._settle(condition, owner)
                owner.wake, owner.undo = (VALUE, None), ("lingering-lock", lock, None)
        return goes_on

    def _settle(self, condition: Condition, task: Task, *entry: Entry) -> None:
        """Write down how a task comes back; or, without an entry, that it has."""
        self.writes |= condition.bit
        others = tuple(e for e in condition.returning if e[0] is not task)
        condition.returning = (*others, *entry)

    # ------------------------------------------------------------ notifying

    def notify(self, task: Task, condition: Condition, count: int) -> None:
        """Wake up to that many."""
        if not self._may_use(task, condition.lock):
            raise Fault(self.fault("Misuse"))
        self.reads |= condition.bit
        self._wake_waiters(condition, count)

    def notify_all(self, task: Task, condition: Condition) -> None:
        """Wake all."""
        self.notify(task, condition, len(condition.waiters) + len(condition.returning))

    def _notify_told(self, condition: Condition, count: int) -> int:
        """How many notifications go to those who were told of a cancellation and have not gone on.

        Where they count as waiting until then, they are notified, too, and pass it on (anyio: Condition.wait).
        """
        told = 0
        rules = self.semantics
        if not (self.level and rules.waiters == "inside" and rules.lost_notify == "passed_on"):
            return told
        for waiter, error, notified in condition.returning:
            lingers = waiter.undo is not None and waiter.undo[0] == "told"
            unheard = lingers and error is not None and not notified
            if told < count and unheard and self.choose("wake", 2):
                self._settle(condition, waiter, (waiter, error, True))
                told += 1
        return told

    def _wake_waiters(self, condition: Condition, count: int) -> None:
        count -= self._notify_told(condition, count)
        for _ in range(min(count, len(condition.waiters))):
            self.writes |= condition.bit
            waiters = condition.waiters
            unordered = self.semantics.conditions == "unordered" and len(waiters) > 1
            at = self.choose("wake", len(waiters)) if unordered else 0
            condition.waiters = (*waiters[:at], *waiters[at + 1 :])
            self._settle(condition, waiters[at], (waiters[at], None, True))
            if self.semantics.notified == "woken":
                self.wake(waiters[at], RETRY, None, ("notified", condition, None))
            else:
                self._queue(waiters[at], condition)

    def _queue(self, waiter: Task, condition: Condition) -> None:
        """A notified task waits for the lock from now on, asleep as it is."""
        lock = condition.lock
        self.writes |= waiter.bit | lock.bit
        waiter.waiting = ("reacquire", lock, condition)
        if lock.owner is None:
            self.hand_back(waiter, lock)
        else:
            lock.waiters += (waiter,)

    def hand_back(self, waiter: Task, lock: Lock) -> None:
        """The lock is free for one that comes back (or it may try to take it)."""
        assert waiter.waiting is not None
        condition = waiter.waiting[2]
        if self.semantics.locks == "fair":
            self.own(waiter, lock)
        self.wake(waiter, RETRY, None, ("reacquired", lock, condition))

    # ------------------------------------------------------------ cancellation

    def interrupt_waiter(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """A task that waits for a condition, or for its lock, is told; but not before it has the lock."""
        if queue == "condition":
            self.writes |= thing.bit
            thing.waiters = tuple(t for t in thing.waiters if t is not task)
            self.take_cancel(task)
            self._settle(thing, task, (task, self.fault("Cancelled"), False))
            self.wake(task, RETRY, None, ("told", thing, None))
            return
        _, error, notified = next(e for e in extra.returning if e[0] is task)
        at_once = self.semantics.reacquire == "at_once"
        deaf = self.semantics.reacquire == "shielded" if error is None else self.level
        if deaf and not at_once:
            return
        self.writes |= thing.bit
        thing.waiters = tuple(t for t in thing.waiters if t is not task)
        self.take_cancel(task)
        if at_once:
            self._settle(extra, task)
            self.wake(task, ERROR, self.fault("Cancelled"))
            return
        self._settle(extra, task, (task, self.fault("Cancelled"), notified))
        self.wake(task, RETRY, None, ("told", extra, None))

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a notification, or over the lock that was handed over."""
        if kind not in RETURNING:
            super().undo(task, kind, thing, value)
            return
        condition = value if kind == "reacquired" else thing
        _, _, notified = next(e for e in condition.returning if e[0] is task)
        self._settle(condition, task, (task, self.fault("Cancelled"), notified))
        task.wake = (RETRY, None)
        task.undo = ("told", condition, None)  # told once, however often it is asked to
        if kind != "reacquired":
            return
        if thing.owner is task:
            task.owned = tuple(held for held in task.owned if held is not thing)
        if thing.owner in (task, None):
            self.pass_lock(thing)
        if self.semantics.reacquire == "at_once":
            self._settle(condition, task)
            task.wake, task.undo = (ERROR, self.fault("Cancelled")), None


RETURNING: Final = frozenset({"notified", "reacquired", "told"})
"""What a task was woken for that comes back from a condition."""
