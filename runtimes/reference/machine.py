"""The reference as a controllable state machine: bodies are frames, so a run can be saved and put back.

This is what the oracle searches. It performs the same rules (`Kernel` and its layers) as the coroutine executor;
a permanent test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from conformance.lang.ops import Ticks
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, show_bytes, show_value
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_op
from conformance.run.controllable import Choose, Foreseen
from conformance.run.frames import ENTER, EXIT, PERFORM, Frames, Step, compile_program
from runtimes.reference.foresight import Foresight
from runtimes.reference.kernel import EVERYTHING, SCOPE, WAIT, Fault
from runtimes.reference.network import Network
from runtimes.reference.objects import (
    BLOCKED, CHECK, DONE, ERROR, GO, LOOSE, READY, RETRY, SKIP, START, UNSPAWNED, VALUE,
    Channel, End, Event, Group, Listener, Lock, Scope, Stateful, Stream, Task,
)  # fmt: skip


class Slot(Stateful):
    """The stream that a name of the program stands for."""

    __slots__ = ("stream",)
    STATE = ("stream",)

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.stream: Stream | None = None


class Shared(Stateful):
    """The shared log."""

    __slots__ = ("entries",)
    STATE = ("entries",)

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.entries: tuple[Entry, ...] = ()


@final
class Machine(Network):
    """One program under given semantics, ready to be stepped, saved and restored.

    Errors are their normalised names. `schedule` is every decision so far that had more than one option.
    """

    def __init__(self, program: Program, semantics: Semantics, *, lax: bool = False) -> None:
        super().__init__(semantics, lax=lax)
        self.program = program
        self.things: list[Any] = []
        self.code = compile_program(program)
        self.choose = lambda kind, options: 0
        self._build(program)
        self._foresight = Foresight(self, program)
        self._current: list[int] = [-1] * len(self.things)
        self._numbers: dict[Any, int] = {}
        self._saved: list[Any] = []
        self._unsaved = EVERYTHING
        self._start = self.snapshot()

    # ------------------------------------------------------------ building

    def _thing(self, make: Callable[..., Any], *args: Any, **named: Any) -> Any:
        bit = 4 << len(self.things)
        thing = make(args[0], bit, *args[1:], **named) if make in (Scope, Task) else make(bit, *args, **named)
        thing.index = len(self.things)
        self.things.append(thing)
        return thing

    def _build(self, program: Program) -> None:
        self.by_name: dict[str, Task] = {}
        for name in program.tasks:
            own = self._thing(Scope, "task")
            task = self._thing(Task, name, own, self._thing(End))
            task.body = Frames(self.code[name], self)
            task.body.log = ()
            self.tasks.append(task)
            self.by_name[name] = task
        main = self.by_name["main"]
        self.tasks.remove(main)
        self.tasks.insert(0, main)
        self.events = {name: self._thing(Event) for name in program.events}
        self.locks = {name: self._thing(Lock) for name in program.locks}
        self.channels = {n: self._thing(Channel, c.capacity) for n, c in program.channels.items()}
        self.listeners: dict[str, Listener] = {}
        self.slots: dict[str, Slot] = {}
        self.pairs: dict[str, tuple[Stream, Stream]] = {}
        self.scopes: dict[tuple[str, ...], Any] = {}
        for path, op in program.walk():
            self._build_op(path, op)
        self._calls = {task.name: {} for task in self.tasks}
        self.shared = self._thing(Shared)
        main.state = UNSPAWNED
        main.scopes = (main.own,)
        main.own.owner = main
        self.make_ready(main, START)

    def _build_op(self, path: tuple[str, ...], op: Any) -> None:
        if op.kind == "listen":
            self.listeners[op.listener] = self._thing(Listener)
        elif op.kind in ("connect", "accept"):
            self.slots[op.stream] = self._thing(Slot)
            if op.kind == "connect":
                self.pairs[op.stream] = (self._thing(Stream), self._thing(Stream))
        elif op.kind in ("move_on_after", "fail_after"):
            self.scopes[path] = self._thing(Scope, "deadline")
        elif op.kind == "shield":
            self.scopes[path] = self._thing(Scope, "shield", shield=True)
        elif op.kind == "group":
            self.scopes[path] = self._thing(Group, self._thing(Scope, "group"))

    # ------------------------------------------------------------ Host, for frames

    def tick(self) -> Ticks | None:
        """Virtual time; none where time is lax."""
        return None if self.lax else self.now

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

    # ------------------------------------------------------------ saving

    def snapshot(self) -> tuple[Any, ...]:
        """The complete state: restores it, and is its key.

        Each part's state is held as a number that stands for the tuple of its slots. Only parts that the
        footprint of the last step names are read again (a permanent test checks that no other changed).
        """
        current, numbers, writes = self._current, self._numbers, self._unsaved
        if writes:
            self._unsaved = 0
            for thing in self._written(writes):
                saved = thing.save(thing)
                number = numbers.get(saved)
                if number is None:
                    number = numbers[saved] = len(numbers)
                    self._saved.append(saved)
                current[thing.index] = number
        ready, timers = tuple(self.ready), self.timers
        if len(ready) > 1:
            ready = tuple(sorted(ready, key=_in_fifo if self.fifo else _bit))
        if len(timers) > 1 and self.semantics.ties == "any":
            timers = tuple(sorted(timers, key=_by_deadline))
        return self.now, ready, timers, self.cancelling, self.over, *current

    def _written(self, writes: int) -> list[Any]:
        things = self.things
        if writes < 0:
            return things
        written = []
        bits = writes >> 2
        while bits:
            low = bits & -bits
            written.append(things[low.bit_length() - 1])
            bits ^= low
        return written

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        if self._unsaved:
            for thing in self._written(self._unsaved):
                self._current[thing.index] = -1
            self._unsaved = 0
        self.now, ready, self.timers, self.cancelling, self.over, *numbers = saved
        self.ready = list(ready)
        for index, (mine, wanted) in enumerate(zip(self._current, numbers, strict=True)):
            if mine != wanted:
                self.things[index].load(self._saved[wanted])
        self._current = numbers

    def reset(self) -> None:
        """Back to the start."""
        self.restore(self._start)

    # ------------------------------------------------------------ running

    def run(self, choose: Choose) -> Outcome:
        """One whole run from the start, every decision made by `choose`."""
        self.restore(self._start)
        self.choose = choose
        while options := self.options():
            self.step(options[choose("run", len(options)) if len(options) > 1 else 0])
        return self.outcome()

    def step(self, option: Task | None) -> None:
        """Let one option happen; its footprint is in `reads` and `writes` afterwards."""
        super().step(option)
        self._unsaved |= self.writes

    def outcome(self) -> Outcome:
        """What this run has shown, now that nothing can go on."""
        dead = not self.over and self.tasks[0].state != DONE
        ended = self.over or all(t.state in (DONE, UNSPAWNED) for t in self.tasks)
        tasks = tuple((name, self._task_outcome(self.by_name[name])) for name in self.program.tasks)
        ending = "completed" if ended and not dead else ("stopped" if self.lax else "deadlocked")
        return Outcome(tasks, self.shared.entries, ending)

    def _task_outcome(self, task: Task) -> TaskOutcome:
        log = task.body.log
        if task.state == UNSPAWNED and task.body.request >= 0:
            return TaskOutcome()
        if task.body.request < 0 or (task.state == READY and task.wake[0] in (START, SKIP)):
            return TaskOutcome(log, "unstarted")
        if task.state != DONE:
            step = task.body.next()
            return TaskOutcome(log, f"blocked: {show_op(step.op)}" if step is not None else "running")
        return TaskOutcome(log, _end(task.body.end), None if self.lax else task.ended)

    def refuse(self, child: Task) -> None:
        """A start was attempted, in vain: it shows as unstarted."""
        if child.state == UNSPAWNED:
            self.writes |= child.bit
            child.body.request = -1

    def advance(self, task: Task) -> None:
        """Deliver the wake-up, then perform ops up to the next pause."""
        frames: Frames = task.body
        code, value = task.wake
        if code == VALUE and task.doing == "connect" and isinstance(value, Stream) and not self.connected(value):
            frames.fail("Broken")
        elif code == VALUE:
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
        self._go_on(task, frames, again=code == RETRY, paused=code != START or not self.fifo)

    def _go_on(self, task: Task, frames: Frames, *, again: bool, paused: bool) -> None:
        """Perform ops up to the next pause. An op that is a schedule point may pause before its effect, too.

        Documents say that an op lets others run, not whether before or after its effect. `paused`: the task
        has just been at such a point.
        """
        while (step := frames.next()) is not None:
            call, args = self._call(task, frames, step)
            request = frames.request
            kind = step.kind if request == PERFORM or (request == EXIT and step.kind == "group") else SCOPE
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
                frames.record("got " + (show_bytes(value) if isinstance(value, bytes) else show_value(value)))
            elif kind in ("connect", "accept") and isinstance(value, Stream):
                slot = self.slots[step.op.stream]  # type: ignore[attr-defined]
                slot.stream = value
                self.writes |= slot.bit
        frames.succeed(value)

    # ------------------------------------------------------------ ops

    def _call(self, task: Task, frames: Frames, step: Step) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The kernel's function for a request, and its arguments."""
        if frames.request == EXIT:
            return self._leave(step, frames.in_flight())
        calls = self._calls[task.name]
        known = calls.get(step)
        if known is None:
            known = calls[step] = self._resolve(task, frames.request, step.op, step.path)
        return known

    def _leave(self, step: Step, error: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        scope = self.scopes[step.path]
        if step.kind == "group":
            return self.leave_group, (scope, error)
        if step.kind == "shield":
            return self.leave_shield, (scope,)
        fails = step.kind == "fail_after"
        return (lambda task: self.leave_deadline(task, scope, error, fails=fails)), ()

    def _resolve(
        self, task: Task, request: int, op: Any, path: tuple[str, ...]
    ) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Look the objects of an op up, once."""
        kind = op.kind
        if request == ENTER:
            scope = self.scopes[path]
            if kind == "group":
                return self.enter_group, (scope,)
            return (self.enter_shield, (scope,)) if kind == "shield" else (self.enter_deadline, (scope, op.ticks))
        if kind in _ON_TASK:
            return self._resolve_task(kind, op)
        if kind in ("wait", "set"):
            return (self.wait_event if kind == "wait" else self.set_event), (self.events[op.event],)
        if kind in ("acquire", "release"):
            return getattr(self, kind), (self.locks[op.lock],)
        if kind in ("send", "send_nowait"):
            return getattr(self, kind), (self.channels[op.channel], op.item)
        if kind in ("receive", "receive_nowait"):
            return getattr(self, kind), (self.channels[op.channel],)
        if kind == "log":
            return self._log, (f"{task.name} {show_value(op.word)}",)
        if kind in ("sleep", "block"):
            return (self.sleep if kind == "sleep" else self.hold), (op.ticks,)
        if kind == "sleep_until":
            return (lambda task: self.sleep(task, op.tick - self.now)), ()
        if kind == "checkpoint":
            return self.checkpoint, ()
        return self._resolve_tcp(kind, op)

    def _resolve_task(self, kind: str, op: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        target = self.by_name[op.task]
        if kind == "spawn" and op.group is not None:
            group = next(s for p, s in self.scopes.items() if isinstance(s, Group) and self._group_name(p) == op.group)
            return self.spawn, (target, group)
        if kind == "join":
            return self._join, (target,)
        return getattr(self, kind), (target,)

    def _group_name(self, path: tuple[str, ...]) -> str:
        return next(op.name for p, op in self.program.walk() if p == path)  # type: ignore[attr-defined, no-any-return]

    def _join(self, task: Task, target: Task) -> Any:
        if target.state == UNSPAWNED:
            self.reads |= target.end.bit
            raise Fault("Unopened")
        return self.join(task, target)

    def _resolve_tcp(self, kind: str, op: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        if kind in ("listen", "close_listener", "accept"):
            listener = self.listeners[op.listener]
            return (getattr(self, kind) if kind == "listen" else self._opened(listener, getattr(self, kind))), (listener,)
        if kind == "connect":
            listener = self.listeners[op.listener]
            pair = self.pairs[op.stream]
            call = self._opened(listener, self.connect)
            return (lambda task, *_: call(task, *pair, listener)), ()
        slot = self.slots[op.stream]
        args: tuple[Any, ...] = ()
        if kind == "send_bytes":
            args = (op.data.encode() * op.times,)
        elif kind == "receive_some":
            args = (op.max,)
        elif kind == "receive_exactly":
            args = (op.count,)
        call = getattr(self, {"close": "close_stream", "abort": "abort_stream"}.get(kind, kind))
        return self._on_stream, (slot, call, args)

    def _opened(self, listener: Listener, call: Callable[..., Any]) -> Callable[..., Any]:
        def checked(task: Task, *args: Any) -> Any:
            self.reads |= listener.bit
            if not listener.open and not listener.ever:  # type: ignore[attr-defined]
                raise Fault("Unopened")
            return call(task, *args)

        return checked

    def _on_stream(self, task: Task, slot: Slot, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self.reads |= slot.bit
        if slot.stream is None:
            raise Fault("Unopened")
        return call(task, slot.stream, *args)

    def _log(self, task: Task, text: str) -> None:
        self.writes |= self.shared.bit
        self.shared.entries += (Entry(text, self.tick()),)


def _ops_from(step: Step | None, code: Mapping[str, Step | None]) -> int:
    count = 0
    while step is not None:
        count += 1 + _ops_from(step.body, code)
        if step.kind in ("spawn", "detach"):
            count += _ops_from(code[step.op.task], code)  # type: ignore[attr-defined]
        step = step.next
    return count


def _bit(task: Task) -> int:
    return task.bit


def _in_fifo(task: Task) -> int:
    """Loose tasks stand in no order; the others keep theirs, after them (sorting is stable)."""
    return task.bit if task.lane == LOOSE else 1 << 62


def _by_deadline(timer: tuple[Ticks, Any]) -> tuple[Ticks, int]:
    return timer[0], timer[1].bit


def _end(end: tuple[str, Any] | None) -> str:
    assert end is not None
    how, value = end
    if how == "returned":
        return how if value is None else f"returned {show_value(value)}"
    return "cancelled" if value == "Cancelled" else f"raised {value}"


_LOGGED = frozenset({"join", "detach", "receive", "receive_nowait", "receive_some", "receive_exactly", "receive_until_eof"})
_PAUSES = frozenset({"checkpoint", "sleep", "sleep_until"})
"""Op kinds that do nothing but pause."""
_STARTS = frozenset({"spawn", "detach"})
_ITEMS = frozenset({"receive", "receive_nowait"})
_ON_TASK = frozenset({"spawn", "join", "cancel", "detach"})
