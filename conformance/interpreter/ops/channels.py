"""Channels: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


async def _send(world: World, task: str, op: Any) -> None:
    await world.runtime.send(world.object(op.channel), op.item)


async def _send_nowait(world: World, task: str, op: Any) -> None:
    await world.runtime.send_nowait(world.object(op.channel), op.item)


async def _receive(world: World, task: str, op: Any) -> None:
    item = await world.runtime.receive(world.object(op.channel))
    world.frames[task].record(f"got {show_value(item)}")


async def _receive_nowait(world: World, task: str, op: Any) -> None:
    item = await world.runtime.receive_nowait(world.object(op.channel))
    world.frames[task].record(f"got {show_value(item)}")


async def _length(world: World, task: str, op: Any) -> None:
    number = await world.runtime.length(world.objects[op.channel])
    world.frames[task].record(f"got {show_value(number)}")


async def _close_sender(world: World, task: str, op: Any) -> None:
    await world.runtime.close_sender(world.object(op.channel))


async def _close_receiver(world: World, task: str, op: Any) -> None:
    await world.runtime.close_receiver(world.object(op.channel))


async def _clone_sender(world: World, task: str, op: Any) -> None:
    world.objects[op.clone] = await world.runtime.clone_sender(world.object(op.channel))


async def _clone_receiver(world: World, task: str, op: Any) -> None:
    world.objects[op.clone] = await world.runtime.clone_receiver(world.object(op.channel))


METHODS: Final[Methods] = {
    "send": _send,
    "send_nowait": _send_nowait,
    "receive": _receive,
    "receive_nowait": _receive_nowait,
    "length": _length,
    "close_sender": _close_sender,
    "close_receiver": _close_receiver,
    "clone_sender": _clone_sender,
    "clone_receiver": _clone_receiver,
}
