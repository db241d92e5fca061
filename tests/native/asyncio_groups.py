"""Task groups asked of asyncio itself."""

from __future__ import annotations

import asyncio

from asyncio_run import PROBES, lets_others_run, probe, run
from native_probe import TICK, Error, shape
from structured import words


@probe("spawn/group-waits")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await asyncio.sleep(ticks * TICK)
        log.append("child")

    async with asyncio.TaskGroup() as group:
        group.create_task(child(1))
        group.create_task(child(2))
    return "waits" if len(log) == 2 else "leaves"


@probe("spawn/group-empty-exit")
async def _() -> str:
    async def empty() -> None:
        async with asyncio.TaskGroup():
            pass

    return await lets_others_run(empty)


@probe("spawn/group-sibling-cancelled")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        await asyncio.sleep(TICK)
        raise Error("E")

    async def good() -> None:
        try:
            await asyncio.sleep(4 * TICK)
            log.append("goes-on")
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            group.create_task(good())
    except BaseExceptionGroup:
        pass
    return log[0]


async def bad_at(event: asyncio.Event, error: str) -> None:
    await event.wait()
    raise Error(error)


async def group_of(*errors: str) -> str:
    """How the errors of children that fail in the same round come out of their group."""
    event = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            for error in errors:
                group.create_task(bad_at(event, error))
            await asyncio.sleep(TICK)
            event.set()
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-error-shape")
async def _() -> str:
    async def bad() -> None:
        raise Error("E")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
    except BaseException as caught:
        return shape(caught)
    return "kept"


PROBES["spawn/group-two-errors"] = lambda: run(lambda: group_of("E", "F"))


@probe("spawn/group-body-error-shape")
async def _() -> str:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(4 * TICK))
            await asyncio.sleep(0)
            raise Error("E")
    except BaseException as caught:
        return shape(caught)


@probe("spawn/group-body-error-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(5 * TICK)
            log.append("not cancelled")
        finally:
            log.append("cleaned up")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            await asyncio.sleep(0)
            raise Error("E")
    except BaseException:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-nested-shape")
async def _() -> str:
    async def bad() -> None:
        raise Error("E")

    try:
        async with asyncio.TaskGroup(), asyncio.TaskGroup() as inner:
            inner.create_task(bad())
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-inner-contained")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    async def good() -> None:
        await asyncio.sleep(TICK)
        log.append("goes-on")

    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(good())
            try:
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(bad())
            except BaseExceptionGroup:
                pass
            await asyncio.sleep(0)
            log.append("body")
    except asyncio.CancelledError:
        return "spills"
    return "contained" if log == ["body", "goes-on"] else "spills"


@probe("spawn/group-error-waits")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    async def tidy() -> None:
        try:
            await asyncio.sleep(5 * TICK)
        finally:
            log.append("cleaned up")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(tidy())
            await asyncio.sleep(0)
            group.create_task(bad())
    except BaseExceptionGroup:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-child-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await asyncio.sleep(2 * TICK)
            log.append("others-go-on")
        except asyncio.CancelledError:
            log.append("others-cancelled")
            raise

    async with asyncio.TaskGroup() as group:
        victim = group.create_task(asyncio.sleep(4 * TICK))
        group.create_task(good())
        await asyncio.sleep(0)
        victim.cancel()
    return log[0]


@probe("spawn/group-error-interrupts-body")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            await asyncio.sleep(2 * TICK)
            log.append("finishes")
    except BaseExceptionGroup:
        pass
    return log[0] if log else "interrupted"


@probe("spawn/group-cleanup-error")
async def _() -> str:
    async def bad() -> None:
        await asyncio.sleep(0)
        raise Error("E")

    async def dirty() -> None:
        try:
            await asyncio.sleep(4 * TICK)
        finally:
            raise Error("F")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(dirty())
            group.create_task(bad())
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-spawn-after-failure")
async def _() -> str:
    log: list[str] = []

    async def bad() -> None:
        raise Error("E")

    async def late() -> None:
        log.append("starts")
        await asyncio.sleep(TICK)
        log.append("finishes")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            try:
                await asyncio.sleep(2 * TICK)
            except asyncio.CancelledError:
                pass
            coroutine = late()
            try:
                group.create_task(coroutine)
            except RuntimeError:
                coroutine.close()
                log.append("refused")
    except BaseExceptionGroup:
        pass
    return log[-1] if log else "never-starts"


@probe("spawn/group-works-after-failure")
async def _() -> str:
    async def bad() -> None:
        raise Error("E")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
    except BaseExceptionGroup:
        pass
    try:
        await asyncio.sleep(TICK)
    except asyncio.CancelledError:
        return "disturbed"
    return "undisturbed"


@probe("spawn/group-left-how-soon")
async def _() -> str:
    ended, left = asyncio.Event(), asyncio.Event()

    async def child() -> None:
        await asyncio.sleep(0)
        ended.set()

    async def other() -> str:
        await ended.wait()
        await asyncio.sleep(0)
        return "in-the-next-round" if left.is_set() else "later"

    task = asyncio.create_task(other())
    async with asyncio.TaskGroup() as group:
        group.create_task(child())
    left.set()
    return await task


@probe("timers/inner-timeout-through-outer")
async def _() -> str:
    try:
        async with asyncio.timeout(9 * TICK), asyncio.timeout(TICK):
            await asyncio.sleep(4 * TICK)
    except TimeoutError:
        return "as-itself"
    except Exception:
        return "another-error"
    return "none"


@probe("timers/outer-in-inner-cleanup")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(3 * TICK):
            try:
                async with asyncio.timeout(TICK):
                    try:
                        await asyncio.sleep(9 * TICK)
                    finally:
                        await asyncio.sleep(4 * TICK)
                        log.append("cleaned-up")
            except TimeoutError:
                log.append("inner")
            await asyncio.sleep(9 * TICK)
    except TimeoutError:
        log.append("outer")
    return words(
        log,
        strikes="outer",
        once_the_inner_is_left="cleaned-up inner outer",
        no_clean_up="inner outer",
    )
