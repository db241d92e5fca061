"""The reference's tasks: spawning, joining, ending, and what main's end does to the others."""

from __future__ import annotations

from typing import Any

from runtimes.reference.cancellation import Cancellation
from runtimes.reference.kernel import ALL, WAIT, Fault
from runtimes.reference.objects import (
    DONE,
    ERROR,
    LOOSE,
    QUEUED,
    RUNNING,
    START,
    UNSPAWNED,
    VALUE,
    Task,
)  # fmt: skip


class Tasks(Cancellation):
    """Kernel with tasks."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        """Start a task."""
        child.group = group
        base = ()
        if group is not None and group.errors and self.semantics.late_child == "refused":
            self.refuse(child)
            self.writes |= group.bit
            raise Fault(self.fault("Misuse"))
        if group is not None:
            self.writes |= group.bit
            group.alive += (child,)
            base = (
                group.owner.scopes[: group.owner.scopes.index(group.scope) + 1]
                if self.level
                else ()
            )
        child.own.owner = child
        self.writes |= child.end.bit
        child.scopes = (*base, child.own)
        if self.semantics.start == "eager":
            self.writes |= child.bit
            child.state = RUNNING
            child.wake = (START, None)
            self.advance(child)
        else:
            self.make_ready(child, START, None, QUEUED if self.fifo else LOOSE)
        return None

    def refuse(self, child: Task) -> None:
        """A task that is not to start at all."""
        raise NotImplementedError

    def join(self, task: Task, target: Task) -> Any:
        """Wait for a task's end. Raises what the semantics say."""
        if target is task and self.semantics.join_self == "error":
            self.make_ready(task, ERROR, self.fault("Misuse"))
            task.undo = ("join", None, None)
            return WAIT
        if target.end.result is not None:
            self.reads |= target.end.bit
            code, value = self.joined(target)
            if code == ERROR:
                raise Fault(value)
            return value
        self.writes |= target.end.bit
        target.end.joiners += (task,)
        return self.block(task, "join", target)

    def joined(self, target: Task) -> tuple[int, Any]:
        """How a join of this finished task goes on."""
        assert target.end.result is not None
        how, value = target.end.result
        if how == "returned":
            return VALUE, value
        if self.is_cancelled(value):
            wraps = self.semantics.join_cancelled == "error"
        else:
            wraps = self.semantics.join_error == "wrapped"
        return ERROR, self.wrapped(value) if wraps else value

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        """A task's body is over."""
        if (
            task.pending
            and result[0] == "returned"
            and self.semantics.cancel_at_return == "cancelled"
        ):
            result = ("failed", self.fault("Cancelled"))
        task.pending = 0
        task.state = DONE
        end = task.end
        self.writes |= end.bit
        end.result = result
        for joiner in end.joiners:
            if joiner.state == DONE:
                self.ready.append(joiner)  # main, which cancels its orphans in turn
                self.writes |= joiner.bit
            elif joiner.waiting is not None and joiner.waiting[0] == "cancel":
                self.wake(joiner, VALUE)
            else:
                self.wake(joiner, *self.joined(task), undo=("join", None, None))
        end.joiners = ()
        if task.owned:
            self.owner_died(task)
        main = task is self.tasks[0]
        if task.group is None and not main:
            return
        if main and result[0] == "returned" and self.semantics.orphans == "awaited":
            return  # nobody needs to be told
        if self.semantics.notice == "later" or (main and self.semantics.orphans != "abandoned"):
            task.lane = LOOSE
            self.ready.append(task)
        else:
            self.notice(task)

    def notice(self, task: Task) -> None:
        """The end of a child is told to its group, that of main to the shutdown."""
        assert task.end.result is not None
        if task.group is not None:
            self.child_done(task.group, task, task.end.result)
        else:
            self.main_done(task, task.end.result)

    def owner_died(self, task: Task) -> None:
        """A task ended that holds locks (`runtimes.reference.primitives`)."""
        raise NotImplementedError

    def main_done(self, main: Task, result: tuple[str, Any]) -> None:
        """What happens to the others when main is over."""
        self.writes |= ALL
        how = self.semantics.orphans
        alive = [task for task in self.tasks if task.state not in (DONE, UNSPAWNED)]
        if how in ("abandoned", "destroyed"):
            self.over = True
            self.ready.clear()
        elif how == "in_turn":
            if alive:
                first = alive[self.choose("cancel", len(alive)) if len(alive) > 1 else 0]
                first.end.joiners += (main,)
                self.writes |= first.end.bit
                self.cancel_task(first)
        elif how == "cancelled" or result[0] == "failed":
            for task in alive:
                self.cancel_task(task)

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        """A child of a group ended (`runtimes.reference.structure`)."""
        raise NotImplementedError
