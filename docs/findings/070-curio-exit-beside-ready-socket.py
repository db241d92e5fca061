# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: an exit in one task is lost when another task's socket became ready together with its own.

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


async def main() -> None:
    """Two tasks receive, and both have something to receive at once; the first one ends the program."""
    near, far = socket.socketpair()
    mine, peer = socket.socketpair()

    async def exits() -> None:
        await near.recv(1)
        raise SystemExit(3)

    async def receives() -> None:
        await mine.recv(1)

    await curio.spawn(exits)
    await curio.spawn(receives)
    await curio.sleep(0.01)
    await far.send(b"x")
    await peer.send(b"y")
    await curio.sleep(1)


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: SystemExit(3)")
try:
    curio.run(main)
except BaseException as error:  # noqa: BLE001 - that is the question
    print(f"happened: {error!r}")
    sys.stdout.flush()
    raise SystemExit(not isinstance(error, SystemExit)) from None
