"""TCP asked of asyncio streams; accept is composed from start_server's callback."""

from __future__ import annotations

import asyncio
import socket
from asyncio import StreamReader, StreamWriter, create_task, sleep
from collections.abc import Awaitable
from typing import Any

from asyncio_cancel import end, probe, settle
from probe_runner import ms

LARGE = 8 * 1024 * 1024  # bytes; more than the kernel's buffers on both ends hold
HOST = "127.0.0.1"
Conn = tuple[StreamReader, StreamWriter]
KEPT: list[object] = []  # a peer that is collected closes its socket, and a probe would see that
CONNECT_WORDS = {
    "eof": "cancelled-and-closed",
    "reset": "cancelled-and-reset",
    "hangs": "cancelled-but-open",
}


class Listener:
    """start_server with its connections in a queue, so that there is something to accept from."""

    def __init__(self) -> None:
        self.accepted: asyncio.Queue[Conn] = asyncio.Queue()

    async def open(self) -> Listener:
        async def arrived(reader: StreamReader, writer: StreamWriter) -> None:
            self.accepted.put_nowait((reader, writer))

        self.server = await asyncio.start_server(arrived, HOST, 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def accept(self) -> Conn:
        return await self.accepted.get()

    async def connect(self) -> Conn:
        return await asyncio.open_connection(HOST, self.port)


async def pair() -> tuple[Conn, Conn, Listener]:
    """A client, its peer at the server, and the listener."""
    listener = await Listener().open()
    client = await listener.connect()
    server = await listener.accept()
    KEPT[:] = [client, server, listener]
    return client, server, listener


async def send(conn: Conn, data: bytes) -> None:
    conn[1].write(data)
    await conn[1].drain()


async def tried(what: Awaitable[Any]) -> str:
    """`eof`, `data`, `done`, `reset`, `error` or `hangs`: what came of one operation."""
    try:
        async with asyncio.timeout(ms(40)):
            got = await what
    except TimeoutError:
        return "hangs"
    except ConnectionResetError:
        return "reset"
    except (OSError, RuntimeError, EOFError):
        return "error"
    if isinstance(got, bytes):
        return "data" if got else "eof"
    return "done"


async def arrive() -> None:
    """Long enough for what was sent over loopback to arrive and be noticed."""
    await sleep(ms(5))


# ---- connecting


@probe("tcp/connection-refused")
async def connection_refused() -> str:
    with socket.socket() as holder:
        holder.bind((HOST, 0))  # bound and not listening: nobody else takes the port
        try:
            await asyncio.open_connection(HOST, holder.getsockname()[1])
        except OSError:
            return "refused"
    return "connected"


@probe("tcp/connect-before-accept")
async def connect_before_accept() -> str:
    listener = await Listener().open()
    client = await listener.connect()
    await send(client, b"early")
    await arrive()
    server = await listener.accept()
    return "yes" if await server[0].readexactly(5) == b"early" else "garbled"


@probe("tcp/listener-close-keeps-connections")
async def listener_close_keeps_connections() -> str:
    client, server, listener = await pair()
    listener.server.close()
    await settle()
    await send(client, b"x")
    return "yes" if await tried(server[0].read(1)) == "data" else "cut"


@probe("tcp/listener-close-under-accept")
async def listener_close_under_accept() -> str:
    listener = await Listener().open()
    task = create_task(listener.accept())
    await settle()
    listener.server.close()
    return await tried(task)  # composed: the queue knows nothing of the server


@probe("tcp/accept-after-listener-close")
async def accept_after_listener_close() -> str:
    listener = await Listener().open()
    listener.server.close()
    return await tried(listener.accept())  # composed


@probe("tcp/cancel-accept")
async def cancel_accept() -> str:
    listener = await Listener().open()
    task = create_task(listener.accept())
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await listener.connect()
    return {"done": "yes", "hangs": "connection-lost"}[await tried(listener.accept())]


@probe("tcp/connect-then-cancel-accept")
async def connect_then_cancel_accept() -> str:
    listener = await Listener().open()
    task = create_task(listener.accept())
    await settle()
    client = await listener.connect()
    task.cancel()
    if await end(task) == "returned":
        return "accepted"
    again = await tried(listener.accept())
    if again == "done":
        return "cancelled-connection-kept"
    return {"eof": "cancelled-connection-closed", "reset": "cancelled-connection-closed"}.get(
        await tried(client[0].read(1)), "cancelled-connection-lost"
    )


@probe("tcp/cancel-connect")
async def cancel_connect() -> str:
    listener = await Listener().open()
    task = create_task(listener.connect())
    await sleep(0)
    task.cancel()
    if await end(task) == "returned":
        return "connected"
    try:
        async with asyncio.timeout(ms(30)):
            server = await listener.accept()
    except TimeoutError:
        return "cancelled-unseen"
    return CONNECT_WORDS[await tried(server[0].read(1))]


@probe("tcp/accept-order")
async def accept_order() -> str:
    listener = await Listener().open()
    first, second = await listener.connect(), await listener.connect()
    await send(first, b"1")
    await send(second, b"2")
    server = await listener.accept()
    KEPT[:] = [first, second, server]
    return {b"1": "in-order", b"2": "reversed"}[await server[0].read(1)]


# ---- the end of a stream


@probe("tcp/eof-after-close")
async def eof_after_close() -> str:
    client, server, _ = await pair()
    server[1].close()
    return "yes" if await tried(client[0].read(1)) == "eof" else "no"


@probe("tcp/eof-after-data")
async def eof_after_data() -> str:
    client, server, _ = await pair()
    await send(server, b"last")
    server[1].close()
    got = await client[0].readexactly(4)
    return "yes" if got == b"last" and await client[0].read(1) == b"" else "data-lost"


@probe("tcp/eof-again")
async def eof_again() -> str:
    client, server, _ = await pair()
    server[1].close()
    await client[0].read(1)
    return await tried(client[0].read(1))


@probe("tcp/exactly-early-eof")
async def exactly_early_eof() -> str:
    client, server, _ = await pair()
    await send(server, b"ab")
    server[1].close()
    return "yes" if await tried(client[0].readexactly(5)) == "error" else "no"


@probe("tcp/half-close-by-client")
async def half_close_by_client() -> str:
    client, server, _ = await pair()
    await send(client, b"ask")
    client[1].write_eof()
    question = await server[0].read()
    await send(server, b"answer")
    server[1].close()
    return "yes" if (question, await client[0].read()) == (b"ask", b"answer") else "cut"


@probe("tcp/half-close-by-server")
async def half_close_by_server() -> str:
    client, server, _ = await pair()
    server[1].write_eof()
    if await client[0].read(1) != b"":
        return "no-eof"
    await send(client, b"late")
    return "yes" if await tried(server[0].readexactly(4)) == "data" else "cut"


@probe("tcp/send-after-send-eof")
async def send_after_send_eof() -> str:
    client, _, _ = await pair()
    client[1].write_eof()
    return {"done": "silent"}.get(word := await tried(send(client, b"x")), word)


@probe("tcp/send-eof-twice")
async def send_eof_twice() -> str:
    async def again() -> None:
        client[1].write_eof()

    client, _, _ = await pair()
    client[1].write_eof()
    await settle()
    return {"done": "no-op"}.get(word := await tried(again()), word)


# ---- reset


@probe("tcp/close-with-unread-data")
async def close_with_unread_data() -> str:
    client, server, _ = await pair()
    await send(client, b"unread")
    await arrive()
    server[1].close()
    return await tried(client[0].read(1))


@probe("tcp/abort-seen-by-receive")
async def abort_seen_by_receive() -> str:
    client, server, _ = await pair()
    task = create_task(client[0].read(1))
    await settle()
    server[1].transport.abort()
    return await tried(task)


@probe("tcp/send-after-peer-closed")
async def send_after_peer_closed() -> str:
    client, server, _ = await pair()
    server[1].close()
    await client[0].read(1)
    for word in ("first", "second", "third", "fourth"):
        if await tried(send(client, b"x")) != "done":
            return word + "-send-fails"
        await arrive()
    return "accepted"


@probe("tcp/reset-under-send")
async def reset_under_send() -> str:
    far, near, _ = await pair()
    task = create_task(send(near, bytes(LARGE)))
    await arrive()
    far[1].close()
    return {"done": "completes", "reset": "error"}.get(word := await tried(task), word)


# ---- one's own end


@probe("tcp/close-under-receive")
async def close_under_receive() -> str:
    client, _, _ = await pair()
    task = create_task(client[0].read(1))
    await settle()
    client[1].close()
    return await tried(task)


@probe("tcp/receive-after-own-close")
async def receive_after_own_close() -> str:
    client, _, _ = await pair()
    client[1].close()
    return await tried(client[0].read(1))


@probe("tcp/rest-after-own-close")
async def rest_after_own_close() -> str:
    client, server, _ = await pair()
    await send(server, b"ab")
    await client[0].read(1)
    client[1].close()
    words = [await tried(client[0].read(1)) for _ in range(2)]
    names = {
        "data-error": "rest-then-error",
        "data-eof": "rest-then-end",
        "error-error": "error",
        "eof-eof": "end",
    }
    return names.get(word := "-".join(words), word)


@probe("tcp/send-after-own-close")
async def send_after_own_close() -> str:
    client, _, _ = await pair()
    client[1].close()
    word = await tried(send(client, b"x"))
    return {"done": "silent", "reset": "error"}.get(word, word)


@probe("tcp/close-twice")
async def close_twice() -> str:
    async def again() -> None:
        client[1].close()

    client, _, _ = await pair()
    client[1].close()
    await settle()
    return {"done": "no-op"}.get(word := await tried(again()), word)
