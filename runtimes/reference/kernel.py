"""The core of the reference: the ready queue, performing an op, and the one door for every decision.

The rules stand in layers above it, each a subclass of the one before: `Clock`, `Cancellation`, `Tasks`,
`Primitives`, `Structure`, `Network`. The kernel knows nothing of how a task's body is held: `Machine` drives bodies
that are frames (for the oracle: they can be copied), `Executor` drives coroutines (for real runs). Both tell it which
op a task asks for, and it says: done, blocked, or fails. What it may do is set by a `Semantics`.

`choose(kind, n)` is the one door: kinds `run` (which task), `timer` (which due timer), `cancel` (does the cancel
win), `data` (how many bytes) and `io`. Index 0 is what a plain FIFO loop would do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.lang.ops import OPS, Ticks
from conformance.lang.semantics import Semantics
from runtimes.reference.objects import (
    ASLEEP,
    BLOCKED,
    CHECK,
    DONE,
    LOOSE,
    QUEUED,
    READY,
    RUNNING,
    TIMED,
    VALUE,
    Task,
)  # fmt: skip

HORIZON = 100_000
"""Ticks after which a run counts as deadlocked."""

WAIT: Any = object()
"""What an op returns when the task is blocked."""

CLOCK = 1
"""The footprint bit of the clock and of anything global."""
LANE = 2
"""The footprint bit of the order in the ready queue."""
ALL = 4
"""The footprint bit that every step reads: a step that writes it commutes with none."""
FIRST = 8
"""The footprint bit of the first object."""
EVERYTHING = -1
"""A bound on what may be touched: no bound."""


SOCKETS = frozenset({"connect", "accept-again", "tcp-read", "tcp-write", "io"})
"""What sockets wake for: whether a loop has seen it before a cancellation comes is nobody's promise."""
LINGERING = frozenset(
    {"lingering-send", "lingering-party", "lingering-permit", "lingering-lock", "lingering-turn"}
)
"""Wake-ups that have an effect when the task goes on: who is told of a cancellation is still where it waited till then,
or has its turn at a lock till then; who was handed a lock takes it only then."""
_UNDONE = SOCKETS | LINGERING | {"group", "told"}
"""What a cancellation may take back under whatever semantics; and who was told of one, and has not gone on."""

SCOPE = "scope"
"""The kind of entering and leaving a scope, which is no schedule point and no cancel point."""
_KINDS = tuple(OPS)
CLOSING = frozenset({"close", "close_listener", "abort"})
"""Op kinds that have their effect even if they are cancelled (trio.abc.AsyncResource.aclose: it must still close)."""
GIVING = frozenset({"release", "release_semaphore", "set", "spawn"})
"""So have these, where they are cancel points at all (newio: what they do is done when the kernel is called)."""
_OURS = (
    SCOPE, "log", "block", "open_gate", "handler", "peer_connect", "peer_send", "peer_eof", "peer_reset",
    "peer_close", "exit", "interrupt",
)  # fmt: skip
"""What the interpreter does by itself: never a schedule point nor a cancel point."""


class Fault(Exception):  # noqa: N818 - a fault of an op, of whatever name
    """An op fails with this error (`args[0]`)."""


class InUse(Fault):
    """It fails with Busy, instead of waiting."""


def _points(semantics: Semantics) -> tuple[dict[str, bool], dict[str, str]]:
    """By op kind: whether it may be a schedule point, and when it is a cancel point.

    Remembered for the semantics last used: making the tables is a tenth of a small search.
    """
    known = _POINTS.get(id(semantics))
    if known is None or known[0] is not semantics:
        yields = {
            kind: semantics.schedule_point(kind) in ("always", "unspecified") for kind in _KINDS
        }
        cancels: dict[str, str] = {kind: semantics.cancel_point(kind) for kind in _KINDS}
        for kind in _OURS:
            yields[kind], cancels[kind] = False, "never"
        if len(_POINTS) >= 64:
            _POINTS.clear()
        known = _POINTS[id(semantics)] = (semantics, yields, cancels)
    return dict(known[1]), dict(known[2])  # a mutant changes its own


_POINTS: dict[int, tuple[Semantics, dict[str, bool], dict[str, str]]] = {}


class Kernel:
    """State and rules of one run. Subclasses hold the bodies: `advance`, `fault`, `is_cancelled`, `grouped`."""

    choose: Callable[[str, int], int]

    def __init__(self, semantics: Semantics, *, lax: bool = False) -> None:
        self.semantics = semantics
        self.lax = lax
        self.regrets = True  # whether a wake-up that was promised can be taken back
        self.fifo = semantics.order == "fifo"
        self.level = semantics.cancellation == "level"
        self.timed_lane = TIMED if semantics.ties == "fifo" else LOOSE
        self.now: Ticks = 0
        self.ready: Any = []
        self.timers: tuple[tuple[Ticks, Any], ...] = ()
        self.tasks: list[Task] = []
        self.cancelling = False
        self.eager: list[Task] = []  # those whose first step runs inside the call that spawns them
        self.retrying = False
        self.counting = False  # whether it matters who comes to a barrier when (`Counts`)
        self.over = False
        self.reads = self.writes = 0
        self.changed = 0
        self._yields, self._cancels = _points(semantics)

    # ------------------------------------------------------------ what a subclass gives

    def is_apart(self, task: Task) -> bool:
        """Whether the op at which a task stands is performed in a task of its own (`runtimes.reference.apart`)."""
        return False

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

    def without_cancelled(self, error: Any) -> Any:
        """The error without the cancellations inside its groups: None if that is all, itself if there are none."""
        raise NotImplementedError

    def wrapped(self, error: Any) -> Any:
        """The error that a join raises for another task's error, where that is wrapped."""
        raise NotImplementedError

    def copied(self, error: Any) -> Any:
        """The error that a join raises for another task's error, where that is a copy."""
        raise NotImplementedError

    def fire_timers(self) -> None:
        """Let time pass (`runtimes.reference.clock`)."""
        raise NotImplementedError

    def cancel_due(self, task: Task) -> bool:
        """Whether the next cancel point must take a cancellation (`runtimes.reference.cancellation`)."""
        raise NotImplementedError

    def take_cancel(self, task: Task) -> None:
        """The task is being told."""
        raise NotImplementedError

    def interrupt(self, task: Task) -> None:
        """A blocked task is told."""
        raise NotImplementedError

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """Take back what a wake-up had given (the primitives know how)."""
        raise NotImplementedError

    def notice(self, task: Task) -> None:
        """A task's end is told to whom it concerns (`runtimes.reference.tasks`)."""
        raise NotImplementedError

    def cancel_point(self, kind: str) -> str:
        """Whether an op of that kind is a cancel point: `always`, `if_blocks`, `never`, `unspecified`."""
        return self._cancels.get(kind, "never")

    # ------------------------------------------------------------ the ready queue

    def options(self) -> list[Task | None]:
        """Who may go on now; None stands for time: a due timer, or the next one. Valid until the next step."""
        ready = self.ready
        found: list[Task | None]
        if not self.fifo:
            if ready and not self.timers:
                return ready  # type: ignore[no-any-return]
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
            timers = self.timers
            first = timers[0][0] if len(timers) == 1 else min(timer[0] for timer in timers)
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
        """Let one option happen; its footprint is in `reads` and `writes` afterwards."""
        self.changed |= self.writes
        self.reads = ALL
        if task is None:
            self.writes = 0
            self.fire_timers()
            return
        self.writes = task.bit
        self.ready.remove(task)
        if task.state == DONE:
            self.notice(task)
            return
        task.state = RUNNING
        if task.undo is not None:
            if task.undo[0] in LINGERING:
                self.undo(task, *task.undo)
            task.undo = None
        self.advance(task)

    # ------------------------------------------------------------ ops

    def request(self, task: Task, kind: str, call: Callable[..., Any], args: Any) -> Any:
        """Perform an op: its value, or WAIT when the task must pause. Raises Fault."""
        due = (self.cancelling or task.pending) and self.cancel_due(task)
        if due:
            point = self._cancels[kind]
            if point == "always" or (point == "unspecified" and self.choose("cancel", 2)):
                if kind == "group":
                    return self.leave_told(task, call, *args)
                if not self.tells_late(kind):
                    self.told_before(task, kind, call, args)
                    self.take_cancel(task)
                    raise Fault(self.fault("Cancelled"))
        task.doing = kind
        try:
            value = call(task, *args)
        except InUse:
            # it would have waited: what is due may be told first (curio: `check_cancellation` in `trap_io`)
            if not due or self._cancels[kind] != "if_blocks" or self.choose("cancel", 2) == 0:
                raise
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled")) from None
        if value is WAIT:
            told = task.pending or self.cancelling
            if (
                told
                and task.state == BLOCKED
                and self._cancels[kind] != "never"
                and self.cancel_due(task)
            ):
                self.interrupt(task)
        elif self._yields[kind] and not self.goes_straight_on(task, kind):
            self.make_ready(task, CHECK if kind in CLOSING else VALUE, value)
            return WAIT
        return value

    def goes_straight_on(self, task: Task, kind: str) -> bool:
        """Whether an op that may or may not let others run does not, in the call that started its task eagerly.

        Anywhere else a pause after which the task is the next one is as good as none; here it ends that call.
        """
        return (
            task in self.eager
            and self.semantics.schedule_point(kind) == "unspecified"
            and self.choose("wake", 2) == 1
        )

    def tells_late(self, kind: str) -> bool:
        """Whether a close, a cancellation being due, lets others run before it tells: it ends in a checkpoint."""
        return kind in CLOSING and self._yields[kind] and self.choose("cancel", 2) == 1

    def told_before(self, task: Task, kind: str, call: Callable[..., Any], args: Any) -> None:
        """What an op does all the same, though it is told of a cancellation before it begins. Raises Fault."""
        if kind in CLOSING or kind in GIVING:
            call(task, *args)

    def leave_told(self, task: Task, call: Callable[..., Any], *args: Any) -> Any:
        """Leave a group, a cancellation being due: it is told while it waits, or once the group is left."""
        task.doing = "group"
        value = call(task, *args)
        if self.cancel_due(task) and task.state != READY:
            if value is not WAIT:
                self.take_cancel(task)
                raise Fault(self.fault("Cancelled"))
            self.interrupt(task)
        elif (
            value is not WAIT and self._yields["group"] and not self.goes_straight_on(task, "group")
        ):
            self.make_ready(task, VALUE, value)
            return WAIT
        return value

    def retry(self, task: Task, kind: str, call: Callable[..., Any], args: Any) -> Any:
        """Try an op again after a wake-up that promised nothing: no yield, no cancel before it."""
        self.retrying = True
        try:
            value = call(task, *args)
        finally:
            self.retrying = False
        told = task.pending or self.cancelling
        if value is WAIT and task.state == BLOCKED and told and self.cancel_due(task):
            self.interrupt(task)
        return value

    def block(self, task: Task, queue: str, thing: Any, extra: Any = None) -> Any:
        """The task waits for something."""
        task.state = BLOCKED
        task.wake = ASLEEP
        task.waiting = (queue, thing, extra)
        return WAIT

    def next_of(self, waiting: tuple[Any, ...], kept: str) -> tuple[Any, tuple[Any, ...]]:
        """Who is told next, and the others: the first, or whoever where no order is `kept`."""
        unordered = kept == "unordered" and len(waiting) > 1
        at = self.choose("wake", len(waiting)) if unordered else 0
        return waiting[at], (*waiting[:at], *waiting[at + 1 :])

    def wake(
        self, task: Task, code: int, value: Any = None, undo: tuple[str, Any, Any] | None = None
    ) -> None:
        """What a blocked task waited for has come."""
        task.waiting = None
        task.undo = undo if self.regrets or undo is None or undo[0] in _UNDONE else None
        self.make_ready(task, code, value)

    def checkpoint(self, task: Task) -> Any:
        """Let others run, then take a pending cancellation."""
        self.make_ready(task, CHECK, None, QUEUED if self.fifo else LOOSE)
        return WAIT
