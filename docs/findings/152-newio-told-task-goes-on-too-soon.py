# ruff: noqa: T201 - a script that prints; its name is that of its page
"""newio: a task that is cancelled and woken in one round does not wait in its clean-up.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import logging
import time

import newio_kernel
from newio import sleep, spawn
from newio.sync import Event

logging.disable()  # the kernel tells of every task that was cancelled

PAUSE = 0.5


async def main() -> float:
    """How long the clean-up sleeps."""
    event = Event()
    slept = []

    async def wait() -> None:
        try:
            await event.wait()
        finally:
            began = time.monotonic()
            await sleep(PAUSE)
            slept.append(time.monotonic() - began)

    waiter = await spawn(wait())
    await sleep(0.01)
    await waiter.cancel()
    await event.set()
    await waiter.join()
    return slept[0]


print(f"newio {newio_kernel.__version__}")
print(f"expected: sleep({PAUSE}) takes at least {PAUSE} s")
told = newio_kernel.run(main())
print(f"happened: it took {told:.3f} s")
raise SystemExit(told < PAUSE)
