# ruff: noqa: T201 - a script that prints; its name is that of its page
"""newio: an item of a queue is lost with a receiver that is cancelled as it takes it.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import logging

import newio_kernel
from newio import sleep, spawn
from newio.queue import Queue

logging.disable()  # the kernel tells of every task that was cancelled


async def main() -> str:
    """Where the item is once its receiver was cancelled."""
    queue = Queue(1)
    receiver = await spawn(queue.get())
    await sleep(0.01)
    await spawn(queue.put("item"))
    await receiver.cancel()
    await receiver.join()
    if receiver.error is None:
        return f"{receiver.result}: with the receiver"
    return f"{queue.qsize()} in the queue, and the receiver has none: {receiver.error!r}"


print(f"newio {newio_kernel.__version__}")
print("expected: item: with the receiver; or 1 in the queue")
told = newio_kernel.run(main())
print(f"happened: {told}")
raise SystemExit(told.startswith("0"))
