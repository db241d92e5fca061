"""The ops: every single thing that a task of a program can do.

An op is a frozen value. Its class docstring is its meaning; its fields are its arguments. Fields
named in `BLOCKS` hold nested ops. Durations and deadlines are in ticks (1 s of virtual time, or a
fixed multiple of 10 ms on a real clock); `math.inf` is forever. Sources of the vocabulary: DESIGN
section 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import ClassVar, TypeAlias

Value: TypeAlias = str | int | bool | None
Ticks: TypeAlias = int | float
Block: TypeAlias = "tuple[Op, ...]"

BLOCKS = frozenset({"body", "on_error", "on_cancel", "finally_"})
OPS: dict[str, type[Op]] = {}


@dataclass(frozen=True, slots=True)
class Op:
    """One step of a task.

    Equality is exact: `Note(1)`, `Note(True)` and `Sleep(1)`, `Sleep(1.0)` are told apart, as they
    are in JSON.
    """

    kind: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        """Register the op under its kind: the class name in snake_case."""
        cls.kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        OPS[cls.kind] = cls
        cls.__eq__ = Op.__eq__  # type: ignore[method-assign]  # else `dataclass` writes its own
        cls.__hash__ = Op.__hash__  # type: ignore[method-assign]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Op) and self.exact() == other.exact()

    def __hash__(self) -> int:
        return hash(self.exact())

    def exact(self) -> tuple[object, ...]:
        """The op's kind, and each field with its type: what tells 1, True and 1.0 apart."""
        values = [getattr(self, field.name) for field in fields(self)]
        return (self.kind, *values, *map(type, values))

    def blocks(self) -> tuple[tuple[str, Block], ...]:
        """The nested blocks that are present, by field name."""
        names = _block_fields(self)
        if not names:
            return ()
        named = ((name, getattr(self, name)) for name in names)
        return tuple((name, block) for name, block in named if block is not None)


def _block_fields(op: Op) -> tuple[str, ...]:
    names = _BLOCK_FIELDS.get(op.kind)
    if names is None:
        names = tuple(field.name for field in fields(op) if field.name in BLOCKS)
        _BLOCK_FIELDS[op.kind] = names
    return names


_BLOCK_FIELDS: dict[str, tuple[str, ...]] = {}


# ---------------------------------------------------------------- tasks


@dataclass(frozen=True, slots=True)
class Spawn(Op):
    """Start a task beside this one, or inside the open group `group`."""

    task: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Join(Op):
    """Wait for a task's end: logs `got VALUE` when that is not None, raises what it raised."""

    task: str


@dataclass(frozen=True, slots=True)
class Cancel(Op):
    """Request that a task (perhaps this one) be cancelled."""

    task: str


@dataclass(frozen=True, slots=True)
class Return(Op):
    """End this task with a value. Only as the last op of a task."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Raise(Op):
    """Raise the program's own error of that name; the same name is the same exception object."""

    error: str


# ---------------------------------------------------------------- structure


@dataclass(frozen=True, slots=True)
class Group(Op):
    """Open a task group, perform `body`, wait for the children that were spawned in it."""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Shield(Op):
    """Defer any cancellation from outside until `body` is done (trio: CancelScope(shield=True))."""

    body: Block


@dataclass(frozen=True, slots=True)
class Detach(Op):
    """Start `task` and wait; a cancelled waiter leaves it at work (asyncio.shield)."""

    task: str


@dataclass(frozen=True, slots=True)
class Attempt(Op):
    """Perform `body`; catch errors, catch cancellation, clean up. A part that is None is absent.

    A catch logs `caught NAME` and then performs its block. Catching a cancellation swallows it.
    """

    body: Block
    on_error: Block | None = None
    on_cancel: Block | None = None
    finally_: Block | None = None


# ---------------------------------------------------------------- time


@dataclass(frozen=True, slots=True)
class Checkpoint(Op):
    """Let other tasks run; take a pending cancellation."""


@dataclass(frozen=True, slots=True)
class Block_(Op):  # noqa: N801
    """Hold the whole loop up for that many ticks: time passes, nothing runs."""

    ticks: Ticks


@dataclass(frozen=True, slots=True)
class Sleep(Op):
    """Sleep for that many ticks: zero, negative, huge and infinite are legal questions."""

    ticks: Ticks


@dataclass(frozen=True, slots=True)
class SleepUntil(Op):
    """Sleep until that many ticks after the start of the run."""

    tick: Ticks


@dataclass(frozen=True, slots=True)
class MoveOnAfter(Op):
    """Perform `body`; abandon it after that many ticks, which logs `scope expired`."""

    ticks: Ticks
    body: Block


@dataclass(frozen=True, slots=True)
class FailAfter(Op):
    """Perform `body`; abandon it after that many ticks and raise Timeout."""

    ticks: Ticks
    body: Block


# ---------------------------------------------------------------- sync


@dataclass(frozen=True, slots=True)
class Wait(Op):
    """Wait until the event is set."""

    event: str


@dataclass(frozen=True, slots=True)
class Set(Op):
    """Set the event, for good."""

    event: str


@dataclass(frozen=True, slots=True)
class Acquire(Op):
    """Take the lock, waiting for it."""

    lock: str


@dataclass(frozen=True, slots=True)
class Release(Op):
    """Give the lock back."""

    lock: str


# ---------------------------------------------------------------- channels


@dataclass(frozen=True, slots=True)
class Send(Op):
    """Put an item into the channel, waiting for room."""

    channel: str
    item: Value


@dataclass(frozen=True, slots=True)
class Receive(Op):
    """Take the next item from the channel, waiting for one; logs `got ITEM`."""

    channel: str


@dataclass(frozen=True, slots=True)
class SendNowait(Op):
    """Put an item into the channel or raise Full."""

    channel: str
    item: Value


@dataclass(frozen=True, slots=True)
class ReceiveNowait(Op):
    """Take the next item from the channel or raise Empty; logs `got ITEM`."""

    channel: str


# ---------------------------------------------------------------- TCP, on the loopback


@dataclass(frozen=True, slots=True)
class Listen(Op):
    """Open a listening socket on a free loopback port."""

    listener: str


@dataclass(frozen=True, slots=True)
class CloseListener(Op):
    """Close a listening socket; its port stays known, so that a connect can be refused."""

    listener: str


@dataclass(frozen=True, slots=True)
class Connect(Op):
    """Open the stream `stream` to a listener's port."""

    stream: str
    listener: str


@dataclass(frozen=True, slots=True)
class Accept(Op):
    """Wait for the next connection of a listener and call it `stream`."""

    stream: str
    listener: str


@dataclass(frozen=True, slots=True)
class SendBytes(Op):
    """Send `data`, `times` over, waiting while the peer does not read."""

    stream: str
    data: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class ReceiveSome(Op):
    """Receive at least one and at most `max` bytes; logs `got 'BYTES'`, or `got ''` at EOF."""

    stream: str
    max: int


@dataclass(frozen=True, slots=True)
class ReceiveExactly(Op):
    """Receive exactly `count` bytes, or raise IncompleteRead when EOF comes first."""

    stream: str
    count: int


@dataclass(frozen=True, slots=True)
class ReceiveUntilEof(Op):
    """Receive everything up to EOF."""

    stream: str


@dataclass(frozen=True, slots=True)
class SendEof(Op):
    """Close the sending direction only (half-close)."""

    stream: str


@dataclass(frozen=True, slots=True)
class Close(Op):
    """Close the stream, both directions."""

    stream: str


@dataclass(frozen=True, slots=True)
class Abort(Op):
    """Reset the connection: the peer sees an error, unsent data is dropped."""

    stream: str


# ---------------------------------------------------------------- watching


@dataclass(frozen=True, slots=True)
class Note(Op):
    """Write a word into this task's own log."""

    word: Value


@dataclass(frozen=True, slots=True)
class Log(Op):
    """Write a word into the shared, globally ordered log."""

    word: Value


OPS["block"] = OPS.pop("block_")
Block_.kind = "block"
