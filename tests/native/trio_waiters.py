"""Joiners, shields and due sleepers, cancelled, asked of trio itself; a join is composed."""

from __future__ import annotations

import functools
import time

import trio
from trio import sleep
from trio_cancel import SHORT, Child, probe, settle

# ---- joins: composed of an event


@probe("cancellation/joiner")
async def joiner(nursery: trio.Nursery) -> str:
    target = Child(nursery, functools.partial(sleep, SHORT * 5))
    child = Child(nursery, target.end)
    await settle()
    child.cancel()
    if await child.end() != "cancelled":
        return "not-interrupted"
    return {"cancelled": "target-too", "returned": "joiner-only"}[await target.end()]


@probe("cancellation/joined-cancels-joiner")
async def joined_cancels_joiner(nursery: trio.Nursery) -> str:
    async def work() -> None:
        await settle()
        child.cancel()

    target = Child(nursery, work)
    child = Child(nursery, target.end)
    ends = await target.end(), await child.end()
    return {
        ("cancelled", "cancelled"): "both-cancelled",
        ("returned", "cancelled"): "joiner-cancelled",
        ("returned", "returned"): "joiner-returned",
    }[ends]


# ---- shield


@probe("cancellation/shield-defers")
async def shield_defers(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        with trio.CancelScope(shield=True):
            await sleep(SHORT)
            log += "done"

    child = Child(nursery, work)
    await settle()
    child.cancel()
    await child.end()
    return "yes" if log else "interrupted"


@probe("cancellation/shield-then-checkpoint")
async def shield_then_checkpoint(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        with trio.CancelScope(shield=True):
            await sleep(SHORT)
        log += "a"
        await trio.lowlevel.checkpoint()
        log += "b"

    child = Child(nursery, work)
    await settle()
    child.cancel()
    await child.end()
    return {"": "at-end-of-shield", "a": "at-next-checkpoint", "ab": "never"}[log]


@probe("cancellation/shield-then-return")
async def shield_then_return(nursery: trio.Nursery) -> str:
    async def work() -> None:
        with trio.CancelScope(shield=True):
            await sleep(SHORT)

    child = Child(nursery, work)
    await settle()
    child.cancel()
    return {"returned": "value", "cancelled": "cancelled"}[await child.end()]


@probe("cancellation/sleep-due")
async def sleep_due(nursery: trio.Nursery) -> str:
    """Asked often, since the order within a batch is random."""
    seen = set()
    for _ in range(16):

        async def canceller() -> None:
            await sleep(SHORT)
            child.cancel()  # noqa: B023 - the sleeper of this round

        Child(nursery, canceller)
        await settle()
        child = Child(nursery, functools.partial(sleep, SHORT))
        await settle()
        time.sleep(SHORT * 2)
        seen.add({"returned": "completes", "cancelled": "cancelled"}[await child.end()])
    return "/".join(sorted(seen))
