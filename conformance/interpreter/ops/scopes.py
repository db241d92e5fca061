"""Named scopes and groups: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


async def _cancel_scope(world: World, task: str, op: Any) -> None:
    await world.runtime.cancel_scope(world.object(op.scope))


async def _cancel_group(world: World, task: str, op: Any) -> None:
    await world.runtime.cancel_group(world.object(op.group))


async def _move_deadline(world: World, task: str, op: Any) -> None:
    scope = world.object(op.scope)
    await world.runtime.move_deadline(scope, op.ticks * world.options.tick)


async def _cancel_called(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.cancel_called(world.object(op.scope))
    world.frames[task].record(f"got {show_value(answer)}")


async def _cancel_pending(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.cancel_pending()
    world.frames[task].record(f"got {show_value(answer)}")


async def _cancelled_caught(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.cancelled_caught(world.object(op.scope))
    world.frames[task].record(f"got {show_value(answer)}")


METHODS: Final[Methods] = {
    "cancel_scope": _cancel_scope,
    "cancel_group": _cancel_group,
    "move_deadline": _move_deadline,
    "cancel_called": _cancel_called,
    "cancel_pending": _cancel_pending,
    "cancelled_caught": _cancelled_caught,
}
