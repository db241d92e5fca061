# ruff: noqa: T201 - a script that prints; its name is that of its page
"""Tornado: after a cancelled read a stream refuses every other one, and throws away what comes.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket

import tornado
from tornado.iostream import IOStream


async def read(stream: IOStream) -> bytes:
    """Some bytes, or nothing within 0.3 s."""
    try:
        return await asyncio.wait_for(
            asyncio.ensure_future(stream.read_bytes(5, partial=True)), 0.3
        )
    except (AssertionError, TimeoutError) as error:
        return repr(error).encode()


async def main() -> tuple[bytes, bytes]:
    """What is read after a read that ended at its deadline: at once, and once bytes have come."""
    near, far = socket.socketpair()
    stream, peer = IOStream(near), IOStream(far)
    await read(stream)  # nothing is there: cancelled
    at_once = asyncio.create_task(read(stream))
    await asyncio.sleep(0.01)
    await peer.write(b"hello")
    first = await at_once
    await asyncio.sleep(0.01)
    second = b"" if first == b"hello" else await read(stream)
    stream.close()
    peer.close()
    return first, second


print(f"Tornado {tornado.version}")
print("expected: b'hello' by the first read, or by the second one")
told = asyncio.run(main())
print(f"happened: {told[0]!r} by the first, {told[1]!r} by the second")
raise SystemExit(b"hello" not in told)
