"""Groups that are handed on: children that another task than the group's owner starts in them."""

from __future__ import annotations

from contextvars import Context, copy_context
from typing import Any

from conformance.adapter.core import Body, Handle
from runtimes.mutants.base import Kernel, Mutant, mutant
from runtimes.reference.adapter_scopes import InContext
from runtimes.reference.executor import Ask
from runtimes.reference.kernel import WAIT
from runtimes.reference.objects import READY, VALUE, Group, Task


@mutant
class ClosedGroupStarts(Kernel):
    """A group that was left still starts a child, which nobody waits for."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        gone = group is not None and group.over
        return super().spawn(task, child, None if gone else group)


@mutant
class EmptyExitMissesChild(Kernel):
    """A group without children lets others run before it is left, and does not wait for whom they start in it."""

    def leave_group(self, task: Task, group: Group, error: Any) -> Any:
        empty = not group.exiting and not group.alive and error is None
        if not empty or self.cancel_due(task) or not self._yields["group"]:
            return super().leave_group(task, group, error)
        group.exiting = True
        self.writes |= group.bit
        task.scopes = task.scopes[:-1]
        self.make_ready(task, VALUE, False)  # noqa: FBT003 - it swallows no error
        return WAIT

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        left = group is not None and group.exiting and group.scope not in group.owner.scopes
        if left:
            group.over = group.owner.state != READY or group.owner.doing != "group"
        return super().spawn(task, child, None if left and not group.over else group)


@mutant
class NewcomerInStartersScopes(Kernel):
    """A child that another task starts in a group belongs to that one's scopes."""

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        super().spawn(task, child, group)
        if group is not None and group.owner is not task:
            child.scopes = (*task.scopes, child.own)
        return None


@mutant
class NewcomersErrorLost(Kernel):
    """The error of a child that another task started in a group goes nowhere."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.newcomers: set[Task] = set()

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        if group is not None and group.owner is not task:
            self.newcomers.add(child)
        return super().spawn(task, child, group)

    def child_done(self, group: Group, task: Task, result: tuple[str, Any]) -> None:
        lost = task in self.newcomers and result[0] == "failed"
        super().child_done(group, task, ("returned", None) if lost else result)


@mutant
class SpawnTakesOwnersContext(Mutant):
    """A child that another task spawns into a group gets the context variables of the group's owner."""

    def forget_run(self) -> None:
        super().forget_run()
        self.opened: dict[Any, Context] = {}

    def group(self) -> Any:
        made: Any = super().group()
        enter = made.enter

        def entering() -> Any:
            group = enter()
            self.opened[group] = copy_context()
            return group

        made.enter = entering
        return made

    async def spawn(self, body: Body, name: str, group: Handle | None) -> Task:
        if group is None or group.owner is self.current():
            return await super().spawn(body, name, group)
        task = self.new_task(body, name)
        if isinstance(task.body, InContext):
            task.body.context = self.opened[group].copy()
        await Ask("spawn", self.executor.spawn, task, group)
        return task
