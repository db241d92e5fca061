"""Joiners, detached work and due sleepers that are cancelled, asked of asyncio itself."""

from __future__ import annotations

import asyncio
import time
from asyncio import create_task, sleep

from asyncio_cancel import LONG, SHORT, end, me, probe, settle

# ---- joins


@probe("cancellation/joiner")
async def joiner() -> str:
    async def target() -> None:
        await sleep(SHORT * 5)

    async def waiter() -> None:
        await inner

    inner = create_task(target())
    task = create_task(waiter())
    await settle()
    task.cancel()
    if await end(task) != "cancelled":
        return "not-interrupted"
    return {"cancelled": "target-too", "returned": "joiner-only"}[await end(inner)]


@probe("cancellation/joined-cancels-joiner")
async def joined_cancels_joiner() -> str:
    async def target() -> None:
        await settle()
        task.cancel()

    async def waiter() -> None:
        await inner

    inner = create_task(target())
    task = create_task(waiter())
    ends = await end(inner), await end(task)
    return {
        ("cancelled", "cancelled"): "both-cancelled",
        ("returned", "cancelled"): "joiner-cancelled",
        ("returned", "returned"): "joiner-returned",
    }[ends]


# ---- detach


@probe("cancellation/detach-keeps-work")
async def detach_keeps_work() -> str:
    async def work() -> None:
        await sleep(SHORT)

    async def waiter() -> None:
        await asyncio.shield(inner)

    inner = create_task(work())
    task = create_task(waiter())
    await settle()
    task.cancel()
    ends = await end(task), await end(inner)
    return "yes" if ends == ("cancelled", "returned") else "-".join(ends)


@probe("cancellation/detach-work-cancelled")
async def detach_work_cancelled() -> str:
    async def waiter() -> None:
        await asyncio.shield(inner)

    async def work() -> None:
        await sleep(SHORT)
        me().cancel()
        await sleep(LONG)

    inner = create_task(work())
    task = create_task(waiter())
    await settle()
    return {"cancelled": "yes"}.get(word := await end(task), word)


@probe("cancellation/detach-value")
async def detach_value() -> str:
    return "yes" if await asyncio.shield(create_task(sleep(SHORT, 7))) == 7 else "no"


# ---- a deadline that is due when the cancel comes


@probe("cancellation/sleep-due")
async def sleep_due() -> str:
    async def canceller() -> None:
        await sleep(SHORT)
        task.cancel()

    async def sleeper() -> None:
        await sleep(SHORT)

    other = create_task(canceller())
    task = create_task(sleeper())
    await settle()
    time.sleep(SHORT * 4)
    word = {"returned": "completes", "cancelled": "cancelled"}[await end(task)]
    await other
    return word
