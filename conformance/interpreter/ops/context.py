"""Context variables: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import Unopened, World
from conformance.lang.outcome import show_value


async def _set_variable(world: World, task: str, op: Any) -> None:
    token = await world.runtime.set_variable(world.object(op.variable), op.value)
    world.tokens.setdefault((task, op.variable), []).append(token)


async def _get_variable(world: World, task: str, op: Any) -> None:
    value = await world.runtime.get_variable(world.object(op.variable))
    world.frames[task].record(f"got {show_value(value)}")


async def _reset_variable(world: World, task: str, op: Any) -> None:
    tokens = world.tokens.get((task, op.variable))
    if not tokens:
        raise Unopened(op.variable)
    await world.runtime.reset_variable(world.object(op.variable), tokens.pop())


METHODS: Final[Methods] = {
    "set_variable": _set_variable,
    "get_variable": _get_variable,
    "reset_variable": _reset_variable,
}
