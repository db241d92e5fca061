# ruff: noqa: E402, T201 - a script that prints; its name is that of its page
"""curio: a wait for a condition that is cancelled on its way back frees the lock of another task.

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


async def waiter(condition: "curio.Condition") -> None:
    """The form that the manual shows."""
    async with condition:
        await condition.wait()


async def main() -> bool:
    """Notify, keep the lock, and cancel the notified task meanwhile; whether the lock is still taken."""
    condition = curio.Condition()
    task = await curio.spawn(waiter, condition)
    await curio.sleep(0)
    await condition.acquire()
    await condition.notify()
    await curio.sleep(0)  # the waiter is awake, and waits for the lock
    await task.cancel()
    return bool(condition.locked())


print(f"curio {version('curio')}, CPython {sys.version.split()[0]}")
print("expected: the lock is still taken by the task that has taken it")
taken = curio.run(main)
print(f"seen: it is {'taken' if taken else 'free'}")
raise SystemExit(not taken)
