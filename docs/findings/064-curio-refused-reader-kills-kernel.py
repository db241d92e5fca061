# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a task that is refused as a second reader, and had waited for another socket before, kills the kernel.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import ssl
import sys
from importlib.metadata import version

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio  # noqa: E402 - it needs the stand-ins
from curio import socket  # noqa: E402


async def main() -> str:
    """A task receives on one socket, and is refused on another, for which somebody else waits already."""
    near, far = socket.socketpair()
    mine, peer = socket.socketpair()

    async def refused() -> str:
        await mine.recv(1)
        try:
            await far.recv(1)
        except curio.ReadResourceBusy:
            return "refused"
        return "served"

    async def waiting() -> bytes:
        received: bytes = await far.recv(1)
        return received

    one, other = await curio.spawn(refused), await curio.spawn(waiting)
    await curio.sleep(0.01)
    await peer.send(b"x")
    await curio.sleep(0.01)
    await near.send(b"y")
    return f"returns: one task {await one.join()}, the other received {await other.join()!r}"


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: main returns: one task refused, the other received b'y'")
try:
    print(f"happened: main {curio.run(main)}")
except KeyError as error:
    print(f"happened: curio.run raised KeyError: {error}")
    raise SystemExit(1) from None
