# ruff: noqa: T201 - a script that prints; its name is that of its page
"""A long sleep of one task kills curio's kernel while another waits for I/O.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import socket
import ssl
import sys
import threading
from importlib.metadata import version

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio  # noqa: E402 - it needs the stand-ins

ends: list[socket.socket] = []
SECONDS = 2_147_484  # 24.9 days: in milliseconds just more than epoll takes (a C int)


async def main() -> bytes:
    """One task sleeps, another receives a byte that comes in 50 ms."""
    here, there = socket.socketpair()
    ends.extend((here, there))
    sleeper = await curio.spawn(curio.sleep, SECONDS)
    threading.Timer(0.05, there.send, (b"x",)).start()
    data: bytes = await curio.io.Socket(here).recv(1)
    await sleeper.cancel()
    return data


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: main receives b'x' 50 ms after its start")
try:
    print(f"happened: main received {curio.run(main)!r}")
except OverflowError as error:
    print(f"happened: curio.run raised OverflowError: {error}")
    raise SystemExit(1) from None
finally:
    for end in ends:
        end.close()
