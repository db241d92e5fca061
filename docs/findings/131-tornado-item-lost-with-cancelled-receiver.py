# ruff: noqa: T201 - a script that prints; its name is that of its page
"""Tornado: an item of a queue is lost with a receiver that is cancelled just after it was put.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio

import tornado
from tornado.queues import Queue


async def receive(queue: Queue[str]) -> str:
    """A receiver."""
    return await queue.get()


async def main() -> list[str]:
    """Who has the item that was put when two waited for one, and the first of them was cancelled then."""
    queue = Queue[str]()
    first, second = (asyncio.create_task(receive(queue)) for _ in range(2))
    await asyncio.sleep(0.01)
    queue.put_nowait("item")
    first.cancel()
    done, _ = await asyncio.wait([first, second], timeout=0.3)
    second.cancel()
    names = {first: "the first receiver", second: "the second receiver"}
    found = [names[task] for task in done if not task.cancelled()]
    return found + ["the queue"] * queue.qsize()


print(f"Tornado {tornado.version}")
print("expected: the item is with the second receiver, or in the queue")
found = asyncio.run(main())
print(f"happened: it is with {' and '.join(found) or 'nobody'}")
raise SystemExit(not found)
