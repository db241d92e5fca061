"""Cancellation asked of curio itself; the call to cancel blocks, which is curio's own way."""

from __future__ import annotations

import functools
import logging
import multiprocessing.connection
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

# curio 1.6 names things that CPython 3.12 renamed; without them it cannot be imported there.
for name in ("CHALLENGE", "WELCOME", "FAILURE"):
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    setattr(ssl, "wrap_socket", None)  # noqa: B010 - absent from the newer type stubs

import curio  # noqa: E402 - only now
from curio import CancelledError, sleep, spawn  # noqa: E402
from probe_runner import ms  # noqa: E402

logging.disable(logging.CRITICAL)  # "never joined" and "task crash" are no answers
LONG = ms(10_000)  # seconds; no probe lives that long
SHORT = ms(2)
PROBES: dict[str, Callable[[], str]] = {}
Main = Callable[[], Coroutine[Any, Any, str]]


def probe(name: str) -> Callable[[Main], Any]:
    """Register an async function as the probe of one scenario."""

    def register(main: Main) -> Any:
        @functools.wraps(main)
        def call() -> str:
            return str(curio.run(main))

        PROBES[name] = call
        return main

    return register


async def settle() -> None:
    """Long enough for every ready task to block."""
    for _ in range(6):
        await sleep(0)


async def end(task: Any) -> str:
    """How a task ends: `returned`, `cancelled` or `error`."""
    await task.wait()
    task.joined = True
    if task.exception is None:
        return "returned"
    return "cancelled" if isinstance(task.exception, CancelledError) else "error"


async def free(operation: Callable[[], Awaitable[Any]]) -> bool:
    """Whether an operation that should succeed at once does."""
    async with curio.ignore_after(ms(30)) as limit:
        await operation()
    return not limit.expired


async def cancel_me() -> None:
    await (await curio.current_task()).cancel()


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

    task = await spawn(child)
    await task.cancel()
    return {"": "skips", "a": "runs-to-checkpoint", "ab": "runs-to-wait"}.get(log, "runs-on")


@probe("cancellation/self-then-return")
async def self_then_return() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        await cancel_me()
        log += "past"

    how = await end(await spawn(child))
    return {"returned": "value", "cancelled": "cancelled-at-end" if log else "cancelled-at-call"}[
        how
    ]


@probe("cancellation/self-then-checkpoint")
async def self_then_checkpoint() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        await cancel_me()
        log += "a"
        await sleep(0)
        log += "b"

    await end(await spawn(child))
    return {"": "at-call", "a": "at-next-checkpoint", "ab": "never"}[log]


async def cancelled_twice(times: int) -> str:
    """`once` or `again`: whether a second wait is cancelled after the first was swallowed."""

    async def child() -> str:
        try:
            await sleep(LONG)
        except CancelledError:
            pass
        try:
            await sleep(SHORT)
        except CancelledError:
            return "again"
        return "once"

    task = await spawn(child)
    await settle()
    for _ in range(times):
        await task.cancel()
    return str(await task.join())


@probe("cancellation/swallow-then-wait")
async def swallow_then_wait() -> str:
    return {"once": "edge", "again": "level"}[await cancelled_twice(1)]


@probe("cancellation/twice-at-once")
async def twice_at_once() -> str:
    return "delivered-" + await cancelled_twice(2)


@probe("cancellation/swallow-then-return")
async def swallow_then_return() -> str:
    async def child() -> None:
        try:
            await sleep(LONG)
        except CancelledError:
            pass

    task = await spawn(child)
    await settle()
    await task.cancel()
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

    task = await spawn(child)
    await settle()
    await task.cancel()
    how = await end(task)
    return {"": "skipped", "f": "yes"}.get(log, "runs-twice") if how == "cancelled" else how


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

    task = await spawn(child)
    await settle()
    await task.cancel()
    return "completes" if log else "cut-short"


@probe("cancellation/shielded-cleanup-waits")
async def shielded_cleanup_waits() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            async with curio.disable_cancellation():
                await sleep(SHORT)
                log += "done"

    task = await spawn(child)
    await settle()
    await task.cancel()
    how = await end(task)
    return ("yes" if log else "cut-short") if how == "cancelled" else how


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
                log += "second" if again else "first"
                raise

    async def first() -> None:
        await task.cancel()

    again = False
    task = await spawn(child)
    await settle()
    await spawn(first)
    await sleep(ms(5))
    again = True
    await task.cancel()
    return {"done": "ignored", "first": "cut-short-by-first", "second": "interrupts"}[log]


@probe("cancellation/after-end")
async def after_end() -> str:
    async def child() -> int:
        return 7

    task = await spawn(child)
    await task.join()
    await task.cancel()
    return "yes" if await task.join() == 7 else "changes-result"


@probe("cancellation/call-waits")
async def call_waits() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "cleaned"

    task = await spawn(child)
    await settle()
    await task.cancel()
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

    tasks = [await spawn(child, "a"), await spawn(child, "b")]
    await settle()
    for task in tasks:
        await task.cancel()
    return {"ab": "in-order", "ba": "reversed"}[log]


@probe("cancellation/inside-cleanup")
async def inside_cleanup() -> str:
    async def first() -> None:
        try:
            await sleep(LONG)
        finally:
            await other.cancel()

    other = await spawn(sleep, LONG)
    task = await spawn(first)
    await settle()
    await task.cancel()
    ends = await end(task), await end(other)
    return "yes" if ends == ("cancelled", "cancelled") else "-".join(ends)


@probe("cancellation/error-in-cleanup")
async def error_in_cleanup() -> str:
    async def child() -> None:
        try:
            await sleep(LONG)
        finally:
            raise ValueError

    task = await spawn(child)
    await settle()
    await task.cancel()
    return await end(task)
