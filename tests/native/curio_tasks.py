"""Spawning and groups asked of curio itself. An argument is part of an id.

Joins, timers and primitives are in the files beside it; this one prints the answers of all four.
"""

from __future__ import annotations

from typing import Any

from curio_run import PROBES, curio, lets_others_run, probe, run, settle
from native_probe import TICK, Error, order, shape


async def bad(error: str = "E") -> None:
    raise Error(error)


# ---------------------------------------------------------------- spawn


@probe("spawn/first-steps", runs=12)
async def _() -> str:
    log: list[str] = []

    async def child(name: str) -> None:
        log.append(name)

    for task in [await curio.spawn(child, n) for n in "ab"]:
        await task.join()
    return order(log, "ab")


@probe("spawn/starts")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    task = await curio.spawn(child)
    answer = "at-once" if log else "later"
    await task.join()
    return answer


@probe("spawn/after-one-checkpoint", runs=5)
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("child")

    task = await curio.spawn(child)
    await curio.sleep(0)
    answer = "started" if log else "not-started"
    await task.join()
    return answer


@probe("spawn/grandchild-order", runs=5)
async def _() -> str:
    log: list[str] = []

    async def leaf(name: str) -> None:
        log.append(name)

    async def a() -> None:
        await curio.spawn(leaf, "grandchild")

    tasks = [await curio.spawn(a), await curio.spawn(leaf, "second")]
    for task in tasks:
        await task.join()
    await curio.sleep(0)
    return "breadth-first" if log == ["second", "grandchild"] else "depth-first"


def orphan(raises: bool) -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await curio.sleep(2 * TICK)
            log.append("awaited")
        except curio.CancelledError:
            log.append("cancelled")
            raise

    async def top() -> str:
        globals()["_kept"] = await curio.spawn(child)
        await curio.sleep(0)
        if raises:
            raise Error("E")
        return ""

    try:
        run(top)
    except Error:
        pass
    return log[0] if log else "abandoned"


PROBES["spawn/orphan-main-returns"] = lambda: orphan(raises=False)
PROBES["spawn/orphan-main-raises"] = lambda: orphan(raises=True)


@probe("spawn/orphan-not-started")
async def _() -> Any:
    log: list[str] = []

    async def child() -> None:
        log.append("ran")

    globals()["_kept"] = await curio.spawn(child)
    return lambda: log[0] if log else "never-ran"


@probe("spawn/orphan-cleanup-waits")
async def _() -> Any:
    log: list[str] = []

    async def child() -> None:
        try:
            await curio.sleep(5 * TICK)
        finally:
            await curio.sleep(TICK)
            log.append("finished")

    globals()["_kept"] = await curio.spawn(child)
    await curio.sleep(0)
    return lambda: log[0] if log else "cut-short"


@probe("spawn/error-unjoined")
async def _() -> str:
    globals()["_kept"] = await curio.spawn(bad)
    try:
        await curio.sleep(TICK)
    except BaseException:
        return "main-fails"
    return "main-goes-on"


@probe("spawn/error-beside-sibling")
async def _() -> str:
    async def good() -> str:
        await curio.sleep(TICK)
        return "goes-on"

    tasks = [await curio.spawn(bad), await curio.spawn(good)]
    try:
        return str(await tasks[1].join())
    except curio.TaskError:
        return "cancelled"


# ---------------------------------------------------------------- groups


@probe("spawn/group-waits")
async def _() -> str:
    log: list[str] = []

    async def child(ticks: int) -> None:
        await curio.sleep(ticks * TICK)
        log.append("child")

    async with curio.TaskGroup() as group:
        await group.spawn(child, 1)
        await group.spawn(child, 2)
    return "waits" if len(log) == 2 else "leaves"


async def empty() -> None:
    async with curio.TaskGroup():
        pass


PROBES["spawn/group-empty-exit"] = lambda: run(lambda: lets_others_run(empty))


@probe("spawn/group-sibling-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await curio.sleep(4 * TICK)
            log.append("goes-on")
        except curio.CancelledError:
            log.append("cancelled")
            raise

    try:
        async with curio.TaskGroup() as group:
            await group.spawn(good)
            await curio.sleep(TICK)
            await group.spawn(bad)
    except BaseException:
        log.append("raises")
    return log[0]


async def bad_at(event: curio.Event, error: str) -> None:
    await event.wait()
    raise Error(error)


async def group_of(*errors: str) -> str:
    """How the errors of children that fail in the same round come out of their group."""
    event = curio.Event()
    try:
        async with curio.TaskGroup() as group:
            for error in errors:
                await group.spawn(bad_at, event, error)
            await curio.sleep(TICK)
            await event.set()
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-error-shape")
async def _() -> str:
    try:
        async with curio.TaskGroup() as group:
            await group.spawn(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


PROBES["spawn/group-two-errors"] = lambda: run(lambda: group_of("E", "F"))


@probe("spawn/group-body-error-shape")
async def _() -> str:
    try:
        async with curio.TaskGroup() as group:
            await group.spawn(curio.sleep, 4 * TICK)
            await curio.sleep(0)
            raise Error("E")
    except BaseException as caught:
        return shape(caught)


@probe("spawn/group-body-error-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await curio.sleep(5 * TICK)
            log.append("not cancelled")
        finally:
            log.append("cleaned up")

    try:
        async with curio.TaskGroup() as group:
            await group.spawn(child)
            await curio.sleep(TICK)
            raise Error("E")
    except BaseException:
        log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-nested-shape")
async def _() -> str:
    try:
        async with curio.TaskGroup(), curio.TaskGroup() as inner:
            await inner.spawn(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-inner-contained")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        await curio.sleep(TICK)
        log.append("goes-on")

    async with curio.TaskGroup() as outer:
        await outer.spawn(good)
        try:
            async with curio.TaskGroup() as inner:
                await inner.spawn(bad)
        except Exception:
            pass
        await curio.sleep(0)
        log.append("body")
    return "contained" if log == ["body", "goes-on"] else "spills"


@probe("spawn/group-error-waits")
async def _() -> str:
    log: list[str] = []

    async def tidy() -> None:
        try:
            await curio.sleep(5 * TICK)
        finally:
            log.append("cleaned up")

    async with curio.TaskGroup() as group:
        await group.spawn(tidy)
        await curio.sleep(TICK)
        await group.spawn(bad)
    log.append("left")
    return "waits" if log == ["cleaned up", "left"] else "leaves"


@probe("spawn/group-child-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await curio.sleep(2 * TICK)
            log.append("others-go-on")
        except curio.CancelledError:
            log.append("others-cancelled")
            raise

    async with curio.TaskGroup() as group:
        victim = await group.spawn(curio.sleep, 4 * TICK)
        await group.spawn(good)
        await settle()
        await victim.cancel()
    return log[0]


@probe("spawn/group-error-interrupts-body")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as group:
        await group.spawn(bad)
        await curio.sleep(2 * TICK)
        log.append("finishes")
    return log[0] if log else "interrupted"


@probe("spawn/group-cleanup-error")
async def _() -> str:
    async def dirty() -> None:
        try:
            await curio.sleep(4 * TICK)
        finally:
            raise Error("F")

    try:
        async with curio.TaskGroup() as group:
            await group.spawn(dirty)
            await curio.sleep(TICK)
            await group.spawn(bad)
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("spawn/group-spawn-after-failure")
async def _() -> str:
    log: list[str] = []

    async def late() -> None:
        log.append("starts")
        await curio.sleep(TICK)
        log.append("finishes")

    async with curio.TaskGroup() as group:
        await group.spawn(bad)
        await curio.sleep(2 * TICK)
        try:
            await group.spawn(late)
        except RuntimeError:
            log.append("refused")
    return log[-1] if log else "never-starts"


if __name__ == "__main__":
    import curio_basics
    import curio_join
    import curio_run
    import curio_scopes
    import curio_sync
    import curio_threads
    import curio_timers

    LOADED = (
        curio_basics,
        curio_join,
        curio_timers,
        curio_scopes,
        curio_sync,
        curio_threads,
    )  # importing them fills PROBES
    curio_run.main()
