"""Deadlines' own words, groups that are cancelled and context variables asked of curio itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import copy_context
from typing import Any

import context_probes
import handed_probes
from context_probes import VAR
from curio_run import PROBES, curio, probe, run
from native_probe import TICK, Error, Question, shape
from structured import words


@probe("deadlines/caught")
async def _() -> str:
    try:
        async with curio.timeout_after(TICK) as scope:
            await curio.sleep(3 * TICK)
    except curio.TaskTimeout:
        return "says-so" if scope.expired else "denies-it"
    return "in-time"


@probe("deadlines/caught-by-outer")
async def _() -> str:
    try:
        async with curio.timeout_after(TICK) as outer, curio.timeout_after(4 * TICK) as inner:
            await curio.sleep(3 * TICK)
    except curio.TaskTimeout:
        pass
    return words(
        [str(inner.expired), str(outer.expired)], outer_only="False True", both="True True"
    )


# ---------------------------------------------------------------- groups


async def sleeper(ticks: int, log: list[str], word: str = "finished") -> None:
    await curio.sleep(ticks * TICK)
    log.append(word)


@probe("groups/cancel-children")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as group:
        await group.spawn(sleeper, 3, log)
        await group.spawn(sleeper, 4, log)
        await curio.sleep(TICK)
        await group.cancel_remaining()
    log.append("left")
    return words(log, cancelled="left", some="finished left")


@probe("groups/cancel-body")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as group:
        await group.spawn(curio.sleep, 3 * TICK)
        await group.cancel_remaining()
        await curio.sleep(TICK)
        log.append("slept")
    return words(log, interrupted="", goes_on="slept")


@probe("groups/cancel-call-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await curio.sleep(5 * TICK)
        finally:
            await curio.sleep(TICK)
            log.append("cleaned-up")

    async with curio.TaskGroup() as group:
        await group.spawn(child)
        await curio.sleep(TICK)
        await group.cancel_remaining()
        log.append("called")
    log.append("left")
    return words(log, waits="cleaned-up called left", returns_at_once="called cleaned-up left")


@probe("groups/cancel-by-child")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as group:

        async def child() -> None:
            await curio.sleep(TICK)
            await group.cancel_remaining()
            log.append("went-on")
            await curio.sleep(TICK)
            log.append("slept")

        await group.spawn(child)
        await group.spawn(curio.sleep, 4 * TICK)
    return words(log, next_checkpoint="went-on", at_once="", spared="went-on slept")


@probe("groups/spawn-after-cancel")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("started")
        await curio.sleep(TICK)
        log.append("finished")

    async with curio.TaskGroup() as group:
        await group.cancel_remaining()
        await group.spawn(child)
    return words(log, cut_at_checkpoint="started", finishes="started finished", never_starts="")


@probe("groups/cancel-shielded-child")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        async with curio.disable_cancellation():
            await sleeper(3, log, "shielded")
        await sleeper(3, log)

    async with curio.TaskGroup() as group:
        await group.spawn(child)
        await curio.sleep(TICK)
        await group.cancel_remaining()
    return words(log, waits="shielded", cuts="", spares="shielded finished")


async def bad() -> None:
    await curio.sleep(TICK)
    raise Error("E")


async def dirty() -> None:
    try:
        await curio.sleep(4 * TICK)
    finally:
        raise Error("F")


@probe("groups/cancel-cleanup-error")
async def _() -> str:
    try:
        async with curio.TaskGroup() as group:
            await group.spawn(dirty)
            await curio.sleep(TICK)
            await group.cancel_remaining()
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("groups/cancel-inner")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as outer:
        await outer.spawn(sleeper, 3, log)
        async with curio.TaskGroup() as inner:
            await inner.spawn(curio.sleep, 4 * TICK)
            await curio.sleep(TICK)
            await inner.cancel_remaining()
        log.append("between")
    return words(log, inner_only="between finished", outer_too="between")


@probe("groups/cancel-outer-from-inner")
async def _() -> str:
    log: list[str] = []
    async with curio.TaskGroup() as outer:

        async def second() -> None:
            await curio.sleep(TICK)
            await outer.cancel_remaining()
            await curio.sleep(TICK)
            log.append("itself")

        await outer.spawn(sleeper, 4, log)
        async with curio.TaskGroup() as inner:
            await inner.spawn(second)
        log.append("between")
    return words(log, everything="", not_itself="itself between", only_the_outer="between")


@probe("groups/grandchild-fails")
async def _() -> str:
    log: list[str] = []

    async def parent() -> None:
        async with curio.TaskGroup() as inner:
            await inner.spawn(bad)

    try:
        async with curio.TaskGroup() as group:
            await group.spawn(parent)
            await group.spawn(sleeper, 4, log)
    except BaseException as caught:
        return shape(caught)
    return words(log, kept="finished")


@probe("groups/inner-failure-order")
async def _() -> str:
    log: list[str] = []

    async def tidy(name: str) -> None:
        try:
            await curio.sleep(4 * TICK)
        finally:
            log.append(name)

    async with curio.TaskGroup() as outer:
        await outer.spawn(tidy, "outer")
        async with curio.TaskGroup() as inner:
            await inner.spawn(tidy, "inner")
            await inner.spawn(bad)
    return words(log, inside_out="inner outer", outside_in="outer inner")


@probe("groups/handed-in-cancelled-group")
async def _() -> str:
    log: list[str] = []

    async def late() -> None:
        await curio.sleep(TICK)
        log.append("finished")

    async with curio.TaskGroup() as group:

        async def child() -> None:
            async with curio.disable_cancellation():
                await curio.sleep(2 * TICK)
                await group.spawn(late)
                await curio.sleep(2 * TICK)

        await group.spawn(child)
        await curio.sleep(TICK)
        await group.cancel_remaining()
    return words(log, cuts="", spares="finished")


@probe("groups/siblings-told")
async def _() -> str:
    told: list[float] = []

    async def tidy() -> None:
        try:
            await curio.sleep(9 * TICK)
        finally:
            told.append(await curio.clock())
            await curio.sleep(2 * TICK)

    async def late() -> None:
        await curio.sleep(TICK)
        await bad()

    async with curio.TaskGroup() as group:
        await group.spawn(tidy)
        await group.spawn(tidy)
        await group.spawn(late)
    return "together" if max(told) - min(told) < TICK else "in-turn"


@probe("groups/three-errors")
async def _() -> str:
    event = curio.Event()

    async def child(error: str) -> None:
        await event.wait()
        raise Error(error)

    try:
        async with curio.TaskGroup() as group:
            for error in "EFG":
                await group.spawn(child, error)
            await curio.sleep(TICK)
            await event.set()
    except BaseException as caught:
        return shape(caught)
    return "kept"


@probe("groups/body-and-child-error")
async def _() -> str:
    try:
        async with curio.TaskGroup() as group:
            await group.spawn(dirty)
            await curio.sleep(TICK)
            raise Error("E")
    except BaseException as caught:
        answer = shape(caught)
        return {"bare": "body-only", "grouped": "body-grouped"}.get(answer, answer)


@probe("groups/sibling-swallows")
async def _() -> str:
    log: list[str] = []

    async def swallows() -> None:
        try:
            await curio.sleep(4 * TICK)
        except curio.CancelledError:
            log.append("caught")
        log.append("went-on")

    try:
        async with curio.TaskGroup() as group:
            await group.spawn(bad)
            await group.spawn(swallows)
    except BaseException as caught:
        log.append(shape(caught))
    return words(log, first_error="caught went-on grouped", kept="caught went-on")


@probe("groups/outside-cancel-kept")
async def _() -> str:
    event, log = curio.Event(), list[str]()

    async def child() -> None:
        await event.wait()
        raise Error("E")

    async def parent() -> None:
        async with curio.TaskGroup() as group:
            await group.spawn(child)
        await curio.sleep(TICK)
        log.append("went-on")

    task = await curio.spawn(parent)
    await curio.sleep(TICK)
    await event.set()
    await task.cancel()
    return "lost" if log else "kept"


@probe("groups/body-cleanup-waits")
async def _() -> str:
    log: list[str] = []
    try:
        async with curio.TaskGroup() as group:
            await group.spawn(bad)
            try:
                await curio.sleep(4 * TICK)
            finally:
                await curio.sleep(TICK)
                log.append("cleaned-up")
    except BaseException:
        log.append("caught")
    return words(log, finishes="cleaned-up caught", cut="caught", undisturbed="cleaned-up")


# ---------------------------------------------------------------- context variables


class Curio:
    """curio's tasks."""

    sleep = staticmethod(curio.sleep)

    def group(self) -> AbstractAsyncContextManager[Any]:
        """`TaskGroup`."""
        group: AbstractAsyncContextManager[Any] = curio.TaskGroup()
        return group

    async def spawn(self, group: Any, child: Callable[[], Awaitable[None]]) -> Callable[[], Any]:
        """`TaskGroup.spawn`."""
        task = await group.spawn(child)
        return task.cancel  # type: ignore[no-any-return]

    @asynccontextmanager
    async def within(self, seconds: float) -> Any:
        """`timeout_after`."""
        try:
            async with curio.timeout_after(seconds):
                yield
        except curio.TaskTimeout:
            pass


def probe_in_context(name: str, runs: int = 1) -> Callable[[Question], Question]:
    """As `probe`; what curio's tasks set would stay in this thread's own context otherwise."""

    def file(question: Question) -> Question:
        PROBES[name] = lambda: copy_context().run(run, question)
        return question

    return file


context_probes.file(probe_in_context, Curio())
context_probes.file_kept(probe_in_context, Curio())
handed_probes.file(probe_in_context, Curio())
handed_probes.file_places(probe_in_context, Curio())


@probe_in_context("context/child-set-then-join")
async def _() -> str:
    async def sets() -> None:
        VAR.set(2)

    VAR.set(1)
    await (await curio.spawn(sets)).join()
    return words([str(VAR.get())], stays="1", leaks="2")


@probe_in_context("context/set-in-shield")
async def _() -> str:
    VAR.set(1)
    async with curio.disable_cancellation():
        VAR.set(2)
        await curio.sleep(0)
    return words([str(VAR.get())], kept="2", lost="1")


# ---------------------------------------------------------------- what a task says of itself


async def asked(*, swallows: bool, name: str) -> list[str]:
    """What a cancelled task answers to this question: in its clean-up, and at its end."""
    log: list[str] = []

    async def child() -> None:
        try:
            await curio.sleep(4 * TICK)
        except curio.CancelledError:
            log.append(str(getattr(task, name)))
            if not swallows:
                raise

    task = await curio.spawn(child)
    await curio.sleep(TICK)
    await task.cancel()
    return [*log, str(getattr(task, name))]


@probe("cancellation/called-during-cleanup")
async def _() -> str:
    log = await asked(swallows=False, name="cancelled")
    return words(log[:1], not_yet="False", already="True")


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
    log = await asked(swallows=False, name="terminated")
    return words(log, at_its_end="False True", too_soon="True True")
