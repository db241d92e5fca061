"""Sleeps and deadlines asked of asyncio itself. Deadlines are spelled `asyncio.timeout`."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from typing import Any

from asyncio_run import PROBES, lets_others_run, probe, run
from native_probe import TICK, Error, order, poke

# ---------------------------------------------------------------- sleeps


@probe("timers/sleep-order")
async def _() -> str:
    log: list[str] = []

    async def child(name: str, ticks: int) -> None:
        await asyncio.sleep(ticks * TICK)
        log.append(name)

    for task in [asyncio.create_task(child(str(n), n)) for n in (3, 1, 2)]:
        await task
    return order(log, "123")


@probe("timers/sleep-not-early")
async def _() -> str:
    start = time.monotonic()
    await asyncio.sleep(2 * TICK)
    return "on-time" if time.monotonic() - start > 1.8 * TICK else "early"


PROBES["timers/sleep-zero"] = lambda: run(lambda: lets_others_run(lambda: asyncio.sleep(0)))
PROBES["timers/sleep-negative"] = lambda: run(lambda: lets_others_run(lambda: asyncio.sleep(-1)))


@probe("timers/sleep-nan")
async def _() -> str:
    try:
        await asyncio.sleep(math.nan)
    except ValueError:
        return "refused"
    return "returns"


async def cut(ticks: float) -> str:
    try:
        async with asyncio.timeout(TICK):
            await asyncio.sleep(ticks)
    except TimeoutError:
        return "cut-at-deadline"
    return "returns"


PROBES["timers/sleep-forever"] = lambda: run(lambda: cut(math.inf))
PROBES["timers/sleep-huge"] = lambda: run(lambda: cut(1e9))


@probe("timers/sleep-huge-beside-io")
async def _() -> str:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    sleeper = asyncio.create_task(asyncio.sleep(1e10))
    poke(theirs)
    await asyncio.get_running_loop().sock_recv(ours, 1)
    sleeper.cancel()
    return "undisturbed"


@probe("timers/equal-sleeps", runs=5)
async def _() -> str:
    log: list[str] = []
    loop = asyncio.get_running_loop()
    due = loop.time() + TICK

    async def child(name: str) -> None:
        wake = loop.create_future()
        loop.call_at(due, wake.set_result, None)
        await wake
        log.append(name)

    for task in [asyncio.create_task(child(n)) for n in "ab"]:
        await task
    return order(log, "ab")


@probe("timers/held-up-order", runs=3)
async def _() -> str:
    log: list[str] = []

    async def child(name: str, ticks: int) -> None:
        await asyncio.sleep(ticks * TICK)
        log.append(name)

    tasks = [asyncio.create_task(child(str(n), n)) for n in (2, 1)]
    await asyncio.sleep(0)
    time.sleep(3 * TICK)
    for task in tasks:
        await task
    return order(log, "12")


# ---------------------------------------------------------------- deadlines


@probe("timers/deadline-expires")
async def _() -> str:
    try:
        async with asyncio.timeout(TICK):
            await asyncio.sleep(4 * TICK)
    except TimeoutError:
        return "expires"
    except asyncio.CancelledError:
        return "cancelled"
    return "finishes"


@probe("timers/deadline-met")
async def _() -> str:
    try:
        async with asyncio.timeout(2 * TICK):
            await asyncio.sleep(TICK)
        await asyncio.sleep(3 * TICK)
    except (TimeoutError, asyncio.CancelledError):
        return "strikes-later"
    return "forgotten"


@probe("timers/deadline-zero-no-checkpoint")
async def _() -> str:
    try:
        async with asyncio.timeout(0):  # noqa: ASYNC100
            pass
    except TimeoutError:
        return "expires"
    return "completes"


async def deadline(ticks: float, wait: Any, hold: int = 0) -> str:
    """What a deadline does to one wait, after the loop was held up."""
    try:
        async with asyncio.timeout(ticks * TICK):
            if hold:
                time.sleep(hold * TICK)
            await wait
    except TimeoutError:
        return "cut"
    except ValueError:
        return "refused"
    return "passes"


PROBES["timers/deadline-zero-checkpoint"] = lambda: run(lambda: deadline(0, asyncio.sleep(0)))
PROBES["timers/deadline-zero-blocks"] = lambda: run(lambda: deadline(0, asyncio.sleep(TICK)))
PROBES["timers/deadline-negative"] = lambda: run(lambda: deadline(-1, asyncio.sleep(TICK)))
PROBES["timers/overrun-then-checkpoint"] = lambda: run(
    lambda: deadline(1, asyncio.sleep(0), hold=2)
)


@probe("timers/overrun-no-checkpoint")
async def _() -> str:
    try:
        async with asyncio.timeout(TICK):  # noqa: ASYNC100
            time.sleep(2 * TICK)
    except TimeoutError:
        return "expires"
    return "completes"


async def nested(outer: float, inner: float, then: float = 0) -> str:
    """Which of two nested deadlines expire, around a long sleep and perhaps another after it."""
    log: list[str] = []
    now = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(now + outer * TICK):
            try:
                async with asyncio.timeout_at(now + inner * TICK):
                    await asyncio.sleep(6 * TICK)
            except TimeoutError:
                log.append("inner")
            if then:
                await asyncio.sleep(then * TICK)
    except TimeoutError:
        log.append("outer")
    return "both" if len(log) == 2 else log[0]


PROBES["timers/nested-inner-first"] = lambda: run(lambda: nested(4, 1))
PROBES["timers/nested-outer-first"] = lambda: run(lambda: nested(1, 4))
PROBES["timers/nested-both-in-turn"] = lambda: run(lambda: nested(2, 1, then=5))
PROBES["timers/nested-equal"] = lambda: run(lambda: nested(2, 2))


@probe("timers/event-set-past-deadline")
async def _() -> str:
    event = asyncio.Event()

    async def setter() -> None:
        await asyncio.sleep(TICK)
        time.sleep(2 * TICK)
        event.set()

    task = asyncio.create_task(setter())
    try:
        async with asyncio.timeout(2 * TICK):
            await event.wait()
    except TimeoutError:
        return "expires"
    finally:
        await task
    return "completes"


@probe("timers/deadline-equals-sleep", runs=5)
async def _() -> str:
    loop = asyncio.get_running_loop()
    due, wake = loop.time() + TICK, loop.create_future()
    try:
        async with asyncio.timeout_at(due):
            loop.call_at(due, wake.set_result, None)
            await wake
    except TimeoutError:
        return "expires"
    return "completes"


@probe("timers/fail-then-go-on")
async def _() -> str:
    try:
        async with asyncio.timeout(TICK):
            await asyncio.sleep(4 * TICK)
    except TimeoutError:
        pass
    try:
        await asyncio.sleep(TICK)
    except asyncio.CancelledError:
        return "strikes-again"
    return "clean"


@probe("timers/deadline-swallowed")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(TICK):
            try:
                await asyncio.sleep(4 * TICK)
            except asyncio.CancelledError:
                pass
            try:
                await asyncio.sleep(TICK)
                log.append("sleeps-on")
            except asyncio.CancelledError:
                log.append("cut-again")
                raise
    except TimeoutError:
        return log[0]
    return log[0]


@probe("timers/cleanup-waits")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(TICK):
            try:
                await asyncio.sleep(4 * TICK)
            finally:
                await asyncio.sleep(TICK)
                log.append("finishes")
    except TimeoutError:
        pass
    return log[0] if log else "cut"


async def error(hold: bool) -> str:
    """What a body that fails past its deadline shows, never having waited or while being cut."""
    try:
        async with asyncio.timeout(TICK):
            if hold:
                time.sleep(2 * TICK)
                raise Error("E")
            try:
                await asyncio.sleep(4 * TICK)
            finally:
                raise Error("E")
    except TimeoutError:
        return "timeout"
    except Error:
        return "error"
    except BaseExceptionGroup:
        return "grouped"


PROBES["timers/error-past-deadline"] = lambda: run(lambda: error(hold=True))
PROBES["timers/error-in-cleanup"] = lambda: run(lambda: error(hold=False))


@probe("timers/deadline-covers-group")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(4 * TICK)
        except asyncio.CancelledError:
            log.append("child")
            raise

    try:
        async with asyncio.timeout(TICK):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
    except TimeoutError:
        pass
    return "covers" if log[:1] == ["child"] else "spares"


@probe("timers/deadline-and-spawned")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await asyncio.sleep(3 * TICK)
        log.append("goes-on")

    try:
        async with asyncio.timeout(TICK):
            task = asyncio.create_task(child())
            await asyncio.sleep(4 * TICK)
    except TimeoutError:
        pass
    await asyncio.wait({task})
    return log[0] if log else "cancelled"


@probe("timers/detach-inside-deadline")
async def _() -> str:
    log: list[str] = []

    async def work() -> None:
        await asyncio.sleep(3 * TICK)
        log.append("work finishes")

    task = asyncio.create_task(work())
    try:
        async with asyncio.timeout(TICK):
            await asyncio.shield(task)
    except TimeoutError:
        log.append("waiter leaves")
    await asyncio.wait({task})
    return "goes-on" if log == ["waiter leaves", "work finishes"] else "cancelled"


# ------------------------------------------------ handed over in the round of a deadline


@probe("timers/lock-past-deadline")
async def _() -> str:
    log: list[str] = []
    lock = asyncio.Lock()
    await lock.acquire()

    async def waiter() -> None:
        try:
            async with asyncio.timeout(2 * TICK):
                await lock.acquire()
            log.append("acquired")
            lock.release()
        except TimeoutError:
            log.append("expired")

    task = asyncio.create_task(waiter())
    await asyncio.sleep(TICK)
    time.sleep(2 * TICK)
    lock.release()
    await task
    await asyncio.wait_for(lock.acquire(), 2 * TICK)  # raises if the lock was lost
    return log[0]


@probe("timers/item-past-deadline")
async def _() -> str:
    log: list[str] = []
    queue: asyncio.Queue[int] = asyncio.Queue(1)

    async def receiver() -> None:
        try:
            await asyncio.wait_for(queue.get(), 2 * TICK)
            log.append("received")
        except TimeoutError:
            log.append("left")

    task = asyncio.create_task(receiver())
    await asyncio.sleep(TICK)
    time.sleep(2 * TICK)
    await queue.put(7)
    await task
    if log == ["left"] and queue.empty():
        return "lost"
    return log[0]
