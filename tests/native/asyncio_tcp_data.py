"""Bytes, conflicts and cancels over asyncio streams."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, create_task, sleep

from asyncio_cancel import SHORT, end, probe, settle
from asyncio_tcp import LARGE, Conn, arrive, pair, send, tried
from probe_runner import ms

# ---- two at once


@probe("tcp/two-receives")
async def two_receives() -> str:
    client, server, _ = await pair()
    first, second = create_task(client[0].read(1)), create_task(client[0].read(1))
    await settle()
    early = second.done()
    await send(server, b"xy")
    words = await tried(first), await tried(second)
    if words == ("data", "data"):
        return "both-served"
    if words[0] == "data":
        return "second-fails" if early else "second-" + words[1]
    return "first-" + words[0]


@probe("tcp/two-sends")
async def two_sends() -> str:
    far, near, _ = await pair()
    first = create_task(send(near, b"a" * LARGE))
    await settle()
    second = create_task(send(near, b"b" * LARGE))
    await settle()
    early = second.done() and second.exception() is not None
    got = bytearray()
    while len(got) < LARGE + (0 if early else LARGE):
        got += await far[0].read(1 << 20)
    await end(first)
    if early:
        return "second-fails"
    return "both-sent-in-turn" if got == b"a" * LARGE + b"b" * LARGE else "both-sent-mixed"


# ---- bytes


@probe("tcp/order-across-sends")
async def order_across_sends() -> str:
    client, server, _ = await pair()
    for part in (b"ab", b"c", b"def"):
        await send(client, part)
    return "yes" if await server[0].readexactly(6) == b"abcdef" else "garbled"


@probe("tcp/receive-at-most")
async def receive_at_most() -> str:
    client, server, _ = await pair()
    await send(client, b"abcde")
    sizes: list[int] = []
    while sum(sizes) < 5:
        sizes.append(len(await server[0].read(2)))
    return "yes" if max(sizes) <= 2 else "too-much"


@probe("tcp/large-send-to-slow-reader")
async def large_send_to_slow_reader() -> str:
    client, server, _ = await pair()
    data = bytes(range(256)) * (LARGE // 256)
    task = create_task(send(client, data))
    await sleep(ms(30))
    early = task.done()
    if await server[0].readexactly(LARGE) != data:
        return "garbled"
    return "returns-before-read" if early else "waits-for-reader"


@probe("tcp/close-delivers-what-was-sent")
async def close_delivers_what_was_sent() -> str:
    client, server, _ = await pair()
    task = create_task(server[0].read())
    await send(client, bytes(1 << 20))
    client[1].close()
    return "yes" if len(await task) == 1 << 20 else "data-lost"


# ---- cancel


@probe("tcp/cancel-receive")
async def cancel_receive() -> str:
    client, server, _ = await pair()
    task = create_task(client[0].read(5))
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await send(server, b"hello")
    return "yes" if await client[0].readexactly(5) == b"hello" else "bytes-lost"


@probe("tcp/data-then-cancel-receive")
async def data_then_cancel_receive() -> str:
    client, server, _ = await pair()
    task = create_task(client[0].read(5))
    await settle()
    await send(server, b"hello")
    task.cancel()
    if await end(task) == "returned":
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(client[0].readexactly(5))
    ]


@probe("tcp/cancel-exactly-midway")
async def cancel_exactly_midway() -> str:
    client, server, _ = await pair()
    task = create_task(client[0].readexactly(4))
    await settle()
    await send(server, b"ab")
    await arrive()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await send(server, b"cd")
    return {b"abcd": "prefix-kept", b"cd": "prefix-lost"}[await readable(client)]


async def readable(conn: Conn) -> bytes:
    await arrive()
    return await conn[0].read(100)


@probe("tcp/cancel-send-then-close")
async def cancel_send_then_close() -> str:
    far, near, _ = await pair()
    task = create_task(send(near, bytes(LARGE)))
    await arrive()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    near[1].close()
    try:
        count = len(await far[0].read())
    except OSError:
        return "reset"
    return "all-arrives" if count == LARGE else "prefix-arrives"


@probe("tcp/pending-cancel-at-ready-receive")
async def pending_cancel_at_ready_receive() -> str:
    async def child() -> None:
        current = asyncio.current_task()
        assert current is not None
        current.cancel()
        try:
            log.append(await client[0].read(1))
        except CancelledError:
            log.append(b"")

    log: list[bytes] = []
    client, server, _ = await pair()
    await send(server, b"x")
    await sleep(SHORT)
    await end(create_task(child()))
    if log == [b"x"]:
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(client[0].read(1))
    ]
