"""Sockets: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World, kinds_of
from conformance.lang.outcome import show_bytes


async def _listen(world: World, task: str, op: Any) -> None:
    served = op.listener in kinds_of(world.program).served
    listener = await (world.runtime.bind() if served else world.runtime.listen())
    world.objects[op.listener] = listener
    world.ports[op.listener] = world.runtime.port(listener)


async def _close_listener(world: World, task: str, op: Any) -> None:
    await world.runtime.close_listener(world.object(op.listener))


async def _connect(world: World, task: str, op: Any) -> None:
    world.object(op.listener)
    world.objects[op.stream] = await world.runtime.connect(world.ports[op.listener])


async def _accept(world: World, task: str, op: Any) -> None:
    world.objects[op.stream] = await world.runtime.accept(world.object(op.listener))


async def _send_bytes(world: World, task: str, op: Any) -> None:
    await world.runtime.send_bytes(world.object(op.stream), op.data.encode() * op.times)


async def _receive_some(world: World, task: str, op: Any) -> None:
    data = await world.runtime.receive_some(world.object(op.stream), op.max)
    world.frames[task].record(f"got {show_bytes(data)}")


async def _receive_exactly(world: World, task: str, op: Any) -> None:
    data = await world.runtime.receive_exactly(world.object(op.stream), op.count)
    world.frames[task].record(f"got {show_bytes(data)}")


async def _receive_until_eof(world: World, task: str, op: Any) -> None:
    data = await world.runtime.receive_until_eof(world.object(op.stream))
    world.frames[task].record(f"got {show_bytes(data)}")


async def _send_eof(world: World, task: str, op: Any) -> None:
    await world.runtime.send_eof(world.object(op.stream))


async def _close(world: World, task: str, op: Any) -> None:
    await world.runtime.close_stream(world.object(op.stream))


async def _abort(world: World, task: str, op: Any) -> None:
    await world.runtime.abort_stream(world.object(op.stream))


METHODS: Final[Methods] = {
    "listen": _listen,
    "close_listener": _close_listener,
    "connect": _connect,
    "accept": _accept,
    "send_bytes": _send_bytes,
    "receive_some": _receive_some,
    "receive_exactly": _receive_exactly,
    "receive_until_eof": _receive_until_eof,
    "send_eof": _send_eof,
    "close": _close,
    "abort": _abort,
}
