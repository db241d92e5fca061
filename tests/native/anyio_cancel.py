"""Cancellation asked of anyio itself: on asyncio, on uvloop's loop or on trio."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import anyio
import anyio.lowlevel
from anyio import TaskHandle, sleep
from anyio.abc import TaskGroup
from probe_runner import ms

LONG = ms(10_000)  # seconds; no probe lives that long
SHORT = ms(2)
PROBES: dict[str, Callable[[], str]] = {}
BACKEND = "asyncio"  # or "uvloop", "trio"
Main = Callable[[TaskGroup], Coroutine[Any, Any, str]]


def run(main: Main) -> str:
    """Run on the backend that was asked for, with a group that is cancelled at the end."""

    async def inside() -> str:
        async with anyio.create_task_group() as group:
            word = await main(group)
            group.cancel_scope.cancel()
        return word

    if BACKEND == "trio":
        return anyio.run(inside, backend="trio")
    return anyio.run(inside, backend_options={"use_uvloop": BACKEND == "uvloop"})


def probe(name: str) -> Callable[[Main], Any]:
    """Register an async function as the probe of one scenario."""

    def register(main: Main) -> Any:
        @functools.wraps(main)
        def call() -> str:
            return run(main)

        PROBES[name] = call
        return main

    return register


async def settle() -> None:
    """Long enough for every ready task to block."""
    for _ in range(6):
        await anyio.lowlevel.checkpoint()


async def end(handle: TaskHandle[Any]) -> str:
    """How a task ends: `returned`, `cancelled` or `error`."""
    await handle.wait()
    return {
        TaskHandle.Status.FINISHED: "returned",
        TaskHandle.Status.CANCELLED: "cancelled",
        TaskHandle.Status.FAILED: "error",
    }[handle.status]


async def free(operation: Callable[[], Awaitable[Any]]) -> bool:
    """Whether an operation that should succeed at once does."""
    with anyio.move_on_after(ms(30)) as scope:
        await operation()
    return not scope.cancelled_caught


def stopped() -> type[BaseException]:
    return anyio.get_cancelled_exc_class()


# ---- delivery


@probe("cancellation/before-first-step")
async def before_first_step(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        log += "a"
        await anyio.lowlevel.checkpoint()
        log += "b"
        await sleep(SHORT)
        log += "c"

    handle = group.start_soon(child)
    handle.cancel()
    await end(handle)
    return {"": "skips", "a": "runs-to-checkpoint", "ab": "runs-to-wait"}.get(log, "runs-on")


@probe("cancellation/self-then-return")
async def self_then_return(group: TaskGroup) -> str:
    async def child() -> None:
        handle.cancel()

    handle = group.start_soon(child)
    return {"returned": "value", "cancelled": "cancelled-at-end"}[await end(handle)]


@probe("cancellation/self-then-checkpoint")
async def self_then_checkpoint(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        handle.cancel()
        log += "a"
        await anyio.lowlevel.checkpoint()
        log += "b"

    handle = group.start_soon(child)
    await end(handle)
    return {"": "at-call", "a": "at-next-checkpoint", "ab": "never"}[log]


async def cancelled_twice(group: TaskGroup, times: int) -> str:
    """`once` or `again`: whether a second wait is cancelled after the first was swallowed."""

    async def child() -> str:
        try:
            await sleep(LONG)
        except stopped():
            pass
        try:
            await sleep(SHORT)
        except stopped():
            return "again"
        return "once"

    handle = group.start_soon(child)
    await settle()
    for _ in range(times):
        handle.cancel()
    return await handle


@probe("cancellation/swallow-then-wait")
async def swallow_then_wait(group: TaskGroup) -> str:
    return {"once": "edge", "again": "level"}[await cancelled_twice(group, 1)]


@probe("cancellation/twice-at-once")
async def twice_at_once(group: TaskGroup) -> str:
    return "delivered-" + await cancelled_twice(group, 2)


@probe("cancellation/swallow-then-return")
async def swallow_then_return(group: TaskGroup) -> str:
    async def child() -> None:
        try:
            await sleep(LONG)
        except stopped():
            pass

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    return await end(handle)


@probe("cancellation/finally-runs")
async def finally_runs(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "f"

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    how = await end(handle)
    return {"": "skipped", "f": "yes"}.get(log, "runs-twice") if how == "cancelled" else how


async def cleanup(group: TaskGroup, shield: bool) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            with anyio.CancelScope(shield=shield):
                await sleep(SHORT)
                log += "done"

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    how = await end(handle)
    return ("completes" if log else "cut-short") if how == "cancelled" else how


@probe("cancellation/cleanup-waits")
async def cleanup_waits(group: TaskGroup) -> str:
    return await cleanup(group, False)


@probe("cancellation/shielded-cleanup-waits")
async def shielded_cleanup_waits(group: TaskGroup) -> str:
    return {"completes": "yes"}.get(word := await cleanup(group, True), word)


@probe("cancellation/cancel-during-cleanup")
async def cancel_during_cleanup(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            try:
                await sleep(ms(20))
                log += "done"
            except stopped():
                log += "second" if again else "first"
                raise

    again = False
    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    await sleep(ms(5))
    again = True
    handle.cancel()
    await end(handle)
    return {"done": "ignored", "first": "cut-short-by-first", "second": "interrupts"}[log]


@probe("cancellation/after-end")
async def after_end(group: TaskGroup) -> str:
    async def child() -> int:
        return 7

    handle = group.start_soon(child)
    await handle
    handle.cancel()
    return "yes" if await handle == 7 else "changes-result"


@probe("cancellation/call-waits")
async def call_waits(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "cleaned"

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    return "waits" if log else "returns-at-once"


@probe("cancellation/in-order")
async def in_order(group: TaskGroup) -> str:
    """Asked often: trio runs a batch forwards or backwards at random."""
    seen = set()
    for _ in range(40):
        log: list[str] = []

        async def child(name: str, log: list[str] = log) -> None:
            try:
                await sleep(LONG)
            finally:
                log.append(name)

        handles = [group.start_soon(child, name) for name in "ab"]
        await settle()
        for handle in handles:
            handle.cancel()
        await settle()
        seen.add("".join(log))
    return "/".join({"ab": "in-order", "ba": "reversed"}[word] for word in sorted(seen))


@probe("cancellation/inside-cleanup")
async def inside_cleanup(group: TaskGroup) -> str:
    async def first() -> None:
        try:
            await sleep(LONG)
        finally:
            other.cancel()

    other = group.start_soon(sleep, LONG)
    handle = group.start_soon(first)
    await settle()
    handle.cancel()
    ends = await end(handle), await end(other)
    return "yes" if ends == ("cancelled", "cancelled") else "-".join(ends)


@probe("cancellation/error-in-cleanup")
async def error_in_cleanup(group: TaskGroup) -> str:
    async def child() -> None:
        try:
            await sleep(LONG)
        finally:
            raise ValueError

    try:
        async with anyio.create_task_group() as inner:
            handle = inner.start_soon(child)
            await settle()
            handle.cancel()
    except* ValueError:
        pass
    return await end(handle)
