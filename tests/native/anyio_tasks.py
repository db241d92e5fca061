"""Spawning and groups asked of anyio itself: `--backend asyncio|uvloop|trio`, then a part of an id.

Joins, timers and primitives are in the files beside it; this one prints the answers of all four.
"""

from __future__ import annotations

import anyio
import anyio.lowlevel
from anyio_run import PROBES, lets_others_run, probe, run
from native_probe import TICK, Error, order, shape
from structured import words


async def bad(error: str = "E") -> None:
    raise Error(error)


# ---------------------------------------------------------------- spawn


@probe("spawn/first-steps", runs=12)
async def _() -> str:
    log: list[str] = []

    async def child(name: str) -> None:
        log.append(name)

    async with anyio.create_task_group() as group:
        for name in "ab":
            group.start_soon(child, name)
    return order(log, "ab")


@probe("spawn/starts")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    async with anyio.create_task_group() as group:
        group.start_soon(child)
        return "at-once" if log else "later"
    raise AssertionError("a group never swallows")


@probe("spawn/after-one-checkpoint", runs=30)
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    async with anyio.create_task_group() as group:
        group.start_soon(child)
        await anyio.lowlevel.checkpoint()
        return "started" if log else "not-started"
    raise AssertionError("a group never swallows")


@probe("spawn/grandchild-order", runs=30)
async def _() -> str:
    log: list[str] = []

    async def leaf(name: str) -> None:
        log.append(name)

    async with anyio.create_task_group() as group:

        async def a() -> None:
            group.start_soon(leaf, "grandchild")

        group.start_soon(a)
        group.start_soon(leaf, "second")
    return "breadth-first" if log == ["second", "grandchild"] else "depth-first"


# ---------------------------------------------------------------- groups


@probe("spawn/group-waits")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await anyio.sleep(ticks * TICK)
        log.append("child")

    async with anyio.create_task_group() as group:
        group.start_soon(child, 1)
        group.start_soon(child, 2)
    return "waits" if len(log) == 2 else "leaves"


async def empty() -> None:
    async with anyio.create_task_group():
        pass


PROBES["spawn/group-empty-exit"] = lambda: "/".join(
    sorted({run(lambda: lets_others_run(empty)) for _ in range(10)})
)


@probe("spawn/group-sibling-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await anyio.sleep(4 * TICK)
            log.append("goes-on")
        except anyio.get_cancelled_exc_class():
            log.append("cancelled")
            raise

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(good)
            await anyio.sleep(TICK)
            group.start_soon(bad)
    except BaseExceptionGroup:
        pass
    return log[0]


async def bad_at(event: anyio.Event, error: str) -> None:
    await event.wait()
    raise Error(error)


async def group_of(*errors: str) -> str:
    """How the errors of children that fail in the same round come out of their group."""
    event = anyio.Event()
    try:
        async with anyio.create_task_group() as group:
            for error in errors:
                group.start_soon(bad_at, event, error)
            await anyio.sleep(TICK)
            event.set()
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-error-shape")
async def _() -> str:
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


PROBES["spawn/group-two-errors"] = lambda: run(lambda: group_of("E", "F"))


@probe("spawn/group-body-error-shape")
async def _() -> str:
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 4 * TICK)
            await anyio.lowlevel.checkpoint()
            raise Error("E")
    except BaseException as caught:
        return shape(caught)
    raise AssertionError("a group never swallows")


@probe("spawn/group-body-error-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await anyio.sleep(5 * TICK)
            log.append("not cancelled")
        finally:
            log.append("cleaned up")

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(child)
            await anyio.sleep(TICK)
            raise Error("E")
    except BaseException:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-nested-shape")
async def _() -> str:
    try:
        async with anyio.create_task_group(), anyio.create_task_group() as inner:
            inner.start_soon(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-inner-contained")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        await anyio.sleep(TICK)
        log.append("goes-on")

    async with anyio.create_task_group() as outer:
        outer.start_soon(good)
        try:
            async with anyio.create_task_group() as inner:
                inner.start_soon(bad)
        except BaseExceptionGroup:
            pass
        await anyio.lowlevel.checkpoint()
        log.append("body")
    return "contained" if log == ["body", "goes-on"] else "spills"


@probe("spawn/group-error-waits")
async def _() -> str:
    log: list[str] = []

    async def tidy() -> None:
        try:
            await anyio.sleep(5 * TICK)
        finally:
            log.append("cleaned up")

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(tidy)
            await anyio.sleep(TICK)
            group.start_soon(bad)
    except BaseExceptionGroup:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-error-interrupts-body")
async def _() -> str:
    log: list[str] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(bad)
            await anyio.sleep(2 * TICK)
            log.append("finishes")
    except BaseExceptionGroup:
        pass
    return log[0] if log else "interrupted"


@probe("spawn/group-cleanup-error")
async def _() -> str:
    async def dirty() -> None:
        try:
            await anyio.sleep(4 * TICK)
        finally:
            raise Error("F")

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(dirty)
            await anyio.sleep(TICK)
            group.start_soon(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-spawn-after-failure")
async def _() -> str:
    log: list[str] = []

    async def late() -> None:
        log.append("starts")
        await anyio.sleep(TICK)
        log.append("finishes")

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(bad)
            try:
                await anyio.sleep(2 * TICK)
            except anyio.get_cancelled_exc_class():
                pass
            try:
                group.start_soon(late)
            except RuntimeError:
                log.append("refused")
    except BaseExceptionGroup:
        pass
    return log[-1] if log else "never-starts"


@probe("spawn/group-works-after-failure")
async def _() -> str:
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(bad)
    except BaseExceptionGroup:
        pass
    try:
        await anyio.sleep(TICK)
    except anyio.get_cancelled_exc_class():
        return "disturbed"
    return "undisturbed"


@probe("spawn/group-left-how-soon")
async def _() -> str:
    log: list[str] = []
    ended, left = anyio.Event(), anyio.Event()

    async def child() -> None:
        await anyio.lowlevel.checkpoint()
        ended.set()

    async def other() -> None:
        await ended.wait()
        await anyio.lowlevel.checkpoint()
        log.append("in-the-next-round" if left.is_set() else "later")

    async with anyio.create_task_group() as outer:
        outer.start_soon(other)
        async with anyio.create_task_group() as group:
            group.start_soon(child)
        left.set()
    return log[0]


@probe("timers/inner-timeout-through-outer")
async def _() -> str:
    try:
        with anyio.fail_after(9 * TICK), anyio.fail_after(TICK):
            await anyio.sleep(4 * TICK)
    except TimeoutError:
        return "as-itself"
    except Exception:
        return "another-error"
    return "none"


@probe("timers/outer-in-inner-cleanup")
async def _() -> str:
    log: list[str] = []
    try:
        with anyio.fail_after(3 * TICK):
            try:
                with anyio.fail_after(TICK):
                    try:
                        await anyio.sleep(9 * TICK)
                    finally:
                        await anyio.sleep(4 * TICK)
                        log.append("cleaned-up")
            except TimeoutError:
                log.append("inner")
            await anyio.sleep(9 * TICK)
    except TimeoutError:
        log.append("outer")
    return words(
        log,
        strikes="outer",
        once_the_inner_is_left="cleaned-up inner outer",
        no_clean_up="inner outer",
    )


if __name__ == "__main__":
    import anyio_basics
    import anyio_join
    import anyio_run
    import anyio_scopes
    import anyio_sync
    import anyio_threads
    import anyio_timers

    LOADED = (
        anyio_basics,
        anyio_join,
        anyio_timers,
        anyio_scopes,
        anyio_sync,
        anyio_threads,
    )  # importing them fills PROBES
    anyio_run.main()
