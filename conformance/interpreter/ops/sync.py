"""Events and locks: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World


async def _wait(world: World, task: str, op: Any) -> None:
    await world.runtime.wait_event(world.objects[op.event])


async def _set(world: World, task: str, op: Any) -> None:
    await world.runtime.set_event(world.objects[op.event])


async def _acquire(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire(world.objects[op.lock])


async def _release(world: World, task: str, op: Any) -> None:
    await world.runtime.release(world.objects[op.lock])


METHODS: Final[Methods] = {
    "wait": _wait,
    "set": _set,
    "acquire": _acquire,
    "release": _release,
}
