"""Cancel against completion, and cancel in each blocking operation, asked of anyio itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
from anyio import create_memory_object_stream, sleep
from anyio.abc import TaskGroup
from anyio_cancel import LONG, SHORT, end, free, probe, settle, stopped

# ---- a cancel is pending and the operation would not block


async def pending(group: TaskGroup, operation: Callable[[], Coroutine[Any, Any, Any]]) -> str:
    """`cancelled` or `completes`: an operation that is ready, begun under a pending cancel."""
    log: list[str] = []

    async def work() -> None:
        child.cancel()
        try:
            await operation()
        except stopped():
            log.append("cancelled")
            raise
        log.append("completes")

    child = group.start_soon(work)
    await end(child)
    return log[0]


@probe("cancellation/pending-at-set-event")
async def pending_at_set_event(group: TaskGroup) -> str:
    event = anyio.Event()
    event.set()
    return await pending(group, event.wait)


@probe("cancellation/pending-at-free-lock")
async def pending_at_free_lock(group: TaskGroup) -> str:
    async def hold() -> None:
        async with lock:
            pass

    lock = anyio.Lock()
    word = await pending(group, hold)
    return "cancelled-lock-lost" if lock.locked() else word


@probe("cancellation/pending-at-ready-receive")
async def pending_at_ready_receive(group: TaskGroup) -> str:
    sender, receiver = create_memory_object_stream[int](1)
    await sender.send(1)
    if await pending(group, receiver.receive) == "completes":
        return "received"
    return "cancelled-item-kept" if await free(receiver.receive) else "cancelled-item-lost"


@probe("cancellation/pending-at-roomy-send")
async def pending_at_roomy_send(group: TaskGroup) -> str:
    sender, receiver = create_memory_object_stream[int](1)
    if await pending(group, functools.partial(sender.send, 1)) == "completes":
        return "sent"
    return "cancelled-but-sent" if await free(receiver.receive) else "cancelled-not-sent"


@probe("cancellation/pending-at-ended-join")
async def pending_at_ended_join(group: TaskGroup) -> str:
    target = group.start_soon(sleep, 0)
    await target
    return await pending(group, target.wait)


@probe("cancellation/deferred-at-set-event")
async def deferred_at_set_event(group: TaskGroup) -> str:
    log: list[str] = []

    async def work() -> None:
        with anyio.CancelScope(shield=True):
            await sleep(SHORT)
        await event.wait()
        log.append("past")

    event = anyio.Event()
    event.set()
    child = group.start_soon(work)
    await settle()
    child.cancel()
    await end(child)
    return "completes" if log else "cancelled"


# ---- a cancel while the operation blocks


async def interrupted(group: TaskGroup, operation: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
    child = group.start_soon(operation)
    await settle()
    child.cancel()
    return await end(child) == "cancelled"


@probe("cancellation/in-sleep")
async def in_sleep(group: TaskGroup) -> str:
    stopped = await interrupted(group, functools.partial(sleep, LONG))
    return "yes" if stopped else "not-interrupted"


@probe("cancellation/in-event-wait")
async def in_event_wait(group: TaskGroup) -> str:
    event = anyio.Event()
    if not await interrupted(group, event.wait):
        return "not-interrupted"
    event.set()
    return "yes" if await free(event.wait) else "interrupted-and-broken"


@probe("cancellation/in-lock-acquire")
async def in_lock_acquire(group: TaskGroup) -> str:
    lock = anyio.Lock()
    await lock.acquire()
    if not await interrupted(group, lock.acquire):
        return "not-interrupted"
    lock.release()
    return "yes" if await free(lock.acquire) else "interrupted-and-broken"


@probe("cancellation/in-receive")
async def in_receive(group: TaskGroup) -> str:
    sender, receiver = create_memory_object_stream[int](1)
    if not await interrupted(group, receiver.receive):
        return "not-interrupted"
    await sender.send(1)
    return "yes" if await free(receiver.receive) else "interrupted-and-broken"


@probe("cancellation/in-send")
async def in_send(group: TaskGroup) -> str:
    sender, receiver = create_memory_object_stream[int](1)
    await sender.send(1)
    if not await interrupted(group, functools.partial(sender.send, 2)):
        return "not-interrupted"
    await receiver.receive()
    await settle()
    if receiver.statistics().current_buffer_used:
        return "interrupted-but-sent"
    return "yes" if await free(functools.partial(sender.send, 3)) else "broken"


# ---- handed over and cancelled with nothing between, in both orders


async def event_both(group: TaskGroup, set_first: bool, then: float | None = None) -> str:
    async def work() -> None:
        await event.wait()
        if then is not None:
            await sleep(then)

    event = anyio.Event()
    child = group.start_soon(work)
    await settle()
    if set_first:
        event.set()
    child.cancel()
    event.set()
    return await end(child)


@probe("cancellation/event-set-then-cancel")
async def event_set_then_cancel(group: TaskGroup) -> str:
    ended = await event_both(group, True)
    return {"returned": "completes", "cancelled": "cancelled"}[ended]


@probe("cancellation/event-cancel-then-set")
async def event_cancel_then_set(group: TaskGroup) -> str:
    ended = await event_both(group, False)
    return {"returned": "completes", "cancelled": "cancelled"}[ended]


@probe("cancellation/late-cancel-kept")
async def late_cancel_kept(group: TaskGroup) -> str:
    ended = await event_both(group, True, SHORT)
    return {"returned": "lost", "cancelled": "yes"}[ended]


@probe("cancellation/limited-wait-then-cancel")
async def limited_wait_then_cancel(group: TaskGroup) -> str:
    async def work() -> None:
        with anyio.fail_after(10 * SHORT):
            await event.wait()
        await sleep(SHORT)

    event = anyio.Event()
    child = group.start_soon(work)
    await settle()
    event.set()
    await anyio.lowlevel.checkpoint()
    child.cancel()
    return {"returned": "no", "cancelled": "yes"}[await end(child)]


async def lock_both(group: TaskGroup, release_first: bool) -> str:
    log: list[str] = []

    async def work() -> None:
        try:
            await lock.acquire()
        except stopped():
            log.append("cancelled")
            raise
        log.append("acquired")
        lock.release()

    lock = anyio.Lock()
    await lock.acquire()
    child = group.start_soon(work)
    await settle()
    if release_first:
        lock.release()
        child.cancel()
    else:
        child.cancel()
        lock.release()
    await end(child)
    return log[0] if await free(lock.acquire) else "lock-lost"


@probe("cancellation/lock-release-then-cancel")
async def lock_release_then_cancel(group: TaskGroup) -> str:
    return await lock_both(group, True)


@probe("cancellation/lock-cancel-then-release")
async def lock_cancel_then_release(group: TaskGroup) -> str:
    return await lock_both(group, False)


async def item(group: TaskGroup, *, first: str, wait: bool) -> str:
    """What became of an item; `first` is `send` or `cancel`; `wait`: send, not send_nowait."""
    sender, receiver = create_memory_object_stream[int](1)
    child = group.start_soon(receiver.receive)
    await settle()
    if first == "cancel":
        child.cancel()
    if wait:
        await sender.send(1)
    else:
        sender.send_nowait(1)
    if first == "send":
        child.cancel()
    if await end(child) == "returned":
        return "received"
    return "cancelled-item-kept" if await free(receiver.receive) else "cancelled-item-lost"


@probe("cancellation/item-send-then-cancel")
async def item_send_then_cancel(group: TaskGroup) -> str:
    return await item(group, first="send", wait=True)


@probe("cancellation/item-cancel-then-send")
async def item_cancel_then_send(group: TaskGroup) -> str:
    return await item(group, first="cancel", wait=True)


@probe("cancellation/item-send-nowait-then-cancel")
async def item_send_nowait_then_cancel(group: TaskGroup) -> str:
    return await item(group, first="send", wait=False)


@probe("cancellation/item-cancel-then-send-nowait")
async def item_cancel_then_send_nowait(group: TaskGroup) -> str:
    return await item(group, first="cancel", wait=False)


async def room(group: TaskGroup, *, first: str, wait: bool) -> str:
    """What became of a sender; `first`: `receive` or `cancel`; `wait`: not receive_nowait."""
    sender, receiver = create_memory_object_stream[int](1)
    sender.send_nowait(1)
    child = group.start_soon(sender.send, 2)
    await settle()
    if first == "cancel":
        child.cancel()
    if wait:
        await receiver.receive()
    else:
        receiver.receive_nowait()
    if first == "receive":
        child.cancel()
    ended = await end(child)
    there = await free(receiver.receive)
    if ended == "returned":
        return "sent" if there else "sent-item-lost"
    return "cancelled-but-sent" if there else "cancelled-not-sent"


@probe("cancellation/room-receive-then-cancel")
async def room_receive_then_cancel(group: TaskGroup) -> str:
    return await room(group, first="receive", wait=True)


@probe("cancellation/room-cancel-then-receive")
async def room_cancel_then_receive(group: TaskGroup) -> str:
    """Asked often: on trio, the checkpoint inside receive and the sender race."""
    seen = {await room(group, first="cancel", wait=True) for _ in range(24)}
    return "/".join(sorted(seen))


@probe("cancellation/room-receive-nowait-then-cancel")
async def room_receive_nowait_then_cancel(group: TaskGroup) -> str:
    return await room(group, first="receive", wait=False)


@probe("cancellation/room-cancel-then-receive-nowait")
async def room_cancel_then_receive_nowait(group: TaskGroup) -> str:
    return await room(group, first="cancel", wait=False)


@probe("cancellation/lock-second-waiter")
async def lock_second_waiter(group: TaskGroup) -> str:
    async def work() -> None:
        async with lock:
            pass

    lock = anyio.Lock()
    await lock.acquire()
    first = group.start_soon(work)
    await settle()
    second = group.start_soon(work)
    await settle()
    lock.release()
    first.cancel()
    await end(first)
    return "yes" if await free(second.wait) else "lost-wake-up"


@probe("cancellation/item-second-receiver")
async def item_second_receiver(group: TaskGroup) -> str:
    async def work() -> None:
        got.append(await receiver.receive())

    got: list[int] = []
    sender, receiver = create_memory_object_stream[int](2)
    first = group.start_soon(work)
    await settle()
    group.start_soon(work)
    await settle()
    sender.send_nowait(1)
    first.cancel()
    await sleep(SHORT)
    return "yes" if got == [1] else "item-lost"
