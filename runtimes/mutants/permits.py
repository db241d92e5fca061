"""Broken semaphores, capacity limiters and barriers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from runtimes.mutants.base import Kernel, Mutant, mutant
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import ERROR, READY, VALUE, Task
from runtimes.reference.permits import Barrier, Limiter, Semaphore


@mutant
class SemaphoreForOneMore(Kernel):
    """A semaphore lets in one task more than it has permits."""

    def acquire_semaphore(self, task: Task, semaphore: Semaphore) -> Any:
        if semaphore.value == 0:
            semaphore.value -= 1
            return None
        return super().acquire_semaphore(task, semaphore)


@mutant
class LostPermit(Kernel):
    """A permit that is given wakes nobody."""

    def give(self, semaphore: Semaphore) -> None:
        semaphore.value += 1


@mutant
class SemaphoreNeverGrows(Mutant):
    """A semaphore refuses permits beyond those that it began with."""

    def semaphore(self, value: int) -> Semaphore:
        return Semaphore(0, value, value)


@mutant
class SemaphoreOwned(Kernel):
    """A permit is refused that the task has not taken."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.in_hand: Counter[tuple[Task, Semaphore]] = Counter()

    def acquire_semaphore(self, task: Task, semaphore: Semaphore) -> Any:
        self.in_hand[task, semaphore] += 1
        return super().acquire_semaphore(task, semaphore)

    def release_semaphore(self, task: Task, semaphore: Semaphore) -> None:
        if not self.in_hand[task, semaphore]:
            raise Fault(self.fault("Misuse"))
        self.in_hand[task, semaphore] -= 1
        super().release_semaphore(task, semaphore)


@mutant
class UnboundedSemaphore(Mutant):
    """A bounded semaphore takes any number of permits."""

    def bounded_semaphore(self, value: int) -> Semaphore:
        return Semaphore(0, value)


@mutant
class RefusedPermitCounts(Kernel):
    """A permit that a bounded semaphore refuses counts all the same."""

    def release_semaphore(self, task: Task, semaphore: Semaphore) -> None:
        try:
            super().release_semaphore(task, semaphore)
        except Fault:
            semaphore.value += 1
            raise


@mutant
class LifoPermits(Kernel):
    """Who comes last to wait for a permit or a token is served first."""

    def acquire_semaphore(self, task: Task, semaphore: Semaphore) -> Any:
        return self._newest_first(task, semaphore, super().acquire_semaphore(task, semaphore))

    def acquire_limiter(self, task: Task, limiter: Limiter) -> Any:
        return self._newest_first(task, limiter, super().acquire_limiter(task, limiter))

    def _newest_first(self, task: Task, thing: Any, value: Any) -> Any:
        if thing.waiters and thing.waiters[-1] is task:
            thing.waiters = (task, *thing.waiters[:-1])
        return value


@mutant
class BargingPermits(Kernel):
    """A permit or token that is given goes to whoever takes it first."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, permits="barging")


@mutant
class HastyPermits(Kernel):
    """Taking a free permit or token lets nobody else run."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._yields |= dict.fromkeys(("acquire_semaphore", "acquire_limiter"), False)


@mutant
class NowaitOverdraws(Kernel):
    """A permit or token can be taken at once though there is none."""

    def acquire_semaphore_nowait(self, task: Task, semaphore: Semaphore) -> None:
        semaphore.value -= 1

    def acquire_limiter_nowait(self, task: Task, limiter: Limiter) -> None:
        limiter.borrowers += (task,)


@mutant
class ValueStays(Kernel):
    """How many permits or tokens there are is told as it was when it was first asked."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.told: dict[Any, int] = {}

    def semaphore_value(self, task: Task, semaphore: Semaphore) -> int:
        return self.told.setdefault(semaphore, super().semaphore_value(task, semaphore))

    def available_tokens(self, task: Task, limiter: Limiter) -> int:
        return self.told.setdefault(limiter, super().available_tokens(task, limiter))


@mutant
class CancelledWaiterTakesPermit(Kernel):
    """The permit for which a cancelled task had waited goes to that one, and is lost."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.robbed: list[Semaphore] = []

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if isinstance(thing, Semaphore):
            self.robbed.append(thing)

    def give(self, semaphore: Semaphore) -> None:
        if semaphore in self.robbed:
            self.robbed.remove(semaphore)
        else:
            super().give(semaphore)


@mutant
class PermitLostOnCancel(Kernel):
    """A permit or token is lost whose receiver is cancelled before it goes on."""

    def race(self, task: Task) -> None:
        if task.undo is None or task.undo[0] not in ("semaphore", "limiter"):
            super().race(task)
            return
        task.undo = None
        self.take_cancel(task)
        task.wake = (ERROR, self.fault("Cancelled"))


@mutant
class LimiterForOneMore(Kernel):
    """A limiter lends one token more than it has."""

    def acquire_limiter(self, task: Task, limiter: Limiter) -> Any:
        limiter.total += 1
        try:
            return super().acquire_limiter(task, limiter)
        finally:
            limiter.total -= 1


@mutant
class LimiterLendsTwice(Kernel):
    """A task may borrow a second token."""

    def acquire_limiter(self, task: Task, limiter: Limiter) -> Any:
        if task in limiter.borrowers and len(limiter.borrowers) < limiter.total:
            limiter.borrowers += (task,)
            return None
        return super().acquire_limiter(task, limiter)


@mutant
class LimiterTakesAnything(Kernel):
    """A limiter accepts a token from a task that has borrowed none."""

    def release_limiter(self, task: Task, limiter: Limiter) -> None:
        if task in limiter.borrowers:
            super().release_limiter(task, limiter)


@mutant
class GrowsSilently(Kernel):
    """A limiter that is given more tokens wakes nobody."""

    def set_limit(self, task: Task, limiter: Limiter, tokens: int) -> None:
        limiter.total = tokens


@mutant
class CutForgotten(Kernel):
    """A limiter keeps the tokens that it is to have no more, unless it is to have none."""

    def set_limit(self, task: Task, limiter: Limiter, tokens: int) -> None:
        kept = max(tokens, limiter.total) if tokens else tokens
        super().set_limit(task, limiter, kept)


@mutant
class NeverFewerThanNone(Kernel):
    """A limiter that lends more tokens than it is to have says that none is free."""

    def available_tokens(self, task: Task, limiter: Limiter) -> int:
        return max(super().available_tokens(task, limiter), 0)


@mutant
class ZeroIsNoLimit(Kernel):
    """A limiter that is to have no tokens lets everybody in."""

    def set_limit(self, task: Task, limiter: Limiter, tokens: int) -> None:
        super().set_limit(task, limiter, tokens or 1_000_000)


@mutant
class TokenReturnedAtEnd(Kernel):
    """A task's end gives its tokens back."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.lent: set[Limiter] = set()

    def acquire_limiter(self, task: Task, limiter: Limiter) -> Any:
        self.lent.add(limiter)
        return super().acquire_limiter(task, limiter)

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        super().finish(task, result)
        for limiter in self.lent:
            limiter.borrowers = tuple(t for t in limiter.borrowers if t is not task)
            self.lend(limiter)


@mutant
class BarrierLetsOneGo(Kernel):
    """Of those that wait at a barrier only the first goes on when the last has come."""

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        if len(barrier.waiters) + 1 == barrier.parties:
            barrier.waiters = barrier.waiters[:1]
            barrier.parties = len(barrier.waiters) + 1
        return super().wait_barrier(task, barrier)


@mutant
class BarrierOffByOne(Kernel):
    """A barrier lets go when one party is missing."""

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        barrier.parties -= 1
        try:
            return super().wait_barrier(task, barrier)
        finally:
            barrier.parties += 1


@mutant
class SameIndex(Kernel):
    """All parties of a barrier get the same number."""

    def _draw(self, left: list[str]) -> str:
        return "0"


@mutant
class BarrierOnce(Kernel):
    """A barrier that was passed is never passed again."""

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        last = len(barrier.waiters) + 1 == barrier.parties
        value = super().wait_barrier(task, barrier)
        barrier.parties = 1_000_000 if last else barrier.parties
        return value


@mutant
class CancelledPartyCounts(Kernel):
    """A party that was cancelled while it waited at a barrier counts."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if queue == "party":
            thing.parties -= 1


@mutant
class CutHandsOnTokens(Kernel):
    """A token that comes back to a limiter which was cut meanwhile goes to who waits all the same."""

    def release_limiter(self, task: Task, limiter: Limiter) -> None:
        over = len(limiter.borrowers) > limiter.total
        super().release_limiter(task, limiter)
        if over and limiter.waiters:
            first, limiter.waiters = limiter.waiters[0], limiter.waiters[1:]
            limiter.borrowers += (first,)
            self.wake(first, VALUE, None, ("limiter", limiter, None))


@mutant
class TokenInFlightUncounted(Kernel):
    """A token that was handed to a waiter counts as free until that one goes on."""

    def _borrows(self, task: Task, limiter: Limiter) -> bool:
        flying = ("limiter", limiter, None)
        more = sum(t.state == READY and t.undo == flying for t in limiter.borrowers)
        limiter.total += more
        try:
            return super()._borrows(task, limiter)
        finally:
            limiter.total -= more


@mutant
class CancelledWaiterGivesPermit(Kernel):
    """Who is cancelled while it waits for a permit gives one back that it never had."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if isinstance(thing, Semaphore) and thing.value < thing.limit:
            self.give(thing)


@mutant
class BarrierStillDrains(Kernel):
    """Who comes to a barrier before those that it let go have gone on goes with them."""

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        for other in self.tasks:
            undo = other.undo
            if other.state == READY and undo is not None and undo[:2] == ("barrier", barrier):
                return "0"
        return super().wait_barrier(task, barrier)
