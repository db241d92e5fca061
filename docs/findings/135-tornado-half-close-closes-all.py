# ruff: noqa: T201 - a script that prints; its name is that of its page
"""Tornado: a peer that has ended its sending, and waits for the answer, gets none.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket

import tornado
from tornado.iostream import IOStream, StreamClosedError


async def main() -> str:
    """What becomes of an answer to a request that ends with its stream, as `nc -N` and `curl -T` send them."""
    near, peer = socket.socketpair()
    stream = IOStream(near)
    peer.sendall(b"request")
    peer.shutdown(socket.SHUT_WR)
    request = await stream.read_until_close()
    try:
        await stream.write(b"answer to " + request)
    except StreamClosedError as error:
        return f"{type(error).__name__}: {error}"
    stream.close()
    return peer.recv(100).decode()


print(f"Tornado {tornado.version}")
print("expected: answer to request")
told = asyncio.run(main())
print(f"happened: {told}")
raise SystemExit(told != "answer to request")
