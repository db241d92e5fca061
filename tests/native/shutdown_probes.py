"""Ctrl-C, exits and what main leaves behind, asked of asyncio, trio and curio: each in its own words."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from concurrent_words import Watch, Words
from native_probe import TICK, Error

Main = Callable[[Watch], Awaitable[Any]]
Run = Callable[[Callable[[], Awaitable[Any]]], Any]
Table = dict[str, Callable[[], str]]


def ctrl_c() -> None:
    """Ctrl-C, here and now."""
    signal.raise_signal(signal.SIGINT)


def leave() -> None:
    """`sys.exit`."""
    raise SystemExit(1)


def holds(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether it is of that kind, or a group with one inside."""
    if isinstance(error, BaseExceptionGroup):
        return any(holds(each, kind) for each in error.exceptions)
    return isinstance(error, kind)


def lived(run: Run, lib: Words, main: Main) -> tuple[Watch, BaseException | None]:
    """What a run wrote down, and what came out of it."""
    watch = Watch()

    async def top() -> None:
        await main(watch)

    try:
        run(top)
    except BaseException as error:
        return watch, error
    return watch, None


async def cleaning(lib: Words, watch: Watch, name: str, *steps: Any, waits: bool = False) -> None:
    """Steps, and a clean-up, which may wait."""
    try:
        for step in steps:
            result = step()
            if result is not None:
                await result
        watch.note(f"{name}-past")
    except lib.cancelled:
        watch.note(f"{name}-told")
        raise
    finally:
        watch.note(f"{name}-cleaning")
        if waits:
            await lib.sleep(TICK)
        watch.note(f"{name}-cleaned")


def file_main(table: Table, run: Run, lib: Words) -> None:
    """What strikes in main itself."""

    def alone(*steps: Any, waits: bool = False) -> tuple[Watch, BaseException | None]:
        async def main(watch: Watch) -> None:
            went = [(lambda: watch.note("went-on")) if step is None else step for step in steps]
            await lib.sleep(TICK)
            await cleaning(lib, watch, "main", *went, waits=waits)

        return lived(run, lib, main)

    def pause() -> Awaitable[None]:
        return lib.sleep(2 * TICK)

    def in_main() -> str:
        watch, _ = alone(ctrl_c, None, pause)
        if not watch.has("went-on"):
            return "there"
        return "never" if watch.has("main-past") else "at-next-wait"

    def raises() -> str:
        _, error = alone(ctrl_c, None, pause)
        return "raises" if holds(error, KeyboardInterrupt) else "silent"

    def cleanup() -> str:
        watch, _ = alone(ctrl_c, pause, waits=True)
        if watch.has("main-cleaned"):
            return "performed"
        return "cut" if watch.has("main-cleaning") else "none"

    def twice() -> str:
        async def main(watch: Watch) -> None:
            ctrl_c()
            watch.note("once")
            ctrl_c()
            watch.note("twice")
            await lib.sleep(TICK)

        watch, _ = lived(run, lib, main)
        if not watch.has("once"):
            return "first-strikes"
        return "next-wait" if watch.has("twice") else "second-strikes"

    def swallowed() -> str:
        async def main(watch: Watch) -> None:
            try:
                ctrl_c()
                await lib.sleep(5 * TICK)
            except lib.cancelled:
                watch.note("caught")

        watch, error = lived(run, lib, main)
        if not watch.has("caught"):
            return "cannot-be-caught"
        return "raised-all-the-same" if holds(error, KeyboardInterrupt) else "swallowed"

    def between() -> str:
        def soon() -> None:
            os.kill(os.getpid(), signal.SIGINT)

        async def main(watch: Watch) -> None:
            threading.Timer(TICK, soon).start()
            await cleaning(lib, watch, "main", lambda: lib.sleep(20 * TICK))

        watch, error = lived(run, lib, main)
        if watch.has("main-past") or not holds(error, KeyboardInterrupt):
            return "lost"
        if not watch.has("main-cleaned"):
            return "nobody"
        return "main" if watch.has("main-told") else "main-directly"

    def exits() -> str:
        _, error = alone(leave, pause)
        return "raises" if holds(error, SystemExit) else "silent"

    def exit_in_thread() -> str:
        async def main(watch: Watch) -> None:
            await cleaning(lib, watch, "main", lambda: lib.in_thread(leave))

        _, error = lived(run, lib, main)
        return "raised" if holds(error, SystemExit) else "lost"

    def in_group(strike: Callable[[], None], kind: type[BaseException]) -> str:
        async def main(watch: Watch) -> None:
            async def striking() -> None:
                await lib.sleep(TICK)
                await cleaning(lib, watch, "a", strike, lambda: lib.sleep(3 * TICK))

            async def sibling() -> None:
                await cleaning(lib, watch, "b", lambda: lib.sleep(3 * TICK))

            async with lib.group() as start:
                await start(striking)
                await start(sibling)
            watch.note("main-past")

        watch, error = lived(run, lib, main)
        if watch.has("main-past"):
            return "run-goes-on"
        told = holds(error, kind) and watch.has("b-cleaned")
        return "ends-all" if told and not watch.has("b-past") else "nobody-cleaned"

    table.update(
        {
            "shutdown/interrupt-in-main": in_main,
            "shutdown/interrupt-run-raises": raises,
            "shutdown/interrupt-cleanup": cleanup,
            "shutdown/interrupt-twice": twice,
            "shutdown/interrupt-swallowed": swallowed,
            "shutdown/interrupt-between-tasks": between,
            "shutdown/exit-in-main": exits,
            "shutdown/exit-in-thread": exit_in_thread,
            "shutdown/interrupt-in-group": lambda: in_group(ctrl_c, KeyboardInterrupt),
            "shutdown/exit-in-group": lambda: in_group(leave, SystemExit),
        }
    )


def file_tasks(table: Table, run: Run, lib: Words) -> None:
    """What strikes in a task beside main, and what main leaves behind."""

    def beside(
        strike: Callable[[], None], where: str, waits: bool = False
    ) -> tuple[Watch, BaseException | None]:
        async def main(watch: Watch) -> None:
            async def other() -> None:
                if where == "main":
                    await cleaning(lib, watch, "a", lambda: lib.sleep(9 * TICK), waits=waits)
                    return
                await lib.sleep(TICK)
                went = lambda: watch.note("went-on")  # noqa: E731
                await cleaning(lib, watch, "a", strike, went, lambda: lib.sleep(3 * TICK))

            await lib.start(other)
            if where == "main":
                await lib.sleep(TICK)
                await cleaning(lib, watch, "main", strike, lambda: lib.sleep(TICK))
            else:
                await cleaning(lib, watch, "main", lambda: lib.sleep(5 * TICK))

        return lived(run, lib, main)

    def others_cleaned(strike: Callable[[], None]) -> str:
        watch, _ = beside(strike, "main", waits=True)
        if watch.has("a-cleaned"):
            return "not-cancelled" if watch.has("a-past") else "performed"
        return "cut" if watch.has("a-cleaning") else "none"

    def interrupt_in_child() -> str:
        watch, _ = beside(ctrl_c, "child")
        if watch.has("went-on"):
            return "main" if watch.has("main-told") else "main-directly"
        return "child"

    def raised(strike: Callable[[], None], kind: type[BaseException]) -> tuple[bool, bool, bool]:
        watch, error = beside(strike, "child")
        return holds(error, kind), watch.has("main-past"), watch.has("main-cleaned")

    def exit_in_child() -> str:
        came, past, _ = raised(leave, SystemExit)
        if past:
            return "both" if came else "main-goes-on"
        return "ends-run"

    def exit_joined() -> str:
        async def main(watch: Watch) -> None:
            async def other() -> None:
                await lib.sleep(TICK)
                leave()

            child = await lib.start(other)
            try:
                await lib.join(child)
                watch.note("past")
            except lib.cancelled:
                watch.note("cancelled")
                raise
            except SystemExit:
                watch.note("exit")
                raise
            except Exception:
                watch.note("wrapped")

        watch, _ = lived(run, lib, main)
        return watch.log[0].partition("@")[0] if watch.log else "torn-down"

    table.update(
        {
            "shutdown/interrupt-others-cleaned": lambda: others_cleaned(ctrl_c),
            "shutdown/exit-others-cleaned": lambda: others_cleaned(leave),
            "shutdown/interrupt-in-child": interrupt_in_child,
            "shutdown/interrupt-in-child-raises": lambda: (
                "raises" if raised(ctrl_c, KeyboardInterrupt)[0] else "silent"
            ),
            "shutdown/exit-in-child": exit_in_child,
            "shutdown/exit-in-child-cleanup": lambda: (
                "performed" if raised(leave, SystemExit)[2] else "none"
            ),
            "shutdown/exit-joined": exit_joined,
        }
    )


def file_orphans(table: Table, run: Run, lib: Words, unhandled: list[Any]) -> None:
    """Tasks that main leaves behind. `unhandled` holds what the library logged."""

    def left(orphan: Callable[[Watch], Awaitable[Any]], fails: bool = False) -> Watch:
        async def main(watch: Watch) -> None:
            await lib.start(lambda: orphan(watch))
            await lib.sleep(TICK)
            if fails:
                raise Error("E")

        return lived(run, lib, main)[0]

    def swallows() -> str:
        async def orphan(watch: Watch) -> None:
            try:
                await lib.sleep(9 * TICK)
            except lib.cancelled:
                watch.note("told")
            watch.note("going-on")
            await lib.sleep(2 * TICK)
            watch.note("done")

        watch = left(orphan)
        if not watch.has("going-on"):
            return "never-told"
        if not watch.has("done"):
            return "cut"
        return "goes-on" if watch.has("told") else "awaited"

    def spawns() -> str:
        async def late(watch: Watch) -> None:
            try:
                watch.note("ran")
                await lib.sleep(20 * TICK)
                watch.note("done")
            except lib.cancelled:
                watch.note("b-cleaned")
                raise

        async def orphan(watch: Watch) -> None:
            try:
                await lib.sleep(9 * TICK)
            finally:
                await lib.start(lambda: late(watch))
                await lib.sleep(TICK)

        watch = left(orphan)
        if watch.has("done"):
            return "finishes"
        if not watch.has("ran"):
            return "never-runs"
        return "cancelled" if watch.has("b-cleaned") else "cut"

    def fails() -> str:
        async def orphan(_: Watch) -> None:
            try:
                await lib.sleep(9 * TICK)
            finally:
                raise Error("E")

        unhandled.clear()
        left(orphan)
        return "unhandled" if unhandled else "silent"

    def deadline() -> str:
        async def orphan(watch: Watch) -> None:
            try:
                await lib.sleep(9 * TICK)
            finally:
                try:
                    await lib.within(2 * TICK, lambda: lib.sleep(5 * TICK))
                except lib.late:
                    watch.note("late")
                watch.note("cleaned")

        watch = left(orphan)
        if not watch.has("cleaned"):
            return "cut"
        return "strikes" if watch.has("late") else "not-at-all"

    def raising() -> str:
        async def orphan(watch: Watch) -> None:
            await cleaning(lib, watch, "a", lambda: lib.sleep(9 * TICK), waits=True)

        watch = left(orphan, fails=True)
        if watch.has("a-cleaned"):
            return "performed"
        return "cut" if watch.has("a-cleaning") else "none"

    table.update(
        {
            "shutdown/orphan-swallows": swallows,
            "shutdown/cleanup-spawns": spawns,
            "shutdown/cleanup-fails": fails,
            "shutdown/cleanup-deadline": deadline,
            "shutdown/main-raises": raising,
        }
    )
