"""Broken groups."""

from __future__ import annotations

from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.objects import RETRY, Group, Task


@mutant
class ForgetsASibling(Kernel):
    """A group does not wait for the last of its children."""

    def leave_group(self, task: Task, group: Group, error: Any) -> Any:
        group.alive = group.alive[:-1]
        return super().leave_group(task, group, error)


@mutant
class ImpatientGroup(Kernel):
    """A group that fails does not wait for the clean-up of its children."""

    def abort_group(self, group: Group) -> None:
        group.alive = ()
        owner = group.owner
        if owner is not None and owner.waiting is not None and owner.waiting[0] == "group":
            self.wake(owner, RETRY)
        super().abort_group(group)


@mutant
class SparesSiblings(Kernel):
    """When a child fails, the others and the body go on."""

    def abort_group(self, group: Group) -> None:
        return


@mutant
class SparesTheBody(Kernel):
    """When a child fails, the body goes on."""

    def abort_group(self, group: Group) -> None:
        for child in group.alive:
            self.cancel_task(child)


@mutant
class LeakingGroup(Kernel):
    """The failure of a group cancels the task around it for good."""

    def group_over(self, task: Task, group: Group, error: Any) -> bool:
        if group.errors:
            self.cancel_scope(task.own)
        return super().group_over(task, group, error)


@mutant
class GroupLosesCancel(Kernel):
    """A request to cancel a task is forgotten when its group fails in the same round."""

    def group_over(self, task: Task, group: Group, error: Any) -> bool:
        if group.errors:
            self.writes |= task.own.bit | task.bit
            task.own.cancelled = False
        return super().group_over(task, group, error)


@mutant
class DropsSecondError(Kernel):
    """A group keeps only the first error."""

    def grouped(self, errors: tuple[Any, ...]) -> BaseException:
        return super().grouped(errors[:1])


@mutant
class BareGroupErrors(Kernel):
    """A single error comes out of its group bare."""

    def grouped(self, errors: tuple[Any, ...]) -> BaseException:
        bare: BaseException = errors[0]
        return bare if len(errors) == 1 else super().grouped(errors)


@mutant
class DropsGroupError(Kernel):
    """The error of a child goes nowhere."""

    def group_over(self, task: Task, group: Group, error: Any) -> bool:
        group.errors = ()
        return super().group_over(task, group, error)


@mutant
class TouchyGroup(Kernel):
    """A child that is cancelled cancels its siblings."""

    def child_done(self, group: Group, task: Task, result: tuple[str, Any]) -> None:
        if result[0] == "failed" and self.is_cancelled(result[1]):
            self.abort_group(group)
        super().child_done(group, task, result)


@mutant
class HastyGroup(Kernel):
    """Leaving a group without children lets nobody else run."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._yields["group"] = False


@mutant
class InheritsScopes(Kernel):
    """A child of a group belongs to the scopes around the call that spawned it."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if group is not None:
            child.scopes = (*task.scopes, child.own)
        return None


@mutant
class DeadlineSparesChildren(Kernel):
    """What cancels a group as a whole does not reach its children."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if group is not None:
            child.scopes = (child.own,)
        return None

    def interrupt_group(self, task: Task, group: Group) -> None:
        self.take_cancel(task)
        group.interrupted = True


@mutant
class CleanupErrorLost(Kernel):
    """The first error that a child raises after its group was cancelled by hand is lost."""

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        by_hand = isinstance(group, Group) and group.scope.cancelled and not group.aborted
        if by_hand and result[0] == "failed" and not self.is_cancelled(result[1]):
            result = ("returned", None)
        super().child_done(group, task, result)


@mutant
class LatecomerEscapes(Kernel):
    """A child that is spawned into a group which is cancelled already is not cancelled with it."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if group is not None and group.scope.cancelled:
            child.scopes = tuple(scope for scope in child.scopes if scope is not group.scope)
        return None


@mutant
class LatecomerUnawaited(Kernel):
    """A group does not wait for children that are spawned once its body is over."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if group is not None and group.exiting:
            group.alive = tuple(other for other in group.alive if other is not child)
        return None


@mutant
class InnerGroupTakesOuterCancel(Kernel):
    """A group that is cancelled takes the cancellation of what is around it for its own."""

    blind = False

    def cancel_due(self, task: Task) -> bool:
        return not self.blind and super().cancel_due(task)

    def group_over(self, task: Task, group: Group, error: Any) -> bool:
        self.blind = group.scope.cancelled
        try:
            return super().group_over(task, group, error)
        finally:
            self.blind = False
