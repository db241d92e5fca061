"""The reference's groups that cancel their children in turn, each awaited before the next.

Source: `curio.TaskGroup`, the only one that we know of. Where the body fails, the exit cancels all children together,
then waits for one after the other (`cancel_remaining`). Otherwise it waits until a child fails, or all are over, or it
is told of a cancellation itself; then it takes those that are left one by one, cancels each and waits for its end
(`join`). Told of a cancellation (another one) while it waits for whom it has cancelled, it leaves the group at once:
who is not cancelled yet never is, and nobody is waited for. A child leaves the group when somebody joins it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from conformance.lang.semantics import Semantics
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import DONE, RETRY, Group, Task
from runtimes.reference.scopes import NamedScopes

WAITING, SWEEPING, TURNING, LEFT = range(4)
"""Phases of a group: its body, and the wait for who ends by himself; for all, cancelled together; for one after the
other; not at all."""

TURN, TURN_SWEEP = "turn", "turn-sweep"
"""The queues of the group's owner, and of whoever else cancels all: both wait for one task's end."""


class TurnGroup(Group):
    """A task group that cancels in turn.

    alive     children that have not ended, and that the exit has not taken to cancel them
    failed    children that ended by an error, or cancelled, of which neither the exit nor who joins them knows yet
    left      whom the exit has cancelled together and not seen the end of; if it waits, it is for the first
    sweeps    the same of others that cancel all: ((task, left), …)
    """

    __slots__ = ("failed", "left", "phase", "sweeps")
    STATE: ClassVar[tuple[str, ...]] = (
        "alive", "exiting", "failed", "interrupted", "left", "opened", "over", "phase",
        "starting", "sweeps",
    )  # fmt: skip

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.failed: tuple[Task, ...] = ()
        self.left: tuple[Task, ...] = ()
        self.phase = WAITING
        self.sweeps: tuple[tuple[Task, tuple[Task, ...]], ...] = ()


class Turns(NamedScopes):
    """Kernel with such groups, where the semantics say so of groups that collect errors, under edge cancellation."""

    group_type: Callable[..., Group] = Group

    def __init__(self, semantics: Semantics, *, lax: bool = False) -> None:
        super().__init__(semantics, lax=lax)
        collected = semantics.groups == "collected" and not self.level
        self.in_turn = collected and semantics.children == "in_turn"
        if self.in_turn:
            self.group_type = TurnGroup

    def leave_group(self, task: Task, group: Group, error: Any) -> Any:
        """The body is over, by an error or not."""
        if type(group) is not TurnGroup:
            return super().leave_group(task, group, error)
        self.writes |= group.bit
        if not group.exiting:
            group.exiting = True
            if error is not None:
                group.phase, group.left = SWEEPING, self.cancel_all(group)
        if group.phase == SWEEPING:
            group.left = self.next_end(group.left)
            if group.left:
                return self.await_end(task, group.left[0], TURN, group)
            group.phase = WAITING  # for whoever has come into it meanwhile
        if group.phase == WAITING and group.alive and not group.failed:
            return self.block(task, "group", group)
        if group.phase != LEFT and group.alive:
            group.phase = TURNING
            child = group.alive[self.pick(len(group.alive))]
            group.alive = tuple(t for t in group.alive if t is not child)
            self.writes |= child.bit
            self.cancel_task(child)
            return self.await_end(task, child, TURN, group)
        return self.turn_group_over(task, group)

    def turn_group_over(self, task: Task, group: TurnGroup) -> bool:
        """The group is left, by the error of its body if there is one. Raises Fault(Cancelled)."""
        task.scopes = task.scopes[:-1]
        told = group.interrupted
        group.over = not told  # who was told of a cancellation has not closed it
        group.phase, group.failed, group.interrupted = LEFT, (), False
        if told:
            raise Fault(self.fault("Cancelled"))
        return False

    def cancel_all(self, group: TurnGroup) -> tuple[Task, ...]:
        """Cancel all children together; who they are."""
        for child in group.alive:
            self.writes |= child.bit
            self.cancel_task(child)
        return group.alive

    def next_end(self, left: tuple[Task, ...]) -> tuple[Task, ...]:
        """Look at one after the other, in any order, up to one that has not ended, which is put first."""
        known = self.retrying  # for whom it has waited
        while left:
            if not known:
                at = self.pick(len(left))
                left = (left[at], *left[:at], *left[at + 1 :])
            known = False
            self.reads |= left[0].end.bit
            if left[0].state != DONE:
                return left
            self.take_out(left[0])
            left = left[1:]
        return left

    def pick(self, number: int) -> int:
        """One of that many: curio keeps a group's tasks in a set."""
        return self.choose("cancel", number) if number > 1 else 0

    def await_end(self, task: Task, child: Task, queue: str, group: TurnGroup) -> Any:
        """Wait for a child's end, and for nothing else."""
        self.writes |= child.end.bit
        child.end.joiners += (task,)
        return self.block(task, queue, child, group)

    def cancel_group(self, task: Task, group: Group) -> Any:
        """Cancel all children together, wait for one after the other; each then leaves the group."""
        if type(group) is not TurnGroup:
            return super().cancel_group(task, group)
        self.writes |= group.bit
        if self.retrying:
            left = next(left for sweeper, left in group.sweeps if sweeper is task)
            group.sweeps = tuple(s for s in group.sweeps if s[0] is not task)
        else:
            left = self.cancel_all(group)
        left = self.next_end(left)
        if not left:
            return None
        group.sweeps += ((task, left),)
        return self.await_end(task, left[0], TURN_SWEEP, group)

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        """A child ended: the exit looks at it once its owner runs."""
        if type(group) is not TurnGroup:
            super().child_done(group, task, result)
            return
        self.writes |= group.bit
        group.alive = tuple(t for t in group.alive if t is not task)
        if group.phase in (WAITING, SWEEPING) and result[0] == "failed":
            group.failed += (task,)
        owner = group.owner
        if owner is not None and owner.waiting is not None and owner.waiting[1] is group:
            self.wake(owner, RETRY)

    def join(self, task: Task, target: Task) -> Any:
        """As ever; whoever is joined leaves its group."""
        if self.in_turn and target.end.result is not None:
            self.take_out(target)
        return super().join(task, target)

    def take_out(self, child: Task) -> None:
        """Somebody else has seen the child's end: how it ended is no concern of its group any more."""
        group = child.group
        if type(group) is TurnGroup and child in group.failed:
            self.writes |= group.bit
            group.failed = tuple(t for t in group.failed if t is not child)

    def wake_waiter(self, joiner: Task, child: Task, undo: tuple[str, Any, Any]) -> bool:
        """As ever; and who looks again at the end that it waited for."""
        queue = joiner.waiting[0] if self.in_turn and joiner.waiting is not None else ""
        if queue in (TURN, TURN_SWEEP):
            self.wake(joiner, RETRY)
        elif queue == "join" and type(child.group) is TurnGroup:
            self.wake(joiner, RETRY, undo=undo)
        else:
            return super().wake_waiter(joiner, child, undo)
        return True

    def interrupt(self, task: Task) -> None:
        """A blocked task is told; at a group's exit it goes on there."""
        assert task.waiting is not None
        queue, thing, group = task.waiting
        if queue != TURN:
            super().interrupt(task)
            return
        self.forget(task, queue, thing, group)
        self.take_cancel(task)
        self.writes |= group.bit
        group.phase, group.interrupted = LEFT, True
        self.wake(task, RETRY)

    def interrupt_group(self, task: Task, group: Group) -> None:
        """Told while nobody is cancelled yet: the exit cancels them in turn."""
        if type(group) is not TurnGroup:
            super().interrupt_group(task, group)
            return
        self.take_cancel(task)
        self.writes |= group.bit
        group.phase, group.interrupted = TURNING, True
        self.wake(task, RETRY)

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from what it waits for."""
        super().forget(task, queue, thing, extra)
        if queue == TURN_SWEEP:
            self.writes |= extra.bit
            extra.sweeps = tuple(s for s in extra.sweeps if s[0] is not task)
