"""TCP asked of anyio's own streams; a reset is composed."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable, Coroutine
from typing import Any, cast

import anyio
import anyio.lowlevel
from anyio import sleep
from anyio.abc import SocketAttribute, SocketListener, SocketStream, TaskGroup
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio_cancel import end, probe, settle
from probe_runner import ms

LARGE = 8 * 1024 * 1024  # bytes; more than the kernel's buffers on both ends hold
HOST = "127.0.0.1"
Operation = Callable[[], Coroutine[Any, Any, Any]]
KEPT: list[object] = []  # a peer that is collected closes its socket, and a probe would see that
CONNECT_WORDS = {
    "eof": "cancelled-and-closed",
    "reset": "cancelled-and-reset",
    "hangs": "cancelled-but-open",
}


async def listen() -> SocketListener:
    return cast(SocketListener, (await anyio.create_tcp_listener(local_host=HOST)).listeners[0])


def port_of(listener: SocketListener) -> int:
    return int(listener.extra(SocketAttribute.local_port))


async def connect(listener: SocketListener) -> SocketStream:
    return await anyio.connect_tcp(HOST, port_of(listener))


async def pair() -> tuple[SocketStream, SocketStream, SocketListener]:
    """A client, its peer at the server, and the listener."""
    listener = await listen()
    client = await connect(listener)
    server = await listener.accept()
    KEPT[:] = [client, server, listener]
    return client, server, listener


async def tried(operation: Operation) -> str:
    """`eof`, `data`, `done`, `reset`, `error` or `hangs`: what came of one operation."""
    got: Any = None
    try:
        with anyio.move_on_after(ms(40)) as scope:
            got = await operation()
    except anyio.BrokenResourceError as error:
        return "reset" if isinstance(error.__cause__, ConnectionResetError) else "error"
    except anyio.EndOfStream:
        return "eof"
    except Exception:  # closed, busy, incomplete, or an error of the operating system
        return "error"
    if scope.cancelled_caught:
        return "hangs"
    return "data" if isinstance(got, bytes) else "done"


def receiving(stream: SocketStream, most: int = 1) -> Operation:
    return functools.partial(stream.receive, most)


def sending(stream: SocketStream, data: bytes) -> Operation:
    return functools.partial(stream.send, data)


async def exactly(stream: SocketStream, count: int) -> bytes:
    return await BufferedByteReceiveStream(stream).receive_exactly(count)


async def until_eof(stream: SocketStream) -> bytes:
    return b"".join([part async for part in stream])


async def watched(group: TaskGroup, operation: Operation) -> list[str]:
    """What came of an operation that blocks in a task of its own, once it is blocked."""
    words: list[str] = []

    async def work() -> None:
        words.append(await tried(operation))

    group.start_soon(work)
    await settle()
    return words


async def arrive() -> None:
    """Long enough for what was sent over loopback to arrive and be noticed."""
    await sleep(ms(5))


# ---- connecting


@probe("tcp/connection-refused")
async def connection_refused(group: TaskGroup) -> str:
    with socket.socket() as holder:
        holder.bind((HOST, 0))  # bound and not listening: nobody else takes the port
        try:
            await anyio.connect_tcp(HOST, holder.getsockname()[1])
        except OSError:
            return "refused"
    return "connected"


@probe("tcp/connect-before-accept")
async def connect_before_accept(group: TaskGroup) -> str:
    listener = await listen()
    client = await connect(listener)
    await client.send(b"early")
    server = await listener.accept()
    return "yes" if await exactly(server, 5) == b"early" else "garbled"


@probe("tcp/listener-close-keeps-connections")
async def listener_close_keeps_connections(group: TaskGroup) -> str:
    client, server, listener = await pair()
    await listener.aclose()
    await client.send(b"x")
    return "yes" if await tried(receiving(server)) == "data" else "cut"


@probe("tcp/listener-close-under-accept")
async def listener_close_under_accept(group: TaskGroup) -> str:
    listener = await listen()
    words = await watched(group, listener.accept)
    await listener.aclose()
    await sleep(ms(45))
    return words[0]


@probe("tcp/accept-after-listener-close")
async def accept_after_listener_close(group: TaskGroup) -> str:
    listener = await listen()
    await listener.aclose()
    return await tried(listener.accept)


@probe("tcp/cancel-accept")
async def cancel_accept(group: TaskGroup) -> str:
    listener = await listen()
    child = group.start_soon(listener.accept)
    await settle()
    child.cancel()
    if await end(child) != "cancelled":
        return "not-interrupted"
    await connect(listener)
    return {"done": "yes", "hangs": "connection-lost"}[await tried(listener.accept)]


@probe("tcp/connect-then-cancel-accept")
async def connect_then_cancel_accept(group: TaskGroup) -> str:
    listener = await listen()
    child = group.start_soon(listener.accept)
    await settle()
    client = await connect(listener)
    child.cancel()
    if await end(child) == "returned":
        return "accepted"
    KEPT[:] = [client]
    again = await tried(listener.accept)
    return "cancelled-connection-kept" if again == "done" else "cancelled-connection-lost"


@probe("tcp/cancel-connect")
async def cancel_connect(group: TaskGroup) -> str:
    listener = await listen()
    child = group.start_soon(connect, listener)
    await anyio.lowlevel.checkpoint()
    child.cancel()
    if await end(child) == "returned":
        return "connected"
    with anyio.move_on_after(ms(30)) as scope:
        server = await listener.accept()
    if scope.cancelled_caught:
        return "cancelled-unseen"
    return CONNECT_WORDS[await tried(receiving(server))]


@probe("tcp/accept-order")
async def accept_order(group: TaskGroup) -> str:
    listener = await listen()
    first, second = await connect(listener), await connect(listener)
    await first.send(b"1")
    await second.send(b"2")
    server = await listener.accept()
    KEPT[:] = [first, second, server]
    return {b"1": "in-order", b"2": "reversed"}[await server.receive(1)]


# ---- the end of a stream


@probe("tcp/eof-after-close")
async def eof_after_close(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.aclose()
    return "yes" if await tried(receiving(client)) == "eof" else "no"


@probe("tcp/eof-after-data")
async def eof_after_data(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.send(b"last")
    await server.aclose()
    return "yes" if await until_eof(client) == b"last" else "data-lost"


@probe("tcp/eof-again")
async def eof_again(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.aclose()
    await tried(receiving(client))
    return await tried(receiving(client))


@probe("tcp/exactly-early-eof")
async def exactly_early_eof(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.send(b"ab")
    await server.aclose()
    return "yes" if await tried(functools.partial(exactly, client, 5)) == "error" else "no"


@probe("tcp/half-close-by-client")
async def half_close_by_client(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await client.send(b"ask")
    await client.send_eof()
    question = await until_eof(server)
    await server.send(b"answer")
    await server.aclose()
    return "yes" if (question, await until_eof(client)) == (b"ask", b"answer") else "cut"


@probe("tcp/half-close-by-server")
async def half_close_by_server(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.send_eof()
    if await tried(receiving(client)) != "eof":
        return "no-eof"
    await client.send(b"late")
    return "yes" if await exactly(server, 4) == b"late" else "cut"


@probe("tcp/send-after-send-eof")
async def send_after_send_eof(group: TaskGroup) -> str:
    client, _, _ = await pair()
    await client.send_eof()
    return {"done": "silent"}.get(word := await tried(sending(client, b"x")), word)


@probe("tcp/send-eof-twice")
async def send_eof_twice(group: TaskGroup) -> str:
    client, _, _ = await pair()
    await client.send_eof()
    return {"done": "no-op"}.get(word := await tried(client.send_eof), word)


# ---- reset


@probe("tcp/close-with-unread-data")
async def close_with_unread_data(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await client.send(b"unread")
    await arrive()
    await server.aclose()
    return await tried(receiving(client))


@probe("tcp/abort-seen-by-receive")
async def abort_seen_by_receive(group: TaskGroup) -> str:
    client, server, _ = await pair()
    words = await watched(group, receiving(client))
    server.extra(SocketAttribute.raw_socket).setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0"
    )
    await server.aclose()
    await arrive()
    return {"reset": "error"}.get(words[0], words[0])


@probe("tcp/send-after-peer-closed")
async def send_after_peer_closed(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.aclose()
    await tried(receiving(client))
    for word in ("first", "second", "third", "fourth"):
        if await tried(sending(client, b"x")) != "done":
            return word + "-send-fails"
        await arrive()
    return "accepted"


@probe("tcp/reset-under-send")
async def reset_under_send(group: TaskGroup) -> str:
    far, near, _ = await pair()
    words = await watched(group, sending(near, bytes(LARGE)))
    await arrive()
    await far.aclose()
    await sleep(ms(45))
    return {"done": "completes", "reset": "error"}.get(words[0], words[0])


# ---- one's own end


@probe("tcp/close-under-receive")
async def close_under_receive(group: TaskGroup) -> str:
    client, _, _ = await pair()
    words = await watched(group, receiving(client))
    await client.aclose()
    await sleep(ms(45))
    return words[0]


@probe("tcp/receive-after-own-close")
async def receive_after_own_close(group: TaskGroup) -> str:
    client, _, _ = await pair()
    await client.aclose()
    return await tried(receiving(client))


@probe("tcp/rest-after-own-close")
async def rest_after_own_close(group: TaskGroup) -> str:
    client, server, _ = await pair()
    await server.send(b"ab")
    await client.receive(1)
    await client.aclose()
    words = [await tried(receiving(client)) for _ in range(2)]
    names = {
        "data-error": "rest-then-error",
        "data-eof": "rest-then-end",
        "error-error": "error",
        "eof-eof": "end",
    }
    return names.get(word := "-".join(words), word)


@probe("tcp/send-after-own-close")
async def send_after_own_close(group: TaskGroup) -> str:
    client, _, _ = await pair()
    await client.aclose()
    return {"done": "silent"}.get(word := await tried(sending(client, b"x")), word)


@probe("tcp/close-twice")
async def close_twice(group: TaskGroup) -> str:
    client, _, _ = await pair()
    await client.aclose()
    return {"done": "no-op"}.get(word := await tried(client.aclose), word)
