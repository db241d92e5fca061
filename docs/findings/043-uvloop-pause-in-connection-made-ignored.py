# ruff: noqa: T201 - a script that prints; its name is that of its page
"""uvloop: pause_reading in connection_made has no effect: data_received is called.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket
import sys
from importlib.metadata import version
from typing import cast

import uvloop

said: list[str] = []


class Paused(asyncio.Protocol):
    """Reads nothing until told to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pause at once."""
        cast("asyncio.Transport", transport).pause_reading()

    def data_received(self, data: bytes) -> None:
        """Tell what came."""
        said.append(f"received {data!r}")


async def main() -> None:
    """Make a transport of a socket on which a byte has arrived, and give it time to read."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = socket.create_connection(listening.getsockname())
        here, _ = listening.accept()
    with peer:
        peer.sendall(b"x")
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(Paused, sock=here)
        await asyncio.sleep(0.2)
        transport.abort()


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
print(f"uvloop {version('uvloop')}, CPython {sys.version.split()[0]}")
print("expected: nothing received")
print("seen:", ", ".join(said) or "nothing received")
raise SystemExit(bool(said))
