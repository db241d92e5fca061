# ruff: noqa: T201 - a script that prints; its name is that of its page
"""On zloop a connection that was reset raises a bare OSError, which `except ConnectionError` misses.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket
import struct
import sys
from importlib.metadata import version

import zloop


async def main() -> OSError:
    """Read from a connection that its peer resets."""
    peer = socket.create_server(("127.0.0.1", 0))
    reader, writer = await asyncio.open_connection("127.0.0.1", peer.getsockname()[1])
    there, _ = peer.accept()
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    there.close()
    peer.close()
    try:
        await reader.read(1)
    except OSError as error:
        return error
    finally:
        writer.transport.abort()
    raise SystemExit("no error at all")


with asyncio.Runner(loop_factory=zloop.new_event_loop) as runner:
    told = runner.run(main())
print(f"zloop {version('zloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: ConnectionResetError with errno ECONNRESET")
print(f"happened: {told!r} with errno {told.errno}")
raise SystemExit(not isinstance(told, ConnectionResetError))
