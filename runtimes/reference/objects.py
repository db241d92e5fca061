"""The state of a run of the reference: plain objects whose every slot can be saved and put back.

Slots hold immutable values only (tuples, numbers, other objects of the same run). So the tuple of an object's
slots is at the same time a snapshot and a complete key of its state: nothing can be restored that is not
compared, and nothing compared that is not restored.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar

UNSPAWNED, READY, BLOCKED, RUNNING, DONE = range(5)
"""States of a task."""

START, VALUE, ERROR, CHECK, RETRY, SKIP, GO, SHUT = range(8)
"""How a ready task goes on: first step; its op returns; its op raises; its op returns unless cancelled; its op
is tried again; its body never runs; its op is performed now (it paused before it); it is over, having closed the
connection that it handled."""

ASLEEP: tuple[int, Any] = (-1, None)
"""The wake-up of a task that is blocked or done."""

LOOSE, QUEUED, TIMED = range(3)
"""Lanes of the ready queue: a loose task may go on at any time; others keep the order of their lane."""


class Stateful:
    """Base: `save()` is the tuple of all slots in `STATE`, `load()` puts it back."""

    __slots__ = ("bit", "index")
    bit: int
    index: int
    STATE: ClassVar[tuple[str, ...]] = ()
    save: ClassVar[Callable[[Any], tuple[Any, ...]]]

    def __init_subclass__(cls) -> None:
        """Make `save` from the names of the state."""
        get = attrgetter(*cls.STATE)
        cls.save = staticmethod(get if len(cls.STATE) > 1 else lambda thing: (get(thing),))

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        for name, value in zip(self.STATE, saved, strict=True):
            setattr(self, name, value)


class Task(Stateful):
    """One task.

    pending    edge cancellations told to nobody yet        count    cancels requested, less those taken back
    scopes     open scopes, outermost first                shields  open shields (edge cancellation)
    waiting    what it is blocked on: (queue kind, object, extra)
    own, end   its scope as a whole, and its end            ended    when its body ended
    body, ask  the position in the program (`Frames`); or the coroutine, and what it asked for last
    owned      the locks that it holds (followed only where it matters)
    undo       what must be undone when a cancel wins over a completion: (kind, object, value) or None
    """

    __slots__ = (
        "ask", "body", "count", "doing", "end", "ended", "group", "lane", "name", "own", "owned", "pending", "scopes",
        "shields", "state", "undo", "waiting", "wake",
    )  # fmt: skip
    STATE = (
        "state", "wake", "waiting", "pending", "count", "scopes", "shields", "group", "undo", "lane", "doing",
        "ended", "owned", "body.at", "body.blocks", "body.log", "body.request", "body.end",
    )  # fmt: skip

    def __init__(self, name: str, bit: int, own: Scope, end: End) -> None:
        self.name = name
        self.bit = bit
        self.own = own
        self.end = end
        self.body: Any = None
        self.state = UNSPAWNED
        self.wake: tuple[int, Any] = (START, None)
        self.waiting: tuple[str, Any, Any] | None = None
        self.pending = 0
        self.count = 0
        self.scopes: tuple[Scope, ...] = ()
        self.shields = 0
        self.group: Group | None = None
        self.undo: tuple[str, Any, Any] | None = None
        self.lane = LOOSE
        self.doing = ""
        self.ended: Any = None
        self.ask: Any = None
        self.owned: tuple[Lock, ...] = ()

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back, spelled out because the search does little else."""
        body = self.body
        (
            self.state, self.wake, self.waiting, self.pending, self.count, self.scopes, self.shields,
            self.group, self.undo, self.lane, self.doing, self.ended, self.owned,
            body.at, body.blocks, body.log, body.request, body.end,
        ) = saved  # fmt: skip


class End(Stateful):
    """A task's end, apart from the task so that joining it and its steps commute.

    `result` is (`returned`, value) or (`failed`, error) once the task is done; `taken` when only the first of those
    that waited for it gets it, and has.
    """

    __slots__ = ("joiners", "result", "taken")
    STATE = ("joiners", "result", "taken")

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.joiners: tuple[Task, ...] = ()
        self.result: tuple[str, Any] | None = None
        self.taken = False

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        self.joiners, self.result, self.taken = saved


class Scope(Stateful):
    """A cancel scope: of a task as a whole, of a deadline, of a shield, of a group. Its owner never changes."""

    __slots__ = ("cancelled", "entered", "kind", "owner", "shield")
    STATE: ClassVar[tuple[str, ...]] = ("cancelled", "entered")

    def __init__(self, kind: str, bit: int, *, shield: bool = False) -> None:
        self.kind = kind
        self.bit = bit
        self.shield = shield
        self.cancelled = False
        self.entered: Any = 0
        self.owner: Task | None = None

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        self.cancelled, self.entered = saved


class Group(Stateful):
    """A task group. `errors` of children and body; `lost` children were cancelled; `exiting` once the body is over.

    `starting`: calls that start a task in it and wait until it is ready, of others than its owner.
    `over` once it takes no more children, and `handed` if somebody outside of its body starts any (this never changes).
    `sweepers` have cancelled it by hand, and wait for that. `told`: its owner was cancelled while it waited here, and
    has not run since.
    """

    __slots__ = (
        "aborted",
        "alive",
        "asked",
        "errors",
        "exiting",
        "handed",
        "interrupted",
        "lost",
        "name",
        "opened",
        "over",
        "owner",
        "scope",
        "starting",
        "sweepers",
        "told",
    )
    STATE: ClassVar[tuple[str, ...]] = (
        "alive", "errors", "exiting", "asked", "aborted", "interrupted", "lost", "opened", "over",
        "starting", "sweepers", "told",
    )  # fmt: skip

    def __init__(self, bit: int, scope: Scope, name: str = "") -> None:
        self.bit = bit
        self.scope = scope
        self.name = name
        self.alive: tuple[Task, ...] = ()
        self.errors: tuple[Any, ...] = ()
        self.exiting = self.told = self.over = self.handed = False
        self.asked = self.aborted = False
        self.interrupted = False
        self.lost = self.starting = 0
        self.opened = False
        self.owner: Task | None = None
        self.sweepers: tuple[Task, ...] = ()


class Event(Stateful):
    """An event."""

    __slots__ = ("set", "waiters")
    STATE = ("set", "waiters")

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.set = False
        self.waiters: tuple[Task, ...] = ()

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        self.set, self.waiters = saved


class Lock(Stateful):
    """A lock. `depth`: how many releases it takes before the one that frees it."""

    __slots__ = ("depth", "owner", "waiters")
    STATE = ("owner", "waiters", "depth")

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.owner: Task | None = None
        self.waiters: tuple[Task, ...] = ()
        self.depth = 0

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        self.owner, self.waiters, self.depth = saved


class Channel(Stateful):
    """A channel. Senders wait with their items: ((task, item), …). `sides`: its ends, where some op closes one."""

    __slots__ = ("capacity", "items", "receivers", "senders", "sides")
    STATE = ("items", "receivers", "senders")

    def __init__(self, bit: int, capacity: float) -> None:
        self.bit = bit
        self.capacity = capacity
        self.sides: tuple[Any, ...] = ()
        self.items: tuple[Any, ...] = ()
        self.receivers: tuple[Task, ...] = ()
        self.senders: tuple[tuple[Task, Any], ...] = ()

    def load(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        self.items, self.receivers, self.senders = saved


class Listener(Stateful):
    """A listening socket of the in-memory network."""

    __slots__ = ("acceptors", "backlog", "ever", "open")
    STATE = ("open", "ever", "backlog", "acceptors")

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.open = self.ever = False
        self.backlog: tuple[Any, ...] = ()
        self.acceptors: tuple[Task, ...] = ()


class Stream(Stateful):
    """One end of a connection. `peer` is the other end; `inbox` what it sent and this end has not read.

    eof      the peer will send no more            reset    the connection was reset (told: known here)
    ended    this end will send no more            closed   this end was closed
    reader, writer   the task that is at it        stuck    more has come than it can hold; little of that is kept
    partial  who is inside a read that is composed of several; `held` is what of it others found taken already
    """

    __slots__ = (
        "closed",
        "ended",
        "eof",
        "held",
        "inbox",
        "opened",
        "partial",
        "peer",
        "reader",
        "reset",
        "stuck",
        "told",
        "writer",
    )
    STATE = (
        "opened",
        "peer",
        "inbox",
        "eof",
        "reset",
        "told",
        "ended",
        "closed",
        "reader",
        "writer",
        "partial",
        "held",
        "stuck",
    )

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.opened = False
        self.peer: Stream | None = None
        self.inbox = self.held = b""
        self.eof = False
        self.reset = self.told = self.stuck = False
        self.ended = False
        self.closed = False
        self.reader: Task | None = None
        self.partial: Task | None = None
        self.writer: tuple[Task, bytes] | None = None
