# ruff: noqa: T201 - a script that prints; its name is that of its page
"""Tornado: a lock is lost with a waiter that is cancelled just after it was given to it.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio

import tornado
from tornado.locks import BoundedSemaphore, Lock, Semaphore


async def wait(held: Lock | Semaphore) -> None:
    """A waiter."""
    async with held:
        pass


async def taken_again(held: Lock | Semaphore) -> bool:
    """Whether it can be taken once its owner has released it and its one waiter was cancelled."""
    await held.acquire()
    waiter = asyncio.create_task(wait(held))
    await asyncio.sleep(0.01)
    held.release()
    waiter.cancel()
    await asyncio.wait([waiter])
    try:
        await asyncio.wait_for(wait(held), 0.3)
    except TimeoutError:
        return False
    return True


async def main() -> dict[str, bool]:
    """Each of them."""
    every = (Lock(), Semaphore(1), BoundedSemaphore(1))
    return {type(held).__name__: await taken_again(held) for held in every}


print(f"Tornado {tornado.version}")
print("expected: Lock, Semaphore, BoundedSemaphore: free again, for nobody has them")
free = asyncio.run(main())
for name, is_free in free.items():
    print(f"happened: {name}: {'free again' if is_free else 'taken for ever'}")
raise SystemExit(not all(free.values()))
