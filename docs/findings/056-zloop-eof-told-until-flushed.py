# ruff: noqa: T201 - a script that prints; its name is that of its page
"""zloop: eof_received is called again and again until the transport has flushed its buffer.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket
import sys
from importlib.metadata import version

import zloop

BIG = 8_000_000
"""Bytes: more than two socket buffers of the kernel take."""


class Told(asyncio.Protocol):
    """Counts how often it is told the end of the stream."""

    eofs = 0

    def eof_received(self) -> None:
        """Answers nothing, so that the transport closes itself."""
        self.eofs += 1


async def main() -> int:
    """How often the end of a stream is told while the far end reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = socket.create_connection(listening.getsockname(), timeout=2)
        here, _ = listening.accept()
    here.settimeout(0)
    transport, told = await asyncio.get_running_loop().create_connection(Told, sock=here)
    transport.write(bytes(BIG))
    peer.shutdown(socket.SHUT_WR)
    await asyncio.sleep(0.2)
    transport.abort()
    peer.close()
    return told.eofs


with asyncio.Runner(loop_factory=zloop.new_event_loop) as runner:
    count = runner.run(main())
print(f"zloop {version('zloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: eof_received is called once")
print(f"happened: it is called {count} times in 0.2 s")
raise SystemExit(count != 1)
