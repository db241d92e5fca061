"""Bytes, conflicts and cancels over anyio's own streams."""

from __future__ import annotations

import functools

import anyio
from anyio import sleep
from anyio.abc import TaskGroup
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio_cancel import end, probe, settle, stopped
from anyio_tcp import (
    LARGE,
    arrive,
    exactly,
    pair,
    receiving,
    sending,
    tried,
    until_eof,
    watched,
)
from probe_runner import ms

# ---- two at once


@probe("tcp/two-receives")
async def two_receives(group: TaskGroup) -> str:
    client, server, _ = await pair()
    first = await watched(group, receiving(client))
    second = await watched(group, receiving(client))
    early = bool(second)
    await server.send(b"xy")
    await arrive()
    if first == second == ["data"]:
        return "both-served"
    if first == ["data"]:
        return "second-fails" if early else "second-" + second[0]
    return "first-" + first[0]


@probe("tcp/two-sends")
async def two_sends(group: TaskGroup) -> str:
    far, near, _ = await pair()
    child = group.start_soon(sending(near, b"a" * LARGE))
    await settle()
    second = await watched(group, sending(near, b"b" * LARGE))
    early = second == ["error"]
    got = bytearray()
    while len(got) < LARGE + (0 if early else LARGE):
        got += await far.receive(1 << 20)
    await end(child)
    if early:
        return "second-fails"
    return "both-sent-in-turn" if got == b"a" * LARGE + b"b" * LARGE else "both-sent-mixed"


# ---- bytes


@probe("tcp/order-across-sends")
async def order_across_sends(group: TaskGroup) -> str:
    client, server, _ = await pair()
    for part in (b"ab", b"c", b"def"):
        await client.send(part)
    return "yes" if await exactly(server, 6) == b"abcdef" else "garbled"


@probe("tcp/receive-at-most")
async def receive_at_most(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await client.send(b"abcde")
    sizes: list[int] = []
    while sum(sizes) < 5:
        sizes.append(len(await server.receive(2)))
    return "yes" if max(sizes) <= 2 else "too-much"


@probe("tcp/large-send-to-slow-reader")
async def large_send_to_slow_reader(group: TaskGroup) -> str:
    client, server, _ = await pair()
    data = bytes(range(256)) * (LARGE // 256)
    child = group.start_soon(client.send, data)
    await sleep(ms(30))
    early = child.status.name == "FINISHED"
    got = bytearray()
    while len(got) < LARGE:
        got += await server.receive(1 << 20)
    if got != data:
        return "garbled"
    return "returns-before-read" if early else "waits-for-reader"


@probe("tcp/close-delivers-what-was-sent")
async def close_delivers_what_was_sent(group: TaskGroup) -> str:
    client, server, _ = await pair()
    child = group.start_soon(until_eof, server)
    await client.send(bytes(1 << 20))
    await client.aclose()
    await end(child)
    return "yes" if len(child.return_value) == 1 << 20 else "data-lost"


# ---- cancel


@probe("tcp/cancel-receive")
async def cancel_receive(group: TaskGroup) -> str:
    client, server, _ = await pair()
    child = group.start_soon(receiving(client, 5))
    await settle()
    child.cancel()
    if await end(child) != "cancelled":
        return "not-interrupted"
    await server.send(b"hello")
    return "yes" if await exactly(client, 5) == b"hello" else "bytes-lost"


@probe("tcp/data-then-cancel-receive")
async def data_then_cancel_receive(group: TaskGroup) -> str:
    client, server, _ = await pair()
    child = group.start_soon(receiving(client, 5))
    await settle()
    await server.send(b"hello")
    child.cancel()
    if await end(child) == "returned":
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(functools.partial(exactly, client, 5))
    ]


@probe("tcp/cancel-exactly-midway")
async def cancel_exactly_midway(group: TaskGroup) -> str:
    client, server, _ = await pair()
    stream = BufferedByteReceiveStream(client)
    child = group.start_soon(stream.receive_exactly, 4)
    await settle()
    await server.send(b"ab")
    await arrive()
    child.cancel()
    if await end(child) != "cancelled":
        return "not-interrupted"
    await server.send(b"cd")
    return {b"abcd": "prefix-kept", b"cd": "prefix-lost"}[await rest(stream)]


async def rest(stream: BufferedByteReceiveStream) -> bytes:
    """All that can be read: one receive may return the buffer only."""
    got = b""
    with anyio.move_on_after(ms(30)):
        while True:
            got += await stream.receive(100)
    return got


@probe("tcp/cancel-send-then-close")
async def cancel_send_then_close(group: TaskGroup) -> str:
    far, near, _ = await pair()
    child = group.start_soon(sending(near, bytes(LARGE)))
    await arrive()
    child.cancel()
    if await end(child) != "cancelled":
        return "not-interrupted"
    await near.aclose()
    try:
        count = len(await until_eof(far))
    except anyio.BrokenResourceError:
        return "reset"
    return "all-arrives" if count == LARGE else "prefix-arrives"


@probe("tcp/pending-cancel-at-ready-receive")
async def pending_cancel_at_ready_receive(group: TaskGroup) -> str:
    async def work() -> None:
        child.cancel()
        try:
            log.append(await client.receive(1))
        except stopped():
            log.append(b"")
            raise

    log: list[bytes] = []
    client, server, _ = await pair()
    await server.send(b"x")
    await arrive()
    child = group.start_soon(work)
    await end(child)
    if log == [b"x"]:
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(receiving(client))
    ]
