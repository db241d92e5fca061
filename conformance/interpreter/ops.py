"""How each op becomes a call of the adapter: one function per op, and the table of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from conformance.interpreter.world import World
from conformance.lang.outcome import Entry, show_bytes, show_value

Method: TypeAlias = Callable[[World, str, Any], Awaitable[None]]
"""Performs an op of a task: the run, the task's name, the op."""


async def _spawn(world: World, task: str, op: Any) -> None:
    group = world.object(op.group) if op.group is not None else None
    world.handles[op.task] = await world.runtime.spawn(world.body(op.task), op.task, group)


def _target(world: World, task: str, name: str) -> Any:
    """The handle of a task; of oneself also while the call that spawned one still runs (eager)."""
    if name == task and task not in world.handles:
        return world.runtime.current()
    return world.handle(name)


async def _join(world: World, task: str, op: Any) -> None:
    value = await world.runtime.join(_target(world, task, op.task))
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _cancel(world: World, task: str, op: Any) -> None:
    await world.runtime.cancel(_target(world, task, op.task))


async def _detach(world: World, task: str, op: Any) -> None:
    value = await world.runtime.detach(world.body(op.task), op.task)
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _checkpoint(world: World, task: str, op: Any) -> None:
    await world.runtime.checkpoint()


async def _block(world: World, task: str, op: Any) -> None:
    await world.runtime.block(op.ticks * world.options.tick)


async def _sleep(world: World, task: str, op: Any) -> None:
    await world.runtime.sleep(op.ticks * world.options.tick)


async def _sleep_until(world: World, task: str, op: Any) -> None:
    await world.runtime.sleep_until(world.started_at + op.tick * world.options.tick)


async def _wait(world: World, task: str, op: Any) -> None:
    await world.runtime.wait_event(world.objects[op.event])


async def _set(world: World, task: str, op: Any) -> None:
    await world.runtime.set_event(world.objects[op.event])


async def _acquire(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire(world.objects[op.lock])


async def _release(world: World, task: str, op: Any) -> None:
    await world.runtime.release(world.objects[op.lock])


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


async def _listen(world: World, task: str, op: Any) -> None:
    listener = await world.runtime.listen()
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


async def _log(world: World, task: str, op: Any) -> None:
    world.shared.append(Entry(f"{task} {show_value(op.word)}", world.tick()))


METHODS: Final[Mapping[str, Method]] = {
    "spawn": _spawn,
    "join": _join,
    "cancel": _cancel,
    "detach": _detach,
    "checkpoint": _checkpoint,
    "block": _block,
    "sleep": _sleep,
    "sleep_until": _sleep_until,
    "wait": _wait,
    "set": _set,
    "acquire": _acquire,
    "release": _release,
    "send": _send,
    "send_nowait": _send_nowait,
    "receive": _receive,
    "receive_nowait": _receive_nowait,
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
    "log": _log,
}
"""Every op that a runtime performs and that is no scope, by kind."""
