"""Sleeps and deadlines asked of curio itself."""

from __future__ import annotations

import math
import time

from curio_run import PROBES, curio, lets_others_run, probe, run
from native_probe import TICK, Error, order, poke
from structured import words

# ---------------------------------------------------------------- sleeps


@probe("timers/sleep-order")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await curio.sleep(ticks * TICK)
        log.append(str(ticks))

    for task in [await curio.spawn(child, n) for n in (3, 1, 2)]:
        await task.join()
    return order(log, "123")


@probe("timers/sleep-not-early")
async def _() -> str:
    start = time.monotonic()
    await curio.sleep(2 * TICK)
    return "on-time" if time.monotonic() - start > 1.8 * TICK else "early"


PROBES["timers/sleep-zero"] = lambda: run(lambda: lets_others_run(lambda: curio.sleep(0)))
PROBES["timers/sleep-negative"] = lambda: run(lambda: lets_others_run(lambda: curio.sleep(-1)))


@probe("timers/sleep-nan")
async def _() -> str:
    try:
        async with curio.timeout_after(3 * TICK):
            await curio.sleep(math.nan)
    except curio.TaskTimeout:
        return "never"
    except ValueError:
        return "refused"
    return "returns"


async def cut(ticks: float) -> str:
    async with curio.ignore_after(TICK) as scope:
        await curio.sleep(ticks)
    return "cut-at-deadline" if scope.expired else "returns"


PROBES["timers/sleep-forever"] = lambda: run(lambda: cut(math.inf))
PROBES["timers/sleep-huge"] = lambda: run(lambda: cut(1e9))


async def huge_beside_io() -> str:
    ours, theirs = curio.socket.socketpair()
    sleeper = await curio.spawn(curio.sleep, 1e10)
    poke(theirs._socket)
    await ours.recv(1)
    await sleeper.cancel()
    return "undisturbed"


def huge() -> str:
    try:
        return run(huge_beside_io)
    except OverflowError:  # out of the kernel itself: no task can catch it
        return "disturbed"


PROBES["timers/sleep-huge-beside-io"] = huge


@probe("timers/held-up-order", runs=3)
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await curio.sleep(ticks * TICK)
        log.append(str(ticks))

    tasks = [await curio.spawn(child, n) for n in (2, 1)]
    await curio.sleep(0)
    time.sleep(3 * TICK)
    for task in tasks:
        await task.join()
    return order(log, "12")


# ---------------------------------------------------------------- deadlines


@probe("timers/deadline-expires")
async def _() -> str:
    try:
        async with curio.ignore_after(TICK) as scope:
            await curio.sleep(4 * TICK)
    except curio.CancelledError:
        return "cancelled"
    return "expires" if scope.expired else "finishes"


@probe("timers/deadline-met")
async def _() -> str:
    try:
        async with curio.timeout_after(2 * TICK):
            await curio.sleep(TICK)
        await curio.sleep(3 * TICK)
    except curio.CancelledError:
        return "strikes-later"
    return "forgotten"


@probe("timers/deadline-zero-no-checkpoint")
async def _() -> str:
    async with curio.ignore_after(0) as scope:
        pass
    return "expires" if scope.expired else "completes"


async def deadline(ticks: float, wait: float, hold: int = 0) -> str:
    """What a deadline does to one sleep, after the loop was held up."""
    try:
        async with curio.timeout_after(ticks * TICK):
            if hold:
                time.sleep(hold * TICK)
            await curio.sleep(wait * TICK)
    except curio.TaskTimeout:
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
        async with curio.timeout_after(TICK):
            time.sleep(2 * TICK)
    except curio.TaskTimeout:
        return "expires"
    return "completes"


async def nested(outer: float, inner: float, then: float = 0) -> str:
    """Which of two nested deadlines expire, around a long sleep and perhaps another after it."""
    async with curio.ignore_after(outer * TICK) as outside:
        async with curio.ignore_after(inner * TICK) as inside:
            await curio.sleep(6 * TICK)
        if then:
            await curio.sleep(then * TICK)
    if inside.expired and outside.expired:
        return "both"
    return "inner" if inside.expired else "outer"


PROBES["timers/nested-inner-first"] = lambda: run(lambda: nested(4, 1))
PROBES["timers/nested-outer-first"] = lambda: run(lambda: nested(1, 4))
PROBES["timers/nested-both-in-turn"] = lambda: run(lambda: nested(2, 1, then=5))


@probe("timers/event-set-past-deadline")
async def _() -> str:
    event = curio.Event()

    async def setter() -> None:
        await curio.sleep(TICK)
        time.sleep(2 * TICK)
        await event.set()

    task = await curio.spawn(setter)
    async with curio.ignore_after(2 * TICK) as scope:
        await event.wait()
    await task.join()
    return "expires" if scope.expired else "completes"


@probe("timers/fail-then-go-on")
async def _() -> str:
    try:
        async with curio.timeout_after(TICK):
            await curio.sleep(4 * TICK)
    except curio.TaskTimeout:
        pass
    try:
        await curio.sleep(TICK)
    except curio.CancelledError:
        return "strikes-again"
    return "clean"


@probe("timers/deadline-swallowed")
async def _() -> str:
    log: list[str] = []
    async with curio.ignore_after(TICK):
        try:
            await curio.sleep(4 * TICK)
        except curio.CancelledError:
            pass
        try:
            await curio.sleep(TICK)
            log.append("sleeps-on")
        except curio.CancelledError:
            log.append("cut-again")
            raise
    return log[0]


@probe("timers/cleanup-waits")
async def _() -> str:
    log: list[str] = []
    async with curio.ignore_after(TICK):
        try:
            await curio.sleep(4 * TICK)
        finally:
            await curio.sleep(TICK)
            log.append("finishes")
    return log[0] if log else "cut"


async def error(hold: bool) -> str:
    """What a body that fails past its deadline shows, never having waited or while being cut."""
    try:
        async with curio.timeout_after(TICK):
            if hold:
                time.sleep(2 * TICK)
                raise Error("E")
            try:
                await curio.sleep(4 * TICK)
            finally:
                raise Error("E")
    except curio.TaskTimeout:
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
            await curio.sleep(4 * TICK)
        except curio.CancelledError:
            log.append("child")
            raise

    async with curio.ignore_after(TICK), curio.TaskGroup() as group:
        await group.spawn(child)
    return "covers" if log[:1] == ["child"] else "spares"


@probe("timers/deadline-and-spawned")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        await curio.sleep(3 * TICK)
        log.append("goes-on")

    async with curio.ignore_after(TICK):
        task = await curio.spawn(child)
        await curio.sleep(4 * TICK)
    await task.wait()
    return log[0] if log else "cancelled"


# ---------------------------------------------------------------- shields


@probe("timers/shield-inside-deadline")
async def _() -> str:
    log: list[str] = []
    async with curio.ignore_after(TICK):
        async with curio.disable_cancellation():
            await curio.sleep(2 * TICK)
            log.append("shielded")
        await curio.sleep(0)
        log.append("after")
    words = {"shielded": "cut-after", "shielded+after": "passes", "": "cut-inside"}
    return words["+".join(log)]


@probe("timers/deadline-inside-shield")
async def _() -> str:
    async with curio.disable_cancellation(), curio.ignore_after(TICK) as scope:
        await curio.sleep(3 * TICK)
    return "expires" if scope.expired else "waits-out"


@probe("timers/shield-between-deadlines")
async def _() -> str:
    log: list[str] = []
    async with curio.ignore_after(TICK) as outside:
        async with curio.disable_cancellation():
            async with curio.ignore_after(2 * TICK) as inside:
                await curio.sleep(4 * TICK)
            log += ["inner"] if inside.expired else []
        await curio.sleep(TICK)
    words = {"inner+outer": "both", "outer": "outer-only", "inner": "inner-only", "": "none"}
    return words["+".join(log + (["outer"] if outside.expired else []))]


# ------------------------------------------------ handed over in the round of a deadline


@probe("timers/lock-past-deadline")
async def _() -> str:
    log: list[str] = []
    lock = curio.Lock()
    await lock.acquire()

    async def waiter() -> None:
        async with curio.ignore_after(2 * TICK) as scope:
            await lock.acquire()
            await lock.release()
        log.append("expired" if scope.expired else "acquired")

    task = await curio.spawn(waiter)
    await curio.sleep(TICK)
    time.sleep(2 * TICK)
    await lock.release()
    await task.join()
    await curio.timeout_after(2 * TICK, lock.acquire)  # raises if the lock was lost
    return log[0]


@probe("timers/item-past-deadline")
async def _() -> str:
    log: list[str] = []
    queue = curio.Queue(1)

    async def receiver() -> None:
        async with curio.ignore_after(2 * TICK) as scope:
            await queue.get()
        log.append("left" if scope.expired else "received")

    task = await curio.spawn(receiver)
    await curio.sleep(TICK)
    time.sleep(2 * TICK)
    await queue.put(7)
    await task.join()
    if log == ["left"] and queue.empty():
        return "lost"
    return log[0]


@probe("spawn/group-left-how-soon")
async def _() -> str:
    ended, left = curio.Event(), curio.Event()

    async def child() -> None:
        await curio.sleep(0)
        await ended.set()

    async def other() -> str:
        await ended.wait()
        await curio.sleep(0)
        return "in-the-next-round" if left.is_set() else "later"

    task = await curio.spawn(other)
    async with curio.TaskGroup() as group:
        await group.spawn(child)
    await left.set()
    return str(await task.join())


@probe("timers/inner-timeout-through-outer")
async def _() -> str:
    try:
        async with curio.timeout_after(9 * TICK), curio.timeout_after(TICK):
            await curio.sleep(4 * TICK)
    except curio.TaskTimeout:
        return "as-itself"
    except curio.CurioError:
        return "another-error"
    return "none"


@probe("timers/outer-in-inner-cleanup")
async def _() -> str:
    log: list[str] = []
    try:
        async with curio.timeout_after(3 * TICK):
            try:
                async with curio.timeout_after(TICK):
                    try:
                        await curio.sleep(9 * TICK)
                    finally:
                        await curio.sleep(4 * TICK)
                        log.append("cleaned-up")
            except curio.TaskTimeout:
                log.append("inner")
            await curio.sleep(9 * TICK)
    except curio.TaskTimeout:
        log.append("outer")
    return words(
        log,
        strikes="outer",
        once_the_inner_is_left="cleaned-up inner outer",
        no_clean_up="inner outer",
    )
