"""The reference's named scopes, and tasks that are waited for until they are ready.

A scope has a name when the program cancels it by hand, moves its deadline or asks how it stands; only then does it
cost what is written here. Sources: trio.CancelScope, trio.Nursery.start, asyncio.Timeout.reschedule.
"""

from __future__ import annotations

import math
from typing import Any, Final

from conformance.lang.ops import Ticks
from runtimes.reference.kernel import CLOCK, Fault
from runtimes.reference.nearest import Nearest
from runtimes.reference.objects import (
    DONE,
    ERROR,
    RUNNING,
    START,
    VALUE,
    Group,
    Scope,
    Stateful,
    Task,
)

UNOPENED, OPEN, CLOSED = range(3)
"""Phases of a named scope."""

NO, YES, PERHAPS = range(3)
"""Whether a scope gave its body up. Perhaps: a group left it in which a cancellation may have been."""

WAITED_FOR, READY = 1, 2
"""Phases of a start."""


ANY_NUMBER: Final = "any number"
"""An answer that no document gives, and no run of the reference either (see `Machine.aim`)."""


class NamedScope(Scope):
    """A scope with a name. `by_hand`: cancelled, and not by its deadline."""

    __slots__ = ("by_hand", "caught", "deadline", "phase")
    STATE = ("cancelled", "entered", "by_hand", "caught", "deadline", "phase")

    def __init__(self, kind: str, bit: int) -> None:
        super().__init__(kind, bit)
        self.by_hand = False
        self.caught = NO
        self.deadline: Ticks = math.inf
        self.phase = UNOPENED

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        (
            self.cancelled, self.entered, self.by_hand, self.caught, self.deadline, self.phase,
        ) = saved  # fmt: skip


class Starter(Stateful):
    """A call to start a task that waits until it is ready, and the group of the task as long as it does.

    `interrupted`: the caller was told of a cancellation; it goes on waiting for the task's end. `given`: the program
    has the task's handle.
    """

    __slots__ = ("caller", "given", "group", "interrupted", "phase", "value")
    STATE = ("caller", "given", "interrupted", "phase", "value")

    def __init__(self, bit: int, group: Group) -> None:
        self.bit = bit
        self.group = group
        self.caller: Task | None = None
        self.given = False
        self.interrupted = False
        self.phase = 0
        self.value: Any = None


class NamedScopes(Nearest):
    """Kernel with scopes that have names, and with `start`."""

    # ------------------------------------------------------------ scopes

    def enter_named(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        """Open a scope; its deadline, if any, is that many ticks from now. Raises Fault where those are refused."""
        self.check_deadline(ticks)
        scope.phase = OPEN
        scope.deadline = self.now + ticks
        self.enter_deadline(task, scope, ticks)

    def leave_named(self, task: Task, scope: NamedScope, error: Any, *, fails: bool) -> bool:
        """Leave it: true when it swallows the error. Raises Fault(Timeout)."""
        self.writes |= scope.bit
        scope.phase = CLOSED
        late = self.now >= scope.deadline
        fails = fails and (late or self.semantics.fail_cancelled == "timeout")
        try:
            swallows = self.leave_deadline(task, scope, error, fails=fails)
        except Fault:
            scope.caught = YES
            raise
        if swallows:
            scope.caught = YES
        elif scope.cancelled and error is not None and not self.is_cancelled(error):
            scope.caught = PERHAPS
        return swallows

    def cancel_named(self, task: Task, scope: NamedScope) -> None:
        """Cancel a scope by hand."""
        if scope.cancelled or (scope.phase == CLOSED and not self.level):
            self.reads |= scope.bit
            return
        self.writes |= scope.bit | CLOCK
        scope.by_hand = True
        self.disarm(scope)
        if self.level:
            self.cancel_scope(scope)
        else:
            scope.cancelled = True
            assert scope.owner is not None
            self.edge_cancel(scope.owner)

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        """Let a scope's deadline be that many ticks from now. Raises Fault where it is too late for that."""
        self.writes |= scope.bit | CLOCK
        if scope.cancelled or scope.phase == CLOSED:
            if self.semantics.late_move == "error":
                raise Fault(self.fault("Misuse"))
            scope.deadline = self.now + ticks
            return
        scope.deadline = self.now + ticks
        self.disarm(scope)
        self.arm_deadline(scope, ticks)

    def cancel_called(self, task: Task, scope: NamedScope) -> bool:
        """Whether it was cancelled; a deadline that is due may strike at the question."""
        self.reads |= scope.bit | CLOCK
        due = any(t[1] is scope and t[0] <= self.now for t in self.timers)
        if due and not scope.cancelled and self.choose("timer", 2):
            self.writes |= scope.bit | CLOCK
            self.disarm(scope)
            self.expire(scope)
        return scope.cancelled

    def cancel_pending(self, task: Task) -> bool:
        """Whether the next cancel point would cancel the task; a deadline that is due may have struck, or not yet."""
        self.reads |= task.bit | task.own.bit | CLOCK
        for scope in task.scopes:
            self.reads |= scope.bit
        if self.cancel_due(task):
            return True
        due = any(t[1] in task.scopes and t[0] <= self.now for t in self.timers)
        return due and self.choose("timer", 2) == 1

    def cancelled_caught(self, task: Task, scope: NamedScope) -> bool:
        """Whether it gave its body up."""
        self.reads |= scope.bit
        if scope.caught == PERHAPS:
            return self.choose("cancel", 2) == 1
        return scope.caught == YES

    def cancel_group(self, task: Task, group: Group) -> Any:
        """Cancel all that is in a group; where a cancel waits for its target, so does this."""
        self.writes |= group.bit
        if self.level:
            self.cancel_scope(group.scope)
            return None
        left = group.alive
        for child in left:
            self.writes |= child.bit
            self.cancel_task(child)
        left = tuple(child for child in left if child.state != DONE)
        if not left or not self.semantics.cancel_waits:
            return None
        group.sweepers += (task,)
        return self.block(task, "sweep", group, left)

    # ------------------------------------------------------------ start

    def start(self, task: Task, child: Task, starter: Starter) -> Any:
        """Start a task and wait until it is ready; until then it stands inside the caller's scopes."""
        group = starter.group
        self.writes |= starter.bit | group.bit | child.end.bit | child.bit
        if self.takes_no_child(group):
            raise Fault(self.fault("Misuse"))
        starter.caller, starter.phase = task, WAITED_FOR
        group.starting += 1
        child.group = starter  # type: ignore[assignment]
        child.own.owner = child
        child.scopes = (*task.scopes, child.own) if self.level else (child.own,)
        if self.semantics.start == "eager":
            child.state = RUNNING
            child.wake = (START, None)
            self.advance(child)
            if starter.phase == READY:
                return starter.value
            if child.state == DONE and self.semantics.notice == "at_once":
                assert child.end.result is not None
                code, value = self._ending(starter, child.end.result)
                if code == ERROR:
                    raise Fault(value)
                return value
        else:
            self.make_ready(child, START)
        return self.block(task, "start", starter)

    def tell_ready(self, task: Task, starter: Starter, value: Any) -> None:
        """The running task is ready: it moves into the group, and the caller goes on."""
        self.writes |= starter.bit
        if starter.phase == READY:
            if starter.interrupted and self.choose("cancel", 2):
                return  # documents say nothing of a caller that is gone: anyio on asyncio tells nobody, trio refuses
            raise Fault(self.fault("Misuse"))
        starter.phase, starter.value = READY, value
        if starter.interrupted:
            return
        group, caller = starter.group, starter.caller
        assert caller is not None
        assert group.owner is not None
        self.writes |= group.bit | caller.bit
        task.group = group
        group.alive += (task,)
        group.starting -= 1
        if self.level:
            outer = group.owner.scopes
            self._move(task, outer[: outer.index(group.scope) + 1])
        if caller.waiting is not None:
            self.wake(caller, VALUE, value)

    def _move(self, child: Task, base: tuple[Scope, ...]) -> None:
        """Whoever stands inside the child's own scope stands inside these from now on."""
        scoped = self.level and self.semantics.requests == "scopes"
        for task in self.tasks:
            if child.own in task.scopes:
                self.writes |= task.bit
                if scoped and any(scope.cancelled for scope in task.scopes):
                    task.count = 1  # of what was asked of it out there nobody takes anything back
                task.scopes = (*base, *task.scopes[task.scopes.index(child.own) :])
                if task is not child and self.cancelling:
                    self.cancel_arrives(task)

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        """A child ended: perhaps one that is still waited for, or one that others wait for who cancelled its group."""
        if type(group) is Starter:
            self._start_over(group, result)
            return
        super().child_done(group, task, result)
        for sweeper in group.sweepers:
            waiting = sweeper.waiting
            if waiting is not None and all(child.state == DONE for child in waiting[2]):
                self.wake(sweeper, VALUE)
        group.sweepers = tuple(t for t in group.sweepers if t.waiting is not None)

    def _start_over(self, starter: Starter, result: tuple[str, Any]) -> None:
        """The task ended while its starter waited for it."""
        self.writes |= starter.bit | starter.group.bit
        assert starter.caller is not None
        starter.group.starting -= 1
        self.perhaps_over(starter.group)
        if starter.caller.waiting is not None:  # else it runs: the task ended inside the call
            self.wake(starter.caller, *self._ending(starter, result))

    def _ending(self, starter: Starter, result: tuple[str, Any]) -> tuple[int, Any]:
        """How a start goes on whose task has ended without moving into its group."""
        how, value = result
        failed = how == "failed" and not (self.is_cancelled(value) and not starter.interrupted)
        if starter.interrupted and self.semantics.start_cancelled == "cancelled":
            return ERROR, self.fault("Cancelled")
        if failed:
            return ERROR, value
        if starter.phase == READY:
            return VALUE, starter.value
        return ERROR, self.fault("Misuse")

    def interrupt(self, task: Task) -> None:
        """A blocked task is told; one that starts another waits for that one's end all the same."""
        assert task.waiting is not None
        queue, thing, _ = task.waiting
        if queue != "start":
            super().interrupt(task)
            return
        self.take_cancel(task)
        self.writes |= thing.bit
        first, thing.interrupted = not thing.interrupted, True
        if first and not self.level:
            child = next(t for t in self.tasks if t.group is thing)
            self.cancel_task(child)

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from what it waits for."""
        if queue == "sweep":
            self.writes |= thing.bit
            thing.sweepers = tuple(t for t in thing.sweepers if t is not task)
        else:
            super().forget(task, queue, thing, extra)

    # ------------------------------------------------------------ questions to a handle

    def ask_done(self, task: Task, target: Task) -> bool:
        """Whether it has ended."""
        self.reads |= target.end.bit | target.bit
        return target.state == DONE

    def ask_cancelled(self, task: Task, target: Task) -> bool:
        """Whether it is called cancelled: because it ended so, or because it was asked to."""
        self.reads |= target.end.bit | target.bit | target.own.bit
        if self.semantics.called_cancelled == "asked":
            return target.own.cancelled
        result = target.end.result
        return result is not None and result[0] == "failed" and self.is_cancelled(result[1])

    def ask_cancelling(self, task: Task, target: Task) -> int | str:
        """How many cancellations were asked for and not taken back.

        What a task waits for may have scopes of its own, which may be cancelled: where scopes make the requests, only
        what a task asks of itself is bound.
        """
        self.reads |= target.bit
        if self.semantics.requests == "counted":
            return target.count
        left = target.count or any(scope.cancelled for scope in target.scopes)
        return ANY_NUMBER if left or target is not task else 0
