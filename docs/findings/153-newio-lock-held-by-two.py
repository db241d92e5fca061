# ruff: noqa: T201 - a script that prints; its name is that of its page
"""newio: two tasks hold one lock; and a lock that nobody holds is not given to who waits for it.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import logging

import newio_kernel
from newio import sleep, spawn
from newio.sync import Event, Lock

logging.disable()  # the kernel tells of every task that was cancelled


async def together() -> int:
    """How many tasks are inside a lock at once: one waits for it, another asks for it just as it is free."""
    lock, event = Lock(), Event()
    inside, most = 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with lock:
            inside += 1
            most = max(most, inside)
            await sleep(0.02)
            inside -= 1

    async def work_later() -> None:
        await event.wait()
        await work()

    await lock.acquire()
    tasks = [await spawn(work()), await spawn(work_later())]
    await sleep(0.01)
    await spawn(event.set())
    await lock.release()
    for task in tasks:
        await task.join()
    return most


async def served(tries: int) -> int:
    """How often one of two waiters gets a lock that is free, the other one being cancelled in that round."""
    count = 0
    for _ in range(tries):
        lock = Lock()
        await lock.acquire()
        cancelled, other = await spawn(lock.acquire()), await spawn(lock.acquire())
        await sleep(0.01)
        await cancelled.cancel()
        await lock.release()
        await sleep(0.01)
        count += not other.is_alive
        await other.cancel()
    return count


TRIES = 30
print(f"newio {newio_kernel.__version__}")
print(f"expected: 1 task inside at once; {TRIES} of {TRIES} waiters served")
most, served_ones = newio_kernel.run(together()), newio_kernel.run(served(TRIES))
print(f"happened: {most} inside at once; {served_ones} of {TRIES} served")
raise SystemExit(most > 1 or served_ones < TRIES)
