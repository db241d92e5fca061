"""Joiners, shields and due sleepers that are cancelled, asked of anyio itself."""

from __future__ import annotations

import time

import anyio
from anyio import sleep
from anyio.abc import TaskGroup
from anyio_cancel import SHORT, end, probe, settle

# ---- joins


@probe("cancellation/joiner")
async def joiner(group: TaskGroup) -> str:
    async def waiter() -> None:
        await inner

    inner = group.start_soon(sleep, SHORT * 5)
    handle = group.start_soon(waiter)
    await settle()
    handle.cancel()
    if await end(handle) != "cancelled":
        return "not-interrupted"
    return {"cancelled": "target-too", "returned": "joiner-only"}[await end(inner)]


@probe("cancellation/joined-cancels-joiner")
async def joined_cancels_joiner(group: TaskGroup) -> str:
    async def target() -> None:
        await settle()
        handle.cancel()

    async def waiter() -> None:
        await inner

    inner = group.start_soon(target)
    handle = group.start_soon(waiter)
    ends = await end(inner), await end(handle)
    return {
        ("cancelled", "cancelled"): "both-cancelled",
        ("returned", "cancelled"): "joiner-cancelled",
        ("returned", "returned"): "joiner-returned",
    }[ends]


# ---- shield


@probe("cancellation/shield-defers")
async def shield_defers(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        with anyio.CancelScope(shield=True):
            await sleep(SHORT)
            log += "done"

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    await end(handle)
    return "yes" if log else "interrupted"


@probe("cancellation/shield-then-checkpoint")
async def shield_then_checkpoint(group: TaskGroup) -> str:
    log = ""

    async def child() -> None:
        nonlocal log
        with anyio.CancelScope(shield=True):
            await sleep(SHORT)
        log += "a"
        await anyio.lowlevel.checkpoint()
        log += "b"

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    await end(handle)
    return {"": "at-end-of-shield", "a": "at-next-checkpoint", "ab": "never"}[log]


@probe("cancellation/shield-then-return")
async def shield_then_return(group: TaskGroup) -> str:
    async def child() -> None:
        with anyio.CancelScope(shield=True):
            await sleep(SHORT)

    handle = group.start_soon(child)
    await settle()
    handle.cancel()
    return {"returned": "value", "cancelled": "cancelled"}[await end(handle)]


@probe("cancellation/sleep-due")
async def sleep_due(group: TaskGroup) -> str:
    """Asked often, since the order within a batch may be random."""
    seen = set()
    for _ in range(16):

        async def canceller() -> None:
            await sleep(SHORT)
            handle.cancel()  # noqa: B023 - the sleeper of this round

        group.start_soon(canceller)
        await settle()
        handle = group.start_soon(sleep, SHORT)
        await settle()
        time.sleep(SHORT * 2)
        seen.add({"returned": "completes", "cancelled": "cancelled"}[await end(handle)])
    return "/".join(sorted(seen))
