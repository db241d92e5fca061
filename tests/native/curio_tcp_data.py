"""Bytes, conflicts and cancels over curio's own sockets."""

from __future__ import annotations

from curio import CancelledError, sleep, spawn
from curio_cancel import cancel_me, end, probe, settle
from curio_tcp import LARGE, arrive, pair, receiving, sending, tried, until_eof, watched
from probe_runner import ms

# ---- two at once


@probe("tcp/two-receives")
async def two_receives() -> str:
    client, server, _ = await pair()
    first = await watched(receiving(client))
    second = await watched(receiving(client))
    early = bool(second)
    await server.sendall(b"xy")
    await arrive()
    if first == second == ["data"]:
        return "both-served"
    if first == ["data"]:
        return "second-fails" if early else "second-" + second[0]
    return "first-" + first[0]


@probe("tcp/two-sends")
async def two_sends() -> str:
    far, near, _ = await pair()
    task = await spawn(near.sendall, b"a" * LARGE)
    await settle()
    second = await watched(sending(near, b"b" * LARGE))
    early = second == ["error"]
    got = bytearray()
    while len(got) < LARGE + (0 if early else LARGE):
        got += await far.recv(1 << 20)
    await task.join()
    if early:
        return "second-fails"
    return "both-sent-in-turn" if got == b"a" * LARGE + b"b" * LARGE else "both-sent-mixed"


# ---- bytes


@probe("tcp/order-across-sends")
async def order_across_sends() -> str:
    client, server, _ = await pair()
    for part in (b"ab", b"c", b"def"):
        await client.sendall(part)
    return "yes" if await server.as_stream().read_exactly(6) == b"abcdef" else "garbled"


@probe("tcp/receive-at-most")
async def receive_at_most() -> str:
    client, server, _ = await pair()
    await client.sendall(b"abcde")
    sizes: list[int] = []
    while sum(sizes) < 5:
        sizes.append(len(await server.recv(2)))
    return "yes" if max(sizes) <= 2 else "too-much"


@probe("tcp/large-send-to-slow-reader")
async def large_send_to_slow_reader() -> str:
    client, server, _ = await pair()
    data = bytes(range(256)) * (LARGE // 256)
    task = await spawn(client.sendall, data)
    await sleep(ms(30))
    early = task.terminated
    got = bytearray()
    while len(got) < LARGE:
        got += await server.recv(1 << 20)
    if got != data:
        return "garbled"
    return "returns-before-read" if early else "waits-for-reader"


@probe("tcp/close-delivers-what-was-sent")
async def close_delivers_what_was_sent() -> str:
    client, server, _ = await pair()
    task = await spawn(until_eof, server)
    await client.sendall(bytes(1 << 20))
    await client.close()
    return "yes" if len(await task.join()) == 1 << 20 else "data-lost"


# ---- cancel


@probe("tcp/cancel-receive")
async def cancel_receive() -> str:
    client, server, _ = await pair()
    task = await spawn(client.recv, 5)
    await settle()
    await task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await server.sendall(b"hello")
    got = await client.as_stream().read_exactly(5)
    return "yes" if got == b"hello" else "bytes-lost"


@probe("tcp/data-then-cancel-receive")
async def data_then_cancel_receive() -> str:
    client, server, _ = await pair()
    task = await spawn(client.recv, 5)
    await settle()
    await server.sendall(b"hello")
    await task.cancel()
    if await end(task) == "returned":
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(receiving(client, 5))
    ]


@probe("tcp/cancel-exactly-midway")
async def cancel_exactly_midway() -> str:
    client, server, _ = await pair()
    stream = client.as_stream()
    task = await spawn(stream.read_exactly, 4)
    await settle()
    await server.sendall(b"ab")
    await arrive()
    await task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await server.sendall(b"cd")
    return {b"abcd": "prefix-kept", b"cd": "prefix-lost"}[await stream.read(100)]


@probe("tcp/cancel-send-then-close")
async def cancel_send_then_close() -> str:
    far, near, _ = await pair()
    task = await spawn(near.sendall, bytes(LARGE))
    await arrive()
    await task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await near.close()
    try:
        count = len(await until_eof(far))
    except OSError:
        return "reset"
    return "all-arrives" if count == LARGE else "prefix-arrives"


@probe("tcp/pending-cancel-at-ready-receive")
async def pending_cancel_at_ready_receive() -> str:
    try:
        await cancel_me()
    except CancelledError:
        return "at-call"
    return "not-at-call"
