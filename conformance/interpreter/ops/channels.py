"""Channels: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


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


METHODS: Final[Methods] = {
    "send": _send,
    "send_nowait": _send_nowait,
    "receive": _receive,
    "receive_nowait": _receive_nowait,
}
