"""Waiting for a task's end, asked of curio itself."""

from __future__ import annotations

from typing import Any

from curio_run import PROBES, blocks, curio, lets_others_run, probe, settle
from native_probe import TICK, Error, order

LOADED = PROBES


async def give(value: Any, ticks: int = 0) -> Any:
    if ticks:
        await curio.sleep(ticks * TICK)
    return value


async def fail(error: Exception, ticks: int = 0) -> None:
    if ticks:
        await curio.sleep(ticks * TICK)
    raise error


@probe("join/value")
async def _() -> str:
    task = await curio.spawn(give, 7, 1)
    return "value" if await task.join() == 7 else "lost"


@probe("join/falsy-value")
async def _() -> str:
    got = [await (await curio.spawn(give, v)).join() for v in (0, False, "")]
    return "value" if str(got) == "[0, False, '']" else "lost"


@probe("join/done-task")
async def _() -> str:
    task = await curio.spawn(give, 7)
    await curio.sleep(TICK)
    return "value" if await task.join() == 7 else "lost"


@probe("join/done-yields")
async def _() -> str:
    task = await curio.spawn(give, 7)
    await curio.sleep(TICK)
    return await lets_others_run(task.join)


@probe("join/twice")
async def _() -> str:
    task = await curio.spawn(give, 7)
    first = await task.join()
    try:
        second = await task.join()
    except Exception:
        return "refused"
    return "same" if (first, second) == (7, 7) else "lost"


@probe("join/by-two")
async def _() -> str:
    task = await curio.spawn(give, 7, 1)
    joiners = [await curio.spawn(task.join) for _ in range(2)]
    return "both" if [await j.join() for j in joiners] == [7, 7] else "one"


@probe("join/oneself")
async def _() -> str:
    async def child() -> str:
        me = await curio.current_task()
        try:
            await me.join()
        except curio.CancelledError:
            raise
        except Exception:
            return "refused"
        return "returns"

    task = await curio.spawn(child)
    if await blocks(task.wait):
        await task.cancel()
        return "blocks"
    return str(task.result)


@probe("join/cycle")
async def _() -> str:
    tasks: list[Any] = []

    async def child(neighbour: int) -> None:
        await curio.sleep(0)
        await tasks[neighbour].join()

    tasks += [await curio.spawn(child, 1), await curio.spawn(child, 0)]
    word = "blocks" if await blocks(tasks[0].wait) else "refused"
    await tasks[0].cancel()
    return word


async def error_of_join(task: Any) -> BaseException | None:
    try:
        await task.join()
    except BaseException as error:
        return error
    return None


@probe("join/failed")
async def _() -> str:
    original = Error("E")
    error = await error_of_join(await curio.spawn(fail, original, 1))
    if error is None:
        return "nothing"
    return (
        "same-object"
        if error is original
        else "wrapped"
        if error.__cause__ is original
        else "other"
    )


@probe("join/failed-by-two")
async def _() -> str:
    task = await curio.spawn(fail, Error("E"), 1)
    joiners = [await curio.spawn(error_of_join, task) for _ in range(2)]
    a, b = [await j.join() for j in joiners]
    return "both" if a is not None and b is not None else "one"


@probe("join/failed-long-ago")
async def _() -> str:
    task = await curio.spawn(fail, Error("E"))
    await curio.sleep(TICK)
    return "raised" if await error_of_join(task) else "lost"


@probe("join/cancelled-task")
async def _() -> str:
    task = await curio.spawn(curio.sleep, 5 * TICK)
    await settle()
    await task.cancel()
    error = await error_of_join(task)
    if error is None:
        return "value"
    return "cancellation" if isinstance(error, curio.CancelledError) else "error"


@probe("join/swallowed-cancel")
async def _() -> str:
    async def stubborn() -> int:
        try:
            await curio.sleep(5 * TICK)
        except curio.CancelledError:
            pass
        return 7

    task = await curio.spawn(stubborn)
    await settle()
    await task.cancel()
    try:
        return "value" if await task.join() == 7 else "lost"
    except curio.TaskError:
        return "error"


@probe("join/order", runs=12)
async def _() -> str:
    log: list[str] = []
    task = await curio.spawn(give, 7, 1)

    async def joiner(name: str) -> None:
        await task.join()
        log.append(name)

    joiners = [await curio.spawn(joiner, n) for n in "ab"]
    for j in joiners:
        await j.join()
    return order(log, "ab")


@probe("join/waits-for-cleanup")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            raise Error("E")
        finally:
            await curio.sleep(TICK)
            log.append("cleaned up")

    await error_of_join(await curio.spawn(child))
    return "after" if log else "before"


@probe("join/group-child-fails")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as group:
        task = await group.spawn(fail, Error("E"), 1)
        try:
            await task.join()
        except curio.CancelledError:
            log.append("cancelled")
            raise
        except curio.TaskError:
            log.append("error")
    return log[0]


@probe("join/deadline")
async def _() -> str:
    task = await curio.spawn(give, 7, 3)
    await curio.ignore_after(TICK, task.join)
    try:
        return "goes-on" if await task.join() == 7 else "lost"
    except curio.TaskError:
        return "cancelled"
