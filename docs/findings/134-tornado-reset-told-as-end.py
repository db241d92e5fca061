# ruff: noqa: T201 - a script that prints; its name is that of its page
"""Tornado: `read_until_close` tells a connection that was reset as a stream that has ended.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket
import struct

import tornado
from tornado.iostream import IOStream, StreamClosedError


async def main() -> str:
    """What a reader is told when its peer sends four of its bytes, and then resets the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    peer = socket.create_connection(listener.getsockname())
    stream = IOStream(listener.accept()[0])
    listener.close()
    reader = asyncio.ensure_future(stream.read_until_close())
    peer.sendall(b"half")
    await asyncio.sleep(0.05)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    try:
        told = await asyncio.wait_for(reader, 1)
    except StreamClosedError as error:
        return f"{type(error.real_error).__name__}"
    return f"{told!r}, as if that were all ({type(stream.error).__name__} is in stream.error)"


print(f"Tornado {tornado.version}")
print("expected: an error")
told = asyncio.run(main())
print(f"happened: {told}")
raise SystemExit(told.startswith("b'"))
