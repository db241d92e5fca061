"""Threads asked of asyncio, trio, curio and anyio: one text, in each library's own words."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from concurrent_words import Watch, Words
from native_probe import TICK, Error, Filing

Work = Callable[[], Any]


async def told(lib: Words, watch: Watch, wait: Callable[[], Awaitable[Any]]) -> None:
    """Note how a wait ends."""
    try:
        await wait()
    except lib.cancelled:
        watch.note("cancelled")
    except Exception:
        watch.note("failed")
    else:
        watch.note("got-it")


async def cancelled_at_1(
    lib: Words, work: Callable[[Watch], Any], abandon: bool | None = None
) -> Watch:
    """A wait for a thread that is held up to tick 4, cancelled at 1."""
    watch, gate = Watch(), threading.Event()

    def held() -> Any:
        gate.wait()
        return work(watch)

    async def waiter() -> None:
        await told(lib, watch, lambda: lib.in_thread(held, abandon))

    async def opener() -> None:
        await lib.sleep(4 * TICK)
        gate.set()

    child, other = await lib.start(waiter), await lib.start(opener)
    await lib.sleep(TICK)
    await child.cancel()
    await child.end()
    await other.end()
    await lib.sleep(2 * TICK)
    return watch


def fails(_: Watch) -> None:
    """A thread's error."""
    raise Error("E")


def released(watch: Watch) -> None:
    """A thread goes on."""
    watch.note("released")


def file_results(probe: Filing, lib: Words) -> None:
    """What comes out of a thread."""

    @probe("threads/value")
    @lib.inside
    async def _() -> str:
        return "yes" if await lib.in_thread(lambda: 5) == 5 else "no"

    @probe("threads/error")
    @lib.inside
    async def _() -> str:
        error = Error("E")

        def work() -> None:
            raise error

        try:
            await lib.in_thread(work)
        except Exception as raised:
            return "same-object" if raised is error else "another"
        return "none"

    @probe("threads/stop-iteration")
    @lib.inside
    async def _() -> str:
        def work() -> None:
            raise StopIteration

        async def wait() -> None:
            with contextlib.suppress(RuntimeError, TypeError):
                await lib.in_thread(work)
                watch.note("nothing")
                return
            watch.note("another-error")

        watch = Watch()
        child = await lib.start(wait)
        for _ in range(40):
            if not watch.log:
                await lib.sleep(TICK)
        if not watch.log:
            await child.cancel()
            return "hangs"
        return watch.log[0].partition("@")[0]

    @probe("threads/others-go-on")
    @lib.inside
    async def _() -> str:
        gate, watch = threading.Event(), Watch()
        child = await lib.start(lambda: lib.in_thread(lambda: gate.wait(200 * TICK)))
        await lib.sleep(2 * TICK)
        watch.note("went-on")
        gate.set()
        await child.end()
        return "yes" if watch.has("went-on") and await child.end() == "returned" else "no"

    @probe("threads/two-at-once")
    @lib.inside
    async def _() -> str:
        gates = threading.Event(), threading.Event()
        watch = Watch()

        def second() -> None:
            watch.note("second")
            gates[1].wait(200 * TICK)

        first = await lib.start(lambda: lib.in_thread(lambda: gates[0].wait(200 * TICK)))
        other = await lib.start(lambda: lib.in_thread(second))
        await lib.sleep(2 * TICK)
        found = watch.has("second")
        for gate in gates:
            gate.set()
        await first.end()
        await other.end()
        return "yes" if found else "no"

    @probe("threads/error-in-group")
    @lib.inside
    async def _() -> str:
        watch = Watch()

        async def sibling() -> None:
            await lib.sleep(5 * TICK)
            watch.note("lasted")

        async def failing() -> None:
            await lib.sleep(TICK)
            await lib.in_thread(lambda: fails(watch))

        try:
            async with lib.group() as start:
                for body in (failing, sibling):
                    await start(body)
        except Exception:
            watch.note("failed")
        if watch.has("lasted"):
            return "waits-for-sibling"
        return "fails" if watch.has("failed") else "collected"

    variable: ContextVar[int] = ContextVar("variable", default=0)

    @probe("threads/context")
    @lib.inside
    async def _() -> str:
        variable.set(1)
        return "sees-them" if await lib.in_thread(variable.get) else "sees-none"

    @probe("threads/context-comes-back")
    @lib.inside
    async def _() -> str:
        variable.set(1)
        await lib.in_thread(lambda: variable.set(2))
        return "sees-them" if variable.get() == 2 else "keeps-its-own"


def file_cancelled(probe: Filing, lib: Words) -> None:
    """What a cancellation does to a wait for a thread."""

    @probe("threads/cancelled-wait")
    @lib.inside
    async def _() -> str:
        watch = await cancelled_at_1(lib, released)
        if watch.has("got-it"):
            return "waits-then-returns"
        return "abandons" if watch.has("cancelled@1") else "waits-then-cancelled"

    @probe("threads/abandoned")
    @lib.inside
    async def _() -> str:
        watch = await cancelled_at_1(lib, released, abandon=True)
        return "at-once" if watch.has("cancelled@1") else "waits"

    @probe("threads/abandoned-goes-on")
    @lib.inside
    async def _() -> str:
        watch = await cancelled_at_1(lib, released, abandon=True)
        return "runs-on" if watch.has("released") else "stopped"

    @probe("threads/abandoned-error")
    @lib.inside
    async def _() -> str:
        await cancelled_at_1(lib, fails, abandon=True)
        return "silent"

    @probe("threads/deadline")
    @lib.inside
    async def _() -> str:
        watch, gate = Watch(), threading.Event()

        async def opener() -> None:
            await lib.sleep(4 * TICK)
            gate.set()

        await lib.start(opener)
        try:
            await lib.within(2 * TICK, lambda: lib.in_thread(gate.wait))
        except lib.late:
            watch.note("late")
        else:
            watch.note("in-time")
        await lib.sleep(4 * TICK)
        if watch.has("in-time"):
            return "never"
        return "strikes" if watch.has("late@2") else "late"

    @probe("threads/group-waits")
    @lib.inside
    async def _() -> str:
        watch, gate = Watch(), threading.Event()

        async def opener() -> None:
            await lib.sleep(4 * TICK)
            gate.set()

        async def failing() -> None:
            await lib.sleep(TICK)
            raise Error("E")

        other = await lib.start(opener)
        with contextlib.suppress(Exception):
            async with lib.group() as start:
                await start(lambda: lib.in_thread(gate.wait))
                await start(failing)
        watch.note("left")
        await other.end()
        return "leaves" if watch.has("left@1") else "waits"

    @probe("threads/left-at-the-end")
    @lib.inside
    async def _() -> Any:
        gate, watch = threading.Event(), Watch()
        if lib.joins:
            vars(lib.joins)["THREAD_JOIN_TIMEOUT"] = 10 * TICK  # five minutes, where there is one

        child = await lib.start(lambda: lib.in_thread(lambda: gate.wait(40 * TICK), abandon=True))
        await lib.sleep(TICK)
        await child.cancel()
        await child.end()

        def later() -> str:
            watch.note("over")
            gate.set()
            return "leaves" if int(watch.log[0].partition("@")[2]) < 35 else "waits"

        return later

    if lib.has_shield:

        @probe("threads/shielded")
        @lib.inside
        async def _() -> str:
            watch, gate = Watch(), threading.Event()

            async def waiter() -> None:
                async with lib.shield():
                    await lib.in_thread(gate.wait, abandon=True)
                    watch.note("waited")

            async def opener() -> None:
                await lib.sleep(4 * TICK)
                gate.set()

            child = await lib.start(waiter)
            other = await lib.start(opener)
            await lib.sleep(TICK)
            await child.cancel()
            await child.end()
            await other.end()
            return "keeps" if watch.has("waited") else "abandons"

    if not lib.may_wait:
        return

    @probe("threads/awaited-error")
    @lib.inside
    async def _() -> str:
        watch = await cancelled_at_1(lib, fails, abandon=False)
        return "error" if watch.has("failed") else "cancelled"

    @probe("threads/cancelled-later")
    @lib.inside
    async def _() -> str:
        watch, gate = Watch(), threading.Event()

        async def waiter() -> None:
            await lib.in_thread(gate.wait, abandon=False)
            watch.note("waited")
            await lib.sleep(TICK)
            watch.note("went-on")

        child = await lib.start(waiter)
        await lib.sleep(TICK)
        await child.cancel()
        gate.set()
        await child.end()
        if not watch.has("waited"):
            return "instead"
        return "lost" if watch.has("went-on") else "delivered"

    @probe("threads/cancelled-before")
    @lib.inside
    async def _() -> str:
        watch = Watch()

        async def waiter() -> None:
            await child[0].cancel()
            await lib.in_thread(lambda: watch.note("ran"))

        child: list[Any] = []
        child.append(await lib.start(waiter))
        await child[0].end()
        await lib.sleep(TICK)
        return "starts" if watch.log else "never-starts"
