"""Where the reference's oracle may leave orders out: what each task may touch, next and for the rest of the run.

Built for one machine, and asked at each new state. Answers are remembered by the number of a task's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, final

from conformance.lang.ops import WAITERS, Cancel
from conformance.run.controllable import Foreseen
from conformance.run.frames import ENTER, EXIT, FINALLY, PERFORM, Step
from runtimes.reference.futures import Futures, cannot_fail
from runtimes.reference.kernel import CLOCK, EVERYTHING, LINGERING
from runtimes.reference.objects import (
    BLOCKED,
    DONE,
    ERROR,
    GO,
    READY,
    RETRY,
    SKIP,
    START,
    Event,
    Scope,
    Task,
)

if TYPE_CHECKING:
    from runtimes.reference.machine import Machine

Reach: TypeAlias = tuple[int, int]
"""What wakes something, and what is touched from then on."""
Fact: TypeAlias = tuple[tuple[int, int] | None, Reach | None, int]
"""What the state of one part means: its task's next step and all its steps; whom it may wake; what is settled."""


@final
class Foresight:
    """The tables of one machine. `known` is false where the reduction is not allowed at all."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        kinds = {op.kind for _, op in machine.walked}
        tasks = machine.tasks
        self.known = not (machine.fifo or machine.lax or kinds - _FOLLOWED or len(tasks) < 3)
        if machine.late_spawns and machine.semantics.orphans in ("cancelled", "in_turn"):
            self.known = False  # whoever ends may end the run, and with it all that started late
        if machine.semantics.orphans == "abandoned" and machine.semantics.notice == "at_once":
            self.known = False  # main's last step is the end of everybody
        if machine.semantics.unjoined == "ends":
            self.known = False  # so is that of whoever fails
        if not self.known:
            return
        semantics = machine.semantics
        self._look_around = set[str]()  # at whatever state other tasks are in
        if semantics.unowned == "works":
            self._look_around |= _ASKS_OWNER
        if semantics.waiters == "inside":
            self._look_around |= {*WAITERS, "wait_barrier"} if machine.counting else set(WAITERS)
        own = {task.name: task.bit | task.end.bit for task in tasks}
        for name, context in machine.contexts.items():
            own[name] |= context.bit
        if (
            semantics.dead_owner == "broken"
        ):  # a task's end concerns whoever wants a lock that it holds
            for path, op in machine.walked:
                if op.kind in _TAKES_LOCK:
                    name = getattr(op, "lock", None) or op.condition  # type: ignore[attr-defined]
                    own[path[0]] |= machine.locks[name].bit
        told = {kind for kind in kinds if machine.cancel_point(kind) != "never"}
        if semantics.orphans != "awaited" or not cannot_fail(machine.code["main"], told):
            own["main"] = EVERYTHING
        self.own = own
        self._tables = (
            ("event", machine.events), ("lock", machine.locks), ("channel", machine.channels),
            ("semaphore", machine.semaphores), ("limiter", machine.limiters),
            ("barrier", machine.barriers),
        )  # fmt: skip
        self.futures = Futures(machine.code, self._touched, own)
        asked = {op.task for _, op in machine.walked if isinstance(op, Cancel)}
        self._asked = {task.own: task for task in tasks if task.name in asked}
        watched = (*tasks, *self._asked, *machine.events.values())
        self._watched: list[tuple[Any, dict[int, Fact]]] = [(thing, {}) for thing in watched]

    def _touched(self, op: Any) -> int:
        machine = self.machine
        semantics = machine.semantics
        if op.kind in self._look_around:
            return EVERYTHING
        if hasattr(op, "condition"):
            condition = machine.conditions[op.condition]
            return condition.bit | condition.lock.bit
        for name, table in self._tables:
            if hasattr(op, name):
                return int(table[getattr(op, name)].bit)
        if hasattr(op, "variable") and semantics.context == "shared":
            return machine.contexts["main"].bit
        if op.kind == "cancel":
            if semantics.cancel_joiner == "propagates":
                return EVERYTHING
            return int(machine.by_name[op.task].own.bit)
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
        numbers = machine.numbers()
        awake: dict[Any, tuple[int, int]] = {}
        blocked: list[Reach] = []
        settled = 0
        for thing, known in self._watched:
            number = numbers[thing.index]
            fact = known.get(number)
            if fact is None:
                fact = known[number] = self._learn(thing)
            ahead, reach, quiet = fact
            if ahead is not None:
                awake[thing] = ahead
            if reach is not None:
                blocked.append(reach)
            settled |= quiet
        for task in machine.ready:
            if task.state == DONE:
                return None
        for deadline, what in machine.timers:
            if deadline <= machine.now:
                if not isinstance(what, Scope) or what.owner is None:
                    return None
                mask = CLOCK | what.owner.own.bit | self.futures.whole[what.owner.name]
                awake[None] = (mask, mask | awake.get(None, (0, 0))[1])
        return awake, blocked, settled

    def _learn(self, thing: Any) -> Fact:
        """What the present state of one part means for those who look ahead."""
        if isinstance(thing, Task):
            return self._learn_task(thing)
        if isinstance(thing, Event):  # once set it stays set: it is only read
            return None, None, thing.bit if thing.set else 0
        assert isinstance(thing, Scope)
        task = self._asked[thing]
        if thing.cancelled and self.machine.level:  # to cancel again does nothing
            return None, None, thing.bit
        return None, (thing.bit, task.bit | task.end.bit), 0

    def _learn_task(self, task: Task) -> Fact:
        state = task.state
        if state == DONE:
            return None, None, task.bit | task.end.bit | task.own.bit
        if state == READY:
            reach = None
            if task.undo is not None:  # a cancel may take back what it was given
                reach = (task.own.bit, self.own[task.name] | self._from(task))
            return (self._next(task), self._future(task)), reach, 0
        if state != BLOCKED:
            return None, None, 0
        assert task.waiting is not None
        thing = task.waiting[1]
        wanted = 0 if thing is None else thing.end.bit if isinstance(thing, Task) else thing.bit
        return None, (task.bit | wanted, self._future(task)), 0

    def _future(self, task: Task) -> int:
        """Everything that a task may touch from now on, whether it is awake or will be woken."""
        frames = task.body
        mask = self.own[task.name]
        at: Step | None = frames.at
        done = task.state == READY and task.wake[0] not in (START, GO, RETRY)
        late = task.undo is not None and task.undo[0] in LINGERING
        if at is None or not done or frames.request != PERFORM or late:
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
            if step.kind in ("return", "raise", "raise_group"):
                return self._future(task) if blocks else mask | task.end.bit
            mask |= self._touched(step.op)
            if step.code == PERFORM and self.machine._yields[step.kind]:
                return mask
            step = step.next


_FOLLOWED = frozenset(
    {
        "spawn", "join", "cancel", "detach", "shield", "attempt", "raise", "return", "note", "log",
        "checkpoint", "sleep", "sleep_until", "move_on_after", "fail_after", "wait", "set",
        "acquire", "release", "send", "receive", "send_nowait", "receive_nowait",
        "is_set", "acquire_nowait", "locked", "wait_condition", "notify", "notify_all", "length",
        "acquire_semaphore", "acquire_semaphore_nowait", "release_semaphore", "semaphore_value",
        "acquire_limiter", "acquire_limiter_nowait", "release_limiter", "set_limit",
        "available_tokens", "wait_barrier", *WAITERS,
    }
)  # fmt: skip
"""Op kinds whose effects the tables follow (an event that is set stays set: none of them clears it).

Others switch the reduction off, and so keep it sound.
"""
_TAKES_LOCK = frozenset({"acquire", "acquire_nowait", "wait_condition"})
_ASKS_OWNER = frozenset({"release", "locked", "wait_condition", "notify", "notify_all"})
