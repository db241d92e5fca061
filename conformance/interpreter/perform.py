"""The driver: performs a task's frames on a runtime, one request after the other."""

from __future__ import annotations

from typing import Any

from conformance.adapter.scopes import leave, leave_all
from conformance.errors import AdapterError, ConformanceError
from conformance.interpreter.ops import METHODS
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value
from conformance.lang.text import show_op
from conformance.run.frames import ENTER, EXIT, PERFORM, Frames, Step


async def perform(world: World, task: str) -> Any:
    """The body of one task."""
    frames = world.frames[task] = Frames(world.code[task], world)
    scopes: list[Any] = []
    while (step := frames.next()) is not None:
        world.begun[task] = step
        if world.options.trace:
            leaving = frames.request == EXIT
            world.event(task, "begin", f"leave {step.kind}" if leaving else show_op(step.op))
        try:
            value = await _request(world, task, frames, step, scopes)
        except (GeneratorExit, KeyboardInterrupt, SystemExit, ConformanceError):
            world.note_end(task, "destroyed")
            raise
        except BaseException as error:
            if world.frozen is not None:
                return await leave_all(scopes, error)  # the outcome is told: let it get through
            world.event(task, "error", world.show_error(error))
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
        method = METHODS.get(step.kind)
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
