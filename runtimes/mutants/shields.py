"""Broken shields."""

from __future__ import annotations

from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import Scope, Task


@mutant
class LeakingShield(Kernel):
    """A shield does not shield."""

    def enter_shield(self, task: Task, scope: Scope) -> None:
        scope.shield = False
        super().enter_shield(task, scope)


@mutant
class ShieldForgetsCancel(Kernel):
    """A cancel that a shield has held off is forgotten when the shield is left."""

    def leave_shield(self, task: Task, scope: Scope) -> bool:
        for outer in task.scopes:
            outer.cancelled = False
        return super().leave_shield(task, scope)


@mutant
class ShieldExitRaises(Kernel):
    """Leaving a shield raises the cancel that it held off."""

    def leave_shield(self, task: Task, scope: Scope) -> bool:
        super().leave_shield(task, scope)
        if self.cancelling and self.cancel_due(task):
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled"))
        return False


@mutant
class DeafUnderShield(Kernel):
    """A deadline inside a shield does not strike."""

    def expire(self, scope: Scope) -> None:
        owner = scope.owner
        if owner is None or not any(outer.shield for outer in owner.scopes):
            super().expire(scope)


@mutant
class ShieldInherited(Kernel):
    """A task that is spawned from inside a shield is itself shielded from what is around it."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if task.shields:
            shield = Scope("shield", 0, shield=True)
            child.scopes = (*child.scopes[:-1], shield, child.own)
        return None


@mutant
class InnerShieldEndsOuter(Kernel):
    """Leaving a shield ends the shields around it."""

    def leave_shield(self, task: Task, scope: Scope) -> bool:
        swallows = super().leave_shield(task, scope)
        for outer in task.scopes:
            outer.shield = False
        return swallows
