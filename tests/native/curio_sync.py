"""Events, locks and queues asked of curio itself."""

from __future__ import annotations

from curio_run import blocks, curio, lets_others_run, probe, settle
from native_probe import TICK, order

# ---------------------------------------------------------------- events


@probe("sync/event-releases-all")
async def _() -> str:
    event, log = curio.Event(), []

    async def waiter() -> None:
        await event.wait()
        log.append("released")

    tasks = [await curio.spawn(waiter) for _ in range(3)]
    await settle()
    await event.set()
    await curio.sleep(2 * TICK)
    for task in tasks:
        await task.cancel()
    return "all" if len(log) == 3 else "some"


@probe("sync/event-set-before-wait")
async def _() -> str:
    event = curio.Event()
    await event.set()
    await event.set()
    return "blocks" if await blocks(event.wait) else "returns"


@probe("sync/event-set-wait-yields")
async def _() -> str:
    event = curio.Event()
    await event.set()
    return await lets_others_run(event.wait)


@probe("sync/event-limited-wait-yields")
async def _() -> str:
    event = curio.Event()
    await event.set()

    async def limited() -> None:
        async with curio.timeout_after(1):
            await event.wait()

    return await lets_others_run(limited)


@probe("sync/event-order", runs=12)
async def _() -> str:
    event, log = curio.Event(), []

    async def waiter(name: str) -> None:
        await event.wait()
        log.append(name)

    tasks = [await curio.spawn(waiter, n) for n in "ab"]
    await settle()
    await event.set()
    for task in tasks:
        await task.join()
    return order(log, "ab")


@probe("sync/event-set-switches")
async def _() -> str:
    event, log = curio.Event(), []

    async def waiter() -> None:
        await event.wait()
        log.append("waiter")

    task = await curio.spawn(waiter)
    await settle()
    await event.set()
    log.append("setter")
    await task.join()
    return "goes-on" if log[0] == "setter" else "switches"


# ---------------------------------------------------------------- locks


@probe("sync/lock-excludes")
async def _() -> str:
    lock, inside, most = curio.Lock(), 0, 0

    async def user() -> None:
        nonlocal inside, most
        await lock.acquire()
        inside += 1
        most = max(most, inside)
        await curio.sleep(0)
        inside -= 1
        await lock.release()

    for task in [await curio.spawn(user) for _ in range(4)]:
        await task.join()
    return "one" if most == 1 else "several"


@probe("sync/lock-order", runs=5)
async def _() -> str:
    lock, log = curio.Lock(), []

    async def waiter(name: str) -> None:
        await lock.acquire()
        log.append(name)
        await lock.release()

    await lock.acquire()
    tasks = []
    for name in "abcd":
        tasks.append(await curio.spawn(waiter, name))
        await settle()
    await lock.release()
    for task in tasks:
        await task.join()
    return order(log, "abcd")


@probe("sync/lock-barging")
async def _() -> str:
    lock, log = curio.Lock(), []

    async def waiter() -> None:
        await lock.acquire()
        log.append("waiter-first")
        await lock.release()

    await lock.acquire()
    task = await curio.spawn(waiter)
    await settle()
    await lock.release()
    await lock.acquire()
    log.append("owner-again")
    await lock.release()
    await task.join()
    return log[0]


@probe("sync/lock-free-yields")
async def _() -> str:
    lock = curio.Lock()

    async def take() -> None:
        await lock.acquire()
        await lock.release()

    return await lets_others_run(take)


@probe("sync/lock-release-unheld")
async def _() -> str:
    try:
        await curio.Lock().release()
    except (RuntimeError, AssertionError):
        return "refused"
    return "ignored"


@probe("sync/lock-release-by-other")
async def _() -> str:
    lock = curio.Lock()

    async def owner() -> None:
        await lock.acquire()
        await curio.sleep(2 * TICK)

    task = await curio.spawn(owner)
    await settle()
    try:
        await lock.release()
    except (RuntimeError, AssertionError):
        return "refused"
    await task.join()
    return "released" if not lock.locked() else "ignored"


@probe("sync/lock-reacquire")
async def _() -> str:
    lock = curio.Lock()
    await lock.acquire()
    try:
        return "blocks" if await blocks(lock.acquire) else "reenters"
    except RuntimeError:
        return "refused"


@probe("sync/lock-owner-ends")
async def _() -> str:
    lock = curio.Lock()

    async def owner() -> None:
        await lock.acquire()
        await settle()

    task = await curio.spawn(owner)
    await curio.sleep(0)
    waiter = await curio.spawn(lock.acquire)
    await task.join()
    if await blocks(waiter.wait):
        await waiter.cancel()
        return "stays-locked"
    return "error" if waiter.exception else "released"


# ---------------------------------------------------------------- channels


@probe("sync/channel-order")
async def _() -> str:
    queue, log = curio.Queue(2), []

    async def sender() -> None:
        for item in "abcd":
            await queue.put(item)

    task = await curio.spawn(sender)
    log += [await queue.get() for _ in range(4)]
    await task.join()
    return order(log, "abcd")


@probe("sync/channel-falsy")
async def _() -> str:
    queue, sent = curio.Queue(1), [0, False, "", None]

    async def sender() -> None:
        for item in sent:
            await queue.put(item)

    task = await curio.spawn(sender)
    got = [await queue.get() for _ in sent]
    await task.join()
    return "items" if repr(got) == repr(sent) else "lost"


@probe("sync/channel-full")
async def _() -> str:
    queue = curio.Queue(1)
    await queue.put(1)
    task = await curio.spawn(queue.put, 2)
    if not await blocks(task.wait):
        return "returns"
    await queue.get()
    return "stays-blocked" if await blocks(task.join) else "waits-for-room"


@probe("sync/channel-empty")
async def _() -> str:
    queue = curio.Queue(1)
    task = await curio.spawn(queue.get)
    if not await blocks(task.wait):
        return "returns"
    await queue.put(7)
    return "stays-blocked" if await blocks(task.join) else "waits-for-item"


@probe("sync/channel-receivers-order", runs=5)
async def _() -> str:
    queue, log = curio.Queue(4), []

    async def receiver(name: str) -> None:
        log.append(f"{name}{await queue.get()}")

    tasks = []
    for name in "abc":
        tasks.append(await curio.spawn(receiver, name))
        await settle()
    for item in range(3):
        await queue.put(item)
    for task in tasks:
        await task.join()
    return "in-order" if sorted(log) == ["a0", "b1", "c2"] else "other-order"


@probe("sync/channel-senders-order", runs=5)
async def _() -> str:
    queue, log = curio.Queue(1), []
    await queue.put("-")
    tasks = []
    for name in "abc":
        tasks.append(await curio.spawn(queue.put, name))
        await settle()
    log += [await queue.get() for _ in range(4)]
    for task in tasks:
        await task.join()
    return order(log, "-abc")


@probe("sync/channel-barging-receiver")
async def _() -> str:
    """Curio has no get without waiting: the question is whether a second get takes the item."""
    queue = curio.Queue(1)
    task = await curio.spawn(queue.get)
    await settle()
    await queue.put(7)
    async with curio.ignore_after(2 * TICK) as scope:
        await queue.get()
    if not scope.expired:
        await task.cancel()
        return "barges"
    return "reserved" if await task.join() == 7 else "lost"


@probe("sync/channel-barging-sender")
async def _() -> str:
    """Curio has no put without waiting: whose item comes next is the question."""
    queue = curio.Queue(1)
    await queue.put(1)
    task = await curio.spawn(queue.put, 2)
    await settle()
    await queue.get()
    last = await curio.spawn(queue.put, 3) if queue.full() else None
    if last is None:
        await queue.put(3)
    word = "barges" if await queue.get() == 3 else "reserved"
    await queue.get()
    await task.join()
    if last is not None:
        await last.join()
    return word


@probe("sync/channel-send-yields")
async def _() -> str:
    queue = curio.Queue(2)
    return await lets_others_run(lambda: queue.put(7))


@probe("sync/channel-receive-yields")
async def _() -> str:
    queue = curio.Queue(2)
    await queue.put(7)
    await queue.put(8)
    return await lets_others_run(queue.get)
