"""From a program's ops on primitives, and on ends of channels, to the kernel's calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conformance.lang import ops
from conformance.lang.outcome import show_value
from conformance.lang.program import Program
from runtimes.reference.calls_scopes import Call
from runtimes.reference.calls_threads import ThreadCalls
from runtimes.reference.conditions import Condition
from runtimes.reference.ends import OPEN, UNOPENED, Side
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import Channel, Event, Lock, Task
from runtimes.reference.permits import Barrier, Limiter, Semaphore


class SyncCalls(ThreadCalls):
    """Kernel that knows a program's primitives. A condition's name stands for its lock, too."""

    events: dict[str, Event]
    locks: dict[str, Lock]
    channels: dict[str, Channel]

    def build_sync(self, program: Program) -> None:
        """Make conditions, semaphores, limiters and barriers."""
        make = self.make_thing
        asked = any(op.kind == "barrier_waiters" for _, op in program.walk())
        self.counting = asked and self.semantics.waiters == "inside"
        self.conditions: dict[str, Condition] = {}
        for name in program.conditions:
            self.locks[name] = lock = make(Lock)
            self.conditions[name] = make(Condition, lock)
        permits = (*program.semaphores.items(), *program.bounded_semaphores.items())
        self.semaphores: dict[str, Semaphore] = {}
        for name, value in permits:
            limit = (value,) if name in program.bounded_semaphores else ()
            self.semaphores[name] = make(Semaphore, value, *limit)
        self.limiters = {name: make(Limiter, total) for name, total in program.limiters.items()}
        self.barriers = {name: make(Barrier, parties) for name, parties in program.barriers.items()}

    def build_ends(self, program: Program) -> None:
        """Make the ends of those channels of which one is closed or cloned. `sides` holds them by name."""
        every = [op for _, op in program.walk()]
        clones = {
            op.clone: op for op in every if isinstance(op, ops.CloneSender | ops.CloneReceiver)
        }

        def channel_of(name: str) -> str:
            while name in clones:
                name = clones[name].channel
            return name

        self.sides: dict[tuple[str, bool], Side] = {}
        for name in sorted({channel_of(op.channel) for op in every if op.kind in ENDS}):  # type: ignore[attr-defined]
            for sends in (True, False):
                channel = self.channels[name]
                self.sides[name, sends] = self.make_thing(Side, channel, OPEN, sends=sends)
        for name, op in clones.items():
            sends = isinstance(op, ops.CloneSender)
            channel = self.channels[channel_of(name)]
            self.sides[name, sends] = self.make_thing(Side, channel, UNOPENED, sends=sends)

    def resolve_sync(self, op: Any) -> Call:
        """The call for one of `SYNC`."""
        kind = op.kind
        if kind in _ASKS:
            return self._ask, (getattr(self, kind), self._asked(op))
        if kind == "clear":
            return self.clear, (self.events[op.event],)
        if kind == "acquire_nowait":
            return self.acquire_nowait, (self.locks[op.lock],)
        if kind in ("wait_condition", "notify", "notify_all"):
            count = (op.count,) if kind == "notify" else ()
            return getattr(self, kind), (self.conditions[op.condition], *count)
        if kind == "wait_barrier":
            return self.wait_barrier, (self.barriers[op.barrier],)
        if hasattr(op, "semaphore"):
            return getattr(self, kind), (self.semaphores[op.semaphore],)
        tokens = (op.tokens,) if kind == "set_limit" else ()
        return getattr(self, kind), (self.limiters[op.limiter], *tokens)

    def _asked(self, op: Any) -> Any:
        """What a question is about."""
        tables: dict[str, Any] = {
            "event": self.events, "lock": self.locks, "condition": self.conditions, "channel": self.channels,
            "semaphore": self.semaphores, "limiter": self.limiters, "barrier": self.barriers,
        }  # fmt: skip
        return next(table[getattr(op, name)] for name, table in tables.items() if hasattr(op, name))

    def _ask(self, task: Task, question: Callable[..., Any], thing: Any) -> str:
        """The answer as it is shown: states that hold 0 and False must not count as equal."""
        return show_value(question(task, thing))

    def misuses(self, task: Task, kind: str, args: Any) -> bool:
        """Whether a wait is misuse whatever the others do.

        A call that fails may find that out before it looks at cancellations: anyio's locks do, and trio's documents
        say of whatever raises that it may or may not have been a checkpoint.
        """
        if kind == "acquire":
            self.reads |= args[0].bit
            return args[0].owner is task and self.semantics.relock == "error"
        if kind == "sleep":
            return self.refuses_sleep(args[0])
        if kind == "acquire_limiter":
            self.reads |= args[0].bit
            return task in args[0].borrowers
        if kind == "start":
            self.reads |= args[1].group.bit
            return bool(args[1].group.over)
        return kind == "wait_condition" and not self._may_use(task, args[0].lock)

    def side_of(self, op: Any) -> Side | None:
        """The end that an op names, where its channel has such."""
        sends = op.kind in _SENDING
        return self.sides.get((op.channel, sends)) if sends or op.kind in _RECEIVING else None

    def resolve_end(self, op: Any, side: Side) -> Call:
        """The call for an op on an end."""
        kind = op.kind
        if kind in ("close_sender", "close_receiver"):
            return self.close_side, (side,)
        if kind in ("clone_sender", "clone_receiver"):
            return self.clone_side, (side, self.sides[op.clone, side.sends])
        call = getattr(self, kind.replace("send", "send_on").replace("receive", "receive_on"))
        return call, (side, show_value(op.item)) if side.sends else (side,)

    def check_side(self, side: Side) -> None:
        """That it is there. Raises Fault."""
        self.reads |= side.bit
        if side.phase == UNOPENED:
            raise Fault("Unopened")


_ASKS: Final = frozenset(
    {"is_set", "locked", "length", "semaphore_value", "available_tokens", *ops.WAITERS}
)
ENDS: Final = frozenset({"close_sender", "close_receiver", "clone_sender", "clone_receiver"})
_SENDING: Final = frozenset({"send", "send_nowait", "close_sender", "clone_sender"})
_RECEIVING: Final = frozenset({"receive", "receive_nowait", "close_receiver", "clone_receiver"})
SYNC: Final = frozenset(
    {
        "is_set", "clear", "acquire_nowait", "locked", "length", "wait_condition", "notify",
        "notify_all", "wait_barrier", "acquire_semaphore", "acquire_semaphore_nowait",
        "release_semaphore", "semaphore_value", "acquire_limiter", "acquire_limiter_nowait",
        "release_limiter", "set_limit", "available_tokens", *ops.WAITERS,
    }
)  # fmt: skip
"""Op kinds that `resolve_sync` knows."""
