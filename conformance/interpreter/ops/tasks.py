"""Tasks: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


async def _spawn(world: World, task: str, op: Any) -> None:
    body = world.body(op.task)
    group = world.object(op.group) if op.group is not None else None
    world.make_known(task)
    world.spawning.add(op.task)
    world.handles[op.task] = await world.runtime.spawn(body, op.task, group)
    world.spawning.discard(op.task)


def _target(world: World, task: str, name: str) -> Any:
    """The handle of a task; of oneself also while the call that spawned one still runs (eager)."""
    if name == task and task not in world.handles and task not in world.unready:
        return world.runtime.current()
    return world.handle(name)


async def _join(world: World, task: str, op: Any) -> None:
    value = await world.runtime.join(_target(world, task, op.task))
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _cancel(world: World, task: str, op: Any) -> None:
    await world.runtime.cancel(_target(world, task, op.task))


async def _detach(world: World, task: str, op: Any) -> None:
    world.make_known(task)
    value = await world.runtime.detach(world.body(op.task), op.task)
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _start(world: World, task: str, op: Any) -> None:
    body, group = world.body(op.task), world.object(op.group)
    world.unready.add(op.task)
    world.handles[op.task], value = await world.runtime.start(body, op.task, group)
    world.unready.discard(op.task)
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _started(world: World, task: str, op: Any) -> None:
    await world.runtime.started(op.value)


async def _done(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.done(_target(world, task, op.task))
    world.frames[task].record(f"got {show_value(answer)}")


async def _cancelled(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.cancelled(_target(world, task, op.task))
    world.frames[task].record(f"got {show_value(answer)}")


async def _cancelling(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.cancelling(_target(world, task, op.task))
    world.frames[task].record(f"got {show_value(answer)}")


METHODS: Final[Methods] = {
    "spawn": _spawn,
    "join": _join,
    "cancel": _cancel,
    "detach": _detach,
    "start": _start,
    "started": _started,
    "done": _done,
    "cancelled": _cancelled,
    "cancelling": _cancelling,
}
