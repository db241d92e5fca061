"""Deadlines that are moved, asked of trio and of anyio."""

from __future__ import annotations

import math
import time
from typing import Any

from native_probe import TICK, Filing
from structured import Api, words


def file(probe: Filing, aio: Api) -> None:
    """All of them."""

    async def body(ticks: float, *steps: Any) -> str:
        """Moves (in a tuple: to that many ticks from now), sleeps (numbers) and notes under a deadline."""
        log: list[str] = []
        start = aio.now()
        try:
            with aio.fail_after(ticks * TICK) as scope:
                for step in steps:
                    if isinstance(step, tuple):
                        scope.deadline = aio.now() + step[0] * TICK
                    elif isinstance(step, str):
                        log.append(step)
                    else:
                        await aio.sleep(step * TICK)
        except aio.late:
            log.append(f"late{int((aio.now() - start) / TICK + 0.3)}")
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
        return words(
            [await body(5, (1,), (3,), 2, "passed", 3)], last="passed late3", first="late1"
        )

    @probe("deadlines/moved-to-never")
    async def _() -> str:
        return words(
            [await body(1, (math.inf,), 3, "passed")], called_off="passed", strikes="late1"
        )

    @probe("deadlines/moved-to-past")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.fail_after(6 * TICK) as scope:
                scope.deadline = aio.now() - TICK
                log.append("went-on")
                await aio.checkpoint()
                log.append("passed")
                await aio.sleep(TICK)
                log.append("slept")
        except aio.late:
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
            await aio.sleep(TICK)
            scope.deadline = aio.now() + 4 * TICK

        async with aio.open_group() as group:
            group.start_soon(other)
            try:
                with aio.fail_after(2 * TICK) as scope:
                    await aio.sleep(3 * TICK)
                    log.append("passed")
                    await aio.sleep(3 * TICK)
            except aio.late:
                log.append("late")
        return words(log, moved="passed late", as_it_was="late")

    async def nested(outer: int, inner: int, moves: str, to: int, sleeps: int) -> str:
        log: list[str] = []
        try:
            with aio.fail_after(outer * TICK) as o:
                try:
                    with aio.fail_after(inner * TICK) as i:
                        {"o": o, "i": i}[moves].deadline = aio.now() + to * TICK
                        await aio.sleep(sleeps * TICK)
                        log.append("passed")
                except aio.late:
                    log.append("inner")
                log.append("between")
                await aio.sleep(5 * TICK)
        except aio.late:
            log.append("outer")
        return log[0]

    @probe("deadlines/moved-past-outer")
    async def _() -> str:
        return (await nested(2, 1, "i", 5, 3)).replace("passed", "none")

    @probe("deadlines/outer-moved-before-inner")
    async def _() -> str:
        return await nested(9, 3, "o", 1, 5)

    @probe("deadlines/rescued-in-shield")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.fail_after(2 * TICK) as scope:
                with aio.CancelScope(shield=True):
                    await aio.sleep(TICK)
                    scope.deadline = aio.now() + 4 * TICK
                    await aio.sleep(2 * TICK)
                await aio.sleep(TICK)
                log.append("passed")
        except aio.late:
            log.append("late")
        return words(log, spared="passed", cut="late")


def file_late(probe: Filing, aio: Api) -> None:
    """Moves that come too late, and what a deadline says of itself."""

    @probe("deadlines/moved-after-strike")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.fail_after(TICK) as scope:
                try:
                    await aio.sleep(3 * TICK)
                except aio.cancelled():
                    log.append("caught")
                scope.deadline = aio.now() + 9 * TICK
                await aio.checkpoint()
                log.append("passed")
        except aio.late:
            log.append("late")
        return words(log, struck_for_good="caught late", goes_on="caught passed", moves_on="caught")

    @probe("deadlines/struck-in-shield-then-moved")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.fail_after(TICK) as scope:
                with aio.CancelScope(shield=True):
                    await aio.sleep(2 * TICK)
                    scope.deadline = aio.now() + 9 * TICK
                await aio.sleep(TICK)
                log.append("passed")
        except aio.late:
            log.append("late")
        return words(log, struck_for_good="late", called_off="passed", moves_on="")

    @probe("deadlines/moved-when-overdue")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.fail_after(TICK) as scope:
                time.sleep(2 * TICK)  # holding the loop up is the point
                scope.deadline = aio.now() + 9 * TICK
                await aio.checkpoint()
                await aio.checkpoint()
                log.append("passed")
        except aio.late:
            log.append("late")
        return words(log, called_off="passed", strikes="late")

    @probe("deadlines/moved-after-exit")
    async def _() -> str:
        log: list[str] = []
        with aio.fail_after(TICK) as scope:
            pass
        try:
            scope.deadline = aio.now() + TICK
        except RuntimeError:
            log.append("refused")
        await aio.sleep(3 * TICK)
        log.append("went-on")
        return words(log, refused="refused went-on", nothing="went-on")

    @probe("deadlines/known-to-have-struck")
    async def _() -> str:
        log: list[str] = []
        try:
            with aio.fail_after(TICK) as scope:
                try:
                    await aio.sleep(3 * TICK)
                finally:
                    log.append(str(scope.cancel_called))
        except aio.late:
            log.append(str(scope.cancel_called))
        return words(log, both="True True", afterwards="False True", neither="False False")

    @probe("deadlines/known-not-to-have-struck")
    async def _() -> str:
        log: list[str] = []
        with aio.fail_after(3 * TICK) as scope:
            await aio.sleep(TICK)
            log.append(str(scope.cancel_called))
        await aio.sleep(4 * TICK)
        log.append(str(scope.cancel_called))
        return words(log, never="False False", later="False True")

    @probe("deadlines/overdue-called")
    async def _() -> str:
        with aio.fail_after(TICK) as scope:
            time.sleep(2 * TICK)  # holding the loop up is the point
            called = scope.cancel_called
        return "struck" if called else "not-yet"

    @probe("deadlines/caught")
    async def _() -> str:
        try:
            with aio.fail_after(TICK) as scope:
                await aio.sleep(3 * TICK)
        except aio.late:
            return "says-so" if scope.cancelled_caught else "denies-it"
        return "in-time"

    @probe("deadlines/caught-by-outer")
    async def _() -> str:
        try:
            with aio.fail_after(TICK) as outer, aio.fail_after(4 * TICK) as inner:
                await aio.sleep(3 * TICK)
        except aio.late:
            pass
        said = [str(inner.cancelled_caught), str(outer.cancelled_caught)]
        return words(said, outer_only="False True", both="True True")
