"""The reference as a controllable state machine: bodies are frames, so a run can be saved and put back.

This is what the oracle searches. It performs the same rules (`Kernel` and its layers) as the coroutine executor;
a permanent test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

from conformance.lang.ops import RAISES, WAITERS, Op, Serve
from conformance.lang.ops.shutdown import DEADLY
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, show_bytes, show_value
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_op
from conformance.run.controllable import Choose, Foreseen
from conformance.run.frames import EXIT, PERFORM, Frames, Step, compile_program
from runtimes.reference.aim import Aim, any_number
from runtimes.reference.apart import Apart
from runtimes.reference.foresight import Foresight
from runtimes.reference.kernel import CLOSING, WAIT, Fault
from runtimes.reference.objects import (
    CHECK,
    DONE,
    ERROR,
    GO,
    READY,
    RETRY,
    RUNNING,
    SHUT,
    SKIP,
    START,
    UNSPAWNED,
    VALUE,
    Group,
    Stream,
    Task,
)  # fmt: skip
from runtimes.reference.scopes import ANY_NUMBER
from runtimes.reference.servers import with_servers


@final
class Machine(Apart):
    """One program under given semantics, ready to be stepped, saved and restored.

    Errors are their normalised names. `schedule` is every decision so far that had more than one option.
    """

    def __init__(self, program: Program, semantics: Semantics, *, lax: bool = False) -> None:
        super().__init__(semantics, lax=lax)
        self._named = tuple(program.tasks)
        program = with_servers(program, semantics.serving == "task")
        self.program = program
        self.code = compile_program(program)
        self.choose = lambda _kind, _options: 0
        # Where a completion wins, what a wake-up would undo is dead; unless a release asks how its lock was got.
        self.regrets = semantics.race != "completion" or semantics.unowned == "works"
        self.build(program)
        kinds = {op.kind for _, op in program.walk()}
        self._told_at_ends = self.level and not self.fifo and bool(kinds & _CANCELS)
        self._own_errors = {op.error for _, op in program.walk() if isinstance(op, RAISES)}
        self._foresight = Foresight(self)
        self._lengths: dict[Step, int] = {}
        self._blocked: dict[Step, str] = {}
        self._told: dict[Any, TaskOutcome] = {}
        self._sought: dict[str, tuple[Entry, ...]] = {}
        self.begin_here()

    def new_body(self, task: str) -> Frames:
        """A position at the task's first op."""
        return Frames(self.code[task], self)

    # ------------------------------------------------------------ Host, for frames

    def make_error(self, name: str) -> str:
        """Errors are their names."""
        return name

    fault = make_error

    def regrouped(self, cancelled: Any, name: str | None) -> Any:
        """The name of the group: one of nothing but cancellations is one."""
        return cancelled if name is None else self.grouped((cancelled, name))

    def is_cancellation(self, error: Any) -> bool:
        """Whether the name is that of a cancellation."""
        return bool(error == "Cancelled")

    is_cancelled = is_cancellation

    def is_deadly(self, error: Any) -> bool:
        """Whether it is that of an exit or a Ctrl-C."""
        return error in DEADLY

    def name_of(self, error: Any) -> str:
        """The name itself."""
        return str(error)

    def grouped(self, errors: tuple[Any, ...]) -> str:
        """The name of a group."""
        return f"Group({', '.join(sorted(errors))})"

    def without_cancelled(self, error: str) -> str | None:
        """The name that is left."""
        if error == "Cancelled" or not (error.startswith("Group(") and "Cancelled" in error):
            return None if error == "Cancelled" else error
        left = tuple(filter(None, map(self.without_cancelled, members(error))))
        return self.grouped(left) if left else None

    def wrapped(self, error: Any) -> str:
        """The name of a wrapped error."""
        return f"JoinError({error})"

    def copied(self, error: Any) -> str:
        """The name of a copy: only of the program's own errors one tells that they are no originals."""
        return f"Copy({error})" if error in self._own_errors else str(error)

    def at_call(self, task: Task) -> tuple[str, tuple[Any, ...]] | None:
        """From the task's position, and what was planned for it."""
        frames: Frames = task.body
        known = self._plans.get(frames.at) if frames.at and frames.request == PERFORM else None
        return None if known is None else (known[0], known[2])

    # ------------------------------------------------------------ what is to come

    def foresee(self) -> Foreseen | None:
        """What ready and blocked tasks may still touch; None when that is not known."""
        return self._foresight.look()

    def remaining(self, option: Task | None) -> int:
        """The ops that an option's task still has to do, its unspawned children's included; at least 1."""
        if option is None or option.state == DONE:
            return 1
        frames = option.body
        count = 1
        if frames.at is not None:
            count += self._lengths.get(frames.at) or self._length(frames.at)
        for step, _, _ in frames.blocks:
            if step.next is not None:
                count += self._lengths.get(step.next) or self._length(step.next)
        return count

    def _length(self, step: Step | None) -> int:
        """The ops from this one to the end of its block, bodies and spawned tasks included."""
        if step is None:
            return 0
        count = 1 + self._length(step.body) + self._length(step.next)
        if step.kind in _STARTS:
            op: Any = step.op
            count += self._length(self.code[op.thread if step.kind == "run_in_thread" else op.task])
        self._lengths[step] = count
        return count

    def aim(self, outcome: Outcome) -> Aim:
        """What tells whether that outcome can still be reached; from now on any number is the one that it shows."""
        self._sought = {name: told.log for name, told in outcome.tasks}
        return Aim(self, outcome)

    def reset(self) -> None:
        """Back to the start, without an aim."""
        super().reset()
        self._sought = {}

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
        ended = True
        for task in self.tasks:
            if task.state not in (DONE, UNSPAWNED):
                ended = self.over
        ended = ended and not self.left_over()
        tasks = tuple([(name, self.task_outcome(self.by_name[name])) for name in self._named])
        ending = "completed" if ended and not dead else ("stopped" if self.lax else "deadlocked")
        return Outcome(tasks, self.shared.entries, ending)

    def task_outcome(self, task: Task) -> TaskOutcome:
        """What a task has shown so far."""
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
        if self.over and self.semantics.orphans != "abandoned":
            return TaskOutcome(log, "destroyed", self.tick())
        step = body.next()
        if step is None:
            return TaskOutcome(log, "running")
        if step not in self._blocked:
            self._blocked[step] = f"blocked: {show_op(self._spelt(step))}"
        return TaskOutcome(log, self._blocked[step])

    def _spelt(self, step: Step) -> Op:
        """The op as the program has it: a server is a group here."""
        for length in range(len(step.path), 1, -2):
            group = self.scopes.get(step.path[:length])
            if isinstance(group, Group) and group.name in self.serving:
                return Serve(group.name.partition(" ")[0])
        return step.op

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
            if value is None and task.doing not in _ITEMS:
                step = frames.proceed()
            else:
                step = self._arrived(task, frames, value)
        elif code == CHECK:
            if (task.pending or self.cancelling) and self.told_after_checkpoint(task):
                self.take_cancel(task)
                frames.fail("Cancelled")
                step = frames.next()
            else:
                step = frames.proceed()
        elif code == SKIP:
            frames.request = -1
            self.finish(task, ("failed", "Cancelled"))
            return
        elif code == SHUT:
            self.closed_behind(task)
            return
        else:
            if code == ERROR:
                frames.fail(value)
            step = frames.next()
        self._go_on(task, frames, step, code)

    def _go_on(self, task: Task, frames: Frames, step: Step | None, code: int) -> None:
        """Perform ops up to the next pause. An op that is a schedule point may pause before its effect, too.

        Documents say that an op lets others run, not whether before or after its effect, nor whether they run
        before it tells of a cancellation.
        """
        plans = self._plans
        paused = code != START or not self.fifo  # the task has just been at such a point
        gone_on = code == GO  # … before this very op
        # What is told at the end of a checkpoint is told by the checkpoint: at a pause behind it, by the next op.
        retold = self._told_at_ends and task.doing in _PAUSES and code in (CHECK, VALUE)
        retold = retold or (code == CHECK and self.level and task.doing in CLOSING)
        again = code == RETRY
        while step is not None:
            known = plans.get(step) if frames.request != EXIT else None
            kind, call, args = known or self.plan(task, frames, step)
            apart = bool(self.apart) and self.is_apart(task)
            if not (gone_on or again) and (self._yields[kind] or apart):
                due = (self.cancelling or task.pending) and self.cancel_due(task)
                stands = due or not ((paused and not retold) or kind in _PAUSES)
                # Whoever meets it there finds the socket in use, also right after another pause.
                stands = stands or apart or id(step.op) in self.contended
                if stands and not self.goes_straight_on(task, kind):
                    self.make_ready(task, GO)
                    return
            paused = gone_on = retold = False
            try:
                if again:
                    again = False
                    value = self.retry(task, kind, call, args)
                else:
                    value = (self.request_apart if apart else self.request)(task, kind, call, args)
            except Fault as fault:
                if kind in _STARTS:
                    self.refuse(args[0])
                frames.fail(fault.args[0])
                step = frames.next()
            else:
                if value is WAIT:
                    return
                if value is not None or kind in _ITEMS:
                    self._show(frames, step, value)
                step = frames.proceed(value)
        task.ended = self.now
        assert frames.end is not None
        if self.handling:
            self.body_over(task, frames.end)
        else:
            self.finish(task, frames.end)

    def told_before(self, task: Task, kind: str, call: Any, args: Any) -> None:
        """Names are looked up first, misuse and use by two may be noticed first, and a connect may have been begun."""
        self.check_first(task)
        if self.misuses(task, kind, args) and self.choose("cancel", 2):
            raise Fault(self.fault("Misuse"))
        if kind in _CONNECTS and self.choose("io", 2):
            call(task, *args)
            undo, task.undo = task.undo, None
            self.ready.remove(task)
            task.state = RUNNING
            assert undo is not None
            self.undo(task, *undo)
        super().told_before(task, kind, call, args)

    def _arrived(self, task: Task, frames: Frames, value: Any) -> Step | None:
        """What an op waited for is there."""
        if task.doing in _CONNECTS and not self.connected(value):
            frames.fail("Broken")
            return frames.next()
        if frames.request != EXIT:
            assert frames.at is not None
            self._show(frames, frames.at, value)
        return frames.proceed(value)

    def _show(self, frames: Frames, step: Step, value: Any) -> None:
        """What an op returned goes to the log, or is a stream's name."""
        kind = step.kind
        if kind == "start":
            self.given(step.op.task)  # type: ignore[attr-defined]
        if value is ANY_NUMBER:
            frames.record(any_number(self._sought.get(step.path[0], ()), frames.log))
        elif kind in _LOGGED and (value is not None or kind != "start"):
            frames.record(
                "got " + (show_bytes(value) if isinstance(value, bytes) else show_value(value))
            )
        elif (kind == "accept" or kind in _CONNECTS) and isinstance(value, Stream):
            slot = self.slots[step.op.stream]  # type: ignore[attr-defined]
            slot.stream = value
            self.writes |= slot.bit


def _end(end: tuple[str, Any] | None) -> str:
    assert end is not None
    how, value = end
    if how == "returned":
        return how if value is None else f"returned {show_value(value)}"
    return "cancelled" if value == "Cancelled" else f"raised {value}"


def members(group: str) -> Iterator[str]:
    """The names in `Group(…)`."""
    depth, begin = 0, len("Group(")
    for at, letter in enumerate(group[:-1]):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 1:
            yield group[begin:at].strip()
            begin = at + 1
    yield group[begin:-1].strip()


_LOGGED = frozenset(
    {
        "join", "detach", "receive", "receive_nowait", "receive_some", "receive_exactly", "receive_until_eof",
        "start", "done", "cancelled", "cancelling", "cancel_called", "cancel_pending", "cancelled_caught",
        "get_variable", "is_set", "locked", "length", "semaphore_value", "available_tokens", *WAITERS,
        "wait_barrier", "run_in_thread", "from_thread",
    }
)  # fmt: skip
_CONNECTS = frozenset({"connect", "connect_unix"})
_CANCELS = frozenset(
    {"cancel", "cancel_group", "cancel_scope", "fail_after", "group", "move_on_after", "scope"}
)
"""Who cancels somebody, now or later."""
_PAUSES = frozenset({"checkpoint", "sleep", "sleep_until"})
"""Op kinds that do nothing but pause."""
_STARTS = frozenset({"spawn", "detach", "start", "run_in_thread"})
_ITEMS = frozenset({"receive", "receive_nowait", "get_variable", "start"})
