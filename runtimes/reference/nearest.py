"""The reference's deadlines where only the nearest one of a task is set.

Source: curio 1.6, `trap_set_timeout`, `trap_unset_timeout`, `trap_cancel_task` in kernel.py, `_TimeoutAfter.__aexit__`
in time.py. Entering a block sets the nearer of its deadline and the one that is set; leaving it sets again what was
set before, even if that has struck. One that strikes, or a cancel, leaves none set: a block around is told, or told
again, only after an inner one was left. What was told belongs to the outermost block whose deadline had come.
"""

from __future__ import annotations

from typing import Any

from conformance.lang.ops import Ticks
from conformance.lang.semantics import Semantics
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import DONE, ERROR, Scope, Task
from runtimes.reference.structure import Structure

STRUCK, ASKED = 1, 2
"""What is pending: a deadline, which leaving a block takes back; or a cancel."""


class Nearest(Structure):
    """Kernel with such deadlines, where the semantics say so, a task is told once, and cancelled once.

    The timer is that of a task's own scope. `entered` of a block's scope: its deadline, and the one set before.
    """

    def __init__(self, semantics: Semantics, *, lax: bool = False) -> None:
        super().__init__(semantics, lax=lax)
        once = not self.level and semantics.cancel_again == "ignored"
        self.nearest = once and semantics.deadlines == "nearest"

    def deadline_set(self, task: Task) -> Ticks | None:
        """The one that is."""
        return next((t[0] for t in self.timers if t[1] is task.own), None)

    def enter_deadline(self, task: Task, scope: Scope, ticks: Ticks) -> None:
        """Set the nearer one. Raises Fault where such ticks are refused."""
        self.check_deadline(ticks)
        if not self.nearest:
            super().enter_deadline(task, scope, ticks)
            return
        due, before = self.now + ticks, self.deadline_set(task)
        scope.owner = task
        scope.entered = (due, before)
        self.writes |= scope.bit
        task.scopes += (scope,)
        if before is None or due < before:
            self.disarm(task.own)
            self.arm(due, task.own)

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        """Set what was set before; true when the block swallows the error. Raises Fault."""
        if not self.nearest:
            return super().leave_deadline(task, scope, error, fails=fails)
        task.scopes = task.scopes[:-1]
        _, before = scope.entered
        self.disarm(task.own)
        if before is not None:
            self.arm(before, task.own)
        if task.pending == STRUCK and not self.stays_pending(task, before):
            task.pending = 0
        if error is not None and self.semantics.stray_timeout == "error" and self.is_timeout(error):
            raise Fault(self.fault("UncaughtTimeoutError"))
        if error is None or not self.is_cancelled(error) or not self.struck_by(task, scope):
            return False
        if fails:
            raise Fault(self.fault("Timeout"))
        return True

    def stays_pending(self, task: Task, before: Ticks | None) -> bool:
        """Whether a deadline that nobody was told of is pending still, the block being left.

        It is where the one before is past; one that is due now, and on a real clock any, may or may not be. And where
        that of a block around has struck, and is not set again: curio forgets it (docs/findings/103).
        """
        if before is None:
            return any(s.cancelled for s in task.scopes if s is not task.own)
        if before > self.now and not self.lax:
            return False
        past = before < self.now and not self.lax
        return past or self.choose("timer", 2) == 1

    def struck_by(self, task: Task, scope: Scope) -> bool:
        """Whether the cancellation that leaves a block, of which the task is out, was told for its deadline.

        Whoever was cancelled as well may have been told of that; and a block around, if its deadline is later, may
        have been told since.
        """
        if not scope.cancelled:
            return False
        around = [s.entered[0] for s in task.scopes if s.cancelled and s is not task.own]
        if any(due <= scope.entered[0] for due in around):
            return False
        if around and self.choose("cancel", 2):
            return False
        return not task.own.cancelled or self.choose("cancel", 2) == 0

    def expire(self, scope: Scope) -> None:
        """The deadline that was set has come, and with it all that are not after it."""
        owner = scope.owner
        assert owner is not None
        if not self.nearest or scope is not owner.own:
            super().expire(scope)
            return
        self.writes |= owner.bit
        if owner.state == DONE:
            return
        for block in owner.scopes:
            if type(block.entered) is tuple and block.entered[0] <= self.now:
                block.cancelled = True
                self.writes |= block.bit
        before, count = owner.pending, owner.count
        self.edge_cancel(owner)
        owner.count = count
        if before and owner.pending:
            owner.pending = before

    def cancel_task(self, target: Task) -> bool:
        """A cancel leaves no deadline set, and is never taken back."""
        fresh = not target.own.cancelled
        able = super().cancel_task(target)
        if self.nearest and fresh and target.pending:
            target.pending = ASKED
        return able

    def drop_deadlines(self, target: Task) -> None:
        """The deadline that is set is set no more; those around come again as blocks are left."""
        if not self.nearest:
            super().drop_deadlines(target)
        elif self.deadline_set(target) is not None:
            self.disarm(target.own)
            self.writes |= target.bit

    def race(self, task: Task) -> None:
        """What comes when a task is being told of another is told at its next cancel point."""
        told = task.wake[0] == ERROR and self.is_cancelled(task.wake[1])
        if not (told and self.nearest):
            super().race(task)
