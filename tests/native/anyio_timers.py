"""Sleeps and deadlines asked of anyio itself."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
from anyio_run import PROBES, lets_others_run, probe, run
from native_probe import TICK, Error, order, poke

# ---------------------------------------------------------------- sleeps


@probe("timers/sleep-order")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await anyio.sleep(ticks * TICK)
        log.append(str(ticks))

    async with anyio.create_task_group() as group:
        for ticks in (3, 1, 2):
            group.start_soon(child, ticks)
    return order(log, "123")


@probe("timers/sleep-not-early")
async def _() -> str:
    start = time.monotonic()
    await anyio.sleep(2 * TICK)
    return "on-time" if time.monotonic() - start > 1.8 * TICK else "early"


def twice(operation: Callable[[], Any]) -> Callable[[], str]:
    return lambda: "/".join(sorted({run(lambda: lets_others_run(operation)) for _ in range(10)}))


PROBES["timers/sleep-zero"] = twice(lambda: anyio.sleep(0))  # noqa: ASYNC115
PROBES["timers/sleep-negative"] = twice(lambda: anyio.sleep(-1))
PROBES["timers/sleep-until-past"] = twice(lambda: anyio.sleep_until(anyio.current_time() - 1))


@probe("timers/sleep-nan")
async def _() -> str:
    try:
        with anyio.move_on_after(3 * TICK):
            await anyio.sleep(math.nan)
            return "returns"
    except ValueError:
        return "refused"
    return "never"


async def cut(ticks: float) -> str:
    with anyio.move_on_after(TICK):
        await anyio.sleep(ticks)
        return "returns"
    return "cut-at-deadline"


PROBES["timers/sleep-forever"] = lambda: run(lambda: cut(math.inf))
PROBES["timers/sleep-huge"] = lambda: run(lambda: cut(1e9))


@probe("timers/sleep-huge-beside-io")
async def _() -> str:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 1e10)
        poke(theirs)
        await anyio.wait_readable(ours)
        group.cancel_scope.cancel()
    return "undisturbed"


@probe("timers/held-up-order", runs=8)
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await anyio.sleep(ticks * TICK)
        log.append(str(ticks))

    async with anyio.create_task_group() as group:
        group.start_soon(child, 2)
        group.start_soon(child, 1)
        await anyio.sleep(TICK / 2)
        time.sleep(2 * TICK)
    return order(log, "12")


# ---------------------------------------------------------------- deadlines


@probe("timers/deadline-expires")
async def _() -> str:
    with anyio.move_on_after(TICK) as scope:
        await anyio.sleep(4 * TICK)
        return "finishes"
    return "expires" if scope.cancelled_caught else "cancelled"


@probe("timers/deadline-met")
async def _() -> str:
    try:
        with anyio.fail_after(2 * TICK):
            await anyio.sleep(TICK)
        await anyio.sleep(3 * TICK)
    except (TimeoutError, anyio.get_cancelled_exc_class()):
        return "strikes-later"
    return "forgotten"


@probe("timers/deadline-zero-no-checkpoint")
async def _() -> str:
    with anyio.move_on_after(0) as scope:  # noqa: ASYNC100
        pass
    return "expires" if scope.cancelled_caught else "completes"


async def deadline(ticks: float, wait: float, hold: int = 0) -> str:
    """What a deadline does to one sleep, after the loop was held up."""
    try:
        with anyio.fail_after(ticks * TICK):
            if hold:
                time.sleep(hold * TICK)
            await anyio.sleep(wait * TICK)
    except TimeoutError:
        return "cut"
    except ValueError:
        return "refused"
    return "passes"


PROBES["timers/deadline-zero-checkpoint"] = lambda: run(lambda: deadline(0, 0))
PROBES["timers/deadline-zero-blocks"] = lambda: run(lambda: deadline(0, 1))
PROBES["timers/deadline-negative"] = lambda: run(lambda: deadline(-1, 1))
PROBES["timers/deadline-nan"] = lambda: run(lambda: deadline(math.nan, 1))
PROBES["timers/overrun-then-checkpoint"] = lambda: run(lambda: deadline(1, 0, hold=2))


@probe("timers/overrun-no-checkpoint")
async def _() -> str:
    try:
        with anyio.fail_after(TICK):  # noqa: ASYNC100
            time.sleep(2 * TICK)
    except TimeoutError:
        return "expires"
    return "completes"


async def nested(outer: float, inner: float, then: float = 0) -> str:
    """Which of two nested deadlines expire, around a long sleep and perhaps another after it."""
    now = anyio.current_time()
    with anyio.move_on_at(now + outer * TICK) as outside:
        with anyio.move_on_at(now + inner * TICK) as inside:
            await anyio.sleep(6 * TICK)
        if then:
            await anyio.sleep(then * TICK)
    if inside.cancelled_caught and outside.cancelled_caught:
        return "both"
    return "inner" if inside.cancelled_caught else "outer"


PROBES["timers/nested-inner-first"] = lambda: run(lambda: nested(4, 1))
PROBES["timers/nested-outer-first"] = lambda: run(lambda: nested(1, 4))
PROBES["timers/nested-both-in-turn"] = lambda: run(lambda: nested(2, 1, then=5))
PROBES["timers/nested-equal"] = lambda: run(lambda: nested(2, 2))


@probe("timers/event-set-past-deadline", runs=3)
async def _() -> str:
    event = anyio.Event()

    async def setter() -> None:
        await anyio.sleep(TICK)
        time.sleep(2 * TICK)
        event.set()

    async with anyio.create_task_group() as group:
        group.start_soon(setter)
        with anyio.move_on_after(2 * TICK) as scope:
            await event.wait()
    return "expires" if scope.cancelled_caught else "completes"


@probe("timers/fail-then-go-on")
async def _() -> str:
    try:
        with anyio.fail_after(TICK):
            await anyio.sleep(4 * TICK)
    except TimeoutError:
        pass
    with anyio.move_on_after(3 * TICK) as scope:
        await anyio.sleep(TICK)
    return "strikes-again" if scope.cancelled_caught else "clean"


@probe("timers/deadline-swallowed")
async def _() -> str:
    log: list[str] = []
    with anyio.move_on_after(TICK):
        try:
            await anyio.sleep(4 * TICK)
        except anyio.get_cancelled_exc_class():
            pass
        try:
            await anyio.sleep(TICK)
            log.append("sleeps-on")
        except anyio.get_cancelled_exc_class():
            log.append("cut-again")
            raise
    return log[0]


@probe("timers/cleanup-waits")
async def _() -> str:
    log: list[str] = []
    with anyio.move_on_after(TICK):
        try:
            await anyio.sleep(4 * TICK)
        finally:
            await anyio.sleep(TICK)
            log.append("finishes")
    return log[0] if log else "cut"


async def error(hold: bool) -> str:
    """What a body that fails past its deadline shows, never having waited or while being cut."""
    try:
        with anyio.fail_after(TICK):
            if hold:
                time.sleep(2 * TICK)
                raise Error("E")
            try:
                await anyio.sleep(4 * TICK)
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
            await anyio.sleep(4 * TICK)
        except anyio.get_cancelled_exc_class():
            log.append("child")
            raise

    with anyio.move_on_after(TICK):
        async with anyio.create_task_group() as group:
            group.start_soon(child)
    return "covers" if log[:1] == ["child"] else "spares"


@probe("timers/deadline-and-spawned")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await anyio.sleep(3 * TICK)
        log.append("goes-on")

    async with anyio.create_task_group() as group:
        with anyio.move_on_after(TICK):
            group.start_soon(child)
            await anyio.sleep(4 * TICK)
    return log[0] if log else "cancelled"


# ---------------------------------------------------------------- shields


@probe("timers/shield-inside-deadline")
async def _() -> str:
    log: list[str] = []
    with anyio.move_on_after(TICK):
        with anyio.CancelScope(shield=True):
            await anyio.sleep(2 * TICK)
            log.append("shielded")
        await anyio.lowlevel.checkpoint()
        log.append("after")
    words = {"shielded": "cut-after", "shielded+after": "passes", "": "cut-inside"}
    return words["+".join(log)]


@probe("timers/deadline-inside-shield")
async def _() -> str:
    with anyio.CancelScope(shield=True):
        with anyio.move_on_after(TICK) as scope:
            await anyio.sleep(3 * TICK)
    return "expires" if scope.cancelled_caught else "waits-out"


@probe("timers/shield-between-deadlines")
async def _() -> str:
    log: list[str] = []
    with anyio.move_on_after(TICK) as outside:
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(2 * TICK) as inside:
                await anyio.sleep(4 * TICK)
            log += ["inner"] if inside.cancelled_caught else []
        await anyio.sleep(TICK)
    words = {"inner+outer": "both", "outer": "outer-only", "inner": "inner-only", "": "none"}
    return words["+".join(log + (["outer"] if outside.cancelled_caught else []))]


# ------------------------------------------------ handed over in the round of a deadline


@probe("timers/lock-past-deadline", runs=3)
async def _() -> str:
    log: list[str] = []
    lock = anyio.Lock()
    await lock.acquire()

    async def waiter() -> None:
        with anyio.move_on_after(2 * TICK) as scope:
            await lock.acquire()
            lock.release()
        log.append("expired" if scope.cancelled_caught else "acquired")

    async with anyio.create_task_group() as group:
        group.start_soon(waiter)
        await anyio.sleep(TICK)
        time.sleep(2 * TICK)
        lock.release()
    with anyio.fail_after(2 * TICK):
        await lock.acquire()  # raises if the lock was lost
    return log[0]


@probe("timers/item-past-deadline", runs=3)
async def _() -> str:
    log: list[str] = []
    send, receive = anyio.create_memory_object_stream[int](1)

    async def receiver() -> None:
        with anyio.move_on_after(2 * TICK) as scope:
            await receive.receive()
        log.append("left" if scope.cancelled_caught else "received")

    async with anyio.create_task_group() as group:
        group.start_soon(receiver)
        await anyio.sleep(TICK)
        time.sleep(2 * TICK)
        await send.send(7)
    if log == ["left"] and not receive.statistics().current_buffer_used:
        return "lost"
    return log[0]
