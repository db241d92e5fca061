# ruff: noqa: E402, T201 - a script that prints; its name is that of its page
"""curio: a notification of a condition for which nobody waits kills the kernel.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import ssl
import sys
from importlib.metadata import version

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # gone since CPython 3.12; curio imports them
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, f"#{name}#".encode())
if not hasattr(ssl, "wrap_socket"):
    ssl.wrap_socket = None  # type: ignore[attr-defined]

import curio


async def main() -> str:
    """Notify with the lock held, nobody waiting."""
    condition = curio.Condition()
    async with condition:
        await condition.notify()
    return "nothing"


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}")
print("expected: nothing happens")
try:
    seen = curio.run(main)
except IndexError as error:
    seen = f"curio.run raised IndexError: {error}"
print(f"seen: {seen}")
raise SystemExit(seen != "nothing")
