"""Where the reference's oracle may leave orders out: what each task may touch, next and for the rest of the run.

Built for one machine, and asked at each new state. Answers are remembered by the number of a task's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from conformance.lang.program import Program
from conformance.run.controllable import Foreseen
from conformance.run.frames import ENTER, EXIT, FINALLY, PERFORM, Step
from runtimes.reference.futures import Futures, cannot_fail
from runtimes.reference.kernel import CLOCK, EVERYTHING
from runtimes.reference.objects import (
    BLOCKED,
    DONE,
    ERROR,
    GO,
    READY,
    RETRY,
    SKIP,
    START,
    Scope,
    Task,
)

if TYPE_CHECKING:
    from runtimes.reference.machine import Machine


@final
class Foresight:
    """The tables of one machine. `known` is false where the reduction is not allowed at all."""

    def __init__(self, machine: Machine, program: Program) -> None:
        self.machine = machine
        kinds = {op.kind for _, op in program.walk()}
        tasks = machine.tasks
        self.known = not (machine.fifo or machine.lax or kinds & _FAR_REACHING or len(tasks) < 3)
        if not self.known:
            return
        semantics = machine.semantics
        own = {task.name: task.bit | task.end.bit for task in tasks}
        if (
            semantics.dead_owner == "broken"
        ):  # a task's end concerns whoever wants a lock that it holds
            for path, op in program.walk():
                if op.kind == "acquire":
                    own[path[0]] |= machine.locks[op.lock].bit  # type: ignore[attr-defined]
        if semantics.orphans != "awaited" or not cannot_fail(machine.code["main"]):
            own["main"] = EVERYTHING
        self.own = own
        self.futures = Futures(machine.code, self._touched, own)
        self._of: dict[Task, dict[int, tuple[int, int]]] = {task: {} for task in tasks}

    def _touched(self, op: Any) -> int:
        machine = self.machine
        semantics = machine.semantics
        if (
            op.kind == "release"
            and semantics.dead_owner == "broken"
            and semantics.unowned == "works"
        ):
            return EVERYTHING  # the owner's list of locks changes, whoever that is
        tables = (("event", machine.events), ("lock", machine.locks), ("channel", machine.channels))
        for name, table in tables:
            if hasattr(op, name):
                return int(table[getattr(op, name)].bit)
        if op.kind == "cancel":
            if semantics.cancel_joiner == "propagates":
                return EVERYTHING
            target = machine.by_name[op.task]
            return target.bit | target.end.bit | target.own.bit
        if op.kind == "join":
            return machine.by_name[op.task].end.bit
        if op.kind == "log":
            return int(machine.shared.bit)
        if op.kind in ("move_on_after", "fail_after") and op.ticks <= 0:
            return CLOCK  # it is due at once: its timer may fire while others are ready
        return 0

    def look(self) -> Foreseen | None:
        """What may come from the present state, which was just saved; None when that is not known."""
        if not self.known:
            return None
        machine = self.machine
        awake: dict[Any, tuple[int, int]] = {}
        blocked: list[tuple[int, int]] = []
        numbers = machine.numbers()
        for task in machine.tasks:
            state = task.state
            if state == READY:
                known = self._of[task]
                number = numbers[task.index]
                found = known.get(number)
                if found is None:
                    found = known[number] = (self._next(task), self._future(task))
                awake[task] = found
                if task.undo is not None:  # a cancel may take back what it was given
                    blocked.append((task.own.bit, self.own[task.name] | self._from(task)))
            elif state == BLOCKED:
                assert task.waiting is not None
                thing = task.waiting[1]
                wanted = (
                    0 if thing is None else thing.end.bit if isinstance(thing, Task) else thing.bit
                )
                blocked.append((task.bit | wanted, self._future(task)))
        if any(task.state == DONE for task in machine.ready):
            return None
        for deadline, what in machine.timers:
            if deadline <= machine.now:
                if not isinstance(what, Scope) or what.owner is None:
                    return None
                mask = CLOCK | what.owner.own.bit | self.futures.whole[what.owner.name]
                awake[None] = (mask, mask | awake.get(None, (0, 0))[1])
        return awake, blocked

    def _future(self, task: Task) -> int:
        """Everything that a task may touch from now on, whether it is awake or will be woken."""
        frames = task.body
        mask = self.own[task.name]
        at: Step | None = frames.at
        done = task.state == READY and task.wake[0] not in (START, GO, RETRY)
        if at is None or not done or frames.request != PERFORM:
            return mask | self._from(task)
        return mask | self.futures.then[at]

    def _from(self, task: Task) -> int:
        """Everything from the op at which a task stands, that op included."""
        frames = task.body
        if frames.at is not None and frames.request != EXIT:
            return self.futures.of[frames.at]
        return self.futures.of[frames.blocks[-1][0]] if frames.blocks else 0

    def _next(self, task: Task) -> int:
        """What the next step of a ready task will probably touch. Only a guess: it decides what is tried first."""
        frames = task.body
        code = task.wake[0]
        mask = task.bit
        if code == SKIP:
            return mask | task.end.bit
        if frames.at is None or frames.request == EXIT or code == ERROR:
            return self._future(task) if frames.blocks else mask | task.end.bit
        step: Step | None = frames.at if code in (START, GO, RETRY) else frames.at.next
        blocks: list[tuple[Step, int, Any]] = list(frames.blocks)
        while True:
            if step is None:
                if not blocks:
                    return mask | task.end.bit
                outer, phase, _ = blocks.pop()
                step = outer.next
                if outer.finally_ is not None and phase != FINALLY:
                    step = outer.finally_
                    blocks.append((outer, FINALLY, None))
                continue
            if step.body is not None:
                mask |= self._touched(step.op) if step.code == ENTER else 0
                blocks.append((step, -1, None))
                step = step.body
                continue
            if step.kind in ("return", "raise"):
                return self._future(task) if blocks else mask | task.end.bit
            mask |= self._touched(step.op)
            if step.code == PERFORM and self.machine._yields[step.kind]:
                return mask
            step = step.next


_FAR_REACHING = frozenset({"group", "block", "listen", "connect", "accept"})
"""Op kinds whose effects the table of futures does not follow."""
