# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a group waits for ever once somebody else has joined one of its tasks.

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

started: list[curio.Task] = []


async def child() -> int:
    """Ends at once."""
    return 1


async def parent() -> None:
    """A group of one child."""
    async with curio.TaskGroup() as group:
        started.append(await group.spawn(child))


async def joiner() -> None:
    """Joins the child, from outside of the group."""
    await started[0].join()


async def main() -> bool:
    """Whether the group is over within a second."""
    group = await curio.spawn(parent)
    await curio.sleep(0)
    await (await curio.spawn(joiner)).join()
    ended = await curio.ignore_after(1, group.wait) is None and group.terminated
    await group.cancel()
    return bool(ended)


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the group is over: its only child has ended")
over = curio.run(main)
print("happened: the group " + ("is over" if over else "still waits a second later"))
raise SystemExit(not over)
