"""Ops on tasks: start, wait for, cancel, end."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op, Value


@dataclass(frozen=True, slots=True)
class Spawn(Op):
    """Start a task beside this one, or in a group: one that is open around the op, or that of another task.

    A group that is over takes no more: `Misuse`. One that is not open yet is `Unopened`.
    """

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
class Start(Op):
    """Start a task in a group and wait until it is ready: logs `got VALUE` when that is not None.

    The group is one that is open around the op, or that of another task, as for `spawn`. The task's handle is there
    once it is ready, not before.
    """

    task: str
    group: str


@dataclass(frozen=True, slots=True)
class Started(Op):
    """Tell the `start` that waits for this task that it is ready, with a value."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Done(Op):
    """Ask whether the task has ended: logs `got true` or `got false`."""

    task: str


@dataclass(frozen=True, slots=True)
class Cancelled(Op):
    """Ask whether the runtime calls the task cancelled: logs `got true` or `got false`."""

    task: str


@dataclass(frozen=True, slots=True)
class Cancelling(Op):
    """Ask how many requests to cancel the task are not taken back: logs `got NUMBER`."""

    task: str


@dataclass(frozen=True, slots=True)
class Return(Op):
    """End this task with a value. Only as the last op of a task."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Raise(Op):
    """Raise the program's own error of that name; the same name is the same exception object."""

    error: str


@dataclass(frozen=True, slots=True)
class RaiseGroup(Op):
    """Where a cancellation is handled: raise it in an exception group, beside the program's own error, if one is named.

    That is what `except*` makes of a cancellation, and what a library does that raises all that went wrong. Only
    inside of an `on_cancel`.
    """

    error: str | None = None


RAISES = (Raise, RaiseGroup)
"""Ops that raise the program's own error."""
