"""Waiting for a task's end, asked of asyncio itself."""

from __future__ import annotations

import asyncio
from typing import Any

from asyncio_run import PROBES, blocks, lets_others_run, probe, run
from native_probe import TICK, Error, order


async def give(value: Any, ticks: int = 0) -> Any:
    if ticks:
        await asyncio.sleep(ticks * TICK)
    return value


async def fail(error: Exception, ticks: int = 0) -> None:
    if ticks:
        await asyncio.sleep(ticks * TICK)
    raise error


@probe("join/value")
async def _() -> str:
    return "value" if await asyncio.create_task(give(7, 1)) == 7 else "lost"


@probe("join/falsy-value")
async def _() -> str:
    got = [await asyncio.create_task(give(v)) for v in (0, False, "")]
    return "value" if str(got) == "[0, False, '']" else "lost"


@probe("join/done-task")
async def _() -> str:
    task = asyncio.create_task(give(7))
    await asyncio.sleep(TICK)
    return "value" if await task == 7 else "lost"


@probe("join/done-yields")
async def _() -> str:
    done = asyncio.create_task(give(7))
    await asyncio.sleep(TICK)
    return await lets_others_run(lambda: done)


@probe("join/twice")
async def _() -> str:
    task = asyncio.create_task(give(7))
    first = await task
    try:
        second = await task
    except Exception:
        return "refused"
    return "same" if (first, second) == (7, 7) else "lost"


@probe("join/by-two")
async def _() -> str:
    task = asyncio.create_task(give(7, 1))

    async def joiner() -> Any:
        return await task

    joiners = [asyncio.create_task(joiner()) for _ in range(2)]
    return "both" if [await j for j in joiners] == [7, 7] else "one"


@probe("join/oneself")
async def _() -> str:
    async def child() -> str:
        me = asyncio.current_task()
        assert me is not None
        try:
            await me
        except RuntimeError:
            return "refused"
        return "returns"

    task = asyncio.create_task(child())
    return "blocks" if await blocks(task) else task.result()


def cycle() -> str:
    words: list[str] = []

    async def question() -> None:
        tasks: list[asyncio.Task[Any]] = []

        async def child(neighbour: int) -> None:
            await asyncio.sleep(0)
            try:
                await tasks[neighbour]
            except RuntimeError:
                words.append("refused")

        tasks += [asyncio.create_task(child(1)), asyncio.create_task(child(0))]
        if len((await asyncio.wait(tasks, timeout=3 * TICK))[1]) == 2:
            words.append("blocks")

    try:
        run(question)
    except RecursionError:
        pass  # a ring of joins cannot be cancelled either
    return words[0]


PROBES["join/cycle"] = cycle


@probe("join/failed")
async def _() -> str:
    error = Error("E")
    try:
        await asyncio.create_task(fail(error, 1))
    except BaseException as caught:
        return (
            "same-object"
            if caught is error
            else "wrapped"
            if caught.__cause__ is error
            else "other"
        )
    return "nothing"


@probe("join/failed-by-two")
async def _() -> str:
    error = Error("E")
    task = asyncio.create_task(fail(error, 1))

    async def joiner() -> Any:
        try:
            await task
        except BaseException as caught:
            return caught

    joiners = [asyncio.create_task(joiner()) for _ in range(2)]
    a, b = [await j for j in joiners]
    return "both" if a is not None and b is not None else "one"


@probe("join/failed-long-ago")
async def _() -> str:
    error = Error("E")
    task = asyncio.create_task(fail(error))
    await asyncio.sleep(TICK)
    try:
        await task
    except BaseException:
        return "raised"
    return "lost"


@probe("join/cancelled-task")
async def _() -> str:
    task = asyncio.create_task(asyncio.sleep(5 * TICK))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return "cancellation"
    except BaseException:
        return "error"
    return "value"


@probe("join/swallowed-cancel")
async def _() -> str:
    async def stubborn() -> int:
        try:
            await asyncio.sleep(5 * TICK)
        except asyncio.CancelledError:
            pass
        return 7

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    try:
        return "value" if await task == 7 else "lost"
    except asyncio.CancelledError:
        return "cancellation"


@probe("join/order", runs=12)
async def _() -> str:
    log: list[str] = []
    task = asyncio.create_task(give(7, 1))

    async def joiner(name: str) -> None:
        await task
        log.append(name)

    joiners = [asyncio.create_task(joiner(n)) for n in "ab"]
    for j in joiners:
        await j
    return order(log, "ab")


@probe("join/waits-for-cleanup")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            raise Error("E")
        finally:
            await asyncio.sleep(TICK)
            log.append("cleaned up")

    try:
        await asyncio.create_task(child())
    except Error:
        pass
    return "after" if log else "before"


@probe("join/group-child-fails")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(fail(Error("E"), 1))
            try:
                await task
            except asyncio.CancelledError:
                log.append("cancelled")
                raise
            except Error:
                log.append("error")
    except BaseExceptionGroup:
        pass
    return log[0]


@probe("join/deadline")
async def _() -> str:
    task = asyncio.create_task(give(7, 3))
    try:
        async with asyncio.timeout(TICK):
            await task
    except TimeoutError:
        pass
    try:
        return "goes-on" if await task == 7 else "lost"
    except asyncio.CancelledError:
        return "cancelled"
