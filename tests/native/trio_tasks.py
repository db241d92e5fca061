"""Spawning and nurseries asked of trio itself, which has no handles and so no joins.

Timers and primitives are in the files beside it; this one prints all. An argument is part of an id.
"""

from __future__ import annotations

import trio
from native_probe import TICK, Error, order, shape
from structured import words
from trio_run import PROBES, lets_others_run, probe, run


async def bad(error: str = "E") -> None:
    raise Error(error)


# ---------------------------------------------------------------- spawn


@probe("spawn/first-steps", runs=12)
async def _() -> str:
    log: list[str] = []

    async def child(name: str) -> None:
        log.append(name)

    async with trio.open_nursery() as nursery:
        for name in "ab":
            nursery.start_soon(child, name)
    return order(log, "ab")


@probe("spawn/starts")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(child)
        return "at-once" if log else "later"


@probe("spawn/after-one-checkpoint", runs=30)
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(child)
        await trio.lowlevel.checkpoint()
        return "started" if log else "not-started"


@probe("spawn/grandchild-order", runs=30)
async def _() -> str:
    log: list[str] = []

    async def leaf(name: str) -> None:
        log.append(name)

    async with trio.open_nursery() as nursery:

        async def a() -> None:
            nursery.start_soon(leaf, "grandchild")

        nursery.start_soon(a)
        nursery.start_soon(leaf, "second")
    return "breadth-first" if log == ["second", "grandchild"] else "depth-first"


# ---------------------------------------------------------------- groups


@probe("spawn/group-waits")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await trio.sleep(ticks * TICK)
        log.append("child")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(child, 1)
        nursery.start_soon(child, 2)
    return "waits" if len(log) == 2 else "leaves"


async def empty() -> None:
    async with trio.open_nursery():
        pass


PROBES["spawn/group-empty-exit"] = lambda: "/".join(
    sorted({run(lambda: lets_others_run(empty)) for _ in range(10)})
)


@probe("spawn/group-sibling-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await trio.sleep(4 * TICK)
            log.append("goes-on")
        except trio.Cancelled:
            log.append("cancelled")
            raise

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(good)
            await trio.sleep(TICK)
            nursery.start_soon(bad)
    except BaseExceptionGroup:
        pass
    return log[0]


async def bad_at(event: trio.Event, error: str) -> None:
    await event.wait()
    raise Error(error)


async def group_of(*errors: str) -> str:
    """How the errors of children that fail in the same round come out of their group."""
    event = trio.Event()
    try:
        async with trio.open_nursery() as nursery:
            for error in errors:
                nursery.start_soon(bad_at, event, error)
            await trio.sleep(TICK)
            event.set()
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-error-shape")
async def _() -> str:
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


PROBES["spawn/group-two-errors"] = lambda: run(lambda: group_of("E", "F"))


@probe("spawn/group-body-error-shape")
async def _() -> str:
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 4 * TICK)
            await trio.lowlevel.checkpoint()
            raise Error("E")
    except BaseException as caught:
        return shape(caught)


@probe("spawn/group-body-error-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await trio.sleep(5 * TICK)
            log.append("not cancelled")
        finally:
            log.append("cleaned up")

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)
            await trio.sleep(TICK)
            raise Error("E")
    except BaseException:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-nested-shape")
async def _() -> str:
    try:
        async with trio.open_nursery(), trio.open_nursery() as inner:
            inner.start_soon(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-inner-contained")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        await trio.sleep(TICK)
        log.append("goes-on")

    async with trio.open_nursery() as outer:
        outer.start_soon(good)
        try:
            async with trio.open_nursery() as inner:
                inner.start_soon(bad)
        except BaseExceptionGroup:
            pass
        await trio.lowlevel.checkpoint()
        log.append("body")
    return "contained" if log == ["body", "goes-on"] else "spills"


@probe("spawn/group-error-waits")
async def _() -> str:
    log: list[str] = []

    async def tidy() -> None:
        try:
            await trio.sleep(5 * TICK)
        finally:
            log.append("cleaned up")

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tidy)
            await trio.sleep(TICK)
            nursery.start_soon(bad)
    except BaseExceptionGroup:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-error-interrupts-body")
async def _() -> str:
    log: list[str] = []
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bad)
            await trio.sleep(2 * TICK)
            log.append("finishes")
    except BaseExceptionGroup:
        pass
    return log[0] if log else "interrupted"


@probe("spawn/group-cleanup-error")
async def _() -> str:
    async def dirty() -> None:
        try:
            await trio.sleep(4 * TICK)
        finally:
            raise Error("F")

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(dirty)
            await trio.sleep(TICK)
            nursery.start_soon(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-spawn-after-failure")
async def _() -> str:
    log: list[str] = []

    async def late() -> None:
        log.append("starts")
        await trio.sleep(TICK)
        log.append("finishes")

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bad)
            try:
                await trio.sleep(2 * TICK)
            except trio.Cancelled:
                pass
            try:
                nursery.start_soon(late)
            except RuntimeError:
                log.append("refused")
    except BaseExceptionGroup:
        pass
    return log[-1] if log else "never-starts"


@probe("spawn/group-works-after-failure")
async def _() -> str:
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bad)
    except BaseExceptionGroup:
        pass
    try:
        await trio.sleep(TICK)
    except trio.Cancelled:
        return "disturbed"
    return "undisturbed"


@probe("spawn/group-left-how-soon")
async def _() -> str:
    log: list[str] = []
    ended, left = trio.Event(), trio.Event()

    async def child() -> None:
        await trio.lowlevel.checkpoint()
        ended.set()

    async def other() -> None:
        await ended.wait()
        await trio.lowlevel.checkpoint()
        log.append("in-the-next-round" if left.is_set() else "later")

    async with trio.open_nursery() as outer:
        outer.start_soon(other)
        async with trio.open_nursery() as group:
            group.start_soon(child)
        left.set()
    return log[0]


@probe("timers/inner-timeout-through-outer")
async def _() -> str:
    try:
        with trio.fail_after(9 * TICK), trio.fail_after(TICK):
            await trio.sleep(4 * TICK)
    except trio.TooSlowError:
        return "as-itself"
    except Exception:
        return "another-error"
    return "none"


@probe("timers/outer-in-inner-cleanup")
async def _() -> str:
    log: list[str] = []
    try:
        with trio.fail_after(3 * TICK):
            try:
                with trio.fail_after(TICK):
                    try:
                        await trio.sleep(9 * TICK)
                    finally:
                        await trio.sleep(4 * TICK)
                        log.append("cleaned-up")
            except trio.TooSlowError:
                log.append("inner")
            await trio.sleep(9 * TICK)
    except trio.TooSlowError:
        log.append("outer")
    return words(
        log,
        strikes="outer",
        once_the_inner_is_left="cleaned-up inner outer",
        no_clean_up="inner outer",
    )


if __name__ == "__main__":
    import trio_basics
    import trio_run
    import trio_scopes
    import trio_sync
    import trio_threads
    import trio_timers

    LOADED = (
        trio_basics,
        trio_timers,
        trio_scopes,
        trio_sync,
        trio_threads,
    )  # importing them fills PROBES
    trio_run.main()
