"""Ops on threads: run a body in one and wait, hold it at a gate, call back into the loop.

A thread's body is a task that only a `run_in_thread` starts and that performs nothing but what `IN_THREADS` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class RunInThread(Op):
    """Perform the body `thread` in a thread and wait: logs `got VALUE` when not None, raises its error.

    Told of a cancellation meanwhile, the waiter abandons the thread (`abandon` true), waits for it all
    the same (false), or does what the runtime does when it is not asked (none).
    """

    thread: str
    abandon: bool | None = None


@dataclass(frozen=True, slots=True)
class Hold(Op):
    """In a thread: wait until the gate is open."""

    gate: str


@dataclass(frozen=True, slots=True)
class OpenGate(Op):
    """Open the gate, for good."""

    gate: str


@dataclass(frozen=True, slots=True)
class FromThread(Op):
    """In a thread: have the loop perform `task` and wait: logs `got VALUE` when not None, raises its error."""

    task: str


@dataclass(frozen=True, slots=True)
class CheckCancelled(Op):
    """In a thread: raise a cancellation if the task that waits for this thread was cancelled."""


IN_THREADS: Final = frozenset(
    {
        "attempt", "check_cancelled", "exit", "from_thread", "get_variable", "hold", "interrupt", "log", "note",
        "open_gate", "raise", "return", "set_variable",
    }
)  # fmt: skip
"""What a thread's body may do."""
ONLY_IN_THREADS: Final = frozenset({"check_cancelled", "from_thread", "hold"})
"""What nobody else may do."""
STOP_ITERATION: Final = "StopIteration"
"""The one error of Python's own that a program may `raise`, and only in a thread: no coroutine can."""
