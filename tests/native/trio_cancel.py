"""Cancellation asked of trio itself; a task handle is composed of a scope and an event."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import trio
import trio.lowlevel
from probe_runner import ms
from trio import Cancelled, sleep

LONG = ms(10_000)  # seconds; no probe lives that long
SHORT = ms(2)
PROBES: dict[str, Callable[[], str]] = {}
Work = Callable[[], Awaitable[Any]]


class Child:
    """One task in a nursery, with a scope of its own and a note of how it ended."""

    def __init__(self, nursery: trio.Nursery, work: Work) -> None:
        self.scope = trio.CancelScope()
        self.ended = trio.Event()
        self.how = ""
        self.value: Any = None
        nursery.start_soon(self._run, work)

    async def _run(self, work: Work) -> None:
        try:
            with self.scope:
                self.value = await work()
            self.how = "cancelled" if self.scope.cancelled_caught else "returned"
        except Exception:
            self.how = "error"
        finally:
            self.ended.set()

    def cancel(self) -> None:
        self.scope.cancel()

    async def end(self) -> str:
        await self.ended.wait()
        return self.how


Main = Callable[[trio.Nursery], Coroutine[Any, Any, str]]


def run(main: Main) -> str:
    """Run with a nursery that is cancelled at the end."""

    async def inside() -> str:
        async with trio.open_nursery() as nursery:
            word = await main(nursery)
            nursery.cancel_scope.cancel()
        return word

    return trio.run(inside)


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
        await trio.lowlevel.checkpoint()


async def free(operation: Callable[[], Awaitable[Any]]) -> bool:
    """Whether an operation that should succeed at once does."""
    with trio.move_on_after(ms(30)) as scope:
        await operation()
    return not scope.cancelled_caught


# ---- delivery


@probe("cancellation/before-first-step")
async def before_first_step(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        log += "a"
        await trio.lowlevel.checkpoint()
        log += "b"
        await sleep(SHORT)
        log += "c"

    child = Child(nursery, work)
    child.cancel()
    await child.end()
    return {"": "skips", "a": "runs-to-checkpoint", "ab": "runs-to-wait"}.get(log, "runs-on")


@probe("cancellation/self-then-return")
async def self_then_return(nursery: trio.Nursery) -> str:
    async def work() -> None:
        child.cancel()

    child = Child(nursery, work)
    return {"returned": "value", "cancelled": "cancelled-at-end"}[await child.end()]


@probe("cancellation/self-then-checkpoint")
async def self_then_checkpoint(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        child.cancel()
        log += "a"
        await trio.lowlevel.checkpoint()
        log += "b"

    child = Child(nursery, work)
    await child.end()
    return {"": "at-call", "a": "at-next-checkpoint", "ab": "never"}[log]


async def cancelled_twice(nursery: trio.Nursery, times: int) -> str:
    """`once` or `again`: whether a second wait is cancelled after the first was swallowed."""

    async def work() -> str:
        try:
            await sleep(LONG)
        except Cancelled:
            pass
        try:
            await sleep(SHORT)
        except Cancelled:
            return "again"
        return "once"

    child = Child(nursery, work)
    await settle()
    for _ in range(times):
        child.cancel()
    await child.end()
    return str(child.value)


@probe("cancellation/swallow-then-wait")
async def swallow_then_wait(nursery: trio.Nursery) -> str:
    return {"once": "edge", "again": "level"}[await cancelled_twice(nursery, 1)]


@probe("cancellation/twice-at-once")
async def twice_at_once(nursery: trio.Nursery) -> str:
    return "delivered-" + await cancelled_twice(nursery, 2)


@probe("cancellation/swallow-then-return")
async def swallow_then_return(nursery: trio.Nursery) -> str:
    async def work() -> None:
        try:
            await sleep(LONG)
        except Cancelled:
            pass

    child = Child(nursery, work)
    await settle()
    child.cancel()
    return await child.end()


@probe("cancellation/finally-runs")
async def finally_runs(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "f"

    child = Child(nursery, work)
    await settle()
    child.cancel()
    how = await child.end()
    return {"": "skipped", "f": "yes"}.get(log, "runs-twice") if how == "cancelled" else how


async def cleanup(nursery: trio.Nursery, shield: bool) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            with trio.CancelScope(shield=shield):
                await sleep(SHORT)
                log += "done"

    child = Child(nursery, work)
    await settle()
    child.cancel()
    how = await child.end()
    return ("completes" if log else "cut-short") if how == "cancelled" else how


@probe("cancellation/cleanup-waits")
async def cleanup_waits(nursery: trio.Nursery) -> str:
    return await cleanup(nursery, False)


@probe("cancellation/shielded-cleanup-waits")
async def shielded_cleanup_waits(nursery: trio.Nursery) -> str:
    return {"completes": "yes"}.get(word := await cleanup(nursery, True), word)


@probe("cancellation/cancel-during-cleanup")
async def cancel_during_cleanup(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            try:
                await sleep(ms(20))
                log += "done"
            except Cancelled:
                log += "second" if again else "first"
                raise

    again = False
    child = Child(nursery, work)
    await settle()
    child.cancel()
    await sleep(ms(5))
    again = True
    child.cancel()
    await child.end()
    return {"done": "ignored", "first": "cut-short-by-first", "second": "interrupts"}[log]


@probe("cancellation/after-end")
async def after_end(nursery: trio.Nursery) -> str:
    async def work() -> int:
        return 7

    child = Child(nursery, work)
    await child.end()
    child.cancel()
    same = child.value == 7 and await child.end() == "returned"
    return "yes" if same else "changes-result"


@probe("cancellation/call-waits")
async def call_waits(nursery: trio.Nursery) -> str:
    log = ""

    async def work() -> None:
        nonlocal log
        try:
            await sleep(LONG)
        finally:
            log += "cleaned"

    child = Child(nursery, work)
    await settle()
    child.cancel()
    return "waits" if log else "returns-at-once"


@probe("cancellation/in-order")
async def in_order(nursery: trio.Nursery) -> str:
    """Asked often: trio runs a batch forwards or backwards at random."""
    seen = set()
    for _ in range(40):
        log: list[str] = []

        async def work(name: str, log: list[str] = log) -> None:
            try:
                await sleep(LONG)
            finally:
                log.append(name)

        children = [Child(nursery, functools.partial(work, name)) for name in "ab"]
        await settle()
        for child in children:
            child.cancel()
        await settle()
        seen.add("".join(log))
    return "/".join({"ab": "in-order", "ba": "reversed"}[word] for word in sorted(seen))


@probe("cancellation/inside-cleanup")
async def inside_cleanup(nursery: trio.Nursery) -> str:
    async def first() -> None:
        try:
            await sleep(LONG)
        finally:
            other.cancel()

    other = Child(nursery, functools.partial(sleep, LONG))
    child = Child(nursery, first)
    await settle()
    child.cancel()
    ends = await child.end(), await other.end()
    return "yes" if ends == ("cancelled", "cancelled") else "-".join(ends)


@probe("cancellation/error-in-cleanup")
async def error_in_cleanup(nursery: trio.Nursery) -> str:
    async def work() -> None:
        try:
            await sleep(LONG)
        finally:
            raise ValueError

    child = Child(nursery, work)
    await settle()
    child.cancel()
    return await child.end()
