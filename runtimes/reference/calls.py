"""From a program to the kernel's calls: its objects are made once, its ops looked up once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from conformance.lang.ops import Ticks
from conformance.lang.outcome import Entry, show_value
from conformance.lang.program import Path, Program
from conformance.run.frames import ENTER, EXIT, Frames, Step
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import (
    START,
    UNSPAWNED,
    Channel,
    End,
    Event,
    Group,
    Listener,
    Lock,
    Scope,
    Stateful,
    Stream,
    Task,
)  # fmt: skip
from runtimes.reference.saving import Saving

Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
"""A kernel's function, and its arguments after the task."""


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


class Calls(Saving):
    """Kernel that knows a program's objects and what its ops call."""

    code: Mapping[str, Step | None]

    def new_body(self, task: str) -> Frames:
        """The body of a task."""
        raise NotImplementedError

    def tick(self) -> Ticks | None:
        """Virtual time; none where time is lax."""
        return None if self.lax else self.now

    def build(self, program: Program) -> None:
        """Make every object of the program, and main ready."""
        self.by_name: dict[str, Task] = {}
        for name in program.tasks:
            own = self.make_thing(Scope, "task")
            task = self.make_thing(Task, name, own, self.make_thing(End))
            task.body = self.new_body(name)
            self.tasks.append(task)
            self.by_name[name] = task
        main = self.by_name["main"]
        self.tasks.remove(main)
        self.tasks.insert(0, main)
        self.events = {name: self.make_thing(Event) for name in program.events}
        self.locks = {name: self.make_thing(Lock) for name in program.locks}
        self.channels = {
            n: self.make_thing(Channel, c.capacity) for n, c in program.channels.items()
        }
        self.listeners: dict[str, Listener] = {}
        self.slots: dict[str, Slot] = {}
        self.pairs: dict[str, tuple[Stream, Stream]] = {}
        self.scopes: dict[Path, Any] = {}
        for path, op in program.walk():
            self._build_op(path, op)
        self._calls: dict[str, dict[Step, Call]] = {task.name: {} for task in self.tasks}
        self.shared = self.make_thing(Shared)
        main.state = UNSPAWNED
        main.scopes = (main.own,)
        main.own.owner = main
        self.make_ready(main, START)

    def _build_op(self, path: Path, op: Any) -> None:
        if op.kind == "listen":
            self.listeners[op.listener] = self.make_thing(Listener)
        elif op.kind in ("connect", "accept"):
            self.slots[op.stream] = self.make_thing(Slot)
            if op.kind == "connect":
                self.pairs[op.stream] = (self.make_thing(Stream), self.make_thing(Stream))
        elif op.kind in ("move_on_after", "fail_after"):
            self.scopes[path] = self.make_thing(Scope, "deadline")
        elif op.kind == "shield":
            self.scopes[path] = self.make_thing(Scope, "shield", shield=True)
        elif op.kind == "group":
            self.scopes[path] = self.make_thing(Group, self.make_thing(Scope, "group"), op.name)

    def call_of(self, task: Task, frames: Frames, step: Step) -> Call:
        """The kernel's function for a request, and its arguments."""
        if frames.request == EXIT:
            return self._leave(step, frames.in_flight())
        calls = self._calls[task.name]
        known = calls.get(step)
        if known is None:
            known = calls[step] = self._resolve(task, frames.request, step.op, step.path)
        return known

    def _leave(self, step: Step, error: Any) -> Call:
        scope = self.scopes[step.path]
        if step.kind == "group":
            return self.leave_group, (scope, error)
        if step.kind == "shield":
            return self.leave_shield, (scope,)
        fails = step.kind == "fail_after"
        return (lambda task: self.leave_deadline(task, scope, error, fails=fails)), ()

    def _resolve(self, task: Task, request: int, op: Any, path: Path) -> Call:
        """Look the objects of an op up, once."""
        kind = op.kind
        if request == ENTER:
            scope = self.scopes[path]
            if kind == "group":
                return self.enter_group, (scope,)
            return (
                (self.enter_shield, (scope,))
                if kind == "shield"
                else (self.enter_deadline, (scope, op.ticks))
            )
        if kind in _ON_TASK:
            return self._resolve_task(kind, op, path)
        if kind in ("wait", "set"):
            return (self.wait_event if kind == "wait" else self.set_event), (self.events[op.event],)
        if kind in ("acquire", "release"):
            return getattr(self, kind), (self.locks[op.lock],)
        if kind in ("send", "send_nowait"):
            return getattr(self, kind), (self.channels[op.channel], show_value(op.item))
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

    def _resolve_task(self, kind: str, op: Any, path: Path) -> Call:
        target = self.by_name[op.task]
        if kind == "spawn" and op.group is not None:
            return self.spawn, (target, self._open_group(path, op.group))
        if kind == "join":
            return self._join, (target,)
        return getattr(self, kind), (target,)

    def _open_group(self, path: Path, name: str) -> Group:
        """The innermost group of that name around an op."""
        for length in range(len(path) - 2, 1, -2):
            group = self.scopes.get(path[:length])
            if isinstance(group, Group) and group.name == name:
                return group
        raise Fault("Unopened")

    def _join(self, task: Task, target: Task) -> Any:
        if target.state == UNSPAWNED:
            self.reads |= target.end.bit
            raise Fault("Unopened")
        return self.join(task, target)

    def _resolve_tcp(self, kind: str, op: Any) -> Call:
        if kind in ("listen", "close_listener", "accept"):
            listener = self.listeners[op.listener]
            return (
                getattr(self, kind)
                if kind == "listen"
                else self._opened(listener, getattr(self, kind))
            ), (listener,)
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
            if not listener.open and not listener.ever:
                raise Fault("Unopened")
            return call(task, *args)

        return checked

    def _on_stream(
        self, task: Task, slot: Slot, call: Callable[..., Any], args: tuple[Any, ...]
    ) -> Any:
        self.reads |= slot.bit
        if slot.stream is None:
            raise Fault("Unopened")
        return call(task, slot.stream, *args)

    def _log(self, task: Task, text: str) -> None:
        self.writes |= self.shared.bit
        self.shared.entries += (Entry(text, self.tick()),)


_ON_TASK = frozenset({"spawn", "join", "cancel", "detach"})
