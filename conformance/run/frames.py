"""Where a task stands in its program: explicit frames instead of a Python stack.

A task's control flow (blocks, handlers, clean-up, the exception in flight) is data here, so one
piece of code performs a program on every runtime (`conformance.interpreter`), and the oracle can
copy, compare and restore a position, which it could never do with a coroutine. `Frames` does no
I/O: `next()` tells what the task asks of its runtime, `succeed()` and `fail()` tell it what came of
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Protocol, final

from conformance.lang import ops
from conformance.lang.ops import Block, Ticks
from conformance.lang.ops.shutdown import is_deadly
from conformance.lang.outcome import Entry, show_value
from conformance.lang.program import Path, Program

PERFORM: Final = 0
"""The request is a plain op."""
ENTER: Final = 1
"""The request is to enter a scope."""
EXIT: Final = 2
"""The request is to leave a scope, with the exception in flight, if any."""

_GIVEN_UP: Final = {
    "move_on_after": "scope expired",
    "fail_after": "scope cancelled",
    "scope": "scope cancelled",
}
"""What a scope logs that swallowed a cancellation. A `fail_after` does so only if cancelled by hand."""
_LOCAL_NOTE, _LOCAL_RAISE, _LOCAL_RETURN, _LOCAL_ATTEMPT, _LOCAL_GROUP = 3, 4, 5, 6, 7
_SCOPE, _BODY, _HANDLER, FINALLY, _REGROUPS = 0, 1, 2, 3, 4
SCOPES = (ops.Shield, ops.Scope, ops.MoveOnAfter, ops.FailAfter, ops.Group)


@final
class Step:
    """A compiled op: the op, what to do with it, and the steps that may follow."""

    __slots__ = (
        "body",
        "code",
        "entry",
        "finally_",
        "kind",
        "next",
        "on_cancel",
        "on_error",
        "op",
        "path",
        "regroups",
    )

    def __init__(self, op: ops.Op, path: Path, following: Step | None) -> None:
        self.op = op
        self.kind = op.kind
        self.path = path
        self.next = following
        self.code = _code(op)
        self.entry = show_value(op.word) if isinstance(op, ops.Note) else ""
        self.body: Step | None = None
        self.on_error: Step | None = None
        self.on_cancel: Step | None = None
        self.finally_: Step | None = None
        for name, block in op.blocks():
            setattr(self, name, compile_block(block, (*path, name)))
        self.regroups = isinstance(op, ops.Attempt) and regroups(op.on_cancel or ())


def regroups(block: Block) -> bool:
    """Whether a handler raises what it handles in a group."""
    return any(
        isinstance(op, ops.RaiseGroup) or any(regroups(inner) for _, inner in op.blocks())
        for op in block
    )


def _code(op: ops.Op) -> int:
    if isinstance(op, SCOPES):
        return ENTER
    local = {
        ops.Note: _LOCAL_NOTE,
        ops.Raise: _LOCAL_RAISE,
        ops.RaiseGroup: _LOCAL_GROUP,
        ops.Return: _LOCAL_RETURN,
        ops.Attempt: _LOCAL_ATTEMPT,
    }
    return local.get(type(op), PERFORM)


def compile_block(block: Block, path: Path) -> Step | None:
    """The first step of a block, linked to the others; None for an empty block."""
    following: Step | None = None
    for index in range(len(block) - 1, -1, -1):
        following = Step(block[index], (*path, str(index)), following)
    return following


@lru_cache(maxsize=8)  # a worker collects garbage after each run: what is kept, it looks at
def compile_program(program: Program) -> Mapping[str, Step | None]:
    """The first step of every task. Remembered: programs run many times, steps never change."""
    steps = {task: compile_block(body, (task,)) for task, body in program.tasks.items()}
    return MappingProxyType(steps)


class Host(Protocol):
    """What frames need to know of the run they are part of."""

    def tick(self) -> Ticks | None:
        """The time for a log entry."""

    def make_error(self, name: str) -> Any:
        """The program's own error of that name."""

    def regrouped(self, cancelled: Any, name: str | None) -> Any:
        """An exception group of a cancellation, and of the program's own error of that name, if there is one."""

    def is_cancellation(self, error: Any) -> bool:
        """Whether it is a cancellation."""

    def name_of(self, error: Any) -> str:
        """The normalised name of an error."""


@final
class Frames:
    """The position of one task. `request` says what `next()` asked for; `end`, how it ended.

    `end` is `("returned", value)` or `("failed", exception)`. `blocks` holds, outermost first, a
    tuple (step, phase, exception in flight) for each open block; where a handler may raise it in a
    group, the exception that it handles.
    """

    __slots__ = ("at", "blocks", "end", "host", "log", "request")

    def __init__(self, first: Step | None, host: Host) -> None:
        self.at = first
        self.blocks: tuple[tuple[Step, int, Any], ...] = ()
        self.log: tuple[Entry, ...] = ()
        self.end: tuple[str, Any] | None = None
        self.request = PERFORM
        self.host = host

    def record(self, text: str) -> None:
        """Write a log entry."""
        self.log += (Entry(text, self.host.tick()),)

    def next(self) -> Step | None:
        """The step that the task wants its runtime to perform; None when the task is over."""
        while self.end is None:
            step = self.at
            if step is None:
                if not self.blocks:
                    self.end = ("returned", None)
                elif self._leave_block():
                    return self.blocks[-1][0]
                continue
            code = step.code
            if code <= ENTER:
                self.request = code
                return step
            if code == _LOCAL_NOTE:
                self.record(step.entry)
                self.at = step.next
            elif code == _LOCAL_ATTEMPT:
                self.blocks += ((step, _BODY, None),)
                self.at = step.body
            elif code == _LOCAL_RAISE:
                self._unwind(self.host.make_error(step.op.error))  # type: ignore[attr-defined]
            elif code == _LOCAL_GROUP:
                handled = next(error for _, phase, error in self.blocks[::-1] if phase == _REGROUPS)
                self._unwind(self.host.regrouped(handled, step.op.error))  # type: ignore[attr-defined]
            else:
                self.end = ("returned", step.op.value)  # type: ignore[attr-defined]
        return None

    def succeed(self, value: Any = None) -> None:
        """The request was performed. For EXIT, `value` is whether the exception was swallowed."""
        request = self.request
        if request == PERFORM:
            self.at = self.at.next  # type: ignore[union-attr]
        elif request == ENTER:
            step = self.at
            assert step is not None
            self.blocks += ((step, _SCOPE, None),)
            self.at = step.body
        else:
            step, _, error = self.blocks[-1]
            self.blocks = self.blocks[:-1]
            self.request = PERFORM
            if error is not None and not value:
                self._unwind(error)
                return
            if error is not None and step.kind in _GIVEN_UP:
                self.record(_GIVEN_UP[step.kind])
            self.at = step.next

    def proceed(self, value: Any = None) -> Step | None:
        """`succeed` and `next` in one."""
        if self.request == PERFORM:
            step = self.at = self.at.next  # type: ignore[union-attr]
            if step is not None and step.code <= ENTER:
                self.request = step.code
                return step
        else:
            self.succeed(value)
        return self.next()

    def fail(self, error: Any) -> None:
        """The request raised."""
        if self.request == EXIT:
            self.blocks = self.blocks[:-1]
            self.request = PERFORM
        self._unwind(error)

    def abandon(self, depth: int) -> None:
        """The block at that depth is left, wherever inside of it the task stands."""
        self.blocks = self.blocks[:depth]
        self.request = EXIT

    def in_flight(self) -> Any:
        """At an EXIT request: the exception that leaves the scope, or None."""
        return self.blocks[-1][2]

    def _leave_block(self) -> bool:
        """The innermost block came to its end; true if a scope is to be left."""
        step, phase, error = self.blocks[-1]
        if phase == _SCOPE:
            self.request = EXIT
            return True
        if phase != FINALLY and step.op.finally_ is not None:  # type: ignore[attr-defined]
            self.blocks = (*self.blocks[:-1], (step, FINALLY, None))
            self.at = step.finally_
            return False
        self.blocks = self.blocks[:-1]
        if error is None or phase == _REGROUPS:
            self.at = step.next
        else:
            self._unwind(error)
        return False

    def _unwind(self, error: Any) -> None:
        """An exception goes outwards until a block takes it."""
        self.at = None
        while self.blocks:
            step, phase, _ = self.blocks[-1]
            if phase == _SCOPE:
                self.blocks = (*self.blocks[:-1], (step, _SCOPE, error))
                return
            if phase == _BODY and self._catch(step, error):
                return
            if phase != FINALLY and step.op.finally_ is not None:  # type: ignore[attr-defined]
                self.blocks = (*self.blocks[:-1], (step, FINALLY, error))
                self.at = step.finally_
                return
            self.blocks = self.blocks[:-1]
        self.end = ("failed", error)

    def _catch(self, step: Step, error: Any) -> bool:
        """Whether the attempt catches it; then its handler is next."""
        attempt = step.op
        assert isinstance(attempt, ops.Attempt)
        cancelled = self.host.is_cancellation(error)
        if (attempt.on_cancel if cancelled else attempt.on_error) is None:
            return False
        name = "Cancelled" if cancelled else self.host.name_of(error)
        if is_deadly(name):
            return False
        self.record(f"caught {name}")
        handling = (_REGROUPS, error) if cancelled and step.regroups else (_HANDLER, None)
        self.blocks = (*self.blocks[:-1], (step, *handling))
        self.at = step.on_cancel if cancelled else step.on_error
        return True
