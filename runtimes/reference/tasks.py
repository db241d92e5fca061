"""The reference's tasks: spawning, joining, ending."""

from __future__ import annotations

from typing import Any

from runtimes.reference.cancellation import Cancellation
from runtimes.reference.kernel import ALL, WAIT, Fault
from runtimes.reference.objects import (
    ASLEEP,
    DONE,
    ERROR,
    LOOSE,
    QUEUED,
    RUNNING,
    START,
    VALUE,
    Scope,
    Task,
)  # fmt: skip


class Tasks(Cancellation):
    """Kernel with tasks.

    outside   the scope around main and whoever is in no group, where there is one
    in_turn   whether groups cancel their children in turn (`runtimes.reference.turns`)
    """

    outside: tuple[Scope, ...] = ()
    in_turn = False

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        """Start a task."""
        child.group = group
        scopes = (*self.outside, child.own)
        if group is not None:
            self.writes |= group.bit
            if self.takes_no_child(group):
                self.refuse(child)
                raise Fault(self.fault("Misuse"))
            group.alive += (child,)
            if self.level:
                around = group.owner.scopes
                scopes = (*around[: around.index(group.scope) + 1], child.own)
        child.own.owner = child
        self.writes |= child.end.bit
        child.scopes = scopes
        if self.semantics.start == "eager":
            self.writes |= child.bit
            child.state = RUNNING
            child.wake = (START, None)
            self.eager.append(child)
            try:
                self.advance(child)
            finally:
                self.eager.pop()
            if child in self.ready and child.state == DONE and self.choose("wake", 2):
                # asyncio's TaskGroup looks whether a task ended in the call that made it
                self.ready.remove(child)
                self.notice(child)
        else:
            self.make_ready(child, START, None, QUEUED if self.fifo else LOOSE)
        return None

    def refuse(self, child: Task) -> None:
        """A task that is not to start at all."""
        raise NotImplementedError

    def takes_no_child(self, group: Any) -> bool:
        """Whether a group takes no more children (`runtimes.reference.structure`)."""
        raise NotImplementedError

    def join(self, task: Task, target: Task) -> Any:
        """Wait for a task's end. Raises what the semantics say.

        Who joins itself with its own cancellation pending may be told of that one: the error would come at the next
        step, and so does the cancellation (asyncio, `Task.__step`).
        """
        if target is task and self.semantics.join_self == "error":
            if self.cancel_due(task) and self.choose("cancel", 2):
                self.take_cancel(task)
                raise Fault(self.fault("Cancelled"))
            self.make_ready(task, ERROR, self.fault("Misuse"))
            task.undo = ("join", None, None)
            return WAIT
        if target.end.result is not None:
            self.reads |= target.end.bit
            if self.semantics.unjoined == "ends":
                self.heard(target)
            if target.end.taken and self.choose("data", 2):
                return None  # who took it has waited since
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
            if self.semantics.join_cancelled == "value":
                return VALUE, "Cancelled"
            wraps = self.semantics.join_cancelled == "error"
        else:
            if self.semantics.join_error == "copied":
                return ERROR, self.copied(value)
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
        if result[0] == "failed" and self.level and task.own.cancelled:
            result = ("failed", self.let_out(task, result[1]))
        task.pending = 0
        task.state = DONE
        task.wake, task.doing = ASLEEP, ""  # what nobody asks any more must not tell states apart
        end = task.end
        self.writes |= end.bit
        end.result = result
        main = task is self.tasks[0]
        alone = task if self.fails_alone(task, result) else None
        unheard = None if end.joiners else alone
        undo = ("join", alone, None)
        for joiner in end.joiners:
            if joiner.state == DONE:
                if joiner not in self.ready:
                    self.ready.append(joiner)  # main, which cancels its orphans in turn
                self.writes |= joiner.bit
            elif not self.wake_waiter(joiner, task, undo):
                code, value = (VALUE, None) if end.taken else self.joined(task)
                self.wake(joiner, code, value, undo)
                end.taken = self.semantics.joiners == "first"
        end.joiners = ()
        if task.owned:
            self.owner_died(task)
        if task.group is None and not main:
            self.unheard(unheard)
            return
        if main and result[0] == "returned" and self.semantics.orphans == "awaited":
            return  # nobody needs to be told
        later = self.semantics.notice == "later" and (main or not self.in_turn)
        if later or (main and self.semantics.orphans != "abandoned"):
            task.lane = LOOSE
            self.ready.append(task)
        else:
            self.notice(task)

    def fails_alone(self, task: Task, result: tuple[str, Any]) -> bool:
        """Whether a task ends by an error that ends the run, unless it is joined."""
        alone = task.group is None and task is not self.tasks[0]
        return alone and result[0] == "failed" and self.semantics.unjoined == "ends"

    def unheard(self, task: Task | None) -> None:
        """A task failed, and nobody waits for it: that ends the run, unless it is joined before that is noticed.

        Whether a cancellation is such an error, too, is left open.
        """
        if task is None:
            return
        assert task.end.result is not None
        self.writes |= task.bit  # it may be the step of another: of who joined it, and gave that up
        if self.is_cancelled(task.end.result[1]) and self.choose("wake", 2):
            return
        if self.semantics.notice == "later":
            task.lane = LOOSE
            self.ready.append(task)
        else:
            self.notice(task)

    def heard(self, task: Task) -> None:
        """A finished task is joined."""
        if task.group is None and task is not self.tasks[0] and task in self.ready:
            self.writes |= task.bit
            self.ready.remove(task)

    def wake_waiter(self, joiner: Task, child: Task, undo: tuple[str, Any, Any]) -> bool:
        """Wake who waits for an end and not for what it is; false for others."""
        if joiner.waiting is None or joiner.waiting[0] != "cancel":
            return False
        self.wake(joiner, VALUE)
        return True

    def let_out(self, task: Task, error: Any) -> Any:
        """The error of a cancelled task without what its own scope keeps (`runtimes.reference.structure`)."""
        raise NotImplementedError

    def notice(self, task: Task) -> None:
        """The end of a child is told to its group, that of main to the shutdown."""
        assert task.end.result is not None
        if task.group is not None:
            self.child_done(task.group, task, task.end.result)
        elif task is self.tasks[0]:
            self.main_done(task, task.end.result)
        else:
            self.ends_all(task.end.result[1])

    def ends_all(self, error: Any) -> None:
        """An error that nobody joined ends the run; whoever is alive is left as when main ends."""
        self.writes |= ALL
        self.over = True
        self.ready.clear()

    def owner_died(self, task: Task) -> None:
        """A task ended that holds locks (`runtimes.reference.primitives`)."""
        raise NotImplementedError

    def main_done(self, main: Task, result: tuple[str, Any]) -> None:
        """What happens to the others when main is over (`runtimes.reference.shutdown`)."""
        raise NotImplementedError

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        """A child of a group ended (`runtimes.reference.structure`)."""
        raise NotImplementedError
