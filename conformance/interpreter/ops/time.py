"""Time: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World


async def _checkpoint(world: World, task: str, op: Any) -> None:
    await world.runtime.checkpoint()


async def _block(world: World, task: str, op: Any) -> None:
    await world.runtime.block(op.ticks * world.options.tick)


async def _sleep(world: World, task: str, op: Any) -> None:
    await world.runtime.sleep(op.ticks * world.options.tick)


async def _sleep_until(world: World, task: str, op: Any) -> None:
    await world.runtime.sleep_until(world.started_at + op.tick * world.options.tick)


METHODS: Final[Methods] = {
    "checkpoint": _checkpoint,
    "block": _block,
    "sleep": _sleep,
    "sleep_until": _sleep_until,
}
