"""How many tasks wait for an object of the reference.

Documents tell the number of those that are blocked on it. Whether one that was woken or told of a cancellation, and
has not gone on yet, is among them is `Semantics.waiters`. Sources: trio.Event.statistics and its like,
anyio.Event.statistics and its like, asyncio.Barrier.n_waiting.
"""

from __future__ import annotations

from typing import Any, Final

from runtimes.reference.conditions import Condition
from runtimes.reference.ends import Ends, Side
from runtimes.reference.objects import BLOCKED, ERROR, GO, READY, RETRY, VALUE, Task
from runtimes.reference.permits import Barrier


class Counts(Ends):
    """Kernel that tells who waits."""

    def at_call(self, task: Task) -> tuple[str, tuple[Any, ...]] | None:
        """The kind and the arguments of the op at which a ready task stands, if it is one that was begun."""
        raise NotImplementedError

    def event_waiters(self, task: Task, thing: Any) -> int:
        """How many wait for what has one queue."""
        return self._count(task, thing, thing.waiters, _ENTERED)

    lock_waiters = condition_waiters = semaphore_waiters = limiter_waiters = event_waiters

    def barrier_waiters(self, task: Task, barrier: Barrier) -> int:
        """How many parties wait. Those that came before the last ones were through may not be in yet."""
        return self._count(task, barrier, barrier.waiters, _ENTERED, late=len(barrier.early))

    def waiting_senders(self, task: Task, channel: Any) -> int:
        """How many wait for room."""
        return self._count(task, channel, tuple(sender for sender, _ in channel.senders), _SENT)

    def waiting_receivers(self, task: Task, channel: Any) -> int:
        """How many wait for an item."""
        return self._count(task, channel, channel.receivers, _RECEIVED)

    def _count(
        self, asker: Task, thing: Any, queue: tuple[Task, ...], kinds: frozenset[str], late: int = 0
    ) -> int:
        self.reads |= thing.bit
        blocked = sum(task.state == BLOCKED for task in queue)
        if self.semantics.waiters == "blocked":
            return blocked
        more = sum(self._is_inside(task, thing, kinds) for task in self.tasks if task is not asker)
        at = self.choose("data", 1 + more + late) if more or late else 0
        return blocked + at if at <= more else blocked - (at - more)

    def _is_inside(self, task: Task, thing: Any, kinds: frozenset[str]) -> bool:
        """Whether a task was woken or told of a cancellation in a call on that object, and has not gone on yet."""
        self.reads |= task.bit
        if task.state != READY:
            return False
        if task.wake[0] not in (VALUE, ERROR, RETRY) and not self._enters_cancelled(task):
            return False
        call = self.at_call(task)
        if call is None or call[0] not in kinds:
            return False
        used = call[1][0]
        if isinstance(used, Side):
            used = used.channel
        return used is thing or (isinstance(used, Condition) and used.lock is thing)

    def _enters_cancelled(self, task: Task) -> bool:
        """Whether a task pauses in front of an op that will tell it of a cancellation: it may be in the queue by now.

        Source: anyio/_backends/_asyncio.py, CancelScope._deliver_cancellation: in a later round of the loop.
        """
        return task.wake[0] == GO and self.cancel_due(task)

    def wait_barrier(self, task: Task, barrier: Barrier) -> Any:
        """Where somebody asks, it is written down who comes before the last parties are through."""
        value = super().wait_barrier(task, barrier)
        if not self.counting:
            return value
        if task not in barrier.waiters:
            barrier.early = ()
        elif any(self._is_inside(other, barrier, _ENTERED) for other in self.tasks):
            barrier.early += (task,)
        return value

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Who leaves a barrier is not among its next parties."""
        super().forget(task, queue, thing, extra)
        if queue == "party":
            thing.early = tuple(t for t in thing.early if t is not task)


_ENTERED: Final = frozenset(
    {
        "wait", "acquire", "wait_condition", "acquire_semaphore", "acquire_limiter", "wait_barrier",
    }
)  # fmt: skip
_SENT: Final = frozenset({"send"})
_RECEIVED: Final = frozenset({"receive"})
