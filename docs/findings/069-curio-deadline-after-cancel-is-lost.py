# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a deadline that a task sets after it was cancelled within another one never strikes.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import ssl

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio  # noqa: E402 - it needs the stand-ins


async def work(released: curio.Event) -> str:
    """Clean up within three seconds, when cancelled."""
    async with curio.timeout_after(2):
        try:
            await released.wait()
        except curio.TaskCancelled:
            try:
                async with curio.timeout_after(3):
                    await released.wait()
            except curio.TaskTimeout:
                return "struck"
    return "never struck"


async def main() -> str:
    """Cancel a task that is within a deadline, and see whether the next one strikes."""
    released = curio.Event()
    task = await curio.spawn(work, released)
    await curio.sleep(0.1)
    await task.cancel(blocking=False)
    await curio.sleep(4)
    await released.set()
    return str(await task.join())


print(f"curio {curio.__version__}")
print("expected: struck")
seen = curio.run(main)
print(f"seen: {seen}")
raise SystemExit(seen != "struck")
