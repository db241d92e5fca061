"""TCP asked of trio's own streams; receive_exactly and a reset are composed."""

from __future__ import annotations

import functools
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import trio
import trio.lowlevel
from probe_runner import ms
from trio import SocketListener, SocketStream, sleep
from trio_cancel import Child, probe, settle

LARGE = 8 * 1024 * 1024  # bytes; more than the kernel's buffers on both ends hold
HOST = "127.0.0.1"
Operation = Callable[[], Awaitable[Any]]
KEPT: list[object] = []  # a peer that is collected closes its socket, and a probe would see that
CONNECT_WORDS = {
    "eof": "cancelled-and-closed",
    "reset": "cancelled-and-reset",
    "hangs": "cancelled-but-open",
}


async def listen() -> SocketListener:
    return (await trio.open_tcp_listeners(0, host=HOST))[0]


async def connect(listener: SocketListener) -> SocketStream:
    return await trio.open_tcp_stream(HOST, listener.socket.getsockname()[1])


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
        with trio.move_on_after(ms(40)) as scope:
            got = await operation()
    except trio.BrokenResourceError as error:
        return "reset" if isinstance(error.__cause__, ConnectionResetError) else "error"
    except (trio.ClosedResourceError, trio.BusyResourceError, OSError, EOFError):
        return "error"
    if scope.cancelled_caught:
        return "hangs"
    if isinstance(got, bytes):
        return "data" if got else "eof"
    return "done"


def receiving(stream: SocketStream, most: int = 1) -> Operation:
    return functools.partial(stream.receive_some, most)


def sending(stream: SocketStream, data: bytes) -> Operation:
    return functools.partial(stream.send_all, data)


async def exactly(stream: SocketStream, count: int) -> bytes:
    """Composed: trio has no such method."""
    got = b""
    while len(got) < count:
        part = await stream.receive_some(count - len(got))
        if not part:
            raise EOFError
        got += part
    return got


async def until_eof(stream: SocketStream) -> bytes:
    return b"".join([part async for part in stream])


async def watched(nursery: trio.Nursery, operation: Operation) -> list[str]:
    """What came of an operation that blocks in a task of its own, once it is blocked."""
    words: list[str] = []

    async def work() -> None:
        words.append(await tried(operation))

    nursery.start_soon(work)
    await settle()
    return words


async def arrive() -> None:
    """Long enough for what was sent over loopback to arrive and be noticed."""
    await sleep(ms(5))


# ---- connecting


@probe("tcp/connection-refused")
async def connection_refused(nursery: trio.Nursery) -> str:
    with socket.socket() as holder:
        holder.bind((HOST, 0))  # bound and not listening: nobody else takes the port
        try:
            await trio.open_tcp_stream(HOST, holder.getsockname()[1])
        except OSError:
            return "refused"
    return "connected"


@probe("tcp/connect-before-accept")
async def connect_before_accept(nursery: trio.Nursery) -> str:
    listener = await listen()
    client = await connect(listener)
    await client.send_all(b"early")
    server = await listener.accept()
    return "yes" if await exactly(server, 5) == b"early" else "garbled"


@probe("tcp/listener-close-keeps-connections")
async def listener_close_keeps_connections(nursery: trio.Nursery) -> str:
    client, server, listener = await pair()
    await listener.aclose()
    await client.send_all(b"x")
    return "yes" if await tried(receiving(server)) == "data" else "cut"


@probe("tcp/listener-close-under-accept")
async def listener_close_under_accept(nursery: trio.Nursery) -> str:
    listener = await listen()
    words = await watched(nursery, listener.accept)
    await listener.aclose()
    await sleep(ms(45))
    return words[0]


@probe("tcp/accept-after-listener-close")
async def accept_after_listener_close(nursery: trio.Nursery) -> str:
    listener = await listen()
    await listener.aclose()
    return await tried(listener.accept)


@probe("tcp/cancel-accept")
async def cancel_accept(nursery: trio.Nursery) -> str:
    listener = await listen()
    child = Child(nursery, listener.accept)
    await settle()
    child.cancel()
    if await child.end() != "cancelled":
        return "not-interrupted"
    await connect(listener)
    return {"done": "yes", "hangs": "connection-lost"}[await tried(listener.accept)]


@probe("tcp/connect-then-cancel-accept")
async def connect_then_cancel_accept(nursery: trio.Nursery) -> str:
    listener = await listen()
    child = Child(nursery, listener.accept)
    await settle()
    client = await connect(listener)
    child.cancel()
    if await child.end() == "returned":
        return "accepted"
    KEPT[:] = [client]
    again = await tried(listener.accept)
    return "cancelled-connection-kept" if again == "done" else "cancelled-connection-lost"


@probe("tcp/cancel-connect")
async def cancel_connect(nursery: trio.Nursery) -> str:
    listener = await listen()
    child = Child(nursery, functools.partial(connect, listener))
    await trio.lowlevel.checkpoint()
    child.cancel()
    if await child.end() == "returned":
        return "connected"
    with trio.move_on_after(ms(30)) as scope:
        server = await listener.accept()
    if scope.cancelled_caught:
        return "cancelled-unseen"
    return CONNECT_WORDS[await tried(receiving(server))]


@probe("tcp/accept-order")
async def accept_order(nursery: trio.Nursery) -> str:
    listener = await listen()
    first, second = await connect(listener), await connect(listener)
    await first.send_all(b"1")
    await second.send_all(b"2")
    server = await listener.accept()
    KEPT[:] = [first, second, server]
    return {b"1": "in-order", b"2": "reversed"}[bytes(await server.receive_some(1))]


# ---- the end of a stream


@probe("tcp/eof-after-close")
async def eof_after_close(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.aclose()
    return "yes" if await tried(receiving(client)) == "eof" else "no"


@probe("tcp/eof-after-data")
async def eof_after_data(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.send_all(b"last")
    await server.aclose()
    return "yes" if await until_eof(client) == b"last" else "data-lost"


@probe("tcp/eof-again")
async def eof_again(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.aclose()
    await client.receive_some(1)
    return await tried(receiving(client))


@probe("tcp/exactly-early-eof")
async def exactly_early_eof(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.send_all(b"ab")
    await server.aclose()
    return "yes" if await tried(functools.partial(exactly, client, 5)) == "error" else "no"


@probe("tcp/half-close-by-client")
async def half_close_by_client(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await client.send_all(b"ask")
    await client.send_eof()
    question = await until_eof(server)
    await server.send_all(b"answer")
    await server.aclose()
    return "yes" if (question, await until_eof(client)) == (b"ask", b"answer") else "cut"


@probe("tcp/half-close-by-server")
async def half_close_by_server(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.send_eof()
    if await client.receive_some(1) != b"":
        return "no-eof"
    await client.send_all(b"late")
    return "yes" if await exactly(server, 4) == b"late" else "cut"


@probe("tcp/send-after-send-eof")
async def send_after_send_eof(nursery: trio.Nursery) -> str:
    client, _, _ = await pair()
    await client.send_eof()
    return {"done": "silent"}.get(word := await tried(sending(client, b"x")), word)


@probe("tcp/send-eof-twice")
async def send_eof_twice(nursery: trio.Nursery) -> str:
    client, _, _ = await pair()
    await client.send_eof()
    return {"done": "no-op"}.get(word := await tried(client.send_eof), word)


# ---- reset


@probe("tcp/close-with-unread-data")
async def close_with_unread_data(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await client.send_all(b"unread")
    await arrive()
    await server.aclose()
    return await tried(receiving(client))


@probe("tcp/abort-seen-by-receive")
async def abort_seen_by_receive(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    words = await watched(nursery, receiving(client))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    await server.aclose()
    await arrive()
    return {"reset": "error"}.get(words[0], words[0])


@probe("tcp/send-after-peer-closed")
async def send_after_peer_closed(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.aclose()
    await client.receive_some(1)
    for word in ("first", "second", "third", "fourth"):
        if await tried(sending(client, b"x")) != "done":
            return word + "-send-fails"
        await arrive()
    return "accepted"


@probe("tcp/reset-under-send")
async def reset_under_send(nursery: trio.Nursery) -> str:
    far, near, _ = await pair()
    words = await watched(nursery, sending(near, bytes(LARGE)))
    await arrive()
    await far.aclose()
    await sleep(ms(45))
    return {"done": "completes", "reset": "error"}.get(words[0], words[0])


# ---- one's own end


@probe("tcp/close-under-receive")
async def close_under_receive(nursery: trio.Nursery) -> str:
    client, _, _ = await pair()
    words = await watched(nursery, receiving(client))
    await client.aclose()
    await sleep(ms(45))
    return words[0]


@probe("tcp/receive-after-own-close")
async def receive_after_own_close(nursery: trio.Nursery) -> str:
    client, _, _ = await pair()
    await client.aclose()
    return await tried(receiving(client))


@probe("tcp/rest-after-own-close")
async def rest_after_own_close(nursery: trio.Nursery) -> str:
    client, server, _ = await pair()
    await server.send_all(b"ab")
    await client.receive_some(1)
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
async def send_after_own_close(nursery: trio.Nursery) -> str:
    client, _, _ = await pair()
    await client.aclose()
    return {"done": "silent"}.get(word := await tried(sending(client, b"x")), word)


@probe("tcp/close-twice")
async def close_twice(nursery: trio.Nursery) -> str:
    client, _, _ = await pair()
    await client.aclose()
    return {"done": "no-op"}.get(word := await tried(client.aclose), word)
