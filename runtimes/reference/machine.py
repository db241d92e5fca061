"""The reference as a controllable state machine: bodies are frames, so a run can be saved and put back.

This is what the oracle searches. It performs the same rules (`Kernel` and its layers) as the coroutine executor;
a permanent test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from conformance.lang.outcome import Outcome, TaskOutcome, show_bytes, show_value
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_op
from conformance.run.controllable import Choose, Foreseen
from conformance.run.frames import EXIT, PERFORM, Frames, Step, compile_program
from runtimes.reference.calls import Calls
from runtimes.reference.foresight import Foresight
from runtimes.reference.kernel import SCOPE, WAIT, Fault
from runtimes.reference.objects import (
    CHECK,
    DONE,
    ERROR,
    GO,
    READY,
    RETRY,
    SKIP,
    START,
    UNSPAWNED,
    VALUE,
    Stream,
    Task,
)  # fmt: skip


@final
class Machine(Calls):
    """One program under given semantics, ready to be stepped, saved and restored.

    Errors are their normalised names. `schedule` is every decision so far that had more than one option.
    """

    def __init__(self, program: Program, semantics: Semantics, *, lax: bool = False) -> None:
        super().__init__(semantics, lax=lax)
        self.program = program
        self.code = compile_program(program)
        self.choose = lambda _kind, _options: 0
        self.build(program)
        self._foresight = Foresight(self, program)
        self._told: dict[Any, TaskOutcome] = {}
        self.begin_here()

    def new_body(self, task: str) -> Frames:
        """A position at the task's first op."""
        return Frames(self.code[task], self)

    # ------------------------------------------------------------ Host, for frames

    def make_error(self, name: str) -> str:
        """Errors are their names."""
        return name

    fault = make_error

    def is_cancellation(self, error: Any) -> bool:
        """Whether the name is that of a cancellation."""
        return bool(error == "Cancelled")

    is_cancelled = is_cancellation

    def name_of(self, error: Any) -> str:
        """The name itself."""
        return str(error)

    def grouped(self, errors: tuple[Any, ...]) -> str:
        """The name of a group."""
        return f"Group({', '.join(sorted(errors))})"

    def wrapped(self, error: Any) -> str:
        """The name of a wrapped error."""
        return f"JoinError({error})"

    # ------------------------------------------------------------ what is to come

    def foresee(self) -> Foreseen | None:
        """What ready and blocked tasks may still touch; None when that is not known."""
        return self._foresight.look()

    def remaining(self, option: Task | None) -> int:
        """The ops that an option's task still has to do, its unspawned children's included; at least 1."""
        if option is None or option.state == DONE:
            return 1
        frames = option.body
        count = _ops_from(frames.at, self.code)
        return 1 + count + sum(_ops_from(block[0].next, self.code) for block in frames.blocks)

    # ------------------------------------------------------------ running

    def run(self, choose: Choose) -> Outcome:
        """One whole run from the start, every decision made by `choose`."""
        self.reset()
        self.choose = choose
        while options := self.options():
            self.step(options[choose("run", len(options)) if len(options) > 1 else 0])
        return self.outcome()

    def outcome(self) -> Outcome:
        """What this run has shown, now that nothing can go on."""
        dead = not self.over and self.tasks[0].state != DONE
        ended = self.over or all(t.state in (DONE, UNSPAWNED) for t in self.tasks)
        by_name = self.by_name
        tasks = tuple([(name, self._task_outcome(by_name[name])) for name in self.program.tasks])
        ending = "completed" if ended and not dead else ("stopped" if self.lax else "deadlocked")
        return Outcome(tasks, self.shared.entries, ending)

    def _task_outcome(self, task: Task) -> TaskOutcome:
        body = task.body
        log = body.log
        if task.state == DONE and body.request >= 0:
            seen = (task, log, body.end, task.ended)
            known = self._told.get(seen)
            if known is None:
                tick = None if self.lax else task.ended
                known = self._told[seen] = TaskOutcome(log, _end(body.end), tick)
            return known
        if task.state == UNSPAWNED and body.request >= 0:
            return TaskOutcome()
        if body.request < 0 or (task.state == READY and task.wake[0] in (START, SKIP)):
            return TaskOutcome(log, "unstarted")
        if self.over and self.semantics.orphans == "destroyed":
            return TaskOutcome(log, "destroyed", self.tick())
        step = body.next()
        return TaskOutcome(log, f"blocked: {show_op(step.op)}" if step is not None else "running")

    def refuse(self, child: Task) -> None:
        """A start was attempted, in vain: it shows as unstarted."""
        if child.state == UNSPAWNED:
            self.writes |= child.bit
            child.body.request = -1

    def advance(self, task: Task) -> None:
        """Deliver the wake-up, then perform ops up to the next pause."""
        frames: Frames = task.body
        code, value = task.wake
        if code == VALUE:
            if task.doing == "connect" and value is not None and not self.connected(value):
                frames.fail("Broken")
            else:
                self._succeed(frames, frames.at if frames.request != EXIT else None, value)
        elif code == CHECK:
            if (task.pending or self.cancelling) and self.told_after_checkpoint(task):
                self.take_cancel(task)
                frames.fail("Cancelled")
            else:
                frames.succeed()
        elif code == ERROR:
            frames.fail(value)
        elif code == SKIP:
            frames.request = -1
            self.finish(task, ("failed", "Cancelled"))
            return
        self._go_on(task, frames, code == RETRY, code != START or not self.fifo)

    def _go_on(self, task: Task, frames: Frames, again: bool, paused: bool) -> None:  # noqa: FBT001 - called at every step
        """Perform ops up to the next pause. An op that is a schedule point may pause before its effect, too.

        Documents say that an op lets others run, not whether before or after its effect. `paused`: the task
        has just been at such a point.
        """
        while (step := frames.next()) is not None:
            call, args = self.call_of(task, frames, step)
            kind = step.kind
            if frames.request != PERFORM and (frames.request != EXIT or kind != "group"):
                kind = SCOPE
            if not paused and self._yields[kind] and kind not in _PAUSES:
                self.make_ready(task, GO)
                return
            paused = False
            try:
                value = (self.retry if again else self.request)(task, kind, call, *args)
            except Fault as fault:
                if kind in _STARTS:
                    self.refuse(args[0])
                frames.fail(fault.args[0])
            else:
                if value is WAIT:
                    return
                self._succeed(frames, step, value)
            again = False
        task.ended = self.now
        assert frames.end is not None
        self.finish(task, frames.end)

    def _succeed(self, frames: Frames, step: Step | None, value: Any) -> None:
        if step is not None and (value is not None or step.kind in _ITEMS):
            kind = step.kind
            if kind in _LOGGED:
                frames.record(
                    "got " + (show_bytes(value) if isinstance(value, bytes) else show_value(value))
                )
            elif kind in ("connect", "accept") and isinstance(value, Stream):
                slot = self.slots[step.op.stream]  # type: ignore[attr-defined]
                slot.stream = value
                self.writes |= slot.bit
        frames.succeed(value)


def _ops_from(step: Step | None, code: Mapping[str, Step | None]) -> int:
    count = 0
    while step is not None:
        count += 1 + _ops_from(step.body, code)
        if step.kind in ("spawn", "detach"):
            count += _ops_from(code[step.op.task], code)  # type: ignore[attr-defined]
        step = step.next
    return count


def _end(end: tuple[str, Any] | None) -> str:
    assert end is not None
    how, value = end
    if how == "returned":
        return how if value is None else f"returned {show_value(value)}"
    return "cancelled" if value == "Cancelled" else f"raised {value}"


_LOGGED = frozenset(
    {
        "join",
        "detach",
        "receive",
        "receive_nowait",
        "receive_some",
        "receive_exactly",
        "receive_until_eof",
    }
)
_PAUSES = frozenset({"checkpoint", "sleep", "sleep_until"})
"""Op kinds that do nothing but pause."""
_STARTS = frozenset({"spawn", "detach"})
_ITEMS = frozenset({"receive", "receive_nowait"})
