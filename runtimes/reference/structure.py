"""The reference's scopes and groups: shield, deadlines, task groups."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from conformance.lang.ops import Ticks
from runtimes.reference.counts import Counts
from runtimes.reference.kernel import WAIT, Fault
from runtimes.reference.objects import DONE, RETRY, Group, Scope, Task


class Structure(Counts):
    """Kernel with scopes and groups. `serving`: those of servers, by name."""

    serving: Mapping[str, Any] = MappingProxyType({})

    def enter_shield(self, task: Task, scope: Scope) -> None:
        """From here on, cancellation from outside waits."""
        task.scopes += (scope,)
        task.shields += 1

    def leave_shield(self, task: Task, scope: Scope) -> bool:
        """Cancellation may come again; where a shield's end is a cancel point, it comes there."""
        task.scopes = task.scopes[:-1]
        task.shields -= 1
        if self.semantics.cancel_points.get("shield") == "always" and self.cancel_due(task):
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled"))
        return False

    def enter_deadline(self, task: Task, scope: Scope, ticks: Ticks) -> None:
        """Arm a deadline that many ticks from now."""
        scope.owner = task
        scope.entered = task.count
        self.writes |= scope.bit
        task.scopes += (scope,)
        self.arm_deadline(scope, ticks)

    def arm_deadline(self, scope: Scope, ticks: Ticks) -> None:
        """Let a scope's deadline be that many ticks from now."""
        if ticks > 0:
            self.arm(self.now + ticks, scope)
            return
        past = self.semantics.past
        if past == "before" or (past == "either" and self.choose("timer", 2)):
            self.expire(scope)
        else:
            self.arm(self.now, scope)

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        """Leave a deadline's scope: true when it swallows the error. Raises Fault(Timeout)."""
        task.scopes = task.scopes[:-1]
        self.disarm(scope)
        if not self._caught(task, scope, error):
            if error is not None and self.semantics.stray_timeout == "error":
                self._stray(scope, error)
            if error is not None and self.level and scope.cancelled and not self.cancel_due(task):
                self._raise_rest(error)
            return False
        self._tell_outer(task)
        if fails:
            raise Fault(self.fault("Timeout"))
        return True

    def let_out(self, task: Task, error: Any) -> Any:
        """The error of a cancelled task without what its own scope keeps, unless one around it is cancelled, too.

        A handle that looks before that scope is left holds all of it (anyio: `TaskHandle._run_coro`).
        """
        left, inside = self.without_cancelled(error), task.scopes
        task.scopes = inside[: inside.index(task.own)]
        outer = self.cancel_due(task)
        task.scopes = inside
        whole = left is None or outer or (left != error and self.choose("wake", 2) == 1)
        return error if whole else left

    def _raise_rest(self, error: Any) -> None:
        """A cancelled scope lets all but cancellations out of a group (trio: `CancelScope.__exit__`). Raises Fault."""
        left = self.without_cancelled(error)
        if left is not None and left != error:
            raise Fault(left)

    @staticmethod
    def is_timeout(error: Any) -> bool:
        """Whether an error is a Timeout, where errors are their names."""
        return bool(error == "Timeout")

    def _stray(self, scope: Scope, error: Any) -> None:
        """The Timeout of an inner deadline leaves one that has not struck. Raises Fault."""
        if not scope.cancelled and self.is_timeout(error):
            raise Fault(self.fault("UncaughtTimeoutError"))

    def _tell_outer(self, task: Task) -> None:
        """An outer deadline that struck together with the one just left may be told now (curio sets it again)."""
        struck = any(s.kind == "deadline" and s.cancelled for s in task.scopes)
        again = self.semantics.cancel_again == "ignored" and not self.level
        if struck and again and not task.pending and self.choose("cancel", 2):
            task.pending = 1

    def _caught(self, task: Task, scope: Scope, error: Any) -> bool:
        """Whether the error is this scope's own cancellation."""
        if not scope.cancelled:
            return False
        cancelled = error is not None and self.is_cancelled(error)
        if self.level:
            return cancelled and not self.cancel_due(task)
        task.count -= 1
        if (
            task.pending
            and not cancelled
            and task.count <= scope.entered
            and self.choose("cancel", 2) == 0
        ):
            task.pending = (
                0  # the deadline came too late to be told; some runtimes tell it all the same
            )
        if cancelled and task.count > scope.entered and self.semantics.cancel_again == "ignored":
            # Where a deadline is told apart from a cancel, it may have been told first, and the cancel comes after it.
            task.pending = self.choose("cancel", 2)
            return bool(task.pending)
        return cancelled and task.count <= scope.entered

    def expire(self, scope: Scope) -> None:
        """A deadline has come."""
        owner = scope.owner
        assert owner is not None
        self.writes |= owner.bit
        if owner.state == DONE or scope not in owner.scopes:
            return
        if self.level:
            self.cancel_scope(scope)
        else:
            scope.cancelled = True
            self.writes |= scope.bit
            self.edge_cancel(owner)

    # ------------------------------------------------------------ groups

    def enter_group(self, task: Task, group: Group) -> None:
        """Open a group."""
        group.owner = task
        group.opened = True
        group.scope.owner = task
        group.scope.entered = task.count
        self.writes |= group.scope.bit | group.bit
        task.scopes += (group.scope,)

    def takes_no_child(self, group: Group) -> bool:
        """Whether a group takes no more children: it is over, or fails where such a one refuses them.

        Documents tell of a group whose block was left. Between the end of the last child and that, it may be closed
        (trio: `Nursery._check_nursery_closed`; asyncio) or not yet (anyio on asyncio, curio); then it waits for more.
        """
        if self.semantics.late_child == "refused" and (group.errors or group.aborted):
            return True
        if group.over or not group.exiting or group.alive or group.starting:
            return group.over
        return self.choose("wake", 2) == 0

    def leave_group(self, task: Task, group: Group, error: Any) -> Any:
        """The body is over, by an error or not: wait for the children, then end as the semantics say.

        Without children it is left at once, or others run first, who may start some (anyio on asyncio).
        """
        self.writes |= group.bit
        if not group.exiting:
            group.exiting = True
            if error is not None and self.is_cancelled(error):
                group.interrupted = True
            elif error is not None:
                group.errors += (error,)
            if error is not None or group.errors:
                self.abort_group(group)
            stays = group.handed and not (group.alive or group.starting) and self._yields["group"]
            if stays and self.choose("wake", 2):
                self.make_ready(task, RETRY)
                return WAIT
        if group.told:
            group.told = False
            self._interrupted(group)
        if group.alive or group.starting:
            return self.block(task, "group", group)
        return self.group_over(task, group, error)

    def abort_group(self, group: Group) -> None:
        """Cancel every child (and a body that is still at work), once: a late child is left alone."""
        self.writes |= group.bit
        if group.aborted:
            return
        group.aborted = True
        if self.level:
            self.cancel_scope(group.scope)
            return
        for child in group.alive:
            self.writes |= child.bit
            self.cancel_task(child)

    def child_done(self, group: Group, task: Task, result: tuple[str, Any]) -> None:
        """A child ended: its error cancels the others."""
        self.writes |= group.bit
        group.alive = tuple(t for t in group.alive if t is not task)
        owner = group.owner
        assert owner is not None
        collected = self.semantics.groups == "collected"
        if result[0] == "failed" and self.is_cancelled(result[1]):
            group.lost += 1
        if result[0] == "failed" and (collected or not self.is_cancelled(result[1])):
            first = not group.errors and not group.interrupted
            group.errors += (result[1],)
            if first and (group.exiting or not collected):
                self.abort_group(group)
            if first and not group.exiting and not collected and not self.level:
                group.asked = True
                self.edge_cancel(owner)
        self.perhaps_over(group)

    def perhaps_over(self, group: Group) -> None:
        """The owner goes on if it waits for the children and there are none left, nor any being started."""
        owner = group.owner
        assert owner is not None
        if (
            group.exiting
            and not group.alive
            and not group.starting
            and owner.waiting is not None
            and owner.waiting[0] == "group"
        ):
            self.wake(owner, RETRY, undo=("group", group, None) if group.handed else None)

    def interrupt_group(self, task: Task, group: Group) -> None:
        """Cancelled while waiting for the children: cancel them and go on waiting."""
        self.take_cancel(task)
        if not self.level:
            self.writes |= group.bit
            group.told = True
            self.wake(task, RETRY)  # the children hear of it when the task runs
        else:
            self._interrupted(group)

    def _interrupted(self, group: Group) -> None:
        """The children hear of their owner's cancellation, once."""
        if not group.interrupted:
            group.interrupted = True
            self.abort_group(group)

    def group_over(self, task: Task, group: Group, error: Any) -> bool:
        """Body and children are over. True when the error is swallowed. Raises Fault."""
        task.scopes = task.scopes[:-1]
        group.over = True
        own_doing = group.scope.cancelled and not self.cancel_due(task)
        if group.asked:
            task.count -= 1
            own_doing = own_doing or task.count <= group.scope.entered
            if task.pending and self.choose("cancel", 2) == 0:
                task.pending = 0
        errors = group.errors
        if errors and self.level and own_doing:
            errors = tuple(e for e in map(self.without_cancelled, errors) if e is not None)
            if not errors:
                return True  # nothing but cancellations, in groups
        if self.closing is not None and self.semantics.exits == "closes":
            self.let_deadly_out(errors)
        if self.semantics.groups == "propagates" and errors:
            if self.semantics.group_requests == "counted" and not self.level:
                self._told_after(task, group)
            lost = group.lost + group.interrupted
            if (
                self.level and lost and not own_doing
            ):  # trio adds what else was cancelled to the group
                errors += (self.fault("Cancelled"),) * self.choose("cancel", lost + 1)
            raise Fault(self.grouped(errors))
        if group.interrupted and not own_doing:
            raise Fault(self.fault("Cancelled"))
        passes = self.level and group.lost and self._cancels["group"] == "never"
        sure = group.name in self.serving  # no scope of its own keeps what who accepts is told
        if passes and self.cancel_due(task) and (sure or self.choose("cancel", 2) == 0):
            raise Fault(
                self.fault("Cancelled")
            )  # not its own: what a child was told goes on outwards
        return error is not None and self.is_cancelled(error)

    def _told_after(self, task: Task, group: Group) -> None:
        """Requests from outside come after the group's errors, and its own never do.

        One that was swallowed before the group was entered still counts, and may be told again (asyncio: `cancelling`).
        """
        outside = task.count > group.scope.entered
        task.pending = 1 if outside or (task.count > 0 and self.choose("cancel", 2)) else 0

    def detach(self, task: Task, child: Task) -> Any:
        """Start a task and wait for it; a cancelled waiter leaves it at work."""
        self.spawn(task, child)
        if child.state == DONE:
            return self.join(task, child)
        self.writes |= child.end.bit
        child.end.joiners += (task,)
        return self.block(task, "detach", child)
