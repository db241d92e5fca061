"""Events, locks and memory channels asked of anyio itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
from anyio_run import PROBES, blocks, lets_others_run, probe, run
from native_probe import TICK, order


def twice(operation: Callable[[], Callable[[], Any]]) -> Callable[[], str]:
    return lambda: "/".join(sorted({run(lambda: lets_others_run(operation())) for _ in range(10)}))


# ---------------------------------------------------------------- events


@probe("sync/event-releases-all")
async def _() -> str:
    event, log = anyio.Event(), []

    async def waiter() -> None:
        await event.wait()
        log.append("released")

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(waiter)
        await anyio.wait_all_tasks_blocked()
        event.set()
        await anyio.sleep(2 * TICK)
        group.cancel_scope.cancel()
    return "all" if len(log) == 3 else "some"


@probe("sync/event-set-before-wait")
async def _() -> str:
    event = anyio.Event()
    event.set()
    event.set()
    return "blocks" if await blocks(event.wait) else "returns"


def set_event() -> Callable[[], Any]:
    event = anyio.Event()
    event.set()
    return event.wait


PROBES["sync/event-set-wait-yields"] = twice(set_event)


def limited_wait() -> Callable[[], Any]:
    event = anyio.Event()
    event.set()

    async def limited() -> None:
        with anyio.fail_after(1):
            await event.wait()

    return limited


PROBES["sync/event-limited-wait-yields"] = twice(limited_wait)


@probe("sync/event-order", runs=12)
async def _() -> str:
    event, log = anyio.Event(), []

    async def waiter(name: str) -> None:
        await event.wait()
        log.append(name)

    async with anyio.create_task_group() as group:
        for name in "ab":
            group.start_soon(waiter, name)
            await anyio.wait_all_tasks_blocked()
        event.set()
    return order(log, "ab")


@probe("sync/event-set-switches")
async def _() -> str:
    event, log = anyio.Event(), []

    async def waiter() -> None:
        await event.wait()
        log.append("waiter")

    async with anyio.create_task_group() as group:
        group.start_soon(waiter)
        await anyio.wait_all_tasks_blocked()
        event.set()
        log.append("setter")
    return "goes-on" if log[0] == "setter" else "switches"


# ---------------------------------------------------------------- locks


@probe("sync/lock-excludes", runs=5)
async def _() -> str:
    lock, inside, most = anyio.Lock(), 0, 0

    async def user() -> None:
        nonlocal inside, most
        await lock.acquire()
        inside += 1
        most = max(most, inside)
        await anyio.lowlevel.checkpoint()
        inside -= 1
        lock.release()

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(user)
    return "one" if most == 1 else "several"


@probe("sync/lock-order", runs=5)
async def _() -> str:
    lock, log = anyio.Lock(), []

    async def waiter(name: str) -> None:
        await lock.acquire()
        log.append(name)
        lock.release()

    await lock.acquire()
    async with anyio.create_task_group() as group:
        for name in "abcd":
            group.start_soon(waiter, name)
            await anyio.wait_all_tasks_blocked()
        lock.release()
    return order(log, "abcd")


@probe("sync/lock-barging", runs=5)
async def _() -> str:
    lock, log = anyio.Lock(), []

    async def waiter() -> None:
        await lock.acquire()
        log.append("waiter-first")
        lock.release()

    async with anyio.create_task_group() as group:
        await lock.acquire()
        group.start_soon(waiter)
        await anyio.wait_all_tasks_blocked()
        lock.release()
        await lock.acquire()
        log.append("owner-again")
        lock.release()
    return log[0]


def free_lock() -> Callable[[], Any]:
    lock = anyio.Lock()

    async def take() -> None:
        await lock.acquire()
        lock.release()

    return take


PROBES["sync/lock-free-yields"] = twice(free_lock)


@probe("sync/lock-release-unheld")
async def _() -> str:
    try:
        anyio.Lock().release()
    except RuntimeError:
        return "refused"
    return "ignored"


@probe("sync/lock-release-by-other")
async def _() -> str:
    lock = anyio.Lock()

    async def owner() -> None:
        await lock.acquire()
        await anyio.sleep(2 * TICK)

    async with anyio.create_task_group() as group:
        group.start_soon(owner)
        await anyio.wait_all_tasks_blocked()
        try:
            lock.release()
        except RuntimeError:
            return "refused"
        return "released" if not lock.locked() else "ignored"
    raise AssertionError("a group never swallows")


@probe("sync/lock-reacquire")
async def _() -> str:
    lock = anyio.Lock()
    await lock.acquire()
    try:
        return "blocks" if await blocks(lock.acquire) else "reenters"
    except RuntimeError:
        return "refused"


@probe("sync/lock-owner-ends")
async def _() -> str:
    lock, log = anyio.Lock(), []

    async def owner() -> None:
        await lock.acquire()
        await anyio.sleep(TICK)

    async def waiter() -> None:
        try:
            log.append("stays-locked" if await blocks(lock.acquire) else "released")
        except Exception:  # on trio it is trio.BrokenResourceError, not anyio.BrokenResourceError
            log.append("error")

    async with anyio.create_task_group() as group:
        group.start_soon(owner)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(waiter)
    return log[0]


# ---------------------------------------------------------------- channels


@probe("sync/channel-order")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[str](2)
    log: list[str] = []

    async def sender() -> None:
        for item in "abcd":
            await send.send(item)

    async with anyio.create_task_group() as group:
        group.start_soon(sender)
        log += [await receive.receive() for _ in range(4)]
    return order(log, "abcd")


@probe("sync/channel-falsy")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[object](1)
    sent = [0, False, "", None]

    async def sender() -> None:
        for item in sent:
            await send.send(item)

    async with anyio.create_task_group() as group:
        group.start_soon(sender)
        got = [await receive.receive() for _ in sent]
    return "items" if repr(got) == repr(sent) else "lost"


@probe("sync/channel-full")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](1)
    await send.send(1)
    if not await blocks(send.send, 2):
        return "returns"
    async with anyio.create_task_group() as group:
        task = group.start_soon(send.send, 2)
        await anyio.wait_all_tasks_blocked()
        await receive.receive()
        word = "stays-blocked" if await blocks(task.wait) else "waits-for-room"
        group.cancel_scope.cancel()
    return word


@probe("sync/channel-empty")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](1)
    if not await blocks(receive.receive):
        return "returns"
    async with anyio.create_task_group() as group:
        task = group.start_soon(receive.receive)
        await anyio.wait_all_tasks_blocked()
        await send.send(7)
        word = "stays-blocked" if await blocks(task.wait) else "waits-for-item"
        group.cancel_scope.cancel()
    return word


@probe("sync/channel-nowait-full")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](1)
    send.send_nowait(1)
    try:
        send.send_nowait(2)
    except anyio.WouldBlock:
        empty = receive.receive_nowait() == 1 and not receive.statistics().current_buffer_used
        return "Full" if empty else "sent-all-the-same"
    return "accepted"


@probe("sync/channel-nowait-empty")
async def _() -> str:
    try:
        anyio.create_memory_object_stream[int](1)[1].receive_nowait()
    except anyio.WouldBlock:
        return "Empty"
    return "returns"


@probe("sync/channel-receivers-order", runs=5)
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](4)
    log: list[str] = []

    async def receiver(name: str) -> None:
        item = await receive.receive()
        log.append(f"{name}{item}")

    async with anyio.create_task_group() as group:
        for name in "abc":
            group.start_soon(receiver, name)
            await anyio.wait_all_tasks_blocked()
        for item in range(3):
            await send.send(item)
    return "in-order" if sorted(log) == ["a0", "b1", "c2"] else "other-order"


@probe("sync/channel-senders-order", runs=5)
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[str](1)
    await send.send("-")
    log: list[str] = []
    async with anyio.create_task_group() as group:
        for name in "abc":
            group.start_soon(send.send, name)
            await anyio.wait_all_tasks_blocked()
        log += [await receive.receive() for _ in range(4)]
    return order(log, "-abc")


@probe("sync/channel-barging-receiver")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](1)
    async with anyio.create_task_group() as group:
        group.start_soon(receive.receive)
        await anyio.wait_all_tasks_blocked()
        send.send_nowait(7)
        try:
            receive.receive_nowait()
        except anyio.WouldBlock:
            return "reserved"
        group.cancel_scope.cancel()
    return "barges"


@probe("sync/channel-barging-sender")
async def _() -> str:
    send, receive = anyio.create_memory_object_stream[int](1)
    await send.send(1)
    async with anyio.create_task_group() as group:
        group.start_soon(send.send, 2)
        await anyio.wait_all_tasks_blocked()
        receive.receive_nowait()
        try:
            send.send_nowait(3)
        except anyio.WouldBlock:
            return "reserved"
        group.cancel_scope.cancel()
    return "barges"


def receive_ready() -> Callable[[], Any]:
    send, receive = anyio.create_memory_object_stream[int](2)
    send.send_nowait(7)
    send.send_nowait(8)
    return receive.receive


def keep(_: object, operation: Any) -> Any:
    """The operation; the other end of the channel stays alive meanwhile."""
    return operation


def send_ready() -> Callable[[], Any]:
    send, receive = anyio.create_memory_object_stream[int](2)
    return lambda: keep(receive, send.send(7))


PROBES["sync/channel-send-yields"] = twice(send_ready)
PROBES["sync/channel-receive-yields"] = twice(receive_ready)
