"""From a program to the kernel's calls: its objects are made once, its ops looked up once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from conformance.lang.ops import Ticks
from conformance.lang.outcome import Entry, show_value
from conformance.lang.program import Path, Program
from conformance.run.frames import ENTER, EXIT, PERFORM, Frames, Step
from runtimes.reference.calls_scopes import SCOPED
from runtimes.reference.calls_shutdown import DEADLY
from runtimes.reference.calls_sync import SYNC
from runtimes.reference.calls_threads import SOCKETS, THREAD, THREADED
from runtimes.reference.kernel import SCOPE, WAIT, Fault, InUse
from runtimes.reference.network import COMPOSED
from runtimes.reference.objects import (
    BLOCKED,
    ERROR,
    READY,
    START,
    UNSPAWNED,
    Channel,
    End,
    Event,
    Listener,
    Lock,
    Scope,
    Stateful,
    Stream,
    Task,
)  # fmt: skip
from runtimes.reference.servers import Servers

Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
"""A kernel's function, and its arguments after the task."""

Plan: TypeAlias = tuple[str, Callable[..., Any], tuple[Any, ...]]
"""As what kind of op the kernel performs a call, its function, and its arguments after the task."""


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


class Calls(Servers):
    """Kernel that knows a program's objects and what its ops call."""

    code: Mapping[str, Step | None]
    program: Program

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
        self.build_sync(program)
        self.channels = {
            n: self.make_thing(Channel, c.capacity) for n, c in program.channels.items()
        }
        self.build_ends(program)
        self.listeners: dict[str, Listener] = {}
        self.slots: dict[str, Slot] = {}
        self.pairs: dict[str, tuple[Stream, Stream]] = {}
        self.scopes: dict[Path, Any] = {}
        self.build_named(program)
        self.walked = tuple(program.walk())
        self.build_closing(program)
        self.build_servers(program)
        for path, op in self.walked:
            self._build_op(path, op)
        self.build_starts()
        self.build_threads(program)
        self.late_spawns = any(op.kind in _SPAWNS and path[0] != "main" for path, op in self.walked)
        self._plans: dict[Step, Plan] = {}
        self._checks: dict[tuple[str, int], list[Callable[[], None]]] = {}
        self.contended: set[int] = set()
        self.shared = self.make_thing(Shared)
        main.scopes = (*self.outside, main.own)
        main.own.owner = main
        self.make_ready(main, START)

    def _build_op(self, path: Path, op: Any) -> None:
        if op.kind in ("listen", "listen_unix"):
            self.listeners[op.listener] = self.make_thing(Listener)
        elif op.kind in ("connect", "connect_unix", "accept", "handler"):
            if op.stream not in self.slots:
                self.slots[op.stream] = self.make_thing(Slot)
            if op.kind.startswith("connect"):
                self.pairs[op.stream] = (self.make_thing(Stream), self.make_thing(Stream))
        elif getattr(op, "scope", None) is not None:
            self.build_scope(path, op)
        elif op.kind in ("move_on_after", "fail_after"):
            self.scopes[path] = self.make_thing(Scope, "deadline")
        elif op.kind == "shield":
            self.scopes[path] = self.make_thing(Scope, "shield", shield=True)
        elif op.kind == "group":
            scope = self.make_thing(Scope, "group")
            self.scopes[path] = self.make_thing(self.group_type, scope, op.name)
            if " " in op.name:
                self.serving[op.name] = self.scopes[path]

    def plan(self, task: Task, frames: Frames, step: Step) -> Plan:
        """What to do for a request. Remembered, but for a way out, which depends on what is in flight."""
        if frames.request == EXIT:
            kind = step.kind if step.kind == "group" else SCOPE
            return kind, *self._leave(step, frames.in_flight())
        kind = SCOPE if frames.request == ENTER else step.kind
        if task in self.threads:
            kind = THREAD
        found = kind, *self._resolve(task, frames.request, step.op, step.path)
        self._plans[step] = found
        return found

    def _leave(self, step: Step, error: Any) -> Call:
        scope = self.scopes[step.path]
        if step.kind == "group":
            return self.leave_group, (scope, error)
        if step.kind == "shield":
            return self.leave_shield, (scope,)
        fails = step.kind == "fail_after"
        if step.op.scope is not None:  # type: ignore[attr-defined]
            return (lambda task: self.leave_named(task, scope, error, fails=fails)), ()
        return (lambda task: self.leave_deadline(task, scope, error, fails=fails)), ()

    def _resolve(self, task: Task, request: int, op: Any, path: Path) -> Call:
        """Look the objects of an op up, once."""
        kind = op.kind
        if request == ENTER:
            return self._resolve_enter(op, self.scopes[path])
        if kind == "start":
            call, args = self.resolve_scoped(task, op)
            return self._checked(task, op, [partial(self.check_group, args[1].group)], call), args
        if kind in SCOPED:
            return self.resolve_scoped(task, op)
        if kind in _ON_TASK:
            return self._resolve_task(task, kind, op, path)
        if kind in ("wait", "set"):
            return (self.wait_event if kind == "wait" else self.set_event), (self.events[op.event],)
        if kind in ("acquire", "release"):
            return getattr(self, kind), (self.locks[op.lock],)
        if kind in SYNC:
            return self.resolve_sync(op)
        if hasattr(op, "channel") and (side := self.side_of(op)) is not None:
            call, args = self.resolve_end(op, side)
            return self._checked(task, op, [partial(self.check_side, side)], call), args
        if kind in ("send", "send_nowait"):
            return getattr(self, kind), (self.channels[op.channel], show_value(op.item))
        if kind in ("receive", "receive_nowait"):
            return getattr(self, kind), (self.channels[op.channel],)
        return self._resolve_rest(task, kind, op)

    def _resolve_enter(self, op: Any, scope: Any) -> Call:
        if op.kind == "group":
            return self.enter_group, (scope,)
        if getattr(op, "scope", None) is not None:
            return self.enter_scope(op, scope)
        if op.kind == "shield":
            return self.enter_shield, (scope,)
        return self.enter_deadline, (scope, op.ticks)

    def _resolve_rest(self, task: Task, kind: str, op: Any) -> Call:
        if kind == "log":
            return self._log, (f"{task.name} {show_value(op.word)}",)
        if kind in ("sleep", "block"):
            return (self.sleep if kind == "sleep" else self.hold), (op.ticks,)
        if kind == "sleep_until":
            return (lambda task: self.sleep(task, op.tick - self.now)), ()
        if kind == "checkpoint":
            return self.checkpoint, ()
        if kind in DEADLY:
            return self.resolve_deadly(kind), ()
        if kind == "handler":
            return self.resolve_handler(op)
        if kind in THREADED:
            return self.resolve_threaded(op)
        if kind in SOCKETS:
            return self.resolve_socket(op, self._check_opened)
        return self._resolve_tcp(task, kind, op)

    def _resolve_task(self, task: Task, kind: str, op: Any, path: Path) -> Call:
        target = self.by_name[op.task]
        if kind == "spawn" and op.group is not None:
            return self.resolve_spawn(target, op.group, path)
        if kind in ("spawn", "detach"):
            return self.inherit(getattr(self, kind)), (target,)
        if kind == "join":
            joins = self._checked(task, op, [partial(self._check_spawned, target)], self.join)
            return joins, (target,)
        return getattr(self, kind), (target,)

    def _check_spawned(self, target: Task) -> None:
        if target.state == UNSPAWNED:
            self.reads |= target.end.bit
            raise Fault("Unopened")

    def _resolve_tcp(self, task: Task, kind: str, op: Any) -> Call:
        if kind in ("listen", "close_listener", "accept"):
            listener = self.listeners[op.listener]
            call = getattr(self, kind)
            if kind == "listen":
                return call, (listener,)
            checks: list[Callable[[], None]] = [partial(self._check_opened, listener)]
            if kind == "accept":
                checks += self._alone(task, _ACCEPTS, op)
                call = self._lingering(call)
            return self._checked(task, op, checks, call), (listener,)
        if kind in ("connect", "connect_unix"):
            listener = self.listeners[op.listener]
            checks = [partial(self._check_opened, listener)]
            return self._checked(task, op, checks, getattr(self, kind)), (
                *self.pairs[op.stream],
                listener,
            )
        slot = self.slots[op.stream]
        args: tuple[Any, ...] = ()
        if kind == "send_bytes":
            args = (op.data.encode() * op.times,)
        elif kind == "receive_some":
            args = (op.max,)
        elif kind == "receive_exactly":
            args = (op.count,)
        call = getattr(self, {"close": "close_stream", "abort": "abort_stream"}.get(kind, kind))
        checks = [partial(self._check_stream, slot)]
        on_stream: Callable[..., Any] = partial(self._on_stream, slot, call)
        kinds = _READS if kind in _READS else _WRITES
        if kind in kinds:
            checks += self._alone(task, kinds, op)
            on_stream = self._lingering(on_stream)
        return self._checked(task, op, checks, on_stream), args

    def _checked(
        self, task: Task, op: Any, checks: list[Callable[[], None]], call: Callable[..., Any]
    ) -> Callable[..., Any]:
        """The call after its checks, which come first even if the op is told of a cancellation."""
        self._checks[task.name, id(op)] = checks

        def checked(task: Task, *args: Any) -> Any:
            for check in checks:
                check()
            return call(task, *args)

        return checked

    def _lingering(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, which where it fails may let others run first, and is Busy to them meanwhile.

        trio: an operation that raises is a schedule point or not, and its conflict detector covers it.
        """

        def lingering(task: Task, *args: Any) -> Any:
            try:
                return call(task, *args)
            except Fault as fault:
                if self.choose("io", 2) == 0:
                    raise
                task.undo = None
                self.make_ready(task, ERROR, fault.args[0])
                return WAIT

        return lingering

    def retry(self, task: Task, kind: str, call: Callable[..., Any], args: Any) -> Any:
        """Go on with an op that was woken; a read composed of several is told of a cancellation between them."""
        if (
            self.cancelling
            and kind in COMPOSED
            and self.cancel_due(task)
            and self.choose("cancel", 2)
        ):
            self._give_up(task)
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled"))
        return super().retry(task, kind, call, args)

    def _give_up(self, task: Task) -> None:
        """A composed read is told of a cancellation."""
        stream = self.slots[task.body.at.op.stream].stream
        if stream is not None:
            self.writes |= stream.bit
            self.take_along(stream)

    def check_first(self, task: Task) -> None:
        """What the op at which a task stands finds out before it can be told of a cancellation. Raises Fault."""
        op = task.body.at.op
        for check in self._checks.get((task.name, id(op)), ()):
            check()
        if op.kind in _READS or op.kind in _WRITES:
            stream = self.slots[op.stream].stream
            over = stream is not None and (
                stream.closed or (stream.ended and op.kind == "send_bytes")
            )
            if stream is not None and over and self.choose("io", 2):
                raise self.gone(stream)
        elif op.kind == "accept" and not self.listeners[op.listener].open and self.choose("io", 2):
            raise Fault(self.fault("Closed"))
        if op.kind in COMPOSED:
            self._give_up(task)  # the first of its reads may be through

    def _alone(self, task: Task, kinds: frozenset[str], op: Any) -> list[Callable[[], None]]:
        """That it may be Busy while another task is still inside such an op on the same socket.

        Documents tell that two must not use one end at once, not when exactly the first one is through: while it
        pauses, was woken or was cancelled, and has not gone on yet, either may be told.
        """
        name = getattr(op, "stream" if kinds is not _ACCEPTS else "listener")
        users = {
            path[0]
            for path, other in self.program.walk()
            if other.kind in kinds
            and name in (getattr(other, "stream", ""), getattr(other, "listener", ""))
        }
        rivals = [self.by_name[user] for user in sorted(users - {task.name})]
        self.contended |= {id(op)} if rivals else set()
        return [partial(self._check_rivals, rivals, kinds, name)] if rivals else []

    def _check_rivals(self, rivals: list[Task], kinds: frozenset[str], name: str) -> None:
        for rival in rivals:
            self.reads |= rival.bit
            if _inside(rival, kinds, name) and self.choose("io", 2):
                stream = self.slots[name].stream if kinds is _READS else None
                if stream is not None:
                    self.writes |= stream.bit
                    self.take_along(stream)  # it may have begun before it met the other one
                raise InUse(self.fault("Busy"))

    def _check_opened(self, listener: Listener) -> None:
        self.reads |= listener.bit
        if not listener.open and not listener.ever:
            raise Fault("Unopened")

    def _check_stream(self, slot: Slot) -> None:
        self.reads |= slot.bit
        if slot.stream is None:
            raise Fault("Unopened")

    @staticmethod
    def _on_stream(slot: Slot, call: Callable[..., Any], task: Task, *args: Any) -> Any:
        return call(task, slot.stream, *args)

    def _log(self, task: Task, text: str) -> None:
        self.writes |= self.shared.bit
        self.shared.entries += (Entry(text, self.tick()),)


def _inside(task: Task, kinds: frozenset[str], name: str) -> bool:
    """Whether a task has come to such an op on that socket and not yet gone on."""
    frames = task.body
    step = frames.at
    if step is None or step.kind not in kinds or frames.request != PERFORM:
        return False
    if name not in (getattr(step.op, "stream", ""), getattr(step.op, "listener", "")):
        return False
    if task.state == BLOCKED:
        return kinds is _ACCEPTS  # of a stream the network knows who waits
    return task.state == READY and task.wake[0] != START


_READS = frozenset({"receive_some", "receive_exactly", "receive_until_eof"})
_WRITES = frozenset({"send_bytes", "send_eof"})
_ACCEPTS = frozenset({"accept"})
_SPAWNS = frozenset({"spawn", "detach", "start"})
_ON_TASK = frozenset({"spawn", "join", "cancel", "detach"})
