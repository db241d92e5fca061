"""The reference's semaphores, capacity limiters and barriers.

`fair` ones hand over: who gives a permit performs the waiter's op. `barging` ones only wake the waiter, which tries
again. Sources: trio.Semaphore, trio.CapacityLimiter, asyncio.Semaphore, asyncio.Barrier.
"""

from __future__ import annotations

import math
from typing import Any

from runtimes.reference.kernel import WAIT, Fault
from runtimes.reference.objects import READY, RETRY, VALUE, Stateful, Task
from runtimes.reference.shutdown import Shutdown


class Semaphore(Stateful):
    """A semaphore. Its value never rises above `limit`."""

    __slots__ = ("limit", "value", "waiters")
    STATE = ("value", "waiters")

    def __init__(self, bit: int, value: int, limit: float = math.inf) -> None:
        self.bit = bit
        self.limit = limit
        self.value = value
        self.waiters: tuple[Task, ...] = ()


class Limiter(Stateful):
    """A capacity limiter: who holds a token, out of how many."""

    __slots__ = ("borrowers", "total", "waiters")
    STATE = ("borrowers", "total", "waiters")

    def __init__(self, bit: int, total: int) -> None:
        self.bit = bit
        self.total = total
        self.borrowers: tuple[Task, ...] = ()
        self.waiters: tuple[Task, ...] = ()


class Barrier(Stateful):
    """A barrier for so many parties. `leaving` are told of a cancellation, and have not gone on yet.

    `early` are those that came before the last parties were through, where somebody asks how many wait.
    """

    __slots__ = ("early", "leaving", "parties", "waiters")
    STATE = ("early", "leaving", "waiters")

    def __init__(self, bit: int, parties: int) -> None:
        self.bit = bit
        self.parties = parties
        self.early: tuple[Task, ...] = ()
        self.leaving: tuple[Task, ...] = ()
        self.waiters: tuple[Task, ...] = ()


class Permits(Shutdown):
    """Kernel with semaphores, limiters and barriers."""

    # ------------------------------------------------------------ semaphores

    def acquire_semaphore(self, task: Task, semaphore: Semaphore) -> Any:
        """Take a permit, waiting for one."""
        self.writes |= semaphore.bit
        if semaphore.value > 0:
            semaphore.value -= 1
            if not self._stands_behind(semaphore):
                return None
            self.wake(task, VALUE, None, ("semaphore", semaphore, None))
            return WAIT
        semaphore.waiters += (task,)
        return self.block(task, "permit", semaphore)

    def _stands_behind(self, semaphore: Semaphore) -> bool:
        """Whether who takes a permit now waits all the same, since one that was woken has not gone on yet.

        asyncio keeps the order of arrival so; its documents do not tell. Only a loop that keeps its order does it.
        """
        if not self.fifo:
            return False
        given = (("semaphore", semaphore, None), ("lingering-permit", semaphore, None))
        ahead = [t for t in self.tasks if t.state == READY and t.undo in given]
        for task in ahead:
            self.reads |= task.bit
        return bool(ahead) and self.choose("wake", 2) == 1

    def acquire_semaphore_nowait(self, task: Task, semaphore: Semaphore) -> None:
        """Take a permit or fail."""
        if semaphore.value <= 0:
            self.reads |= semaphore.bit
            raise Fault(self.fault("WouldBlock"))
        self.writes |= semaphore.bit
        semaphore.value -= 1

    def release_semaphore(self, task: Task, semaphore: Semaphore) -> None:
        """Give a permit."""
        self.writes |= semaphore.bit
        if semaphore.value >= semaphore.limit:
            raise Fault(self.fault("Misuse"))
        self.give(semaphore)

    def give(self, semaphore: Semaphore) -> None:
        """There is one permit more: for the first waiter, if any."""
        if semaphore.waiters and self.semantics.permits == "fair":
            first, semaphore.waiters = semaphore.waiters[0], semaphore.waiters[1:]
            self.wake(first, VALUE, None, ("semaphore", semaphore, None))
            return
        semaphore.value += 1
        self._rouse(semaphore)

    def _rouse(self, semaphore: Semaphore) -> None:
        """Barging: tell the first waiter to try."""
        if semaphore.waiters and semaphore.value > 0:
            first, semaphore.waiters = self.next_of(semaphore.waiters, self.semantics.permits)
            self.wake(first, RETRY, None, ("semaphore-again", semaphore, None))

    def semaphore_value(self, task: Task, semaphore: Semaphore) -> int:
        """How many permits are there."""
        self.reads |= semaphore.bit
        return int(semaphore.value)  # a restored 0 may be the False of an equal state

    # ------------------------------------------------------------ limiters

    def acquire_limiter(self, task: Task, limiter: Limiter) -> Any:
        """Borrow a token, waiting for one."""
        if self._borrows(task, limiter):
            return None
        self.writes |= limiter.bit
        limiter.waiters += (task,)
        return self.block(task, "permit", limiter)

    def acquire_limiter_nowait(self, task: Task, limiter: Limiter) -> None:
        """Borrow a token or fail."""
        if not self._borrows(task, limiter):
            raise Fault(self.fault("WouldBlock"))

    def _borrows(self, task: Task, limiter: Limiter) -> bool:
        """Whether the task gets a token at once. Raises Fault when it has one."""
        self.reads |= limiter.bit
        if task in limiter.borrowers:
            raise Fault(self.fault("Misuse"))
        if len(limiter.borrowers) >= limiter.total:
            return False
        self.writes |= limiter.bit
        limiter.borrowers += (task,)
        return True

    def release_limiter(self, task: Task, limiter: Limiter) -> None:
        """Give the task's token back."""
        if task not in limiter.borrowers:
            self.reads |= limiter.bit
            raise Fault(self.fault("Misuse"))
        self.writes |= limiter.bit
        limiter.borrowers = tuple(t for t in limiter.borrowers if t is not task)
        self.lend(limiter)

    def set_limit(self, task: Task, limiter: Limiter, tokens: int) -> None:
        """Let it have that many tokens; borrowed ones stay so."""
        self.writes |= limiter.bit
        limiter.total = tokens
        self.lend(limiter)

    def lend(self, limiter: Limiter) -> None:
        """Free tokens go to the first waiters."""
        free = max(limiter.total - len(limiter.borrowers), 0)
        for _ in range(min(free, len(limiter.waiters))):
            task, limiter.waiters = self.next_of(limiter.waiters, self.semantics.permits)
            if self.semantics.permits == "fair":
                limiter.borrowers += (task,)
                self.wake(task, VALUE, None, ("limiter", limiter, None))
            else:
                self.wake(task, RETRY, None, ("limiter-again", limiter, None))

    def available_tokens(self, task: Task, limiter: Limiter) -> int:
        """How many tokens are free; fewer than none after a cut."""
        self.reads |= limiter.bit
        return limiter.total - len(limiter.borrowers)

    # ------------------------------------------------------------ barriers

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        """Wait for the others. Each gets a number of its own, in whatever order.

        Whether one counts that is cancelled in the same round is nobody's promise.
        """
        self.writes |= barrier.bit
        missing = barrier.parties - len(barrier.waiters) - 1
        if missing > len(barrier.leaving) or (missing > 0 and self.choose("cancel", 2) == 0):
            barrier.waiters += (task,)
            return self.block(task, "party", barrier)
        left = list(map(str, range(barrier.parties)))  # as text: equal states must show the same
        for waiter in barrier.waiters:
            self.wake(waiter, VALUE, self._draw(left), ("barrier", barrier, None))
        barrier.waiters = barrier.leaving = ()
        return self._draw(left)

    def _draw(self, left: list[str]) -> str:
        return left.pop(self.choose("data", len(left)) if len(left) > 1 else 0)

    # ------------------------------------------------------------ cancellation

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a wake-up: what was given goes to the next. A barrier stays passed."""
        self.writes |= thing.bit
        if kind == "semaphore" and (self.fifo or not self.level) and self.choose("wake", 2):
            task.undo = ("lingering-permit", thing, None)  # given back when the task goes on
        elif kind in ("semaphore", "lingering-permit"):
            self.give(thing)
        elif kind == "semaphore-again":
            self._rouse(thing)
        elif kind == "limiter":
            thing.borrowers = tuple(t for t in thing.borrowers if t is not task)
            self.lend(thing)
        elif kind == "limiter-again":
            self.lend(thing)
        elif kind == "lingering-party":
            thing.leaving = tuple(t for t in thing.leaving if t is not task)

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from the queue that it waits in."""
        if queue in ("permit", "party"):
            self.writes |= thing.bit
            thing.waiters = tuple(t for t in thing.waiters if t is not task)
            if queue == "party" and not self.level:
                thing.leaving += (task,)
        else:
            super().forget(task, queue, thing, extra)
