# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a deadline inside a shield takes away a cancel that waits for the shield's end.

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


async def child() -> str:
    """Is cancelled while it is shielded, before its deadline is set."""
    async with curio.disable_cancellation():
        await curio.sleep(0.1)
        async with curio.ignore_after(0.1):
            await curio.sleep(0.2)
    await curio.sleep(0.1)
    return "went on"


async def main() -> str:
    """What became of the child that was cancelled."""
    task = await curio.spawn(child)
    await curio.sleep(0.05)
    await task.cancel()
    try:
        return await task.join()
    except curio.TaskError as error:
        return type(error.__cause__).__name__


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: TaskCancelled, told at the first blocking operation after the shield")
what = curio.run(main)
print(f"happened: {what}")
raise SystemExit(what == "went on")
