"""The reference's cancellation: level (a scope stays cancelled) and edge (a task is told once)."""

from __future__ import annotations

from typing import Any

from runtimes.reference.clock import Clock
from runtimes.reference.kernel import ALL, SOCKETS, Fault
from runtimes.reference.objects import (
    BLOCKED,
    DONE,
    ERROR,
    READY,
    RETRY,
    RUNNING,
    SKIP,
    START,
    UNSPAWNED,
    VALUE,
    Scope,
    Task,
)


class Cancellation(Clock):
    """Kernel with cancellation."""

    def cancel(self, task: Task, target: Task) -> Any:
        """Request a cancellation; waits for the target's end where the semantics say so."""
        if target.state == DONE and self.semantics.cancel_ended == "error":
            self.reads |= target.bit
            raise Fault(self.fault("Misuse"))
        again = target.own.cancelled and target is not task
        if again and self.level and not self.semantics.cancel_waits:
            self.reads |= target.own.bit  # that stays so, whatever the target does meanwhile
            return None
        self.reads |= target.bit
        if target.state == UNSPAWNED:
            raise Fault(self.fault("Unopened"))
        if target.state == DONE:
            return None
        if not self.cancel_task(target):
            raise Fault(self.fault("RecursionError"))
        if target is task and self.semantics.cancel_running == "at_once" and self.cancel_due(task):
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled"))
        if self.semantics.cancel_waits and target.state != DONE:
            self.writes |= target.end.bit
            target.end.joiners += (task,)
            return self.block(task, "cancel", target)
        return None

    def cancel_task(self, target: Task) -> bool:
        """Cancel a task as a whole; false when that is impossible (see `edge_cancel`)."""
        if (
            target.state == READY
            and target.wake[0] == START
            and self.semantics.cancel_before_start == "skips"
        ):
            self.writes |= target.bit
            target.wake = (SKIP, None)
            target.count += 1
            return True
        if self.level:
            self.cancel_scope(target.own)
            return True
        if self.semantics.cancel_again == "ignored":
            if target.own.cancelled:
                return True
            target.own.cancelled = True
            self.writes |= target.own.bit
            self.drop_deadlines(target)
        return self.edge_cancel(target)

    def drop_deadlines(self, target: Task) -> None:
        """Where a second cancel is ignored, a first one may put an end to deadlines, too (curio/kernel.py does)."""
        timers = tuple(t for t in self.timers if getattr(t[1], "owner", None) is not target)
        if timers != self.timers and self.choose("timer", 2):
            self.timers = timers
            self.writes |= ALL

    def cancel_due(self, task: Task) -> bool:
        """Whether the next cancel point of this task must take a cancellation."""
        if not self.level:
            return task.pending > 0 and not task.shields
        for scope in reversed(task.scopes):
            if scope.cancelled:
                return True
            if scope.shield:
                return False
        return False

    def told_after_checkpoint(self, task: Task) -> bool:
        """Whether a checkpoint that has let others run ends by telling the task of its cancellation.

        Where a completion wins over a cancel, an edge stays pending until the task enters its next cancel point.
        """
        if not self.cancel_due(task) or self._cancels[task.doing] == "never":
            return False
        if self._cancels[task.doing] == "unspecified" and self.choose("cancel", 2):
            return False
        race = self.semantics.race
        return (
            self.level or race == "cancel" or (race == "either" and self.choose("cancel", 2) == 1)
        )

    def take_cancel(self, task: Task) -> None:
        """The task is being told."""
        task.pending = task.pending - 1 if self.semantics.cancel_again == "each" else 0

    def cancel_scope(self, scope: Scope) -> None:
        """Level cancellation: from now on, everything inside is cancelled."""
        if scope.cancelled:
            self.reads |= scope.bit
            return
        scope.cancelled = True
        self.cancelling = True
        self.writes |= scope.bit
        for task in self.tasks:
            if scope in task.scopes:
                self.writes |= task.bit
                self.cancel_arrives(task)

    def edge_cancel(self, task: Task, through: tuple[Task, ...] = ()) -> bool:
        """Edge cancellation: the task is told once. Where a join propagates, the joined task is told instead.

        False when tasks join one another in a circle, so that nobody can be told (asyncio: RecursionError).
        """
        if self.semantics.cancel_running == "never" and self.passes_by(task):
            self.reads |= task.bit
            return True
        self.writes |= task.bit
        task.count += 1
        waiting = task.waiting
        joins = (
            task.state == BLOCKED
            and waiting is not None
            and waiting[0] == "join"
            and not task.shields
        )
        if joins and self.semantics.cancel_joiner == "propagates":
            assert waiting is not None
            through = (task, *through)
            return waiting[1] not in through and self.edge_cancel(waiting[1], through)
        if task.state == READY and task.wake[0] == START and self._skips:
            task.wake = (SKIP, None)  # joined by one who was cancelled
            return True
        task.pending = task.pending + 1 if self.semantics.cancel_again == "each" else 1
        self.cancel_arrives(task)
        return True

    @property
    def _skips(self) -> bool:
        """Whether a task that is cancelled before its first step never takes it."""
        return self.semantics.cancel_before_start == "skips"

    def passes_by(self, task: Task) -> bool:
        """Whether a cancellation finds nothing that the task waits for, and is lost.

        Where nobody is ever ready, since who is woken goes on at once, a ready task may be one that runs.
        """
        if task.state == READY and task.wake[0] in (VALUE, RETRY, ERROR):
            return self.choose("cancel", 2) == 1
        return task.state == RUNNING

    def cancel_arrives(self, task: Task) -> None:
        """A cancellation reaches a task that may be blocked, or just woken."""
        if task.state == BLOCKED:
            if self.cancel_due(task) and self._cancels[task.doing] != "never":
                self.interrupt(task)
        elif (
            task.state == READY and task.wake[0] in (VALUE, RETRY, ERROR) and self.cancel_due(task)
        ):
            self.race(task)

    def race(self, task: Task) -> None:
        """Decide whether a cancellation wins over a wake-up that the task has not gone on with yet."""
        if task.wake[0] == ERROR and self.is_cancelled(task.wake[1]):
            if self.semantics.cancel_again != "each":
                self.take_cancel(task)
            return
        if task.undo is None:
            return
        if task.undo[0] == "group":
            self.race_exit(task, task.undo[1])
            return
        race = self.semantics.race
        if task.undo[0] in SOCKETS or self.is_apart(task):
            race = "either"
        if task.undo[0] == "sleep" and self.semantics.sleep_race == "cancel":
            race = "cancel"
        if race == "cancel" or (race == "either" and self.choose("cancel", 2)):
            undo, task.undo = task.undo, None
            self.take_cancel(task)
            task.wake = (ERROR, self.fault("Cancelled"))
            self.undo(task, *undo)

    def race_exit(self, task: Task, group: Any) -> None:
        """The same of who was to leave a group whose last child is over, as who was refused may have seen."""
        if not self.level and self.choose("cancel", 2):
            self.take_cancel(task)
            self.writes |= group.bit
            group.interrupted = True

    def interrupt(self, task: Task) -> None:
        """A blocked task is told of its cancellation."""
        assert task.waiting is not None
        queue, thing, extra = task.waiting
        if queue == "group":
            self.interrupt_group(task, thing)
            return
        if queue in ("condition", "reacquire"):
            self.interrupt_waiter(task, queue, thing, extra)
            return
        if queue == "join" and self.semantics.cancel_joiner == "propagates" and not self.level:
            self.take_cancel(task)  # it was told before it began to wait
            if self.edge_cancel(thing, (task,)):
                return
        if queue == "awaited":
            return  # a thread, and nothing but its end
        self.forget(task, queue, thing, extra)
        self.take_cancel(task)
        undo = None
        if queue == "send" and self.semantics.cancelled_send == "may":
            undo = ("lingering-send", thing, None)
        elif queue == "party" and not self.level:
            undo = ("lingering-party", thing, None)
        self.wake(task, ERROR, self.fault("Cancelled"), undo)

    def interrupt_waiter(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """A task that waits for a condition is told (`runtimes.reference.conditions`)."""
        raise NotImplementedError

    def interrupt_group(self, task: Task, group: Any) -> None:
        """A task that waits for its children is told."""
        raise NotImplementedError

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from the queue that it waits in."""
        if queue == "sleep":
            self.disarm(task)
        else:
            self.writes |= thing.end.bit
            thing.end.joiners = tuple(t for t in thing.end.joiners if t is not task)
