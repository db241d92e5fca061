"""Cancel against completion, and cancel in each blocking operation, asked of asyncio itself."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, create_task, sleep
from collections.abc import Awaitable, Callable

from asyncio_cancel import LONG, SHORT, end, free, me, probe, settle
from probe_runner import ms

# ---- a cancel is pending and the operation would not block


@probe("cancellation/pending-at-set-event")
async def pending_at_set_event() -> str:
    async def child() -> str:
        await settle()
        me().cancel()
        try:
            await event.wait()
        except CancelledError:
            return "cancelled"
        return "completes"

    event = asyncio.Event()
    event.set()
    return await kept(child())


async def kept(child: object) -> str:
    """The word that a task wrote down, even when it ends cancelled after it."""
    words: list[str] = []

    async def wrapped() -> None:
        words.append(await child)  # type: ignore[misc]

    await end(create_task(wrapped()))
    return words[0]


@probe("cancellation/pending-at-free-lock")
async def pending_at_free_lock() -> str:
    log: list[str] = []

    async def child() -> None:
        await settle()
        me().cancel()
        try:
            await lock.acquire()
        except CancelledError:
            log.append("cancelled")
        else:
            log.append("completes")
            lock.release()

    lock = asyncio.Lock()
    await end(create_task(child()))
    if lock.locked():
        return "cancelled-lock-lost"
    return log[0]


@probe("cancellation/pending-at-ready-receive")
async def pending_at_ready_receive() -> str:
    log: list[str] = []

    async def child() -> None:
        await settle()
        me().cancel()
        try:
            await queue.get()
        except CancelledError:
            log.append("cancelled")
        else:
            log.append("received")

    queue: asyncio.Queue[int] = asyncio.Queue(1)
    queue.put_nowait(1)
    await end(create_task(child()))
    if log == ["received"]:
        return "received"
    return "cancelled-item-kept" if queue.qsize() else "cancelled-item-lost"


@probe("cancellation/pending-at-roomy-send")
async def pending_at_roomy_send() -> str:
    log: list[str] = []

    async def child() -> None:
        await settle()
        me().cancel()
        try:
            await queue.put(1)
        except CancelledError:
            log.append("cancelled")
        else:
            log.append("sent")

    queue: asyncio.Queue[int] = asyncio.Queue(1)
    await end(create_task(child()))
    if log == ["sent"]:
        return "sent"
    return "cancelled-but-sent" if queue.qsize() else "cancelled-not-sent"


@probe("cancellation/pending-at-ended-join")
async def pending_at_ended_join() -> str:
    async def child() -> str:
        await settle()
        me().cancel()
        try:
            await inner
        except CancelledError:
            return "cancelled"
        return "completes"

    inner = create_task(sleep(0))
    await settle()
    return await kept(child())


# ---- a cancel while the operation blocks


@probe("cancellation/in-sleep")
async def in_sleep() -> str:
    task = create_task(sleep(LONG))
    await settle()
    task.cancel()
    return "yes" if await end(task) == "cancelled" else "not-interrupted"


@probe("cancellation/in-event-wait")
async def in_event_wait() -> str:
    event = asyncio.Event()
    task = create_task(event.wait())
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    event.set()
    return "yes" if await free(event.wait()) else "interrupted-and-broken"


@probe("cancellation/in-lock-acquire")
async def in_lock_acquire() -> str:
    lock = asyncio.Lock()
    await lock.acquire()
    task = create_task(lock.acquire())
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    lock.release()
    return "yes" if await free(lock.acquire()) else "interrupted-and-broken"


@probe("cancellation/in-receive")
async def in_receive() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    task = create_task(queue.get())
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await queue.put(1)
    return "yes" if await free(queue.get()) else "interrupted-and-broken"


@probe("cancellation/in-send")
async def in_send() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    await queue.put(1)
    task = create_task(queue.put(2))
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    await queue.get()
    await settle()
    if queue.qsize():
        return "interrupted-but-sent"
    return "yes" if await free(queue.put(3)) else "interrupted-and-broken"


# ---- handed over and cancelled with nothing between, in both orders


@probe("cancellation/event-set-then-cancel")
async def event_set_then_cancel() -> str:
    event = asyncio.Event()
    task = create_task(event.wait())
    await settle()
    event.set()
    task.cancel()
    return {"returned": "completes", "cancelled": "cancelled"}[await end(task)]


@probe("cancellation/event-cancel-then-set")
async def event_cancel_then_set() -> str:
    event = asyncio.Event()
    task = create_task(event.wait())
    await settle()
    task.cancel()
    event.set()
    return {"returned": "completes", "cancelled": "cancelled"}[await end(task)]


@probe("cancellation/late-cancel-kept")
async def late_cancel_kept() -> str:
    async def child() -> None:
        await event.wait()
        await sleep(SHORT)

    event = asyncio.Event()
    task = create_task(child())
    await settle()
    event.set()
    task.cancel()
    return {"returned": "lost", "cancelled": "yes"}[await end(task)]


@probe("cancellation/limited-wait-then-cancel")
async def limited_wait_then_cancel() -> str:
    async def child() -> None:
        await asyncio.wait_for(event.wait(), 10 * SHORT)
        await sleep(SHORT)

    event = asyncio.Event()
    task = create_task(child())
    await settle()
    event.set()
    await asyncio.sleep(0)
    task.cancel()
    return {"returned": "no", "cancelled": "yes"}[await end(task)]


async def handover(lock_released_first: bool) -> str:
    """What became of a lock's waiter, by what it wrote down."""
    log: list[str] = []

    async def child() -> None:
        try:
            await lock.acquire()
        except CancelledError:
            log.append("cancelled")
        else:
            log.append("acquired")
            lock.release()

    lock = asyncio.Lock()
    await lock.acquire()
    task = create_task(child())
    await settle()
    if lock_released_first:
        lock.release()
        task.cancel()
    else:
        task.cancel()
        lock.release()
    await end(task)
    return log[0] if await free(lock.acquire()) else "lock-lost"


@probe("cancellation/lock-release-then-cancel")
async def lock_release_then_cancel() -> str:
    return await handover(True)


@probe("cancellation/lock-cancel-then-release")
async def lock_cancel_then_release() -> str:
    return await handover(False)


Act = Callable[[], object]


async def perform(*acts: Act) -> None:
    """Call each; await what is awaitable: nothing suspends while the queue has room or items."""
    for act in acts:
        result = act()
        if isinstance(result, Awaitable):
            await result


async def item(queue: asyncio.Queue[int], task: asyncio.Task[int], *acts: Act) -> str:
    """What became of an item and of the receiver that waited for it."""
    await settle()
    await perform(*acts)
    if await end(task) == "returned":
        return "received"
    return "cancelled-item-kept" if await free(queue.get()) else "cancelled-item-lost"


@probe("cancellation/item-send-then-cancel")
async def item_send_then_cancel() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    task = create_task(queue.get())
    return await item(queue, task, lambda: queue.put(1), task.cancel)


@probe("cancellation/item-cancel-then-send")
async def item_cancel_then_send() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    task = create_task(queue.get())
    return await item(queue, task, task.cancel, lambda: queue.put(1))


@probe("cancellation/item-send-nowait-then-cancel")
async def item_send_nowait_then_cancel() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    task = create_task(queue.get())
    return await item(queue, task, lambda: queue.put_nowait(1), task.cancel)


@probe("cancellation/item-cancel-then-send-nowait")
async def item_cancel_then_send_nowait() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    task = create_task(queue.get())
    return await item(queue, task, task.cancel, lambda: queue.put_nowait(1))


def full() -> tuple[asyncio.Queue[int], asyncio.Task[None]]:
    """A full queue, and a task that waits for room in it."""
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    queue.put_nowait(1)
    return queue, create_task(queue.put(2))


async def room(queue: asyncio.Queue[int], task: asyncio.Task[None], *acts: Act) -> str:
    """What became of a sender that waited for room."""
    await settle()
    await perform(*acts)
    ended = await end(task)
    await settle()
    if ended == "returned":
        return "sent" if queue.qsize() else "sent-item-lost"
    return "cancelled-but-sent" if queue.qsize() else "cancelled-not-sent"


@probe("cancellation/room-receive-then-cancel")
async def room_receive_then_cancel() -> str:
    queue, task = full()
    return await room(queue, task, queue.get, task.cancel)


@probe("cancellation/room-cancel-then-receive")
async def room_cancel_then_receive() -> str:
    queue, task = full()
    return await room(queue, task, task.cancel, queue.get)


@probe("cancellation/room-receive-nowait-then-cancel")
async def room_receive_nowait_then_cancel() -> str:
    queue, task = full()
    return await room(queue, task, queue.get_nowait, task.cancel)


@probe("cancellation/room-cancel-then-receive-nowait")
async def room_cancel_then_receive_nowait() -> str:
    queue, task = full()
    return await room(queue, task, task.cancel, queue.get_nowait)


@probe("cancellation/lock-second-waiter")
async def lock_second_waiter() -> str:
    lock = asyncio.Lock()
    await lock.acquire()

    async def child() -> None:
        async with lock:
            pass

    first, second = create_task(child()), create_task(child())
    await settle()
    lock.release()
    first.cancel()
    await end(first)
    return "yes" if await free(second) else "lost-wake-up"


@probe("cancellation/item-second-receiver")
async def item_second_receiver() -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(2)
    got: list[int] = []

    async def child() -> None:
        got.append(await queue.get())

    first, second = create_task(child()), create_task(child())
    await settle()
    await queue.put(1)
    first.cancel()
    await end(first)
    if not got:
        await free(asyncio.wait([second], timeout=ms(20)))
    return "yes" if got == [1] else "item-lost"
