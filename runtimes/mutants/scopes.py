"""Broken scopes with names: cancelled by hand, moved, asked."""

from __future__ import annotations

from typing import Any

from conformance.lang.ops import Ticks
from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import ERROR, Group, Scope, Task
from runtimes.reference.scopes import CLOSED, YES, NamedScope


@mutant
class ScopeCancelLost(Kernel):
    """A scope that is cancelled by hand goes on as if nothing had been said."""

    def cancel_named(self, task: Task, scope: NamedScope) -> None:
        scope.by_hand = True


@mutant
class ScopeCancelRaises(Kernel):
    """A task that cancels a scope around itself is told within that call."""

    def cancel_named(self, task: Task, scope: NamedScope) -> None:
        super().cancel_named(task, scope)
        self._tell(task)

    def cancel_group(self, task: Task, group: Group) -> Any:
        super().cancel_group(task, group)
        self._tell(task)

    def _tell(self, task: Task) -> None:
        if self.cancel_due(task):
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled"))


@mutant
class ScopeCancelsTask(Kernel):
    """Cancelling a scope cancels the whole task that is in it."""

    def cancel_named(self, task: Task, scope: NamedScope) -> None:
        super().cancel_named(task, scope)
        if scope.owner is not None:
            self.cancel_scope(scope.owner.own)

    def cancel_group(self, task: Task, group: Group) -> Any:
        if group.owner is not None:
            self.cancel_scope(group.owner.own)
        return super().cancel_group(task, group)


@mutant
class RequestsLeftBehind(Kernel):
    """A scope that was cancelled leaves its task with a request to cancel it."""

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        task.count += scope.cancelled
        return super().leave_deadline(task, scope, error, fails=fails)


@mutant
class NamedScopeSwallowsAll(Kernel):
    """A scope inside one that was cancelled by hand takes the cancellation for its own."""

    def _caught(self, task: Task, scope: Scope, error: Any) -> bool:
        by_hand = any(isinstance(outer, NamedScope) and outer.by_hand for outer in task.scopes)
        cancelled = error is not None and self.is_cancelled(error)
        return (by_hand and cancelled) or super()._caught(task, scope, error)


@mutant
class ScopeCancelSnatches(Kernel):
    """A scope that is cancelled takes back that its task's wait is over."""

    def cancel_named(self, task: Task, scope: NamedScope) -> None:
        super().cancel_named(task, scope)
        owner = scope.owner
        if owner is not None and owner.undo is not None and self.cancel_due(owner):
            self.take_cancel(owner)
            owner.undo = None
            owner.wake = (ERROR, self.fault("Cancelled"))


@mutant
class HandCancelNeverFails(Kernel):
    """A deadline that was cancelled by hand does not fail, though its time has come, too."""

    def leave_named(self, task: Task, scope: NamedScope, error: Any, *, fails: bool) -> bool:
        return super().leave_named(task, scope, error, fails=fails and not scope.by_hand)


@mutant
class CalledIsCaught(Kernel):
    """A scope that was cancelled says that it gave its body up, whether or not it did."""

    def cancelled_caught(self, task: Task, scope: NamedScope) -> bool:
        return scope.cancelled


@mutant
class NeverCalled(Kernel):
    """A scope says that it was cancelled only if it was so by hand."""

    def cancel_called(self, task: Task, scope: NamedScope) -> bool:
        return scope.by_hand


@mutant
class CalledByTheClock(Kernel):
    """A scope says that it was cancelled once its time has come, also long after it was left."""

    def cancel_called(self, task: Task, scope: NamedScope) -> bool:
        return super().cancel_called(task, scope) or self.now >= scope.deadline


@mutant
class GroupedCancelLeaks(Kernel):
    """A scope that was cancelled lets its cancellation out when that comes in a group, beside an error."""

    def _raise_rest(self, error: Any) -> None:
        """All of it goes on."""


@mutant
class GroupedCancelIsError(Kernel):
    """A scope that was cancelled does not know its cancellation in a group by itself."""

    def _caught(self, task: Task, scope: Scope, error: Any) -> bool:
        return not isinstance(error, BaseExceptionGroup) and super()._caught(task, scope, error)


@mutant
class PendingThroughShields(Kernel):
    """A cancellation is said to be pending inside a shield that keeps it away."""

    def cancel_pending(self, task: Task) -> bool:
        return any(scope.cancelled for scope in task.scopes)


@mutant
class NeverPending(Kernel):
    """No cancellation is ever said to be pending."""

    def cancel_pending(self, task: Task) -> bool:
        return False


@mutant
class NeverCaught(Kernel):
    """A scope that gave its body up denies it."""

    def cancelled_caught(self, task: Task, scope: NamedScope) -> bool:
        return False


@mutant
class CaughtLikeTheOuter(Kernel):
    """An inner scope says of itself what is true of the outer one."""

    def leave_named(self, task: Task, scope: NamedScope, error: Any, *, fails: bool) -> bool:
        cancelled = error is not None and self.is_cancelled(error)
        swallows = super().leave_named(task, scope, error, fails=fails)
        if cancelled:
            scope.caught = YES
        return swallows


@mutant
class MoveIgnored(Kernel):
    """A deadline that is moved strikes when it would have struck."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        return


@mutant
class MoveAddsUp(Kernel):
    """A deadline is moved from where it was, not from now."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        super().move_deadline(task, scope, scope.deadline - self.now + ticks)


@mutant
class MoveMovesAll(Kernel):
    """Moving an inner deadline moves the outer ones as well."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        for outer in task.scopes if scope in task.scopes else ():
            if isinstance(outer, NamedScope):
                super().move_deadline(task, outer, ticks)


@mutant
class MovesOnlyEarlier(Kernel):
    """A deadline can be moved to an earlier time only."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        if self.now + ticks < scope.deadline:
            super().move_deadline(task, scope, ticks)


@mutant
class MovedStrikesLater(Kernel):
    """A deadline that is moved after its block was left strikes its task."""

    def move_deadline(self, task: Task, scope: NamedScope, ticks: Ticks) -> None:
        super().move_deadline(task, scope, ticks)
        if scope.phase == CLOSED and scope.owner is not None:
            self.arm(self.now + ticks, scope.owner.own)


@mutant
class CancelGroupForgetsOne(Kernel):
    """Cancelling a group does not reach its first child."""

    def cancel_group(self, task: Task, group: Group) -> Any:
        if group.alive:
            spared = group.alive[0]
            spared.scopes = tuple(scope for scope in spared.scopes if scope is not group.scope)
        return super().cancel_group(task, group)


@mutant
class CancelGroupSparesBody(Kernel):
    """Cancelling a group cancels the children; the body goes on."""

    def cancel_group(self, task: Task, group: Group) -> Any:
        for child in group.alive:
            self.cancel_task(child)


@mutant
class ImpatientCancelledGroup(Kernel):
    """A group that was cancelled by hand does not wait for the clean-up of its children."""

    def cancel_group(self, task: Task, group: Group) -> Any:
        super().cancel_group(task, group)
        group.alive = ()


@mutant
class FailureJumpsOut(Kernel):
    """A failure in an inner group cancels the outer group's children at once."""

    def abort_group(self, group: Group) -> None:
        if group.owner is not None:
            for outer in group.owner.scopes:
                if outer.kind == "group" and outer is not group.scope:
                    self._cancel_inside(outer, group.owner)
        super().abort_group(group)

    def _cancel_inside(self, scope: Scope, owner: Task) -> None:
        for task in list(self.tasks):
            if task is not owner and scope in task.scopes:
                self.cancel_task(task)


@mutant
class AskedIsCancelled(Kernel):
    """A task is called cancelled as soon as that was asked for."""

    def ask_cancelled(self, task: Task, target: Task) -> bool:
        return target.own.cancelled


@mutant
class NeverCancelled(Kernel):
    """No task is ever called cancelled."""

    def ask_cancelled(self, task: Task, target: Task) -> bool:
        return False


@mutant
class DoneTooSoon(Kernel):
    """A task that was cancelled is called done while it still cleans up."""

    def ask_done(self, task: Task, target: Task) -> bool:
        return target.own.cancelled or super().ask_done(task, target)
