"""Moved deadlines, groups within groups and context variables asked of asyncio itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import context_probes
import handed_probes
from asyncio_run import probe
from context_probes import VAR
from native_probe import TICK, Error, shape
from structured import words


def move(timeout: asyncio.Timeout, ticks: float | None) -> None:
    now = asyncio.get_running_loop().time()
    timeout.reschedule(None if ticks is None else now + ticks * TICK)


async def body(ticks: float, *steps: Any) -> str:
    """Moves (in a tuple: to that many ticks from now), sleeps (numbers) and notes under a deadline."""
    log: list[str] = []
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with asyncio.timeout(ticks * TICK) as timeout:
            for step in steps:
                if isinstance(step, tuple):
                    move(timeout, step[0])
                elif isinstance(step, str):
                    log.append(step)
                else:
                    await asyncio.sleep(step * TICK)
    except TimeoutError:
        log.append(f"late{int((loop.time() - start) / TICK + 0.3)}")
    return " ".join(log)


@probe("deadlines/moved-later")
async def _() -> str:
    log = await body(2, (4,), 3, "passed", 3)
    return words([log], later="passed late4", as_it_was="late2", never="passed")


@probe("deadlines/moved-earlier")
async def _() -> str:
    return words([await body(6, (1,), 3, "passed")], earlier="late1", as_it_was="passed")


@probe("deadlines/moved-from-now")
async def _() -> str:
    log = await body(3, 2, (2,), 1, "passed", 4)
    return words([log], replaces="passed late4", adds_up="passed late5", as_it_was="late3")


@probe("deadlines/moved-twice")
async def _() -> str:
    return words([await body(5, (1,), (3,), 2, "passed", 3)], last="passed late3", first="late1")


@probe("deadlines/moved-to-never")
async def _() -> str:
    return words([await body(1, (None,), 3, "passed")], called_off="passed", strikes="late1")


@probe("deadlines/moved-to-past")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(6 * TICK) as timeout:
            move(timeout, -1)
            log.append("went-on")
            await asyncio.sleep(0)
            log.append("passed")
            await asyncio.sleep(TICK)
            log.append("slept")
    except TimeoutError:
        log.append("late")
    return words(
        log,
        next_checkpoint="went-on late",
        next_wait="went-on passed late",
        at_once="late",
        never="went-on passed slept",
    )


@probe("deadlines/moved-by-other")
async def _() -> str:
    log: list[str] = []

    async def other() -> None:
        await asyncio.sleep(TICK)
        move(timeout, 4)

    async with asyncio.TaskGroup() as group:
        group.create_task(other())
        try:
            async with asyncio.timeout(2 * TICK) as timeout:
                await asyncio.sleep(3 * TICK)
                log.append("passed")
                await asyncio.sleep(3 * TICK)
        except TimeoutError:
            log.append("late")
    return words(log, moved="passed late", as_it_was="late")


async def nested(outer: int, inner: int, moves: str, to: int, sleeps: int) -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(outer * TICK) as o:
            try:
                async with asyncio.timeout(inner * TICK) as i:
                    move({"o": o, "i": i}[moves], to)
                    await asyncio.sleep(sleeps * TICK)
                    log.append("none")
            except TimeoutError:
                log.append("inner")
            await asyncio.sleep(5 * TICK)
    except TimeoutError:
        log.append("outer")
    return log[0]


@probe("deadlines/moved-past-outer")
async def _() -> str:
    return await nested(2, 1, "i", 5, 3)


@probe("deadlines/outer-moved-before-inner")
async def _() -> str:
    return await nested(9, 3, "o", 1, 5)


@probe("deadlines/moved-after-strike")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(TICK) as timeout:
            try:
                await asyncio.sleep(3 * TICK)
            except asyncio.CancelledError:
                log.append("caught")
            try:
                move(timeout, 9)
            except RuntimeError:
                return "refused"
            await asyncio.sleep(0)
            log.append("passed")
    except TimeoutError:
        log.append("late")
    return words(log, struck_for_good="caught late", goes_on="caught passed")


@probe("deadlines/moved-when-overdue")
async def _() -> str:
    try:
        async with asyncio.timeout(TICK) as timeout:
            time.sleep(2 * TICK)  # holding the loop up is the point
            move(timeout, 9)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    except TimeoutError:
        return "strikes"
    return "called-off"


@probe("deadlines/moved-after-exit")
async def _() -> str:
    answer = "nothing"
    async with asyncio.timeout(TICK) as timeout:  # noqa: ASYNC100  # it is left in time
        pass
    try:
        move(timeout, 1)
    except RuntimeError:
        answer = "refused"
    await asyncio.sleep(3 * TICK)
    return answer


@probe("deadlines/known-to-have-struck")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.timeout(TICK) as timeout:
            try:
                await asyncio.sleep(3 * TICK)
            finally:
                log.append(str(timeout.expired()))
    except TimeoutError:
        log.append(str(timeout.expired()))
    return words(log, both="True True", afterwards="False True", neither="False False")


@probe("deadlines/known-not-to-have-struck")
async def _() -> str:
    log: list[str] = []
    async with asyncio.timeout(3 * TICK) as timeout:
        await asyncio.sleep(TICK)
        log.append(str(timeout.expired()))
    await asyncio.sleep(4 * TICK)
    log.append(str(timeout.expired()))
    return words(log, never="False False", later="False True")


@probe("deadlines/overdue-called")
async def _() -> str:
    try:
        async with asyncio.timeout(TICK) as timeout:  # noqa: ASYNC100  # nobody may be told
            time.sleep(2 * TICK)
            return "struck" if timeout.expired() else "not-yet"
    except TimeoutError:
        return "?"


# ---------------------------------------------------------------- groups


async def bad() -> None:
    await asyncio.sleep(TICK)
    raise Error("E")


async def dirty() -> None:
    try:
        await asyncio.sleep(4 * TICK)
    finally:
        raise Error("F")


@probe("groups/grandchild-fails")
async def _() -> str:
    async def parent() -> None:
        async with asyncio.TaskGroup() as inner:
            inner.create_task(bad())

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(parent())
            group.create_task(asyncio.sleep(4 * TICK))
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("groups/inner-failure-order")
async def _() -> str:
    log: list[str] = []

    async def tidy(name: str) -> None:
        try:
            await asyncio.sleep(4 * TICK)
        finally:
            log.append(name)

    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(tidy("outer"))
            async with asyncio.TaskGroup() as inner:
                inner.create_task(tidy("inner"))
                inner.create_task(bad())
    except BaseExceptionGroup:
        pass
    return words(log, inside_out="inner outer", outside_in="outer inner")


@probe("groups/siblings-told")
async def _() -> str:
    told: list[float] = []

    async def tidy() -> None:
        try:
            await asyncio.sleep(9 * TICK)
        finally:
            told.append(time.monotonic())
            await asyncio.sleep(2 * TICK)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(tidy())
            group.create_task(tidy())
            await asyncio.sleep(TICK)
            group.create_task(bad())
    except BaseExceptionGroup:
        pass
    return "together" if max(told) - min(told) < TICK else "in-turn"


@probe("groups/three-errors")
async def _() -> str:
    event = asyncio.Event()

    async def child(error: str) -> None:
        await event.wait()
        raise Error(error)

    try:
        async with asyncio.TaskGroup() as group:
            for error in "EFG":
                group.create_task(child(error))
            await asyncio.sleep(TICK)
            event.set()
    except BaseException as caught:
        return "all" if shape(caught) == "[E+F+G]" else "some"
    return "kept"


@probe("groups/body-and-child-error")
async def _() -> str:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(dirty())
            await asyncio.sleep(TICK)
            raise Error("E")
    except BaseException as caught:
        answer = shape(caught)
        return {"bare": "body-only", "grouped": "body-grouped"}.get(answer, answer)


@probe("groups/sibling-swallows")
async def _() -> str:
    log: list[str] = []

    async def swallows() -> None:
        try:
            await asyncio.sleep(4 * TICK)
        except asyncio.CancelledError:
            log.append("caught")
        log.append("went-on")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            group.create_task(swallows())
    except BaseException as caught:
        log.append(shape(caught))
    return words(log, first_error="caught went-on grouped", kept="caught went-on")


@probe("groups/outside-cancel-kept")
async def _() -> str:
    event = asyncio.Event()

    async def child() -> None:
        await event.wait()
        raise Error("E")

    async def parent() -> str:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
        except BaseExceptionGroup:
            pass
        await asyncio.sleep(TICK)
        return "went-on"

    task = asyncio.create_task(parent())
    await asyncio.sleep(TICK)
    event.set()
    await asyncio.sleep(0)  # the child fails; its group hears of it in the next round
    task.cancel()
    await asyncio.wait([task])
    return "kept" if task.cancelled() else "lost"


@probe("groups/body-cleanup-waits")
async def _() -> str:
    log: list[str] = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            try:
                await asyncio.sleep(4 * TICK)
            finally:
                await asyncio.sleep(TICK)
                log.append("cleaned-up")
    except BaseExceptionGroup:
        log.append("caught")
    return words(log, finishes="cleaned-up caught", cut="caught", undisturbed="cleaned-up")


# ---------------------------------------------------------------- context variables


class Asyncio:
    """asyncio's tasks."""

    sleep = staticmethod(asyncio.sleep)

    def group(self) -> AbstractAsyncContextManager[Any]:
        """`TaskGroup`."""
        return asyncio.TaskGroup()

    async def spawn(self, group: Any, child: Callable[[], Awaitable[None]]) -> Callable[[], Any]:
        """`TaskGroup.create_task`."""
        task = group.create_task(child())
        return lambda: bool(task.cancel())

    @asynccontextmanager
    async def within(self, seconds: float) -> Any:
        """`timeout`."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            pass


context_probes.file(probe, Asyncio())
context_probes.file_kept(probe, Asyncio())
handed_probes.file(probe, Asyncio())
handed_probes.file_places(probe, Asyncio())


async def sets() -> None:
    VAR.set(2)
    await asyncio.sleep(0)


@probe("context/child-set-then-join")
async def _() -> str:
    VAR.set(1)
    await asyncio.create_task(sets())
    return words([str(VAR.get())], stays="1", leaks="2")


@probe("context/detached-set")
async def _() -> str:
    VAR.set(1)
    await asyncio.shield(asyncio.create_task(sets()))
    return words([str(VAR.get())], stays="1", leaks="2")


# ---------------------------------------------------------------- what a task says of itself


async def asked(*, swallows: bool, name: str) -> list[str]:
    """What a cancelled task answers to this question: in its clean-up, and at its end."""
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(4 * TICK)
        except asyncio.CancelledError:
            log.append(str(getattr(task, name)()))
            if not swallows:
                raise

    task = asyncio.create_task(child())
    await asyncio.sleep(TICK)
    task.cancel()
    await asyncio.wait([task])
    return [*log, str(getattr(task, name)())]


@probe("cancellation/requests-of-two")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(4 * TICK)
        finally:
            log.append(str(task.cancelling()))

    task = asyncio.create_task(child())
    await asyncio.sleep(TICK)
    task.cancel()
    task.cancel()
    await asyncio.wait([task])
    return words(log, each="2", one="1", none="0")


@probe("cancellation/requests-after-deadline")
async def _() -> str:
    task = asyncio.current_task()
    assert task is not None
    try:
        async with asyncio.timeout(TICK):
            await asyncio.sleep(4 * TICK)
    except TimeoutError:
        await asyncio.sleep(TICK)
    return words([str(task.cancelling())], none="0", some="1")


@probe("cancellation/called-during-cleanup")
async def _() -> str:
    return words(
        (await asked(swallows=False, name="cancelled"))[:1], not_yet="False", already="True"
    )


@probe("cancellation/called-afterwards")
async def _() -> str:
    return words(
        (await asked(swallows=False, name="cancelled"))[1:], called="True", not_called="False"
    )


@probe("cancellation/called-though-returned")
async def _() -> str:
    return words(
        (await asked(swallows=True, name="cancelled"))[1:], called="True", not_called="False"
    )


@probe("cancellation/done-during-cleanup")
async def _() -> str:
    log = await asked(swallows=False, name="done")
    return words(log, at_its_end="False True", too_soon="True True")
