"""Bytes, conflicts and cancels over trio's own streams."""

from __future__ import annotations

import functools

import trio
from probe_runner import ms
from trio import Cancelled, sleep
from trio_cancel import Child, probe, settle
from trio_tcp import (
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

# ---- two at once


@probe("tcp/two-receives")
async def two_receives(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    first = await watched(nursery, receiving(client))
    second = await watched(nursery, receiving(client))
    early = bool(second)
    await server.send_all(b"xy")
    await arrive()
    if first == second == ["data"]:
        return "both-served"
    if first == ["data"]:
        return "second-fails" if early else "second-" + second[0]
    return "first-" + first[0]


@probe("tcp/two-sends")
async def two_sends(nursery: trio.Nursery) -> str:
    far, near, _ = await pair()
    child = Child(nursery, sending(near, b"a" * LARGE))
    await settle()
    second = await watched(nursery, sending(near, b"b" * LARGE))
    early = second == ["error"]
    got = bytearray()
    while len(got) < LARGE + (0 if early else LARGE):
        got += await far.receive_some(1 << 20)
    await child.end()
    if early:
        return "second-fails"
    return "both-sent-in-turn" if got == b"a" * LARGE + b"b" * LARGE else "both-sent-mixed"


# ---- bytes


@probe("tcp/order-across-sends")
async def order_across_sends(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    for part in (b"ab", b"c", b"def"):
        await client.send_all(part)
    return "yes" if await exactly(server, 6) == b"abcdef" else "garbled"


@probe("tcp/receive-at-most")
async def receive_at_most(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await client.send_all(b"abcde")
    sizes: list[int] = []
    while sum(sizes) < 5:
        sizes.append(len(await server.receive_some(2)))
    return "yes" if max(sizes) <= 2 else "too-much"


@probe("tcp/large-send-to-slow-reader")
async def large_send_to_slow_reader(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    data = bytes(range(256)) * (LARGE // 256)
    child = Child(nursery, sending(client, data))
    await sleep(ms(30))
    early = bool(child.how)
    got = bytearray()
    while len(got) < LARGE:
        got += await server.receive_some(1 << 20)
    if got != data:
        return "garbled"
    return "returns-before-read" if early else "waits-for-reader"


@probe("tcp/close-delivers-what-was-sent")
async def close_delivers_what_was_sent(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    child = Child(nursery, functools.partial(until_eof, server))
    await client.send_all(bytes(1 << 20))
    await client.aclose()
    await child.end()
    return "yes" if len(child.value) == 1 << 20 else "data-lost"


# ---- cancel


@probe("tcp/cancel-receive")
async def cancel_receive(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    child = Child(nursery, receiving(client, 5))
    await settle()
    child.cancel()
    if await child.end() != "cancelled":
        return "not-interrupted"
    await server.send_all(b"hello")
    return "yes" if await exactly(client, 5) == b"hello" else "bytes-lost"


@probe("tcp/data-then-cancel-receive")
async def data_then_cancel_receive(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    child = Child(nursery, receiving(client, 5))
    await settle()
    await server.send_all(b"hello")
    child.cancel()
    if await child.end() == "returned":
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(functools.partial(exactly, client, 5))
    ]


@probe("tcp/cancel-exactly-midway")
async def cancel_exactly_midway(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    child = Child(nursery, functools.partial(exactly, client, 4))
    await settle()
    await server.send_all(b"ab")
    await arrive()
    child.cancel()
    if await child.end() != "cancelled":
        return "not-interrupted"
    await server.send_all(b"cd")
    return {b"abcd": "prefix-kept", b"cd": "prefix-lost"}[await client.receive_some(100)]


@probe("tcp/cancel-send-then-close")
async def cancel_send_then_close(nursery: trio.Nursery) -> str:
    far, near, _ = await pair()
    child = Child(nursery, sending(near, bytes(LARGE)))
    await arrive()
    child.cancel()
    if await child.end() != "cancelled":
        return "not-interrupted"
    await near.aclose()
    try:
        count = len(await until_eof(far))
    except trio.BrokenResourceError:
        return "reset"
    return "all-arrives" if count == LARGE else "prefix-arrives"


@probe("tcp/pending-cancel-at-ready-receive")
async def pending_cancel_at_ready_receive(nursery: trio.Nursery) -> str:
    async def work() -> None:
        child.cancel()
        try:
            log.append(await client.receive_some(1))
        except Cancelled:
            log.append(b"")
            raise

    log: list[bytes] = []
    client, server, _ = await pair()
    await server.send_all(b"x")
    await arrive()
    child = Child(nursery, work)
    await child.end()
    if log == [b"x"]:
        return "received"
    return {"data": "cancelled-bytes-kept", "hangs": "cancelled-bytes-lost"}[
        await tried(receiving(client))
    ]
