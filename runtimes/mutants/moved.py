"""Deadlines that are moved, and clocks: where time is counted from."""

from __future__ import annotations

from typing import Any

from conformance.lang.ops import Ticks
from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.objects import Scope, Task
from runtimes.reference.scopes import CLOSED, NamedScope


@mutant
class MoveTakesBackStrike(Kernel):
    """A deadline that has struck is taken back by moving it, while its body cleans up."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        if scope.cancelled and not scope.by_hand and scope.phase != CLOSED and ticks > 0:
            scope.cancelled = False
        super().move_deadline(task, scope, ticks)


@mutant
class ForeignMoveKeepsTimer(Kernel):
    """A deadline that another task moves strikes at the old time, too."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        old = tuple(timer for timer in self.timers if timer[1] is scope)
        super().move_deadline(task, scope, ticks)
        if task is not scope.owner and not scope.cancelled and scope.phase != CLOSED:
            self.timers += old


@mutant
class OuterMoveUnseenInside(Kernel):
    """A deadline cannot be moved while its task is inside a further one that is armed."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        scopes = scope.owner.scopes if scope.owner is not None else ()
        inside = scopes[scopes.index(scope) + 1 :] if scope in scopes else ()
        if not any(timer[1] is inner for timer in self.timers for inner in inside):
            super().move_deadline(task, scope, ticks)


@mutant
class StaleClockAfterBlock(Kernel):
    """What is timed after the loop was held up, in the same step, counts from before that."""

    held: Ticks = 0

    def advance(self, task: Task) -> None:
        self.held = 0
        super().advance(task)

    def hold(self, task: Task, ticks: Ticks) -> None:
        super().hold(task, ticks)
        self.held += ticks

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        if not self.held or not ticks > 0:
            return super().sleep(task, ticks)
        self.arm(self.now + max(ticks - self.held, 0), task)
        return self.block(task, "sleep", None)

    def arm_deadline(self, scope: Scope, ticks: Ticks) -> None:
        if not self.held or not ticks > 0:
            super().arm_deadline(scope, ticks)
            return
        early = min(self.held, ticks)
        if isinstance(scope, NamedScope):
            scope.deadline -= early
        self.arm(self.now + ticks - early, scope)
