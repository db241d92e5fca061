"""TCP asked of curio's own sockets; exact reads through its own stream, a reset composed."""

from __future__ import annotations

import functools
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import curio
from curio import sleep, spawn
from curio_cancel import end, probe, settle
from probe_runner import ms

LARGE = 8 * 1024 * 1024  # bytes; more than the kernel's buffers on both ends hold
HOST = "127.0.0.1"
LINGER = b"\x01\0\0\0\0\0\0\0"
Operation = Callable[[], Awaitable[Any]]
KEPT: list[object] = []  # a peer that is collected closes its socket, and a probe would see that
CONNECT_WORDS = {
    "eof": "cancelled-and-closed",
    "reset": "cancelled-and-reset",
    "hangs": "cancelled-but-open",
}


def listen() -> Any:
    return curio.tcp_server_socket(HOST, 0)


async def connect(listener: Any) -> Any:
    return await curio.open_connection(HOST, listener.getsockname()[1])


async def pair() -> tuple[Any, Any, Any]:
    """A client, its peer at the server, and the listener."""
    listener = listen()
    client = await connect(listener)
    server, _ = await listener.accept()
    KEPT[:] = [client, server, listener]
    return client, server, listener


async def tried(operation: Operation) -> str:
    """`eof`, `data`, `done`, `reset`, `error` or `hangs`: what came of one operation."""
    got: Any = None
    try:
        async with curio.ignore_after(ms(40)) as limit:
            got = await operation()
    except ConnectionResetError:
        return "reset"
    except (OSError, EOFError, AttributeError, curio.CurioError):
        return "error"
    if limit.expired:
        return "hangs"
    if isinstance(got, bytes):
        return "data" if got else "eof"
    return "done"


def receiving(sock: Any, most: int = 1) -> Operation:
    return functools.partial(sock.recv, most)


def sending(sock: Any, data: bytes) -> Operation:
    return functools.partial(sock.sendall, data)


async def until_eof(sock: Any) -> bytes:
    parts = []
    while part := await sock.recv(1 << 20):
        parts.append(part)
    return b"".join(parts)


async def watched(operation: Operation) -> list[str]:
    """What came of an operation that blocks in a task of its own, once it is blocked."""
    words: list[str] = []

    async def work() -> None:
        words.append(await tried(operation))

    await spawn(work, daemon=True)
    await settle()
    return words


async def arrive() -> None:
    """Long enough for what was sent over loopback to arrive and be noticed."""
    await sleep(ms(5))


# ---- connecting


@probe("tcp/connection-refused")
async def connection_refused() -> str:
    with socket.socket() as holder:
        holder.bind((HOST, 0))  # bound and not listening: nobody else takes the port
        try:
            await curio.open_connection(HOST, holder.getsockname()[1])
        except OSError:
            return "refused"
    return "connected"


@probe("tcp/connect-before-accept")
async def connect_before_accept() -> str:
    listener = listen()
    client = await connect(listener)
    await client.sendall(b"early")
    server, _ = await listener.accept()
    return "yes" if await server.as_stream().read_exactly(5) == b"early" else "garbled"


@probe("tcp/listener-close-keeps-connections")
async def listener_close_keeps_connections() -> str:
    client, server, listener = await pair()
    await listener.close()
    await client.sendall(b"x")
    return "yes" if await tried(receiving(server)) == "data" else "cut"


@probe("tcp/listener-close-under-accept")
async def listener_close_under_accept() -> str:
    listener = listen()
    words = await watched(listener.accept)
    await listener.close()
    await sleep(ms(45))
    return words[0]


@probe("tcp/accept-after-listener-close")
async def accept_after_listener_close() -> str:
    listener = listen()
    await listener.close()
    return await tried(listener.accept)


@probe("tcp/cancel-accept")
async def cancel_accept() -> str:
    listener = listen()
    task = await spawn(listener.accept)
    await settle()
    await task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await connect(listener)
    return {"done": "yes", "hangs": "connection-lost"}[await tried(listener.accept)]


@probe("tcp/connect-then-cancel-accept")
async def connect_then_cancel_accept() -> str:
    listener = listen()
    task = await spawn(listener.accept)
    await settle()
    client = await connect(listener)
    await task.cancel()
    if await end(task) == "returned":
        return "accepted"
    KEPT[:] = [client]
    again = await tried(listener.accept)
    return "cancelled-connection-kept" if again == "done" else "cancelled-connection-lost"


@probe("tcp/cancel-connect")
async def cancel_connect() -> str:
    listener = listen()
    child = await spawn(connect, listener)
    await sleep(0)
    await child.cancel()
    if await end(child) == "returned":
        return "connected"
    async with curio.ignore_after(ms(30)) as limit:
        server = (await listener.accept())[0]
    if limit.expired:
        return "cancelled-unseen"
    return CONNECT_WORDS[await tried(receiving(server))]


@probe("tcp/accept-order")
async def accept_order() -> str:
    listener = listen()
    first, second = await connect(listener), await connect(listener)
    await first.sendall(b"1")
    await second.sendall(b"2")
    server = (await listener.accept())[0]
    KEPT[:] = [first, second, server]
    return {b"1": "in-order", b"2": "reversed"}[await server.recv(1)]


# ---- the end of a stream


@probe("tcp/eof-after-close")
async def eof_after_close() -> str:
    client, server, _ = await pair()
    await server.close()
    return "yes" if await tried(receiving(client)) == "eof" else "no"


@probe("tcp/eof-after-data")
async def eof_after_data() -> str:
    client, server, _ = await pair()
    await server.sendall(b"last")
    await server.close()
    return "yes" if await until_eof(client) == b"last" else "data-lost"


@probe("tcp/eof-again")
async def eof_again() -> str:
    client, server, _ = await pair()
    await server.close()
    await client.recv(1)
    return await tried(receiving(client))


@probe("tcp/exactly-early-eof")
async def exactly_early_eof() -> str:
    client, server, _ = await pair()
    await server.sendall(b"ab")
    await server.close()
    return (
        "yes"
        if await tried(functools.partial(client.as_stream().read_exactly, 5)) == "error"
        else "no"
    )


@probe("tcp/half-close-by-client")
async def half_close_by_client() -> str:
    client, server, _ = await pair()
    await client.sendall(b"ask")
    await client.shutdown(socket.SHUT_WR)
    question = await until_eof(server)
    await server.sendall(b"answer")
    await server.close()
    return "yes" if (question, await until_eof(client)) == (b"ask", b"answer") else "cut"


@probe("tcp/half-close-by-server")
async def half_close_by_server() -> str:
    client, server, _ = await pair()
    await server.shutdown(socket.SHUT_WR)
    if await client.recv(1) != b"":
        return "no-eof"
    await client.sendall(b"late")
    return "yes" if await tried(receiving(server, 4)) == "data" else "cut"


@probe("tcp/send-after-send-eof")
async def send_after_send_eof() -> str:
    client, _, _ = await pair()
    await client.shutdown(socket.SHUT_WR)
    return {"done": "silent"}.get(word := await tried(sending(client, b"x")), word)


@probe("tcp/send-eof-twice")
async def send_eof_twice() -> str:
    client, _, _ = await pair()
    await client.shutdown(socket.SHUT_WR)
    word = await tried(functools.partial(client.shutdown, socket.SHUT_WR))
    return {"done": "no-op"}.get(word, word)


# ---- reset


@probe("tcp/close-with-unread-data")
async def close_with_unread_data() -> str:
    client, server, _ = await pair()
    await client.sendall(b"unread")
    await arrive()
    await server.close()
    return await tried(receiving(client))


@probe("tcp/abort-seen-by-receive")
async def abort_seen_by_receive() -> str:
    client, server, _ = await pair()
    words = await watched(receiving(client))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    await server.close()
    await arrive()
    return {"reset": "error"}.get(words[0], words[0])


@probe("tcp/send-after-peer-closed")
async def send_after_peer_closed() -> str:
    client, server, _ = await pair()
    await server.close()
    await client.recv(1)
    for word in ("first", "second", "third", "fourth"):
        if await tried(sending(client, b"x")) != "done":
            return word + "-send-fails"
        await arrive()
    return "accepted"


@probe("tcp/reset-under-send")
async def reset_under_send() -> str:
    far, near, _ = await pair()
    words = await watched(sending(near, bytes(LARGE)))
    await arrive()
    await far.close()
    await sleep(ms(45))
    return {"done": "completes", "reset": "error"}.get(words[0], words[0])


# ---- one's own end


@probe("tcp/close-under-receive")
async def close_under_receive() -> str:
    client, _, _ = await pair()
    words = await watched(receiving(client))
    await client.close()
    await sleep(ms(45))
    return words[0]


@probe("tcp/receive-after-own-close")
async def receive_after_own_close() -> str:
    client, _, _ = await pair()
    await client.close()
    return await tried(receiving(client))


@probe("tcp/rest-after-own-close")
async def rest_after_own_close() -> str:
    client, server, _ = await pair()
    await server.sendall(b"ab")
    await client.recv(1)
    await client.close()
    words = [await tried(receiving(client)) for _ in range(2)]
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
    await client.close()
    return {"done": "silent"}.get(word := await tried(sending(client, b"x")), word)


@probe("tcp/close-twice")
async def close_twice() -> str:
    client, _, _ = await pair()
    await client.close()
    return {"done": "no-op"}.get(word := await tried(client.close), word)
