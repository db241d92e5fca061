"""Transports and servers: how each op becomes a call of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from conformance.interpreter.callbacks import close_at_end, the_loop
from conformance.interpreter.ops.base import Methods
from conformance.interpreter.ops.loop_callbacks import log_got
from conformance.interpreter.recorder import BufferedRecorder, Record, Recorder, record_of
from conformance.interpreter.world import Unopened, World


class _Server:
    """A server of the program; the connections that were announced, in order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.announced: list[Record] = []
        self.server: Any = None
        self.port = 0

    def make_protocol(self) -> Recorder:
        """The protocol of the next connection."""
        unnamed = Record(self.world, "")
        return Recorder(self.announced.pop(0) if self.announced else unnamed)


def _server(world: World, name: str) -> _Server:
    server = world.object(name)
    assert isinstance(server, _Server)
    return server


async def _create_server(world: World, task: str, op: Any) -> None:
    made = _Server(world)
    with world.runtime.holding():
        made.server = await the_loop(world).create_server(
            made.make_protocol, "127.0.0.1", 0, start_serving=op.serving
        )
    made.port = made.server.sockets[0].getsockname()[1]
    world.objects[op.server] = made
    close_at_end(world, made.server.close)


async def _start_serving(world: World, task: str, op: Any) -> None:
    await _server(world, op.server).server.start_serving()


async def _is_serving(world: World, task: str, op: Any) -> None:
    log_got(world, task, _server(world, op.server).server.is_serving())


async def _close_server(world: World, task: str, op: Any) -> None:
    _server(world, op.server).server.close()


async def _wait_server_closed(world: World, task: str, op: Any) -> None:
    with world.runtime.expecting():
        await _server(world, op.server).server.wait_closed()


async def _incoming(world: World, task: str, op: Any) -> None:
    record = record_of(world, op.transport)
    record.task = task
    _server(world, op.server).announced.append(record)


async def _create_connection(world: World, task: str, op: Any) -> None:
    record = record_of(world, op.transport)
    record.task = task
    port = _server(world, op.server).port
    with world.runtime.holding():
        await the_loop(world).create_connection(lambda: Recorder(record), "127.0.0.1", port)


async def _adopt_socket(world: World, task: str, op: Any) -> None:
    record = record_of(world, op.transport)
    record.task = task
    make = BufferedRecorder if op.buffered else Recorder
    with world.runtime.holding():
        await the_loop(world).create_connection(lambda: make(record), sock=world.object(op.socket))


async def _react(world: World, task: str, op: Any) -> None:
    world.begun.setdefault(op.callback, None)
    record_of(world, op.transport).reactions[op.told] = op.callback


async def _until(world: World, record: Record, true: Callable[[], bool]) -> None:
    """Wait until something is true of the record, which looks at each thing it is told."""
    done = asyncio.Event()

    def look() -> None:
        if true():
            done.set()

    record.waiting.append(look)
    look()
    try:
        with world.runtime.expecting():
            await done.wait()
    finally:
        record.waiting.remove(look)


async def _wait_told(world: World, task: str, op: Any) -> None:
    record = record_of(world, op.transport)
    await _until(world, record, lambda: op.told in record.told)


async def _wait_received(world: World, task: str, op: Any) -> None:
    record = record_of(world, op.transport)
    await _until(world, record, lambda: record.bytes_in_all >= op.count)
    record.received()


async def _received(world: World, task: str, op: Any) -> None:
    record_of(world, op.transport).received()


def _transport(world: World, name: str) -> Any:
    transport = record_of(world, name).transport
    if transport is None:
        raise Unopened(name)
    return transport


async def _write(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).write(op.data.encode() * op.times)


async def _write_lines(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).writelines([op.data.encode()] * op.times)


async def _write_eof(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).write_eof()


async def _can_write_eof(world: World, task: str, op: Any) -> None:
    log_got(world, task, _transport(world, op.transport).can_write_eof())


async def _set_write_limits(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).set_write_buffer_limits(high=op.high, low=op.low)


async def _write_limits(world: World, task: str, op: Any) -> None:
    low, high = _transport(world, op.transport).get_write_buffer_limits()
    log_got(world, task, f"{low}-{high}")


async def _write_buffer(world: World, task: str, op: Any) -> None:
    size = _transport(world, op.transport).get_write_buffer_size()
    log_got(world, task, "some" if size else "empty")


async def _pause_reading(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).pause_reading()


async def _resume_reading(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).resume_reading()


async def _is_reading(world: World, task: str, op: Any) -> None:
    log_got(world, task, _transport(world, op.transport).is_reading())


async def _close_transport(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).close()


async def _abort_transport(world: World, task: str, op: Any) -> None:
    _transport(world, op.transport).abort()


async def _is_closing(world: World, task: str, op: Any) -> None:
    log_got(world, task, _transport(world, op.transport).is_closing())


METHODS: Final[Methods] = {
    "create_server": _create_server,
    "start_serving": _start_serving,
    "is_serving": _is_serving,
    "close_server": _close_server,
    "wait_server_closed": _wait_server_closed,
    "incoming": _incoming,
    "create_connection": _create_connection,
    "adopt_socket": _adopt_socket,
    "react": _react,
    "wait_told": _wait_told,
    "wait_received": _wait_received,
    "received": _received,
    "write": _write,
    "write_lines": _write_lines,
    "write_eof": _write_eof,
    "can_write_eof": _can_write_eof,
    "set_write_limits": _set_write_limits,
    "write_limits": _write_limits,
    "write_buffer": _write_buffer,
    "pause_reading": _pause_reading,
    "resume_reading": _resume_reading,
    "is_reading": _is_reading,
    "close_transport": _close_transport,
    "abort_transport": _abort_transport,
    "is_closing": _is_closing,
}
