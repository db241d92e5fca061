"""The reference's rules: tasks, the ready queue, cancellation, time, and the one door for every decision.

The kernel knows nothing of how a task's body is held. `Machine` drives bodies that are frames (for the oracle:
they can be copied), `Executor` drives coroutines (for real runs); both tell the kernel which op a task asks
for, and the kernel says: done, blocked, or fails. What it may do is set by a `Semantics`.

`choose(kind, n)` is the one door: kinds `run` (which task), `timer` (which due timer), `cancel` (does the cancel
win), `data` (how many bytes) and `io`. Index 0 is what a plain FIFO loop would do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.lang.ops import OPS, Ticks
from conformance.lang.semantics import Semantics
from runtimes.reference.objects import (
    BLOCKED, CHECK, DONE, ERROR, LOOSE, QUEUED, READY, RETRY, RUNNING, SKIP, START, TIMED, UNSPAWNED, VALUE,
    Scope, Task,
)  # fmt: skip

HORIZON = 100_000
"""Ticks after which a run counts as deadlocked."""

WAIT: Any = object()
"""What an op returns when the task is blocked."""

CLOCK = 1
"""The footprint bit of the clock and of anything global."""
LANE = 2
"""The footprint bit of the order in the ready queue."""
EVERYTHING = -1


SCOPE = "scope"
"""The kind of entering and leaving a scope, which is no schedule point and no cancel point."""
_SOCKETS = frozenset({"connect", "accept", "tcp-read", "tcp-write", "io"})
"""What sockets wake for: whether a loop has seen it before a cancellation comes is nobody's promise."""
_KINDS = tuple(OPS)
_OURS = (SCOPE, "log", "block")
"""What the interpreter does by itself: never a schedule point nor a cancel point."""


class Fault(Exception):
    """An op fails with this error (`args[0]`)."""


class Kernel:
    """State and rules of one run. Subclasses hold the bodies: `advance`, `fault`, `is_cancelled`, `grouped`."""

    choose: Callable[[str, int], int]

    def __init__(self, semantics: Semantics, *, lax: bool = False) -> None:
        self.semantics = semantics
        self.lax = lax
        self.fifo = semantics.order == "fifo"
        self.level = semantics.cancellation == "level"
        self.timed_lane = TIMED if semantics.ties == "fifo" else LOOSE
        self.now: Ticks = 0
        self.ready: Any = []
        self.timers: tuple[tuple[Ticks, Any], ...] = ()
        self.tasks: list[Task] = []
        self.cancelling = False
        self.over = False
        self.reads = 0
        self.writes = 0
        self._yields = {kind: semantics.schedule_point(kind) in ("always", "unspecified") for kind in _KINDS}
        self._cancels: dict[str, str] = {kind: semantics.cancel_point(kind) for kind in _KINDS}
        for kind in _OURS:
            self._yields[kind], self._cancels[kind] = False, "never"

    # ------------------------------------------------------------ what a subclass gives

    def advance(self, task: Task) -> None:
        """Let the task's body go on (`task.wake` says how) up to its next pause."""
        raise NotImplementedError

    def fault(self, name: str) -> Any:
        """The error of that normalised name."""
        raise NotImplementedError

    def is_cancelled(self, error: Any) -> bool:
        """Whether the error is a cancellation."""
        raise NotImplementedError

    def grouped(self, errors: tuple[Any, ...]) -> Any:
        """An exception group."""
        raise NotImplementedError

    def wrapped(self, error: Any) -> Any:
        """The error that a join raises for another task's error, where that is wrapped."""
        raise NotImplementedError

    # ------------------------------------------------------------ the ready queue

    def options(self) -> list[Task | None]:
        """Who may go on now; None stands for time: a due timer, or the next one."""
        ready = self.ready
        found: list[Task | None]
        if not self.fifo:
            found = list(ready)
        else:
            found, seen = [], 0
            for task in ready:
                lane = task.lane
                if lane == LOOSE:
                    found.append(task)
                elif not seen & (1 << lane):
                    seen |= 1 << lane
                    found.append(task)
        if self.timers and not self.over:
            first = min(timer[0] for timer in self.timers)
            if first <= self.now if found and not self.lax else first < HORIZON:
                found.append(None)
        return found

    def make_ready(self, task: Task, code: int, value: Any = None, lane: int = LOOSE) -> None:
        """The task can go on."""
        task.state = READY
        task.wake = (code, value)
        task.lane = lane
        self.ready.append(task)
        self.writes |= task.bit | (LANE if lane else 0)

    def step(self, task: Task | None) -> None:
        """Let one option happen."""
        self.reads = self.writes = 0
        if task is None:
            self.fire_timers()
            return
        self.ready.remove(task)
        self.writes |= task.bit
        if task.state == DONE:
            self.notice(task)
            return
        task.state = RUNNING
        if task.undo is not None:
            if task.undo[0] == "lingering-send":
                self.undo(task, *task.undo)
            task.undo = None
        self.advance(task)

    # ------------------------------------------------------------ ops

    def request(self, task: Task, kind: str, call: Callable[..., Any], *args: Any) -> Any:
        """Perform an op: its value, or WAIT when the task must pause. Raises Fault."""
        due = (self.cancelling or task.pending) and self.cancel_due(task)
        if due:
            point = self._cancels[kind]
            if point == "always" or (point == "unspecified" and self.choose("cancel", 2)):
                self.take_cancel(task)
                raise Fault(self.fault("Cancelled"))
        task.doing = kind
        value = call(task, *args)
        if value is WAIT:
            if task.state == BLOCKED and (task.pending or self.cancelling) and self._cancels[kind] != "never":
                if self.cancel_due(task):
                    self.interrupt(task)
        elif self._yields[kind]:
            self.make_ready(task, VALUE, value)
            return WAIT
        return value

    def retry(self, task: Task, kind: str, call: Callable[..., Any], *args: Any) -> Any:
        """Try an op again after a wake-up that promised nothing: no yield, no cancel before it."""
        value = call(task, *args)
        if value is WAIT and task.state == BLOCKED and task.pending and self.cancel_due(task):
            self.interrupt(task)
        return value

    def block(self, task: Task, queue: str, thing: Any, extra: Any = None) -> Any:
        """The task waits for something."""
        task.state = BLOCKED
        task.waiting = (queue, thing, extra)
        return WAIT

    def wake(self, task: Task, code: int, value: Any = None, undo: tuple[str, Any, Any] | None = None) -> None:
        """What a blocked task waited for has come."""
        task.waiting = None
        task.undo = undo
        self.make_ready(task, code, value)

    def checkpoint(self, task: Task) -> Any:
        """Let others run, then take a pending cancellation."""
        self.make_ready(task, CHECK, None, QUEUED if self.fifo else LOOSE)
        return WAIT

    def spawn(self, task: Task, child: Task, group: Any = None) -> Any:
        """Start a task."""
        child.group = group
        base = ()
        if group is not None and group.errors and self.semantics.late_child == "refused":
            self.refuse(child)
            self.writes |= group.bit
            raise Fault(self.fault("Misuse"))
        if group is not None:
            self.writes |= group.bit
            group.alive += (child,)
            base = group.owner.scopes[: group.owner.scopes.index(group.scope) + 1] if self.level else ()
        child.own.owner = child
        self.writes |= child.end.bit
        child.scopes = (*base, child.own)
        if self.semantics.start == "eager":
            self.writes |= child.bit
            child.state = RUNNING
            child.wake = (START, None)
            self.advance(child)
        else:
            self.make_ready(child, START, None, QUEUED if self.fifo else LOOSE)
        return None

    def refuse(self, child: Task) -> None:
        """A task that is not to start at all."""
        raise NotImplementedError

    def join(self, task: Task, target: Task) -> Any:
        """Wait for a task's end. Raises what the semantics say."""
        if target is task and self.semantics.join_self == "error":
            self.make_ready(task, ERROR, self.fault("Misuse"))
            task.undo = ("join", None, None)
            return WAIT
        if target.end.result is not None:
            self.reads |= target.end.bit
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
            wraps = self.semantics.join_cancelled == "error"
        else:
            wraps = self.semantics.join_error == "wrapped"
        return ERROR, self.wrapped(value) if wraps else value

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        """A task's body is over."""
        if task.pending and result[0] == "returned" and self.semantics.cancel_at_return == "cancelled":
            result = ("failed", self.fault("Cancelled"))
        task.pending = False
        task.state = DONE
        end = task.end
        self.writes |= end.bit
        end.result = result
        for joiner in end.joiners:
            if joiner.state == DONE:
                self.ready.append(joiner)  # main, which cancels its orphans in turn
                self.writes |= joiner.bit
            elif joiner.waiting is not None and joiner.waiting[0] == "cancel":
                self.wake(joiner, VALUE)
            else:
                self.wake(joiner, *self.joined(task), undo=("join", None, None))
        end.joiners = ()
        if task.owned:
            self.owner_died(task)
        main = task is self.tasks[0]
        if task.group is None and not main:
            return
        if main and result[0] == "returned" and self.semantics.orphans == "awaited":
            return  # nobody needs to be told
        if self.semantics.notice == "later" or (main and self.semantics.orphans != "abandoned"):
            task.lane = LOOSE
            self.ready.append(task)
        else:
            self.notice(task)

    def notice(self, task: Task) -> None:
        """The end of a child is told to its group, that of main to the shutdown."""
        assert task.end.result is not None
        if task.group is not None:
            self.child_done(task.group, task, task.end.result)
        else:
            self.main_done(task, task.end.result)

    def owner_died(self, task: Task) -> None:
        """A task ended that holds locks (they are in `runtimes.reference.primitives`)."""
        raise NotImplementedError

    def main_done(self, main: Task, result: tuple[str, Any]) -> None:
        """What happens to the others when main is over."""
        self.writes = EVERYTHING
        how = self.semantics.orphans
        alive = [task for task in self.tasks if task.state not in (DONE, UNSPAWNED)]
        if how == "abandoned":
            self.over = True
            self.ready.clear()
        elif how == "in_turn":
            if alive:
                first = alive[self.choose("cancel", len(alive)) if len(alive) > 1 else 0]
                first.end.joiners += (main,)
                self.cancel_task(first)
        elif how == "cancelled" or result[0] == "failed":
            for task in alive:
                self.cancel_task(task)

    def child_done(self, group: Any, task: Task, result: tuple[str, Any]) -> None:
        """A child of a group ended (groups are in `runtimes.reference.groups`)."""
        raise NotImplementedError

    # ------------------------------------------------------------ cancellation

    def cancel(self, task: Task, target: Task) -> Any:
        """Request a cancellation; waits for the target's end where the semantics say so."""
        self.reads |= target.bit
        if target.state == UNSPAWNED:
            raise Fault(self.fault("Unopened"))
        if target.state == DONE:
            return None
        if not self.cancel_task(target):
            raise Fault(self.fault("RecursionError"))
        if self.semantics.cancel_waits and target.state != DONE:
            self.writes |= target.end.bit
            target.end.joiners += (task,)
            return self.block(task, "cancel", target)
        return None

    def cancel_task(self, target: Task) -> bool:
        """Cancel a task as a whole; false when that is impossible (see `edge_cancel`)."""
        if target.state == READY and target.wake[0] == START and self.semantics.cancel_before_start == "skips":
            self.writes |= target.bit
            target.wake = (SKIP, None)
            return True
        if self.level:
            self.cancel_scope(target.own)
            return True
        if self.semantics.cancel_again == "ignored":
            if target.own.cancelled:
                return True
            target.own.cancelled = True
            self.writes |= target.own.bit
        return self.edge_cancel(target)

    def cancel_due(self, task: Task) -> bool:
        """Whether the next cancel point of this task must take a cancellation."""
        if not self.level:
            return task.pending and not task.shields
        for scope in reversed(task.scopes):
            if scope.cancelled:
                return True
            if scope.shield:
                return False
        return False

    def told_after_checkpoint(self, task: Task) -> bool:
        """Whether a checkpoint that has let others run ends by telling the task of its cancellation.

        Where a completion wins over a cancel, an edge stays pending until the task enters its next cancel point.
        """
        if not self.cancel_due(task):
            return False
        race = self.semantics.race
        return self.level or race == "cancel" or (race == "either" and self.choose("cancel", 2) == 1)

    def take_cancel(self, task: Task) -> None:
        """The task is being told."""
        task.pending = False

    def cancel_scope(self, scope: Scope) -> None:
        """Level cancellation: from now on, everything inside is cancelled."""
        if scope.cancelled:
            self.reads |= scope.bit
            return
        scope.cancelled = True
        self.cancelling = True
        self.writes |= scope.bit
        for task in self.tasks:
            if scope in task.scopes:
                self.writes |= task.bit
                self.cancel_arrives(task)

    def edge_cancel(self, task: Task, through: tuple[Task, ...] = ()) -> bool:
        """Edge cancellation: the task is told once. Where a join propagates, the joined task is told instead.

        False when tasks join one another in a circle, so that nobody can be told (asyncio: RecursionError).
        """
        self.writes |= task.bit
        task.count += 1
        waiting = task.waiting
        if task.state == BLOCKED and waiting is not None and waiting[0] == "join" and not task.shields:
            if self.semantics.cancel_joiner == "propagates":
                return waiting[1] not in (task, *through) and self.edge_cancel(waiting[1], (task, *through))
        task.pending = True
        self.cancel_arrives(task)
        return True

    def cancel_arrives(self, task: Task) -> None:
        """A cancellation reaches a task that may be blocked, or just woken."""
        if task.state == BLOCKED:
            if self.cancel_due(task) and self._cancels[task.doing] != "never":
                self.interrupt(task)
        elif task.state == READY and task.wake[0] in (VALUE, RETRY, ERROR) and self.cancel_due(task):
            self.race(task)

    def race(self, task: Task) -> None:
        """The task was woken, or yields, and has not gone on yet: does the cancellation win?"""
        if task.wake[0] == ERROR and self.is_cancelled(task.wake[1]):
            self.take_cancel(task)
            return
        if task.undo is None:
            return
        race = "either" if task.undo[0] in _SOCKETS else self.semantics.race
        if race == "cancel" or (race == "either" and self.choose("cancel", 2)):
            undo, task.undo = task.undo, None
            self.take_cancel(task)
            task.wake = (ERROR, self.fault("Cancelled"))
            self.undo(task, *undo)

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """Take back what a wake-up had given (the primitives know how)."""
        raise NotImplementedError

    def interrupt(self, task: Task) -> None:
        """A blocked task is told of its cancellation."""
        assert task.waiting is not None
        queue, thing, extra = task.waiting
        if queue == "group":
            self.interrupt_group(task, thing)
            return
        self.forget(task, queue, thing, extra)
        self.take_cancel(task)
        lingers = queue == "send" and self.semantics.cancelled_send == "may"
        self.wake(task, ERROR, self.fault("Cancelled"), ("lingering-send", thing, None) if lingers else None)

    def interrupt_group(self, task: Task, group: Any) -> None:
        """A task that waits for its children is told."""
        raise NotImplementedError

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from the queue that it waits in."""
        if queue == "sleep":
            self.disarm(task)
        else:
            self.writes |= thing.end.bit
            thing.end.joiners = tuple(t for t in thing.end.joiners if t is not task)

    # ------------------------------------------------------------ time

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        """Sleep; zero and less is a checkpoint."""
        if ticks <= 0:
            return self.checkpoint(task)
        self.arm(self.now + ticks, task)
        return self.block(task, "sleep", None)

    def hold(self, task: Task, ticks: Ticks) -> None:
        """Time passes, nobody runs."""
        self.now += ticks
        self.writes = EVERYTHING

    def arm(self, deadline: Ticks, what: Any) -> None:
        """Add a timer."""
        if self.lax or deadline <= self.now:
            self.writes |= CLOCK
        if deadline < HORIZON:
            self.timers += ((deadline, what),)
            self.writes |= LANE if self.timed_lane else 0

    def disarm(self, what: Any) -> None:
        """Remove a timer."""
        self.timers = tuple(t for t in self.timers if t[1] is not what)
        self.writes |= CLOCK if self.lax else 0

    def fire_timers(self) -> None:
        """Jump to the first deadline if need be, and fire everything that is due."""
        first = min(timer[0] for timer in self.timers)
        if self.lax or first > self.now:
            self.writes = EVERYTHING
            self.now = max(self.now, first)
        else:
            self.writes |= CLOCK  # and what fires
        due = sorted((t for t in self.timers if t[0] <= self.now), key=lambda t: t[0])
        self.timers = tuple(t for t in self.timers if t[0] > self.now)
        while due:
            same = due[:1]
            if self.semantics.ties == "any":  # in an order that a saved and restored run keeps
                same = sorted((t for t in due if t[0] == due[0][0]), key=lambda t: t[1].bit)
            timer = same[self.choose("timer", len(same)) if len(same) > 1 else 0]
            due.remove(timer)
            self.fire(timer[1])

    def fire(self, what: Any) -> None:
        """One timer fires: a sleeper wakes, or a scope's deadline has come."""
        if isinstance(what, Scope):
            self.expire(what)
        elif what.state == BLOCKED:
            what.waiting = None
            what.undo = ("sleep", None, None)
            self.make_ready(what, VALUE, None, self.timed_lane)

    def expire(self, scope: Scope) -> None:
        """A scope's deadline has come (scopes are in `runtimes.reference.scopes`)."""
        raise NotImplementedError
