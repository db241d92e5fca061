"""Waiting for a task's end, asked of anyio itself, by the handles of 4.14 and later."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
from anyio_run import blocks, lets_others_run, probe
from native_probe import TICK, Error, order


async def give(value: Any, ticks: int = 0) -> Any:
    if ticks:
        await anyio.sleep(ticks * TICK)
    return value


async def fail(error: Exception, ticks: int = 0) -> None:
    if ticks:
        await anyio.sleep(ticks * TICK)
    raise error


@probe("join/value")
async def _() -> str:
    async with anyio.create_task_group() as group:
        return "value" if await group.create_task(give(7, 1)) == 7 else "lost"
    raise AssertionError("a group never swallows")


@probe("join/falsy-value")
async def _() -> str:
    async with anyio.create_task_group() as group:
        got = [await group.create_task(give(v)) for v in (0, False, "")]
    return "value" if str(got) == "[0, False, '']" else "lost"


@probe("join/done-task")
async def _() -> str:
    async with anyio.create_task_group() as group:
        task = group.create_task(give(7))
        await anyio.sleep(TICK)
        return "value" if await task == 7 else "lost"
    raise AssertionError("a group never swallows")


@probe("join/done-yields", runs=5)
async def _() -> str:
    async with anyio.create_task_group() as group:
        done = group.create_task(give(7))
        await anyio.sleep(TICK)

        async def join() -> None:
            await done

        return await lets_others_run(join)
    raise AssertionError("a group never swallows")


@probe("join/twice")
async def _() -> str:
    async with anyio.create_task_group() as group:
        task = group.create_task(give(7))
        first = await task
        try:
            second = await task
        except Exception:
            return "refused"
        return "same" if (first, second) == (7, 7) else "lost"
    raise AssertionError("a group never swallows")


@probe("join/by-two")
async def _() -> str:
    log: list[Any] = []
    async with anyio.create_task_group() as group:
        task = group.create_task(give(7, 1))

        async def joiner() -> None:
            log.append(await task)

        group.start_soon(joiner)
        group.start_soon(joiner)
    return "both" if log == [7, 7] else "one"


@probe("join/oneself")
async def _() -> str:
    async with anyio.create_task_group() as group:
        tasks: list[Any] = []

        async def child() -> str:
            await anyio.lowlevel.checkpoint()
            try:
                await tasks[0]
            except Exception:
                return "refused"
            return "returns"

        tasks.append(group.create_task(child()))
        word = "blocks" if await blocks(tasks[0].wait) else tasks[0].return_value
        group.cancel_scope.cancel()
    return word


@probe("join/cycle")
async def _() -> str:
    async with anyio.create_task_group() as group:
        tasks: list[Any] = []

        async def child(neighbour: int) -> None:
            await anyio.lowlevel.checkpoint()
            await tasks[neighbour]

        tasks += [group.create_task(child(1)), group.create_task(child(0))]
        word = "blocks" if await blocks(tasks[0].wait) else "refused"
        group.cancel_scope.cancel()
    return word


def caught(error: BaseException, original: BaseException) -> str:
    return (
        "same-object"
        if error is original
        else "wrapped"
        if error.__cause__ is original
        else "other"
    )


@probe("join/failed")
async def _() -> str:
    """A failing child cancels its group, so the joiner shields itself to see what the join says."""
    original, word = Error("E"), "nothing"
    try:
        async with anyio.create_task_group() as group:
            task = group.create_task(fail(original, 1))
            with anyio.CancelScope(shield=True):
                try:
                    await task
                except BaseException as error:
                    word = caught(error, original)
    except BaseExceptionGroup:
        pass
    return word


@probe("join/failed-by-two")
async def _() -> str:
    original, log = Error("E"), []

    async def joiner(task: Any) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await task
            except BaseException as error:
                log.append(error)

    try:
        async with anyio.create_task_group() as group:
            task = group.create_task(fail(original, 1))
            group.start_soon(joiner, task)
            group.start_soon(joiner, task)
    except BaseExceptionGroup:
        pass
    return "both" if len(log) == 2 else "one"


@probe("join/failed-long-ago")
async def _() -> str:
    word = "lost"
    try:
        async with anyio.create_task_group() as group:
            task = group.create_task(fail(Error("E")))
            with anyio.CancelScope(shield=True):
                await anyio.sleep(TICK)
                try:
                    await task
                except BaseException:
                    word = "raised"
    except BaseExceptionGroup:
        pass
    return word


@probe("join/cancelled-task")
async def _() -> str:
    async with anyio.create_task_group() as group:
        task = group.create_task(anyio.sleep(5 * TICK))
        await anyio.wait_all_tasks_blocked()
        task.cancel()
        try:
            await task
        except anyio.get_cancelled_exc_class():
            return "cancellation"
        except BaseException:
            return "error"
        return "value"
    raise AssertionError("a group never swallows")


@probe("join/swallowed-cancel")
async def _() -> str:
    async def stubborn() -> int:
        try:
            await anyio.sleep(5 * TICK)
        except anyio.get_cancelled_exc_class():
            pass
        return 7

    async with anyio.create_task_group() as group:
        task = group.create_task(stubborn())
        await anyio.wait_all_tasks_blocked()
        task.cancel()
        try:
            return "value" if await task == 7 else "lost"
        except Exception:
            return "error"
    raise AssertionError("a group never swallows")


@probe("join/order", runs=12)
async def _() -> str:
    log: list[str] = []
    async with anyio.create_task_group() as group:
        task = group.create_task(give(7, 1))

        async def joiner(name: str) -> None:
            await task
            log.append(name)

        for name in "ab":
            group.start_soon(joiner, name)
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()
    return order(log, "ab")


@probe("join/waits-for-cleanup")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await anyio.lowlevel.checkpoint()
        finally:
            await anyio.sleep(TICK)
            log.append("cleaned up")

    async with anyio.create_task_group() as group:
        await group.create_task(child())
        return "after" if log else "before"
    raise AssertionError("a group never swallows")


@probe("join/group-child-fails", runs=5)
async def _() -> str:
    log: list[str] = []
    try:
        async with anyio.create_task_group() as group:
            task = group.create_task(fail(Error("E"), 1))
            try:
                await task
            except anyio.get_cancelled_exc_class():
                log.append("cancelled")
                raise
            except Exception:
                log.append("error")
    except BaseExceptionGroup:
        pass
    return log[0]


@probe("join/deadline")
async def _() -> str:
    async with anyio.create_task_group() as group:
        task = group.create_task(give(7, 3))
        with anyio.move_on_after(TICK):
            await task
        try:
            return "goes-on" if await task == 7 else "lost"
        except Exception:
            return "cancelled"
    raise AssertionError("a group never swallows")


@probe("spawn/group-child-cancelled")
async def _() -> str:
    log: list[str] = []

    async def good() -> None:
        try:
            await anyio.sleep(2 * TICK)
            log.append("others-go-on")
        except anyio.get_cancelled_exc_class():
            log.append("others-cancelled")
            raise

    async with anyio.create_task_group() as group:
        victim = group.create_task(anyio.sleep(4 * TICK))
        group.start_soon(good)
        await anyio.wait_all_tasks_blocked()
        victim.cancel()
    return log[0]
