"""Joiners, shields and due sleepers that are cancelled, asked of curio itself."""

from __future__ import annotations

import time

import curio
from curio import sleep, spawn
from curio_cancel import SHORT, end, probe, settle

# ---- joins


@probe("cancellation/joiner")
async def joiner() -> str:
    async def waiter() -> None:
        await inner.join()

    inner = await spawn(sleep, SHORT * 5)
    task = await spawn(waiter)
    await settle()
    await task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    return {"cancelled": "target-too", "returned": "joiner-only"}[await end(inner)]


@probe("cancellation/joined-cancels-joiner")
async def joined_cancels_joiner() -> str:
    async def target() -> None:
        await settle()
        await task.cancel()

    async def waiter() -> None:
        await inner.join()

    inner = await spawn(target)
    task = await spawn(waiter)
    ends = await end(inner), await end(task)
    return {
        ("cancelled", "cancelled"): "both-cancelled",
        ("returned", "cancelled"): "joiner-cancelled",
        ("returned", "returned"): "joiner-returned",
    }[ends]


# ---- shield


@probe("cancellation/shield-defers")
async def shield_defers() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        async with curio.disable_cancellation():
            await sleep(SHORT)
            log += "done"

    task = await spawn(child)
    await settle()
    await task.cancel()
    return "yes" if log else "interrupted"


@probe("cancellation/shield-then-checkpoint")
async def shield_then_checkpoint() -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        async with curio.disable_cancellation():
            await sleep(SHORT)
        log += "a"
        await sleep(0)
        log += "b"

    task = await spawn(child)
    await settle()
    await task.cancel()
    return {"": "at-end-of-shield", "a": "at-next-checkpoint", "ab": "never"}[log]


@probe("cancellation/shield-then-return")
async def shield_then_return() -> str:
    async def child() -> None:
        async with curio.disable_cancellation():
            await sleep(SHORT)

    task = await spawn(child)
    await settle()
    await task.cancel()
    return {"returned": "value", "cancelled": "cancelled"}[await end(task)]


@probe("cancellation/sleep-due")
async def sleep_due() -> str:
    async def canceller() -> None:
        await sleep(SHORT)
        await task.cancel()

    await spawn(canceller)
    await settle()
    task = await spawn(sleep, SHORT)
    await settle()
    time.sleep(SHORT * 4)
    return {"returned": "completes", "cancelled": "cancelled"}[await end(task)]
