# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: eof_received is called again when reading is paused and resumed after it.

Prints what happened. Exits 1 when the defect shows, 0 when it does not. The name of another loop's module (uvloop,
loopmini, blazio) as an argument asks that loop.
"""

import asyncio
import importlib
import socket
import sys


class Told(asyncio.Protocol):
    """Counts how often it is told the end of the stream."""

    eofs = 0

    def eof_received(self) -> bool:
        """Keeps the transport open, to write on."""
        self.eofs += 1
        return True


async def main() -> int:
    """How often the end of a stream is told."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    transport, told = await asyncio.get_running_loop().create_connection(Told, sock=ours)
    theirs.shutdown(socket.SHUT_WR)
    await asyncio.sleep(0.1)
    transport.pause_reading()
    transport.resume_reading()
    await asyncio.sleep(0.1)
    transport.abort()
    theirs.close()
    return told.eofs


name = sys.argv[1] if len(sys.argv) > 1 else "asyncio"
with asyncio.Runner(loop_factory=importlib.import_module(name).new_event_loop) as runner:
    count = runner.run(main())
print(f"{name}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: eof_received is called once")
print(f"happened: it is called {count} time{'s' * (count > 1)}")
raise SystemExit(count != 1)
