# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: leaving an inner deadline takes away the outer one that has just passed.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import ssl
import sys
import time
from importlib.metadata import version

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio  # noqa: E402 - it needs the stand-ins


async def hold_up() -> None:
    """Holds the loop up, so that the sleep and the deadline below are due in one round."""
    await curio.sleep(0.05)
    time.sleep(0.5)  # noqa: ASYNC251 - that is the point


async def main() -> float:
    """How long a block of 0.2 s takes, in seconds."""
    await curio.spawn(hold_up, daemon=True)
    start = time.monotonic()
    async with curio.ignore_after(0.2):
        await curio.sleep(0.1)
        async with curio.ignore_after(5):
            pass
        await curio.sleep(2)
    return time.monotonic() - start


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the outer deadline, passed at 0.2 s, ends the last sleep at once: about 0.55 s")
took = curio.run(main)
print(f"happened: the block took {took:.2f} s")
raise SystemExit(took > 1.5)
