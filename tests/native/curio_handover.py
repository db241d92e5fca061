"""Cancel against completion, and cancel in each blocking operation, asked of curio itself."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import curio
from curio import CancelledError, sleep, spawn
from curio_cancel import LONG, SHORT, cancel_me, end, free, probe, settle

# ---- a cancel is pending and the operation would not block


async def pending(operation: Callable[[], Awaitable[Any]]) -> str:
    """`at-call`, `cancelled` or `completes`: a ready operation after a cancel of oneself."""
    log: list[str] = []

    async def child() -> None:
        try:
            await cancel_me()
        except CancelledError:
            log.append("at-call")
        try:
            await operation()
        except CancelledError:
            log.append("cancelled")
            raise
        log.append("completes")

    await end(await spawn(child))
    return log[0]


@probe("cancellation/deferred-at-set-event")
async def deferred_at_set_event() -> str:
    log: list[str] = []

    async def child() -> None:
        async with curio.disable_cancellation():
            await sleep(SHORT)
        await event.wait()
        log.append("past")

    event = curio.Event()
    await event.set()
    task = await spawn(child)
    await settle()
    await task.cancel()
    return "completes" if log else "cancelled"


@probe("cancellation/pending-at-set-event")
async def pending_at_set_event() -> str:
    event = curio.Event()
    await event.set()
    return await pending(event.wait)


@probe("cancellation/pending-at-free-lock")
async def pending_at_free_lock() -> str:
    async def hold() -> None:
        async with lock:
            pass

    lock = curio.Lock()
    word = await pending(hold)
    return "cancelled-lock-lost" if lock.locked() else word


@probe("cancellation/pending-at-ready-receive")
async def pending_at_ready_receive() -> str:
    queue = curio.Queue(1)
    await queue.put(1)
    if (word := await pending(queue.get)) != "cancelled":
        return {"completes": "received"}.get(word, word)
    return "cancelled-item-kept" if queue.qsize() else "cancelled-item-lost"


@probe("cancellation/pending-at-roomy-send")
async def pending_at_roomy_send() -> str:
    queue = curio.Queue(1)
    if (word := await pending(functools.partial(queue.put, 1))) != "cancelled":
        return {"completes": "sent"}.get(word, word)
    return "cancelled-but-sent" if queue.qsize() else "cancelled-not-sent"


@probe("cancellation/pending-at-ended-join")
async def pending_at_ended_join() -> str:
    target = await spawn(sleep, 0)
    await target.wait()
    return await pending(target.join)


# ---- a cancel while the operation blocks


async def interrupted(operation: Callable[[], Awaitable[Any]]) -> bool:
    task = await spawn(operation)
    await settle()
    await task.cancel()
    return await end(task) == "cancelled"


@probe("cancellation/in-sleep")
async def in_sleep() -> str:
    stopped = await interrupted(functools.partial(sleep, LONG))
    return "yes" if stopped else "not-interrupted"


@probe("cancellation/in-event-wait")
async def in_event_wait() -> str:
    event = curio.Event()
    if not await interrupted(event.wait):
        return "not-interrupted"
    await event.set()
    return "yes" if await free(event.wait) else "interrupted-and-broken"


@probe("cancellation/in-lock-acquire")
async def in_lock_acquire() -> str:
    lock = curio.Lock()
    await lock.acquire()
    if not await interrupted(lock.acquire):
        return "not-interrupted"
    await lock.release()
    return "yes" if await free(lock.acquire) else "interrupted-and-broken"


@probe("cancellation/in-receive")
async def in_receive() -> str:
    queue = curio.Queue(1)
    if not await interrupted(queue.get):
        return "not-interrupted"
    await queue.put(1)
    return "yes" if await free(queue.get) else "interrupted-and-broken"


@probe("cancellation/in-send")
async def in_send() -> str:
    queue = curio.Queue(1)
    await queue.put(1)
    if not await interrupted(functools.partial(queue.put, 2)):
        return "not-interrupted"
    await queue.get()
    await settle()
    if queue.qsize():
        return "interrupted-but-sent"
    return "yes" if await free(functools.partial(queue.put, 3)) else "broken"


# ---- handed over and cancelled with nothing between, in both orders
# Here the call to cancel blocks, so "cancel, then hand over" is a cancel seen through.


async def event_both(set_first: bool, then: float | None = None) -> str:
    async def child() -> None:
        await event.wait()
        if then is not None:
            await sleep(then)

    event = curio.Event()
    task = await spawn(child)
    await settle()
    if set_first:
        await event.set()
    await task.cancel()
    await event.set()
    return await end(task)


@probe("cancellation/event-set-then-cancel")
async def event_set_then_cancel() -> str:
    return {"returned": "completes", "cancelled": "cancelled"}[await event_both(True)]


@probe("cancellation/event-cancel-then-set")
async def event_cancel_then_set() -> str:
    return {"returned": "completes", "cancelled": "cancelled"}[await event_both(False)]


@probe("cancellation/late-cancel-kept")
async def late_cancel_kept() -> str:
    return {"returned": "lost", "cancelled": "yes"}[await event_both(True, SHORT)]


@probe("cancellation/limited-wait-then-cancel")
async def limited_wait_then_cancel() -> str:
    async def child() -> None:
        async with curio.timeout_after(10 * SHORT):
            await event.wait()
        await sleep(SHORT)

    event = curio.Event()
    task = await spawn(child)
    await settle()
    await event.set()
    await curio.sleep(0)
    await task.cancel()
    return {"returned": "no", "cancelled": "yes"}[await end(task)]


async def lock_both(release_first: bool) -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await lock.acquire()
        except CancelledError:
            log.append("cancelled")
            raise
        log.append("acquired")
        await lock.release()

    lock = curio.Lock()
    await lock.acquire()
    task = await spawn(child)
    await settle()
    if release_first:
        await lock.release()
        await task.cancel()
    else:
        await task.cancel()
        await lock.release()
    return log[0] if await free(lock.acquire) else "lock-lost"


@probe("cancellation/lock-release-then-cancel")
async def lock_release_then_cancel() -> str:
    return await lock_both(True)


@probe("cancellation/lock-cancel-then-release")
async def lock_cancel_then_release() -> str:
    return await lock_both(False)


async def item(sent_first: bool) -> str:
    queue = curio.Queue(1)
    task = await spawn(queue.get)
    await settle()
    if sent_first:
        await queue.put(1)
        await task.cancel()
    else:
        await task.cancel()
        await queue.put(1)
    if await end(task) == "returned":
        return "received"
    return "cancelled-item-kept" if await free(queue.get) else "cancelled-item-lost"


@probe("cancellation/item-send-then-cancel")
async def item_send_then_cancel() -> str:
    return await item(True)


@probe("cancellation/item-cancel-then-send")
async def item_cancel_then_send() -> str:
    return await item(False)


async def room(received_first: bool) -> str:
    queue = curio.Queue(1)
    await queue.put(1)
    task = await spawn(queue.put, 2)
    await settle()
    if received_first:
        await queue.get()
        await task.cancel()
    else:
        await task.cancel()
        await queue.get()
    ended = await end(task)
    there = await free(queue.get)
    if ended == "returned":
        return "sent" if there else "sent-item-lost"
    return "cancelled-but-sent" if there else "cancelled-not-sent"


@probe("cancellation/room-receive-then-cancel")
async def room_receive_then_cancel() -> str:
    return await room(True)


@probe("cancellation/room-cancel-then-receive")
async def room_cancel_then_receive() -> str:
    return await room(False)


@probe("cancellation/lock-second-waiter")
async def lock_second_waiter() -> str:
    async def child() -> None:
        async with lock:
            pass

    lock = curio.Lock()
    await lock.acquire()
    first, second = await spawn(child), await spawn(child)
    await settle()
    await lock.release()
    await first.cancel()
    return "yes" if await free(second.wait) else "lost-wake-up"


@probe("cancellation/item-second-receiver")
async def item_second_receiver() -> str:
    async def child() -> None:
        got.append(await queue.get())

    got: list[int] = []
    queue = curio.Queue(2)
    first = await spawn(child)
    await spawn(child)
    await settle()
    await queue.put(1)
    await first.cancel()
    await sleep(SHORT)
    return "yes" if got == [1] else "item-lost"
