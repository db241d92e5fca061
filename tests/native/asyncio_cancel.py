"""Cancellation asked of asyncio itself; also of uvloop's loop and of the eager task factory."""

from __future__ import annotations

import asyncio
import functools
from asyncio import CancelledError, create_task, sleep
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import asyncio_loops
from probe_runner import ms

LONG = ms(10_000)  # seconds; no probe lives that long
SHORT = ms(2)
PROBES: dict[str, Callable[[], str]] = {}
LOOP = "asyncio"  # see asyncio_loops.LOOPS


def run(main: Coroutine[Any, Any, str]) -> str:
    """Run on the loop that was asked for."""
    with asyncio.Runner(loop_factory=lambda: asyncio_loops.make(LOOP)) as runner:
        runner.get_loop().set_exception_handler(lambda loop, context: None)
        return runner.run(main)


def probe(name: str) -> Callable[[Callable[[], Coroutine[Any, Any, str]]], Any]:
    """Register an async function as the probe of one scenario."""

    def register(main: Callable[[], Coroutine[Any, Any, str]]) -> Any:
        @functools.wraps(main)
        def call() -> str:
            return run(main())

        PROBES[name] = call
        return main

    return register


async def settle() -> None:
    """Long enough for every ready task to block."""
    for _ in range(6):
        await sleep(0)


async def end(task: asyncio.Task[Any]) -> str:
    """How a task ends: `returned`, `cancelled` or `error`."""
    await asyncio.wait([task])
    if task.cancelled():
        return "cancelled"
    return "error" if task.exception() else "returned"


async def free(what: Awaitable[Any]) -> bool:
    """Whether an operation that should succeed at once does."""
    try:
        async with asyncio.timeout(ms(30)):
            await what
    except TimeoutError:
        return False
    return True


def me() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task


# ---- delivery


@probe("cancellation/before-first-step")
async def before_first_step() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        log += "a"
        await sleep(0)
        log += "b"
        await sleep(SHORT)
        log += "c"

    task = create_task(child())
    task.cancel()
    await end(task)
    return {"": "skips", "a": "runs-to-checkpoint", "ab": "runs-to-wait", "abc": "runs-on"}[log]


@probe("cancellation/self-then-return")
async def self_then_return() -> str:
    async def child() -> None:
        await settle()
        me().cancel()

    return {"returned": "value", "cancelled": "cancelled-at-end"}[await end(create_task(child()))]


@probe("cancellation/self-then-checkpoint")
async def self_then_checkpoint() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        await settle()
        me().cancel()
        log += "a"
        await sleep(0)
        log += "b"

    await end(create_task(child()))
    return {"": "at-call", "a": "at-next-checkpoint", "ab": "never"}[log]


@probe("cancellation/swallow-then-wait")
async def swallow_then_wait() -> str:
    async def child() -> str:
        try:
            await sleep(LONG)
        except CancelledError:
            pass
        try:
            await sleep(SHORT)
        except CancelledError:
            return "level"
        return "edge"

    task = create_task(child())
    await settle()
    task.cancel()
    return await task


@probe("cancellation/swallow-then-return")
async def swallow_then_return() -> str:
    async def child() -> None:
        try:
            await sleep(LONG)
        except CancelledError:
            pass

    task = create_task(child())
    await settle()
    task.cancel()
    return await end(task)


@probe("cancellation/finally-runs")
async def finally_runs() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "f"

    task = create_task(child())
    await settle()
    task.cancel()
    ended = await end(task)
    return (
        f"{ {'': 'skipped', 'f': 'yes'}.get(log, 'runs-twice') }" if ended == "cancelled" else ended
    )


@probe("cancellation/cleanup-waits")
async def cleanup_waits() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            await sleep(SHORT)
            log += "done"

    task = create_task(child())
    await settle()
    task.cancel()
    await end(task)
    return "completes" if log else "cut-short"


@probe("cancellation/cancel-during-cleanup")
async def cancel_during_cleanup() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            try:
                await sleep(ms(20))
                log += "done"
            except CancelledError:
                log += "first" if not again else "second"
                raise

    async def first() -> None:
        task.cancel()

    again = False
    task = create_task(child())
    await settle()
    other = create_task(first())
    await sleep(ms(5))
    again = True
    task.cancel()
    await end(task)
    await other
    return {"done": "ignored", "first": "cut-short-by-first", "second": "interrupts"}[log]


@probe("cancellation/twice-at-once")
async def twice_at_once() -> str:
    async def child() -> str:
        try:
            await sleep(LONG)
        except CancelledError:
            pass
        try:
            await sleep(SHORT)
        except CancelledError:
            return "delivered-again"
        return "delivered-once"

    task = create_task(child())
    await settle()
    task.cancel()
    task.cancel()
    return await task


@probe("cancellation/after-end")
async def after_end() -> str:
    async def child() -> int:
        return 7

    task = create_task(child())
    await task
    task.cancel()
    return "yes" if await task == 7 else "changes-result"


@probe("cancellation/call-waits")
async def call_waits() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "cleaned"

    task = create_task(child())
    await settle()
    task.cancel()
    return "waits" if log else "returns-at-once"


@probe("cancellation/in-order")
async def in_order() -> str:
    log = ""

    async def child(name: str) -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += name

    tasks = [create_task(child("a")), create_task(child("b"))]
    await settle()
    for task in tasks:
        task.cancel()
    await settle()
    return {"ab": "in-order", "ba": "reversed"}[log]


@probe("cancellation/inside-cleanup")
async def inside_cleanup() -> str:
    async def first() -> None:
        try:
            await sleep(LONG)
        finally:
            other.cancel()

    async def second() -> None:
        await sleep(LONG)

    other = create_task(second())
    task = create_task(first())
    await settle()
    task.cancel()
    ends = await end(task), await end(other)
    return "yes" if ends == ("cancelled", "cancelled") else "-".join(ends)


@probe("cancellation/error-in-cleanup")
async def error_in_cleanup() -> str:
    async def child() -> None:
        try:
            await sleep(LONG)
        finally:
            raise ValueError

    task = create_task(child())
    await settle()
    task.cancel()
    return await end(task)
