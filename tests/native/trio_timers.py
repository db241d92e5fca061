"""Sleeps and deadlines asked of trio itself."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from typing import Any

import trio
import trio.lowlevel
import trio.socket
from native_probe import TICK, Error, order, poke
from trio_run import PROBES, lets_others_run, probe, run

# ---------------------------------------------------------------- sleeps


@probe("timers/sleep-order")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await trio.sleep(ticks * TICK)
        log.append(str(ticks))

    async with trio.open_nursery() as nursery:
        for ticks in (3, 1, 2):
            nursery.start_soon(child, ticks)
    return order(log, "123")


@probe("timers/sleep-not-early")
async def _() -> str:
    start = time.monotonic()
    await trio.sleep(2 * TICK)
    return "on-time" if time.monotonic() - start > 1.8 * TICK else "early"


def twice(operation: Callable[[], Any]) -> Callable[[], str]:
    return lambda: "/".join(sorted({run(lambda: lets_others_run(operation)) for _ in range(10)}))


PROBES["timers/sleep-zero"] = twice(lambda: trio.sleep(0))  # noqa: ASYNC105, ASYNC115
PROBES["timers/sleep-negative"] = twice(lambda: trio.sleep(-1))  # noqa: ASYNC105
PROBES["timers/sleep-until-past"] = twice(lambda: trio.sleep_until(trio.current_time() - 1))


@probe("timers/sleep-nan")
async def _() -> str:
    try:
        with trio.move_on_after(3 * TICK):
            await trio.sleep(math.nan)
            return "returns"
    except ValueError:
        return "refused"
    return "never"


async def cut(ticks: float) -> str:
    with trio.move_on_after(TICK):
        await trio.sleep(ticks)
        return "returns"
    return "cut-at-deadline"


PROBES["timers/sleep-forever"] = lambda: run(lambda: cut(math.inf))
PROBES["timers/sleep-huge"] = lambda: run(lambda: cut(1e9))


@probe("timers/sleep-huge-beside-io")
async def _() -> str:
    ours, theirs = trio.socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 1e10)
        poke(socket.fromfd(theirs.fileno(), theirs.family, theirs.type))
        await ours.recv(1)
        nursery.cancel_scope.cancel()
    return "undisturbed"


@probe("timers/equal-sleeps", runs=10)
async def _() -> str:
    log: list[str] = []
    due = trio.current_time() + TICK

    async def child(name: str) -> None:
        await trio.sleep_until(due)
        log.append(name)

    async with trio.open_nursery() as nursery:
        for name in "ab":
            nursery.start_soon(child, name)
    return order(log, "ab")


@probe("timers/held-up-order", runs=8)
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await trio.sleep(ticks * TICK)
        log.append(str(ticks))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(child, 2)
        nursery.start_soon(child, 1)
        await trio.sleep(TICK / 2)
        time.sleep(2 * TICK)
    return order(log, "12")


# ---------------------------------------------------------------- deadlines


@probe("timers/deadline-expires")
async def _() -> str:
    with trio.move_on_after(TICK) as scope:
        await trio.sleep(4 * TICK)
        return "finishes"
    return "expires" if scope.cancelled_caught else "cancelled"


@probe("timers/deadline-met")
async def _() -> str:
    try:
        with trio.fail_after(2 * TICK):
            await trio.sleep(TICK)
        await trio.sleep(3 * TICK)
    except (trio.TooSlowError, trio.Cancelled):
        return "strikes-later"
    return "forgotten"


@probe("timers/deadline-zero-no-checkpoint")
async def _() -> str:
    with trio.move_on_after(0) as scope:  # noqa: ASYNC100
        pass
    return "expires" if scope.cancelled_caught else "completes"


async def deadline(ticks: float, wait: float, hold: int = 0) -> str:
    """What a deadline does to one sleep, after the loop was held up."""
    try:
        with trio.fail_after(ticks * TICK):
            if hold:
                time.sleep(hold * TICK)
            await trio.sleep(wait * TICK)
    except trio.TooSlowError:
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
        with trio.fail_after(TICK):  # noqa: ASYNC100
            time.sleep(2 * TICK)
    except trio.TooSlowError:
        return "expires"
    return "completes"


async def nested(outer: float, inner: float, then: float = 0) -> str:
    """Which of two nested deadlines expire, around a long sleep and perhaps another after it."""
    now = trio.current_time()
    with trio.move_on_at(now + outer * TICK) as outside:
        with trio.move_on_at(now + inner * TICK) as inside:
            await trio.sleep(6 * TICK)
        if then:
            await trio.sleep(then * TICK)
    if inside.cancelled_caught and outside.cancelled_caught:
        return "both"
    return "inner" if inside.cancelled_caught else "outer"


PROBES["timers/nested-inner-first"] = lambda: run(lambda: nested(4, 1))
PROBES["timers/nested-outer-first"] = lambda: run(lambda: nested(1, 4))
PROBES["timers/nested-both-in-turn"] = lambda: run(lambda: nested(2, 1, then=5))
PROBES["timers/nested-equal"] = lambda: run(lambda: nested(2, 2))


@probe("timers/event-set-past-deadline", runs=3)
async def _() -> str:
    event = trio.Event()

    async def setter() -> None:
        await trio.sleep(TICK)
        time.sleep(2 * TICK)
        event.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(setter)
        with trio.move_on_after(2 * TICK) as scope:
            await event.wait()
    return "expires" if scope.cancelled_caught else "completes"


@probe("timers/deadline-equals-sleep", runs=5)
async def _() -> str:
    due = trio.current_time() + TICK
    with trio.move_on_at(due) as scope:
        await trio.sleep_until(due)
    return "expires" if scope.cancelled_caught else "completes"


@probe("timers/fail-then-go-on")
async def _() -> str:
    try:
        with trio.fail_after(TICK):
            await trio.sleep(4 * TICK)
    except trio.TooSlowError:
        pass
    with trio.move_on_after(3 * TICK) as scope:
        await trio.sleep(TICK)
    return "strikes-again" if scope.cancelled_caught else "clean"


@probe("timers/deadline-swallowed")
async def _() -> str:
    log: list[str] = []
    with trio.move_on_after(TICK):
        try:
            await trio.sleep(4 * TICK)
        except trio.Cancelled:
            pass
        try:
            await trio.sleep(TICK)
            log.append("sleeps-on")
        except trio.Cancelled:
            log.append("cut-again")
            raise
    return log[0]


@probe("timers/cleanup-waits")
async def _() -> str:
    log: list[str] = []
    with trio.move_on_after(TICK):
        try:
            await trio.sleep(4 * TICK)
        finally:
            await trio.sleep(TICK)
            log.append("finishes")
    return log[0] if log else "cut"


async def error(hold: bool) -> str:
    """What a body that fails past its deadline shows, never having waited or while being cut."""
    try:
        with trio.fail_after(TICK):
            if hold:
                time.sleep(2 * TICK)
                raise Error("E")
            try:
                await trio.sleep(4 * TICK)
            finally:
                raise Error("E")
    except trio.TooSlowError:
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
            await trio.sleep(4 * TICK)
        except trio.Cancelled:
            log.append("child")
            raise

    with trio.move_on_after(TICK):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)
    return "covers" if log[:1] == ["child"] else "spares"


@probe("timers/deadline-and-spawned")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await trio.sleep(3 * TICK)
        log.append("goes-on")

    async with trio.open_nursery() as nursery:
        with trio.move_on_after(TICK):
            nursery.start_soon(child)
            await trio.sleep(4 * TICK)
    return log[0] if log else "cancelled"


# ---------------------------------------------------------------- shields


@probe("timers/shield-inside-deadline")
async def _() -> str:
    log: list[str] = []
    with trio.move_on_after(TICK):
        with trio.CancelScope(shield=True):
            await trio.sleep(2 * TICK)
            log.append("shielded")
        await trio.lowlevel.checkpoint()
        log.append("after")
    words = {"shielded": "cut-after", "shielded+after": "passes", "": "cut-inside"}
    return words["+".join(log)]


@probe("timers/deadline-inside-shield")
async def _() -> str:
    with trio.CancelScope(shield=True):
        with trio.move_on_after(TICK) as scope:
            await trio.sleep(3 * TICK)
    return "expires" if scope.cancelled_caught else "waits-out"


@probe("timers/shield-between-deadlines")
async def _() -> str:
    log: list[str] = []
    with trio.move_on_after(TICK) as outside:
        with trio.CancelScope(shield=True):
            with trio.move_on_after(2 * TICK) as inside:
                await trio.sleep(4 * TICK)
            log += ["inner"] if inside.cancelled_caught else []
        await trio.sleep(TICK)
    words = {"inner+outer": "both", "outer": "outer-only", "inner": "inner-only", "": "none"}
    return words["+".join(log + (["outer"] if outside.cancelled_caught else []))]


# ------------------------------------------------ handed over in the round of a deadline


@probe("timers/lock-past-deadline", runs=3)
async def _() -> str:
    log: list[str] = []
    lock = trio.Lock()
    await lock.acquire()

    async def waiter() -> None:
        with trio.move_on_after(2 * TICK) as scope:
            await lock.acquire()
            lock.release()
        log.append("expired" if scope.cancelled_caught else "acquired")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(waiter)
        await trio.sleep(TICK)
        time.sleep(2 * TICK)
        lock.release()
    with trio.fail_after(2 * TICK):
        await lock.acquire()  # raises if the lock was lost
    return log[0]


@probe("timers/item-past-deadline", runs=3)
async def _() -> str:
    log: list[str] = []
    send, receive = trio.open_memory_channel[int](1)

    async def receiver() -> None:
        with trio.move_on_after(2 * TICK) as scope:
            await receive.receive()
        log.append("left" if scope.cancelled_caught else "received")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(receiver)
        await trio.sleep(TICK)
        time.sleep(2 * TICK)
        await send.send(7)
    if log == ["left"] and not receive.statistics().current_buffer_used:
        return "lost"
    return log[0]
