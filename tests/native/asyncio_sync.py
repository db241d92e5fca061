"""Events, locks and queues asked of asyncio itself."""

from __future__ import annotations

import asyncio
from typing import Any

from asyncio_run import blocks, lets_others_run, probe
from native_probe import TICK, order


async def settle() -> None:
    """Let every ready task run until it waits."""
    for _ in range(6):
        await asyncio.sleep(0)


# ---------------------------------------------------------------- events


@probe("sync/event-releases-all")
async def _() -> str:
    event, log = asyncio.Event(), []

    async def waiter() -> None:
        await event.wait()
        log.append("released")

    tasks = [asyncio.create_task(waiter()) for _ in range(3)]
    await settle()
    event.set()
    await asyncio.wait(tasks, timeout=2 * TICK)
    return "all" if len(log) == 3 else "some"


@probe("sync/event-set-before-wait")
async def _() -> str:
    event = asyncio.Event()
    event.set()
    event.set()
    return "blocks" if await blocks(event.wait()) else "returns"


@probe("sync/event-set-wait-yields")
async def _() -> str:
    event = asyncio.Event()
    event.set()
    return await lets_others_run(event.wait)


@probe("sync/event-limited-wait-yields")
async def _() -> str:
    event = asyncio.Event()
    event.set()
    return await lets_others_run(lambda: asyncio.wait_for(event.wait(), 1))


@probe("sync/event-order", runs=12)
async def _() -> str:
    event, log = asyncio.Event(), []

    async def waiter(name: str) -> None:
        await event.wait()
        log.append(name)

    tasks = [asyncio.create_task(waiter(n)) for n in "ab"]
    await settle()
    event.set()
    await asyncio.wait(tasks)
    return order(log, "ab")


@probe("sync/event-set-switches")
async def _() -> str:
    event, log = asyncio.Event(), []

    async def waiter() -> None:
        await event.wait()
        log.append("waiter")

    task = asyncio.create_task(waiter())
    await settle()
    event.set()
    log.append("setter")
    await task
    return "goes-on" if log[0] == "setter" else "switches"


# ---------------------------------------------------------------- locks


@probe("sync/lock-excludes")
async def _() -> str:
    lock, inside, most = asyncio.Lock(), 0, 0

    async def user() -> None:
        nonlocal inside, most
        await lock.acquire()
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        lock.release()

    await asyncio.gather(*(user() for _ in range(4)))
    return "one" if most == 1 else "several"


@probe("sync/lock-order", runs=5)
async def _() -> str:
    lock, log = asyncio.Lock(), []

    async def waiter(name: str) -> None:
        await lock.acquire()
        log.append(name)
        lock.release()

    await lock.acquire()
    tasks = []
    for name in "abcd":
        tasks.append(asyncio.create_task(waiter(name)))
        await settle()
    lock.release()
    await asyncio.wait(tasks)
    return order(log, "abcd")


@probe("sync/lock-barging")
async def _() -> str:
    lock, log = asyncio.Lock(), []

    async def waiter() -> None:
        await lock.acquire()
        log.append("waiter-first")
        lock.release()

    await lock.acquire()
    task = asyncio.create_task(waiter())
    await settle()
    lock.release()
    await lock.acquire()
    log.append("owner-again")
    lock.release()
    await task
    return log[0]


@probe("sync/lock-free-yields")
async def _() -> str:
    lock = asyncio.Lock()

    async def take() -> None:
        await lock.acquire()
        lock.release()

    return await lets_others_run(take)


@probe("sync/lock-release-unheld")
async def _() -> str:
    try:
        asyncio.Lock().release()
    except RuntimeError:
        return "refused"
    return "ignored"


@probe("sync/lock-release-by-other")
async def _() -> str:
    lock = asyncio.Lock()

    async def owner() -> None:
        await lock.acquire()
        await asyncio.sleep(2 * TICK)

    task = asyncio.create_task(owner())
    await settle()
    try:
        lock.release()
    except RuntimeError:
        return "refused"
    task.cancel()
    return "released" if not lock.locked() else "ignored"


@probe("sync/lock-reacquire")
async def _() -> str:
    lock = asyncio.Lock()

    async def owner() -> str:
        await lock.acquire()
        try:
            await lock.acquire()
        except RuntimeError:
            return "refused"
        return "reenters"

    task = asyncio.create_task(owner())
    return "blocks" if await blocks(task) else task.result()


@probe("sync/lock-owner-ends")
async def _() -> str:
    lock = asyncio.Lock()

    async def owner() -> None:
        await lock.acquire()
        await settle()

    task = asyncio.create_task(owner())
    await asyncio.sleep(0)
    waiter = asyncio.create_task(lock.acquire())
    await task
    if await blocks(waiter):
        return "stays-locked"
    return "error" if waiter.exception() else "released"


# ---------------------------------------------------------------- channels


@probe("sync/channel-order")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(2)
    log: list[Any] = []

    async def sender() -> None:
        for item in "abcd":
            await queue.put(item)

    task = asyncio.create_task(sender())
    log += [await queue.get() for _ in range(4)]
    await task
    return order(log, "abcd")


@probe("sync/channel-falsy")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    sent = [0, False, "", None]

    async def sender() -> None:
        for item in sent:
            await queue.put(item)

    task = asyncio.create_task(sender())
    got = [await queue.get() for _ in sent]
    await task
    return "items" if repr(got) == repr(sent) else "lost"


@probe("sync/channel-full")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    await queue.put(1)
    task = asyncio.create_task(queue.put(2))
    if not await blocks(task):
        return "returns"
    await queue.get()
    return "stays-blocked" if await blocks(task) else "waits-for-room"


@probe("sync/channel-empty")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    task = asyncio.create_task(queue.get())
    if not await blocks(task):
        return "returns"
    await queue.put(7)
    return "stays-blocked" if await blocks(task) else "waits-for-item"


@probe("sync/channel-nowait-full")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    queue.put_nowait(1)
    try:
        queue.put_nowait(2)
    except asyncio.QueueFull:
        return "Full" if queue.get_nowait() == 1 and queue.empty() else "sent-all-the-same"
    return "accepted"


@probe("sync/channel-nowait-empty")
async def _() -> str:
    try:
        asyncio.Queue(1).get_nowait()
    except asyncio.QueueEmpty:
        return "Empty"
    return "returns"


@probe("sync/channel-receivers-order", runs=5)
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(4)
    log: list[Any] = []

    async def receiver(name: str) -> None:
        log.append(f"{name}{await queue.get()}")

    tasks = []
    for name in "abc":
        tasks.append(asyncio.create_task(receiver(name)))
        await settle()
    for item in range(3):
        await queue.put(item)
    await asyncio.wait(tasks)
    return "in-order" if sorted(log) == ["a0", "b1", "c2"] else "other-order"


@probe("sync/channel-senders-order", runs=5)
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    log: list[Any] = []
    await queue.put("-")
    tasks = []
    for name in "abc":
        tasks.append(asyncio.create_task(queue.put(name)))
        await settle()
    log += [await queue.get() for _ in range(4)]
    await asyncio.wait(tasks)
    return order(log, "-abc")


@probe("sync/channel-barging-receiver")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    task = asyncio.create_task(queue.get())
    await settle()
    await queue.put(7)
    try:
        queue.get_nowait()
    except asyncio.QueueEmpty:
        return "reserved" if await task == 7 else "lost"
    return "barges"


@probe("sync/channel-barging-sender")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(1)
    await queue.put(1)
    task = asyncio.create_task(queue.put(2))
    assert not task.done()
    await settle()
    queue.get_nowait()
    try:
        queue.put_nowait(3)
    except asyncio.QueueFull:
        return "reserved"
    return "barges"


@probe("sync/channel-send-yields")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(2)
    return await lets_others_run(lambda: queue.put(7))


@probe("sync/channel-receive-yields")
async def _() -> str:
    queue: asyncio.Queue[Any] = asyncio.Queue(2)
    queue.put_nowait(7)
    queue.put_nowait(8)
    return await lets_others_run(queue.get)
