"""Cancel against completion, and cancel in each blocking operation, asked of trio itself."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import trio
from trio import Cancelled, sleep
from trio_cancel import LONG, SHORT, Child, free, probe, settle

# ---- a cancel is pending and the operation would not block


async def pending(nursery: trio.Nursery, operation: Callable[[], Awaitable[Any]]) -> str:
    """`cancelled` or `completes`: an operation that is ready, begun under a pending cancel."""
    log: list[str] = []

    async def work() -> None:
        child.cancel()
        try:
            await operation()
        except Cancelled:
            log.append("cancelled")
            raise
        log.append("completes")

    child = Child(nursery, work)
    await child.end()
    return log[0]


@probe("cancellation/pending-at-set-event")
async def pending_at_set_event(nursery: trio.Nursery) -> str:
    event = trio.Event()
    event.set()
    return await pending(nursery, event.wait)


@probe("cancellation/pending-at-free-lock")
async def pending_at_free_lock(nursery: trio.Nursery) -> str:
    async def hold() -> None:
        async with lock:
            pass

    lock = trio.Lock()
    word = await pending(nursery, hold)
    return "cancelled-lock-lost" if lock.locked() else word


@probe("cancellation/pending-at-ready-receive")
async def pending_at_ready_receive(nursery: trio.Nursery) -> str:
    sender, receiver = trio.open_memory_channel[int](1)
    await sender.send(1)
    if await pending(nursery, receiver.receive) == "completes":
        return "received"
    return "cancelled-item-kept" if await free(receiver.receive) else "cancelled-item-lost"


@probe("cancellation/pending-at-roomy-send")
async def pending_at_roomy_send(nursery: trio.Nursery) -> str:
    sender, receiver = trio.open_memory_channel[int](1)
    if await pending(nursery, functools.partial(sender.send, 1)) == "completes":
        return "sent"
    return "cancelled-but-sent" if await free(receiver.receive) else "cancelled-not-sent"


@probe("cancellation/pending-at-ended-join")
async def pending_at_ended_join(nursery: trio.Nursery) -> str:
    target = Child(nursery, functools.partial(sleep, 0))
    await target.end()
    return await pending(nursery, target.end)


@probe("cancellation/deferred-at-set-event")
async def deferred_at_set_event(nursery: trio.Nursery) -> str:
    log: list[str] = []

    async def work() -> None:
        with trio.CancelScope(shield=True):
            await sleep(SHORT)
        await event.wait()
        log.append("past")

    event = trio.Event()
    event.set()
    child = Child(nursery, work)
    await settle()
    child.cancel()
    await child.end()
    return "completes" if log else "cancelled"


# ---- a cancel while the operation blocks


async def interrupted(nursery: trio.Nursery, operation: Callable[[], Awaitable[Any]]) -> bool:
    child = Child(nursery, operation)
    await settle()
    child.cancel()
    return await child.end() == "cancelled"


@probe("cancellation/in-sleep")
async def in_sleep(nursery: trio.Nursery) -> str:
    stopped = await interrupted(nursery, functools.partial(sleep, LONG))
    return "yes" if stopped else "not-interrupted"


@probe("cancellation/in-event-wait")
async def in_event_wait(nursery: trio.Nursery) -> str:
    event = trio.Event()
    if not await interrupted(nursery, event.wait):
        return "not-interrupted"
    event.set()
    return "yes" if await free(event.wait) else "interrupted-and-broken"


@probe("cancellation/in-lock-acquire")
async def in_lock_acquire(nursery: trio.Nursery) -> str:
    lock = trio.Lock()
    await lock.acquire()
    if not await interrupted(nursery, lock.acquire):
        return "not-interrupted"
    lock.release()
    return "yes" if await free(lock.acquire) else "interrupted-and-broken"


@probe("cancellation/in-receive")
async def in_receive(nursery: trio.Nursery) -> str:
    sender, receiver = trio.open_memory_channel[int](1)
    if not await interrupted(nursery, receiver.receive):
        return "not-interrupted"
    await sender.send(1)
    return "yes" if await free(receiver.receive) else "interrupted-and-broken"


@probe("cancellation/in-send")
async def in_send(nursery: trio.Nursery) -> str:
    sender, receiver = trio.open_memory_channel[int](1)
    await sender.send(1)
    if not await interrupted(nursery, functools.partial(sender.send, 2)):
        return "not-interrupted"
    await receiver.receive()
    await settle()
    if receiver.statistics().current_buffer_used:
        return "interrupted-but-sent"
    return "yes" if await free(functools.partial(sender.send, 3)) else "broken"


# ---- handed over and cancelled with nothing between, in both orders


async def event_both(nursery: trio.Nursery, set_first: bool, then: float | None = None) -> str:
    async def work() -> None:
        await event.wait()
        if then is not None:
            await sleep(then)

    event = trio.Event()
    child = Child(nursery, work)
    await settle()
    if set_first:
        event.set()
    child.cancel()
    event.set()
    return await child.end()


@probe("cancellation/event-set-then-cancel")
async def event_set_then_cancel(nursery: trio.Nursery) -> str:
    ended = await event_both(nursery, True)
    return {"returned": "completes", "cancelled": "cancelled"}[ended]


@probe("cancellation/event-cancel-then-set")
async def event_cancel_then_set(nursery: trio.Nursery) -> str:
    ended = await event_both(nursery, False)
    return {"returned": "completes", "cancelled": "cancelled"}[ended]


@probe("cancellation/late-cancel-kept")
async def late_cancel_kept(nursery: trio.Nursery) -> str:
    ended = await event_both(nursery, True, SHORT)
    return {"returned": "lost", "cancelled": "yes"}[ended]


@probe("cancellation/limited-wait-then-cancel")
async def limited_wait_then_cancel(nursery: trio.Nursery) -> str:
    async def work() -> None:
        with trio.fail_after(10 * SHORT):
            await event.wait()
        await sleep(SHORT)

    event = trio.Event()
    child = Child(nursery, work)
    await settle()
    event.set()
    await trio.lowlevel.checkpoint()
    child.cancel()
    return {"returned": "no", "cancelled": "yes"}[await child.end()]


async def lock_both(nursery: trio.Nursery, release_first: bool) -> str:
    log: list[str] = []

    async def work() -> None:
        try:
            await lock.acquire()
        except Cancelled:
            log.append("cancelled")
            raise
        log.append("acquired")
        lock.release()

    lock = trio.Lock()
    await lock.acquire()
    child = Child(nursery, work)
    await settle()
    if release_first:
        lock.release()
        child.cancel()
    else:
        child.cancel()
        lock.release()
    await child.end()
    return log[0] if await free(lock.acquire) else "lock-lost"


@probe("cancellation/lock-release-then-cancel")
async def lock_release_then_cancel(nursery: trio.Nursery) -> str:
    return await lock_both(nursery, True)


@probe("cancellation/lock-cancel-then-release")
async def lock_cancel_then_release(nursery: trio.Nursery) -> str:
    return await lock_both(nursery, False)


async def item(nursery: trio.Nursery, *, first: str, wait: bool) -> str:
    """What became of an item; `first` is `send` or `cancel`; `wait`: send, not send_nowait."""
    sender, receiver = trio.open_memory_channel[int](1)
    child = Child(nursery, receiver.receive)
    await settle()
    if first == "cancel":
        child.cancel()
    if wait:
        await sender.send(1)
    else:
        sender.send_nowait(1)
    if first == "send":
        child.cancel()
    if await child.end() == "returned":
        return "received"
    return "cancelled-item-kept" if await free(receiver.receive) else "cancelled-item-lost"


@probe("cancellation/item-send-then-cancel")
async def item_send_then_cancel(nursery: trio.Nursery) -> str:
    return await item(nursery, first="send", wait=True)


@probe("cancellation/item-cancel-then-send")
async def item_cancel_then_send(nursery: trio.Nursery) -> str:
    return await item(nursery, first="cancel", wait=True)


@probe("cancellation/item-send-nowait-then-cancel")
async def item_send_nowait_then_cancel(nursery: trio.Nursery) -> str:
    return await item(nursery, first="send", wait=False)


@probe("cancellation/item-cancel-then-send-nowait")
async def item_cancel_then_send_nowait(nursery: trio.Nursery) -> str:
    return await item(nursery, first="cancel", wait=False)


async def room(nursery: trio.Nursery, *, first: str, wait: bool) -> str:
    """What became of a sender; `first`: `receive` or `cancel`; `wait`: not receive_nowait."""
    sender, receiver = trio.open_memory_channel[int](1)
    sender.send_nowait(1)
    child = Child(nursery, functools.partial(sender.send, 2))
    await settle()
    if first == "cancel":
        child.cancel()
    if wait:
        await receiver.receive()
    else:
        receiver.receive_nowait()
    if first == "receive":
        child.cancel()
    ended = await child.end()
    there = await free(receiver.receive)
    if ended == "returned":
        return "sent" if there else "sent-item-lost"
    return "cancelled-but-sent" if there else "cancelled-not-sent"


@probe("cancellation/room-receive-then-cancel")
async def room_receive_then_cancel(nursery: trio.Nursery) -> str:
    return await room(nursery, first="receive", wait=True)


@probe("cancellation/room-cancel-then-receive")
async def room_cancel_then_receive(nursery: trio.Nursery) -> str:
    return await room(nursery, first="cancel", wait=True)


@probe("cancellation/room-receive-nowait-then-cancel")
async def room_receive_nowait_then_cancel(nursery: trio.Nursery) -> str:
    return await room(nursery, first="receive", wait=False)


@probe("cancellation/room-cancel-then-receive-nowait")
async def room_cancel_then_receive_nowait(nursery: trio.Nursery) -> str:
    return await room(nursery, first="cancel", wait=False)


@probe("cancellation/lock-second-waiter")
async def lock_second_waiter(nursery: trio.Nursery) -> str:
    async def work() -> None:
        async with lock:
            pass

    lock = trio.Lock()
    await lock.acquire()
    first = Child(nursery, work)
    await settle()
    second = Child(nursery, work)
    await settle()
    lock.release()
    first.cancel()
    await first.end()
    return "yes" if await free(second.end) else "lost-wake-up"


@probe("cancellation/item-second-receiver")
async def item_second_receiver(nursery: trio.Nursery) -> str:
    async def work() -> None:
        got.append(await receiver.receive())

    got: list[int] = []
    sender, receiver = trio.open_memory_channel[int](2)
    first = Child(nursery, work)
    await settle()
    Child(nursery, work)
    await settle()
    sender.send_nowait(1)
    first.cancel()
    await sleep(SHORT)
    return "yes" if got == [1] else "item-lost"
