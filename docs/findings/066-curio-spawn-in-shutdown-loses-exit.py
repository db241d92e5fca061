# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a task that is spawned while the kernel shuts down takes the place of the SystemExit that ended the run.

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


async def exits() -> None:
    """Ends the program."""
    raise SystemExit(3)


async def other() -> None:
    """Is to be cancelled by the shutdown."""
    await curio.sleep(1)


async def main() -> None:
    """Is ready to go on when the program ends, and spawns a task before its next blocking operation."""
    await curio.spawn(exits)
    await curio.sleep(0)
    await curio.spawn(other)
    await curio.sleep(1)


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: SystemExit(3), all tasks cancelled")
try:
    curio.run(main)
except BaseException as error:  # noqa: BLE001 - that is the question
    print(f"happened: {error!r}")
    sys.stdout.flush()
    raise SystemExit(not isinstance(error, SystemExit)) from None
