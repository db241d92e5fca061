"""Threads that call back into the loop, asked of asyncio, trio and anyio: one text, in each library's own words."""

from __future__ import annotations

import contextlib
import threading
from contextvars import ContextVar

from concurrent_words import Watch, Words
from native_probe import TICK, Error, Filing


def file_calls(probe: Filing, lib: Words) -> None:
    """Threads that call back."""

    @probe("threads/call-value")
    @lib.inside
    async def _() -> str:
        async def called() -> int:
            await lib.sleep(2 * TICK)
            return 7

        return "yes" if await lib.in_thread(lambda: lib.call(called)) == 7 else "no"

    @probe("threads/call-error")
    @lib.inside
    async def _() -> str:
        error = Error("E")

        async def called() -> None:
            await lib.sleep(TICK)
            raise error

        def work() -> str:
            try:
                lib.call(called)
            except Exception as raised:
                return "same-object" if raised is error else "another"
            return "none"

        return str(await lib.in_thread(work))

    @probe("threads/call-sets-event")
    @lib.inside
    async def _() -> str:
        watch = Watch()

        async def called() -> None:
            watch.note("set")

        await lib.in_thread(lambda: lib.call(called))
        return "yes" if watch.log else "no"

    @probe("threads/calls-in-order")
    @lib.inside
    async def _() -> str:
        log: list[str] = []

        async def first() -> None:
            await lib.sleep(2 * TICK)
            log.append("first")

        async def second() -> None:
            log.append("second")

        def work() -> None:
            lib.call(first)
            log.append("between")
            lib.call(second)

        await lib.in_thread(work)
        return "yes" if log == ["first", "between", "second"] else "no"

    variable: ContextVar[int] = ContextVar("variable", default=0)

    @probe("threads/call-context")
    @lib.inside
    async def _() -> str:
        seen: list[int] = []

        async def called() -> None:
            seen.append(variable.get())

        def work() -> None:
            variable.set(2)
            lib.call(called)

        variable.set(1)
        await lib.in_thread(work)
        return {2: "the-threads", 1: "the-tasks", 0: "none"}[seen[0]]

    async def call_and_cancel(before: bool) -> str:
        watch, gate = Watch(), threading.Event()

        async def called() -> None:
            try:
                await lib.sleep(5 * TICK)
                watch.note("done")
            except lib.cancelled:
                watch.note("cancelled")
                raise

        def work() -> None:
            if before:
                gate.wait()
            with contextlib.suppress(*lib.cancelled):
                lib.call(called)

        child = await lib.start(lambda: lib.in_thread(work))
        await lib.sleep(TICK)
        await child.cancel()
        gate.set()
        await child.end()
        await lib.sleep(8 * TICK)
        return "goes-on" if watch.has("done") else "cancelled-too"

    @probe("threads/call-under-way")
    @lib.inside
    async def _() -> str:
        return await call_and_cancel(before=False)

    @probe("threads/call-after-cancel")
    @lib.inside
    async def _() -> str:
        return await call_and_cancel(before=True)

    if not lib.has_checks:
        return

    @probe("threads/check-not-cancelled")
    @lib.inside
    async def _() -> str:
        await lib.in_thread(lib.check)
        return "yes"

    async def checked(swallows: bool) -> tuple[Watch, str]:
        watch, gate = Watch(), threading.Event()

        def work() -> None:
            gate.wait()
            try:
                lib.check()
            except lib.cancelled:
                watch.note("told")
                if not swallows:
                    raise

        child = await lib.start(lambda: lib.in_thread(work))
        await lib.sleep(TICK)
        await child.cancel()
        gate.set()
        return watch, await child.end()

    @probe("threads/check-cancelled")
    @lib.inside
    async def _() -> str:
        watch, _ = await checked(swallows=True)
        return "told" if watch.has("told") else "not-told"

    @probe("threads/told-then-waiter")
    @lib.inside
    async def _() -> str:
        _, end = await checked(swallows=False)
        return {"raised": "error", "returned": "returns"}.get(end, end)
