"""Events, locks and conditions: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


async def _wait(world: World, task: str, op: Any) -> None:
    await world.runtime.wait_event(world.objects[op.event])


async def _set(world: World, task: str, op: Any) -> None:
    await world.runtime.set_event(world.objects[op.event])


async def _clear(world: World, task: str, op: Any) -> None:
    await world.runtime.clear(world.objects[op.event])


async def _is_set(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.is_set(world.objects[op.event])
    world.frames[task].record(f"got {show_value(answer)}")


async def _acquire(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire(world.objects[op.lock])


async def _acquire_nowait(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire_nowait(world.objects[op.lock])


async def _release(world: World, task: str, op: Any) -> None:
    await world.runtime.release(world.objects[op.lock])


async def _locked(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.locked(world.objects[op.lock])
    world.frames[task].record(f"got {show_value(answer)}")


async def _wait_condition(world: World, task: str, op: Any) -> None:
    await world.runtime.wait_condition(world.objects[op.condition])


async def _notify(world: World, task: str, op: Any) -> None:
    await world.runtime.notify(world.objects[op.condition], op.count)


async def _notify_all(world: World, task: str, op: Any) -> None:
    await world.runtime.notify_all(world.objects[op.condition])


METHODS: Final[Methods] = {
    "wait": _wait,
    "set": _set,
    "clear": _clear,
    "is_set": _is_set,
    "acquire": _acquire,
    "acquire_nowait": _acquire_nowait,
    "release": _release,
    "locked": _locked,
    "wait_condition": _wait_condition,
    "notify": _notify,
    "notify_all": _notify_all,
}
