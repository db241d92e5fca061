"""The driver: performs a task's frames on a runtime, one request after the other."""

from __future__ import annotations

from typing import Any

from conformance.adapter.scopes import leave, leave_all
from conformance.errors import AdapterError, ConformanceError
from conformance.interpreter.ops import METHODS
from conformance.interpreter.world import World
from conformance.lang.outcome import ERRORS, show_value
from conformance.lang.text import show_op
from conformance.run.frames import ENTER, EXIT, PERFORM, Frames, Step


async def perform(world: World, task: str) -> Any:
    """The body of one task."""
    frames = world.frames[task] = Frames(world.code[task], world)
    scopes: list[Any] = []
    await _drive(world, task, frames, scopes)
    if frames.end is None:
        return None  # torn down
    how, result = frames.end
    if how == "returned":
        world.note_end(task, how if result is None else f"returned {show_value(result)}")
        return result
    if world.is_cancellation(result):
        world.note_end(task, "cancelled")
    else:
        name = world.name_of(result)
        world.note_end(task, f"raised {name}")
        if name == type(result).__name__ and name not in ERRORS:  # nobody mapped it
            world.on_error(result)
    if task != "main":  # main's is compared with what comes out of the run
        frames.end = (how, None)  # a traceback keeps the runtime's own locals alive
    try:
        raise result
    finally:
        del result, frames  # no cycle between the exception and this frame


async def _drive(
    world: World, task: str, frames: Frames, scopes: list[Any], depth: int | None = None
) -> None:
    """Perform requests, up to the one to leave the block at that depth; without one, to the end."""
    while (step := frames.next()) is not None:
        if frames.request == EXIT and len(frames.blocks) == depth:
            return
        world.begun[task] = step
        if world.options.trace:
            leaving = frames.request == EXIT
            world.event(task, "begin", f"leave {step.kind}" if leaving else show_op(step.op))
        try:
            value = await _request(world, task, frames, step, scopes)
        except (GeneratorExit, ConformanceError):
            world.note_end(task, "destroyed")
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit) and not world.deadly:
                world.note_end(task, "destroyed")  # not the program's doing
                raise
            if _thrown_away(error):
                world.note_end(task, "destroyed")
                raise
            if isinstance(error, NotImplementedError):  # the adapter's fault, never an outcome
                world.blame(step.kind, error)
            if world.frozen is not None:
                await leave_all(scopes, error)  # the outcome is told: let it get through
                if depth is not None:
                    raise
                return
            world.event(task, "error", world.show_error(error))
            frames.fail(error)
        else:
            world.event(task, "end", "")
            frames.succeed(value)


def _thrown_away(error: BaseException) -> bool:
    """Whether Python closes the coroutine and what it awaits waits again: this is told in place of GeneratorExit.

    Source: CPython, Objects/genobject.c, gen_close.
    """
    return isinstance(error, RuntimeError) and error.args == ("coroutine ignored GeneratorExit",)


async def _request(world: World, task: str, frames: Frames, step: Step, scopes: list[Any]) -> Any:
    """Have the runtime perform one request."""
    if frames.request == PERFORM:
        method = METHODS.get(step.kind)
        if method is None:
            raise AdapterError(f"the interpreter cannot perform `{step.kind}`")
        return await method(world, task, step.op)
    if frames.request == ENTER:
        scope = _open_scope(world, step.op)
        if hasattr(scope, "around"):
            return await _around(world, task, frames, scope)
        entered = await scope.__aenter__() if hasattr(scope, "__aenter__") else scope.__enter__()
        scopes.append(scope)
        if step.kind == "group":
            world.objects[step.op.name] = entered  # type: ignore[attr-defined]
        elif name := getattr(step.op, "scope", None):
            world.objects[name] = entered
        return None
    return await leave(scopes.pop(), frames.in_flight())


async def _around(world: World, task: str, frames: Frames, scope: Any) -> bool:
    """Perform the block of a scope that takes its body as a function; whether it swallowed an error.

    It may not call it (`asyncio.wait_for` whose time is up); then the block is left before its first op.
    """
    frames.succeed()
    depth = len(frames.blocks)

    async def body() -> None:
        await _drive(world, task, frames, [], depth)
        if (error := frames.in_flight()) is not None:
            raise error

    try:
        await scope.around(body)
    except BaseException as error:
        frames.abandon(depth)
        if error is frames.in_flight():
            return False
        raise
    return True


def _open_scope(world: World, op: Any) -> Any:
    if op.kind == "fail_after" and op.around_one_wait:
        limit = getattr(world.runtime, "fail_after_one", world.runtime.fail_after)
        return limit(op.ticks * world.options.tick)
    if op.kind in ("move_on_after", "fail_after"):
        return getattr(world.runtime, op.kind)(op.ticks * world.options.tick)
    return getattr(world.runtime, op.kind)()
