"""Performs a program on any runtime: the one place where ops become calls of an adapter.

`run_program` makes one run and returns what it showed. Control flow lives in `conformance.run.frames`; here is
only the driver (`_perform`) and the table from ops to adapter methods.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, final

from conformance.adapter.core import Limits, Runtime
from conformance.adapter.scopes import leave, leave_all
from conformance.errors import AdapterError, ConformanceError
from conformance.lang.ops import Ticks
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, show_bytes, show_value
from conformance.lang.program import Program
from conformance.lang.text import show_op
from conformance.run.frames import ENTER, EXIT, PERFORM, Frames, Step, compile_program
from conformance.run.observation import Event, Observation, RunOptions


class ProgramError(Exception):
    """An error that the program itself raises. The same name is the same object throughout a run."""


class Unopened(Exception):
    """The program used a task, stream or listener that is not there (yet)."""


@final
class World:
    """One run in progress: the program's objects on one runtime, and everything that they showed."""

    def __init__(self, program: Program, runtime: Any, options: RunOptions) -> None:
        self.program = program
        self.runtime = runtime
        self.options = options
        self.code = compile_program(program)
        self.frames: dict[str, Frames] = {}
        self.begun: dict[str, Step | None] = {}
        self.ends: dict[str, tuple[str, Ticks | None]] = {}
        self.handles: dict[str, Any] = {}
        self.objects: dict[str, Any] = {}
        self.ports: dict[str, int] = {}
        self.errors: dict[str, ProgramError] = {}
        self.shared: list[Entry] = []
        self.trace: list[Event] = []
        self.reported: list[str] = []
        self.started_at = 0.0
        self.frozen: Outcome | None = None

    # ------------------------------------------------------------ Host, for frames

    def tick(self) -> Ticks | None:
        """Virtual time in ticks since the start; None on a real clock."""
        return self._elapsed() if self.options.virtual else None

    def _elapsed(self) -> Ticks:
        ticks = round((self.runtime.now() - self.started_at) / self.options.tick, 6)
        return int(ticks) if ticks == int(ticks) else ticks

    def make_error(self, name: str) -> ProgramError:
        """The program's error of that name."""
        return self.errors.setdefault(name, ProgramError(name))

    def is_cancellation(self, error: BaseException) -> bool:
        """As the adapter says; a group of nothing but cancellations is one."""
        if isinstance(error, BaseExceptionGroup):
            return all(map(self.is_cancellation, error.exceptions))
        return bool(self.runtime.is_cancellation(error))

    def name_of(self, error: BaseException) -> str:
        """The normalised name (`conformance.lang.outcome.ERRORS`)."""
        if isinstance(error, ProgramError):
            same = self.errors.get(str(error)) is error
            return str(error) if same else f"Copy({error})"
        if isinstance(error, BaseExceptionGroup):
            return f"Group({', '.join(sorted(map(self.name_of, error.exceptions)))})"
        if self.runtime.is_cancellation(error):
            return "Cancelled"
        name: str = self.runtime.error_name(error)
        if name == "JoinError":
            cause = error.__cause__
            return f"JoinError({self.name_of(cause) if cause is not None else '?'})"
        return name

    # ------------------------------------------------------------ tasks

    def body(self, task: str) -> Callable[[], Awaitable[Any]]:
        """The body of a task, to be handed to the runtime."""
        self.begun[task] = None

        async def body() -> Any:
            return await _perform(self, task)

        return body

    async def main(self) -> Any:
        """The first task."""
        runtime = self.runtime
        self.started_at = runtime.now() if hasattr(runtime, "now") else 0.0
        self.begun["main"] = None
        if "join" in runtime.capabilities() or "cancel" in runtime.capabilities():
            self.handles["main"] = runtime.current()
        for name in self.program.events:
            self.objects[name] = runtime.event()
        for name in self.program.locks:
            self.objects[name] = runtime.lock()
        for name, channel in self.program.channels.items():
            self.objects[name] = runtime.channel(channel.capacity)
        return await _perform(self, "main")

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

    # ------------------------------------------------------------ what it showed

    def note_end(self, task: str, how: str) -> None:
        """A task's body ended."""
        if self.frozen is None:
            self.ends[task] = (how, self.tick())

    def event(self, task: str, what: str, detail: str) -> None:
        """One line of the trace."""
        if self.options.trace and self.frozen is None:
            self.trace.append(Event(self._elapsed() if self.options.virtual else None, task, what, detail))

    def freeze(self, ending: str) -> Outcome:
        """The outcome as it stands; the first call decides."""
        if self.frozen is None:
            tasks = tuple((name, self._task_outcome(name)) for name in self.program.tasks)
            self.frozen = Outcome(tasks, tuple(self.shared), ending, tuple(sorted(self.reported)))
        return self.frozen

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


async def _perform(world: World, task: str) -> Any:
    """The body of one task."""
    frames = world.frames[task] = Frames(world.code[task], world)
    scopes: list[Any] = []
    while (step := frames.next()) is not None:
        world.begun[task] = step
        if world.options.trace:
            world.event(task, "begin", show_op(step.op) if frames.request != EXIT else f"leave {step.kind}")
        try:
            value = await _request(world, task, frames, step, scopes)
        except (GeneratorExit, KeyboardInterrupt, SystemExit, ConformanceError):
            world.note_end(task, "destroyed")
            raise
        except BaseException as error:
            if world.frozen is not None:
                return await leave_all(scopes, error)  # the outcome is told: this must get through
            world.event(task, "error", "Cancelled" if world.is_cancellation(error) else world.name_of(error))
            frames.fail(error)
        else:
            world.event(task, "end", "")
            frames.succeed(value)
    assert frames.end is not None
    how, result = frames.end
    if how == "returned":
        world.note_end(task, how if result is None else f"returned {show_value(result)}")
        return result
    cancelled = world.is_cancellation(result)
    world.note_end(task, "cancelled" if cancelled else f"raised {world.name_of(result)}")
    try:
        raise result
    finally:
        del result, frames  # no cycle between the exception and this frame


async def _request(world: World, task: str, frames: Frames, step: Step, scopes: list[Any]) -> Any:
    """Have the runtime perform one request."""
    if frames.request == PERFORM:
        method = _METHODS.get(step.kind)
        if method is None:
            raise AdapterError(f"the interpreter cannot perform `{step.kind}`")
        return await method(world, task, step.op)
    if frames.request == ENTER:
        scope = _open_scope(world, step.op)
        entered = await scope.__aenter__() if hasattr(scope, "__aenter__") else scope.__enter__()
        scopes.append(scope)
        if step.kind == "group":
            world.objects[step.op.name] = entered  # type: ignore[attr-defined]
        return None
    return await leave(scopes.pop(), frames.in_flight())


def _open_scope(world: World, op: Any) -> Any:
    if op.kind in ("move_on_after", "fail_after"):
        return getattr(world.runtime, op.kind)(op.ticks * world.options.tick)
    return getattr(world.runtime, op.kind)()


# ---------------------------------------------------------------- one function per op


async def _spawn(world: World, task: str, op: Any) -> None:
    group = world.object(op.group) if op.group is not None else None
    world.handles[op.task] = await world.runtime.spawn(world.body(op.task), op.task, group)


async def _join(world: World, task: str, op: Any) -> None:
    value = await world.runtime.join(world.handle(op.task))
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _cancel(world: World, task: str, op: Any) -> None:
    target = world.runtime.current() if op.task == task else world.handle(op.task)
    await world.runtime.cancel(target)


async def _detach(world: World, task: str, op: Any) -> None:
    value = await world.runtime.detach(world.body(op.task), op.task)
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _checkpoint(world: World, task: str, op: Any) -> None:
    await world.runtime.checkpoint()


async def _block(world: World, task: str, op: Any) -> None:
    await world.runtime.block(op.ticks * world.options.tick)


async def _sleep(world: World, task: str, op: Any) -> None:
    await world.runtime.sleep(op.ticks * world.options.tick)


async def _sleep_until(world: World, task: str, op: Any) -> None:
    await world.runtime.sleep_until(world.started_at + op.tick * world.options.tick)


async def _wait(world: World, task: str, op: Any) -> None:
    await world.runtime.wait_event(world.objects[op.event])


async def _set(world: World, task: str, op: Any) -> None:
    await world.runtime.set_event(world.objects[op.event])


async def _acquire(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire(world.objects[op.lock])


async def _release(world: World, task: str, op: Any) -> None:
    await world.runtime.release(world.objects[op.lock])


async def _send(world: World, task: str, op: Any) -> None:
    await world.runtime.send(world.objects[op.channel], op.item)


async def _send_nowait(world: World, task: str, op: Any) -> None:
    await world.runtime.send_nowait(world.objects[op.channel], op.item)


async def _receive(world: World, task: str, op: Any) -> None:
    item = await world.runtime.receive(world.objects[op.channel])
    world.frames[task].record(f"got {show_value(item)}")


async def _receive_nowait(world: World, task: str, op: Any) -> None:
    item = await world.runtime.receive_nowait(world.objects[op.channel])
    world.frames[task].record(f"got {show_value(item)}")


async def _listen(world: World, task: str, op: Any) -> None:
    listener = await world.runtime.listen()
    world.objects[op.listener] = listener
    world.ports[op.listener] = world.runtime.port(listener)


async def _close_listener(world: World, task: str, op: Any) -> None:
    await world.runtime.close_listener(world.object(op.listener))


async def _connect(world: World, task: str, op: Any) -> None:
    world.object(op.listener)
    world.objects[op.stream] = await world.runtime.connect(world.ports[op.listener])


async def _accept(world: World, task: str, op: Any) -> None:
    world.objects[op.stream] = await world.runtime.accept(world.object(op.listener))


async def _send_bytes(world: World, task: str, op: Any) -> None:
    await world.runtime.send_bytes(world.object(op.stream), op.data.encode() * op.times)


async def _receive_some(world: World, task: str, op: Any) -> None:
    data = await world.runtime.receive_some(world.object(op.stream), op.max)
    world.frames[task].record(f"got {show_bytes(data)}")


async def _receive_exactly(world: World, task: str, op: Any) -> None:
    data = await world.runtime.receive_exactly(world.object(op.stream), op.count)
    world.frames[task].record(f"got {show_bytes(data)}")


async def _receive_until_eof(world: World, task: str, op: Any) -> None:
    data = await world.runtime.receive_until_eof(world.object(op.stream))
    world.frames[task].record(f"got {show_bytes(data)}")


async def _send_eof(world: World, task: str, op: Any) -> None:
    await world.runtime.send_eof(world.object(op.stream))


async def _close(world: World, task: str, op: Any) -> None:
    await world.runtime.close_stream(world.object(op.stream))


async def _abort(world: World, task: str, op: Any) -> None:
    await world.runtime.abort_stream(world.object(op.stream))


async def _log(world: World, task: str, op: Any) -> None:
    world.shared.append(Entry(f"{task} {show_value(op.word)}", world.tick()))


_METHODS: Mapping[str, Callable[[World, str, Any], Awaitable[None]]] = {
    name[1:]: function
    for name, function in list(globals().items())
    if name.startswith("_") and getattr(function, "__code__", None) and function.__code__.co_varnames[2:3] == ("op",)
}


def run_program(
    program: Program,
    runtime: Runtime,
    options: RunOptions,
    on_stop: Callable[[Observation], object] = lambda _: None,
) -> Observation:
    """Run the program once and return what it showed. Raises AdapterError when the adapter breaks its contract.

    Whatever the *runtime* does wrong is part of the observation: an exception that comes out of its `run` and
    is not main's own is reported as `run raised NAME`. `on_stop` is told what was seen when the horizon is
    reached: teardown comes after it, and may never end.
    """
    world = World(program, runtime, options)

    def stop() -> None:
        outcome = world.freeze("deadlocked" if options.virtual else "stopped")
        on_stop(Observation(outcome, tuple(world.trace)))

    limits = Limits(
        clock="virtual" if options.virtual else "native",
        tick=options.tick,
        horizon=options.horizon,
        seed=options.seed,
        stop=stop,
    )
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        runtime.run(world.main, limits)
    except ConformanceError:
        raise
    except BaseException as error:
        if world.frozen is None and not _is_mains_own(world, error):
            world.reported.append(f"run raised {world.name_of(error)}")
    finally:
        sys.unraisablehook = hook
    return Observation(world.freeze("completed"), tuple(world.trace))


def _is_mains_own(world: World, error: BaseException) -> bool:
    """Whether main ended by it (a runtime may wrap it in a group)."""
    frames = world.frames.get("main")
    if frames is None or frames.end is None or frames.end[0] != "failed":
        return False
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        if error is frames.end[1]:
            return True
        error = error.exceptions[0]
    own = frames.end[1]
    return error is own or (world.is_cancellation(own) and world.is_cancellation(error))
