"""One run in progress: the program's objects on one runtime, and everything that they showed."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache, partial
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, TypeAlias, final

from conformance.adapter.core import METHODS
from conformance.adapter.scopes import Scopes
from conformance.errors import AdapterError
from conformance.interpreter.threads import Threads
from conformance.lang import ops
from conformance.lang.ops import OPS, Ticks
from conformance.lang.ops.threads import STOP_ITERATION
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import NAMED, SIZED, Program
from conformance.lang.text import show_op
from conformance.run.frames import Frames, Step, compile_program
from conformance.run.observation import Event, RunOptions

Perform: TypeAlias = "Callable[[World, str], Awaitable[Any]]"
"""Performs one task of a run: its body."""


class ProgramError(Exception):
    """An error that the program itself raises; within a run, one object per name."""


class Unopened(Exception):  # noqa: N818
    """The program used a task, stream or listener that is not there (yet)."""


class Kinds(NamedTuple):
    """What a program has that needs something of a run as a whole."""

    threads: bool
    deadly: bool
    served: frozenset[str]
    objects: tuple[tuple[Any, ...], ...]


@lru_cache(maxsize=8)  # a worker collects garbage after each run: what is kept, it looks at
def kinds_of(program: Program) -> Kinds:
    """Looked up once for each program."""
    every = [op for _, op in program.walk()]
    kinds = {op.kind for op in every}
    served = frozenset(op.listener for op in every if isinstance(op, ops.Serve))
    deadly = bool(kinds & {"interrupt", "exit"})
    return Kinds("run_in_thread" in kinds, deadly, served, tuple(_objects(program, every)))


def _objects(program: Program, every: list[ops.Op]) -> Iterator[tuple[Any, ...]]:
    """What some op uses: the method that makes it, its name, the method's arguments."""
    used = {getattr(op, kind, None) for op in every for kind in _OBJECTS}
    for kind in NAMED:
        for name in getattr(program, kind):
            if name in used:
                yield kind[:-1], name, *((name,) if kind == "variables" else ())
    for name, channel in program.channels.items():
        if name in used:
            yield "channel", name, channel.capacity
    for kind in SIZED:
        for name, size in getattr(program, kind).items():
            if name in used:
                yield kind[:-1], name, size


_OBJECTS: Final = (
    "event", "lock", "condition", "variable", "channel", "semaphore", "limiter", "barrier",
)  # fmt: skip
"""Fields of ops that name what a program declares."""


@lru_cache(maxsize=8)
def _has_handles(runtime: Any) -> bool:
    """Whether main has a handle on a runtime. Remembered: to ask an adapter costs more than a run of trio's."""
    there = runtime.capabilities()
    return "main:handle" in there and not {"join", "cancel"}.isdisjoint(there)


@final
class World:
    """One run in progress: the program's objects on one runtime, and all that they showed."""

    def __init__(
        self,
        program: Program,
        runtime: Any,
        options: RunOptions,
        perform: Perform,
        on_error: Callable[[BaseException], object] = lambda _: None,
    ) -> None:
        self.program = program
        self.perform = perform
        self.on_error = on_error
        self.runtime = runtime
        self.options = options
        self.code = compile_program(program)
        self.frames: dict[str, Frames] = {}
        self.begun: dict[str, Step | None] = {}
        self.ends: dict[str, tuple[str, Ticks | None]] = {}
        self.handles: dict[str, Any] = {}
        self.objects: dict[str, Any] = {}
        self.unready: set[str] = set()  # started, but not ready, so without a handle
        self.spawning: set[str] = set()  # whose spawn has not returned yet
        self.tokens: dict[tuple[str, str], list[Any]] = {}
        self.ports: dict[str, int] = {}
        self.errors: dict[str, ProgramError] = {}
        self.shared: list[Entry] = []
        self.trace: list[Event] = []
        self.reported: list[str] = []
        self.started_at = 0.0
        self.frozen: Outcome | None = None
        self.broken: AdapterError | None = None
        self.threads = Threads()
        self.deadly = kinds_of(program).deadly
        self.handlers: dict[str, list[tuple[str, str]]] = {}
        self.peers: dict[str, socket.socket] = {}
        self._directory: TemporaryDirectory[str] | None = None
        self.over = False  # what the program left open is being closed

    # ------------------------------------------------------------ Host, for frames

    def tick(self) -> Ticks | None:
        """Virtual time in ticks since the start; None on a real clock."""
        return self._elapsed() if self.options.virtual else None

    def _elapsed(self) -> Ticks:
        ticks = round((self.runtime.now() - self.started_at) / self.options.tick, 6)
        return int(ticks) if ticks == int(ticks) else ticks

    def make_error(self, name: str) -> BaseException:
        """The program's error of that name."""
        if name == STOP_ITERATION:
            return StopIteration()
        return self.errors.setdefault(name, ProgramError(name))

    def regrouped(self, cancelled: BaseException, name: str | None) -> BaseException:
        """An exception group of a cancellation, and of the program's error of that name, if there is one."""
        beside = () if name is None else (self.make_error(name),)
        return BaseExceptionGroup("handled", (cancelled, *beside))

    def is_cancellation(self, error: BaseException) -> bool:
        """As the adapter says; a group of nothing but cancellations is one."""
        if isinstance(error, BaseExceptionGroup):
            return all(map(self.is_cancellation, error.exceptions))
        try:
            return bool(self.runtime.is_cancellation(error))
        except Exception as raised:
            self.blame("is_cancellation", raised)
            assert self.broken is not None
            raise self.broken from raised

    def name_of(self, error: BaseException) -> str:
        """The normalised name (`conformance.lang.outcome.ERRORS`)."""
        if isinstance(error, ProgramError):
            same = self.errors.get(str(error)) is error
            return str(error) if same else f"Copy({error})"
        if (members := self._members(error)) and not self.is_cancellation(error):
            return f"Group({', '.join(sorted(map(self.name_of, members)))})"
        if self.is_cancellation(error):
            return "Cancelled"
        if isinstance(error, RuntimeError | TypeError) and isinstance(
            error.__cause__, StopIteration
        ):
            return f"Wrapped({STOP_ITERATION})"
        name: str = self.runtime.error_name(error)
        if name == "JoinError":
            cause = error.__cause__
            return f"JoinError({self.name_of(cause) if cause is not None else '?'})"
        return name

    def _members(self, error: BaseException) -> Sequence[BaseException]:
        if isinstance(error, BaseExceptionGroup):
            return error.exceptions
        return self.runtime.members(error) if isinstance(self.runtime, Scopes) else ()

    def show_error(self, error: BaseException) -> str:
        """An error for the trace."""
        return "Cancelled" if self.is_cancellation(error) else self.name_of(error)

    # ------------------------------------------------------------ tasks

    def body(self, task: str) -> Callable[[], Awaitable[Any]]:
        """The body of a task, to be handed to the runtime."""
        self.begun[task] = None

        async def body() -> Any:
            return await self.perform(self, task)

        return body

    async def main(self) -> Any:
        """The first task."""
        runtime = self.runtime
        self.started_at = self._now() if hasattr(runtime, "now") else 0.0
        self.begun["main"] = None
        if _has_handles(runtime):
            self.handles["main"] = self._written("current", runtime.current)
        for kind, name, *arguments in kinds_of(self.program).objects:
            self.objects[name] = self._written(kind, partial(getattr(runtime, kind), *arguments))
        return await self.perform(self, "main")

    def _now(self) -> float:
        now = self._written("now", self.runtime.now)
        if not isinstance(now, int | float):
            self.broken = AdapterError(f"`now` returned {now!r}, not seconds")
            raise self.broken
        return now

    def _written(self, method: str, call: Callable[[], Any]) -> Any:
        """What a method returns; that it is not written must not get lost among the runtime's own errors."""
        try:
            return call()
        except NotImplementedError as error:
            self.blame(method, error)
            raise

    def make_known(self, task: str) -> None:
        """Where a task begins inside the very call that spawns it, those whom it spawns there know it already."""
        if task in self.spawning and task not in self.handles and _has_handles(self.runtime):
            self.handles[task] = self._written("current", self.runtime.current)

    def handle(self, task: str) -> Any:
        """The handle of a task that was spawned. Raises Unopened."""
        if task not in self.handles:
            raise Unopened(task)
        return self.handles[task]

    def object(self, name: str) -> Any:
        """A stream, listener or declared object. Raises Unopened."""
        if name not in self.objects:
            raise Unopened(name)
        return self.objects[name]

    def path(self, listener: str) -> str:
        """A path for a UNIX socket, in a fresh directory of this run."""
        if self._directory is None:
            self._directory = TemporaryDirectory(prefix="conformance-")
        return f"{self._directory.name}/{listener}"

    def close(self) -> None:
        """The run is over: close what the interpreter itself has opened."""
        for peer in self.peers.values():
            peer.close()
        if self._directory is not None:
            self._directory.cleanup()

    # ------------------------------------------------------------ what it showed

    def note_end(self, task: str, how: str) -> None:
        """A task's body ended."""
        if self.frozen is None:
            self.ends[task] = (how, self.tick())

    def blame(self, kind: str, error: BaseException) -> None:
        """An op of the adapter is not written, or cannot be had: the run says nothing of the runtime."""
        method = METHODS.get(kind, kind)
        told = f": {error}" if str(error) else ""
        hint = f"write it, or name `{kind}` in `lacks` if the runtime has no such thing"
        if kind not in OPS:
            hint = "its docstring in conformance.adapter says what it does"
        self.broken = AdapterError(f"`{method}` raised {type(error).__name__}{told}", hint=hint)

    def event(self, task: str, what: str, detail: str) -> None:
        """One line of the trace."""
        if self.options.trace and self.frozen is None:
            self.trace.append(Event(self.tick(), task, what, detail))

    def freeze(self, ending: str) -> Outcome:
        """The outcome as it stands; the first call decides."""
        if self.frozen is None:
            tasks = tuple((name, self._task_outcome(name)) for name in self.program.tasks)
            reported = sorted([*self.reported, *self._told_nobody()])
            self.frozen = Outcome(tasks, tuple(self.shared), ending, tuple(reported))
        return self.frozen

    def _told_nobody(self) -> Iterator[str]:
        """What the adapter heard the runtime say to nobody in particular: `unretrieved E`."""
        for kind, error in self.runtime.reports:
            yield kind if error is None else f"{kind} {self.name_of(error)}"

    def _task_outcome(self, task: str) -> TaskOutcome:
        if task not in self.begun:
            return TaskOutcome()
        if task not in self.frames:
            return TaskOutcome(end="unstarted")
        log = self.frames[task].log
        if task in self.ends:
            end, tick = self.ends[task]
            return TaskOutcome(log, end, tick)
        step = self.begun[task]
        return TaskOutcome(log, f"blocked: {show_op(step.op)}" if step is not None else "running")
