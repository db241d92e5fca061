# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a socket that is closed while another task waits for it kills the kernel later.

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


async def receive(sock: socket.socket) -> None:
    """Waits for bytes that never come."""
    await sock.recv(1)


async def main() -> str:
    """Close a socket under a receive, then connect another one, which gets the same descriptor."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    here, _there = socket.socketpair()
    await curio.spawn(receive, here)
    await curio.sleep(0.01)
    await here.close()
    async with socket.socket() as client:
        await client.connect(listener.getsockname())
    return "connected"


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: main connects")
try:
    print(f"happened: main {curio.run(main)}")
except OSError as error:
    print(f"happened: curio.run raised {type(error).__name__}: {error}")
    raise SystemExit(1) from None
