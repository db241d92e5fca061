"""Primitives and channels that tell wrongly how many tasks wait for them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.objects import BLOCKED, Task
from runtimes.reference.permits import Barrier


@mutant
class CountStays(Kernel):
    """How many tasks wait for an object is told as it was when it was first asked."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.told: dict[Any, int] = {}

    def _count(self, asker: Task, thing: Any, queue: Any, kinds: Any, late: int = 0) -> int:
        number = super()._count(asker, thing, queue, kinds, late)
        return self.told.setdefault((thing, kinds), number)


@mutant
class OwnerWaits(Kernel):
    """Who has a lock counts among those that wait for it."""

    def lock_waiters(self, task: Task, thing: Any) -> int:
        return super().lock_waiters(task, thing) + (thing.owner is not None)


@mutant
class CancelledWaits(Kernel):
    """Who was cancelled while it waited counts among those that wait, for ever."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.left: Counter[Any] = Counter()

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        self.left[thing] += 1

    def _count(self, asker: Task, thing: Any, queue: Any, kinds: Any, late: int = 0) -> int:
        return super()._count(asker, thing, queue, kinds, late) + self.left[thing]


@mutant
class WokenWaits(Kernel):
    """Who was woken or told of a cancellation counts among those that wait until it goes on."""

    def _count(self, asker: Task, thing: Any, queue: Any, kinds: Any, late: int = 0) -> int:
        woken = sum(self._is_inside(task, thing, kinds) for task in self.tasks)
        return super()._count(asker, thing, queue, kinds, late) + woken


@mutant
class NotifiedWaitsForNothing(Kernel):
    """Who was notified does not count among those that wait for the condition's lock."""

    def lock_waiters(self, task: Task, thing: Any) -> int:
        return sum(t.state == BLOCKED and t.doing == "acquire" for t in thing.waiters)


@mutant
class PassedWaits(Kernel):
    """Those that waited at a barrier for the last party count as waiting ever after."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.passed: Counter[Barrier] = Counter()

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        before = len(barrier.waiters)
        value = super().wait_barrier(task, barrier)
        if not barrier.waiters:
            self.passed[barrier] += before
        return value

    def barrier_waiters(self, task: Task, barrier: Barrier) -> int:
        return super().barrier_waiters(task, barrier) + self.passed[barrier]
