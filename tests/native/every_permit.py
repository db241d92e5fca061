"""Events, locks and semaphores, asked of each runtime in its own words."""

from __future__ import annotations

from typing import Any, Final

from primitive_lib import Lib, Questions, call, refusal

queries: Final = Questions()
"""What all runtimes tell about events and locks."""
clearing: Final = Questions()
"""Events that can be cleared."""
nowait: Final = Questions()
"""What can be taken at once, or not."""
semaphores: Final = Questions()
"""Semaphores."""
bounded: Final = Questions()
"""Bounded semaphores; `make` makes one of one permit."""
values: Final = Questions()
"""Semaphores that tell their value."""


async def limits(lib: Lib, thing: Any) -> str:
    """Whether two of three get in at once."""
    inside, most = 0, 0
    log: list[str] = []

    async def use() -> None:
        nonlocal inside, most
        async with thing:
            inside += 1
            most = max(most, inside)
            log.append("in")
            await lib.pause(2)
            inside -= 1

    tasks = [await lib.start(use) for _ in range(3)]
    for task in tasks:
        await lib.ended(task)
    return "yes" if (most, len(log)) == (2, 3) else "no"


async def in_which_order(lib: Lib, thing: Any) -> str:
    """Which of two that wait gets in."""
    log: list[str] = []

    def taking(name: str) -> Any:
        async def take() -> None:
            await thing.acquire()
            log.append(name)

        return take

    for name in "ab":
        await lib.start(taking(name))
        await lib.pause(1)
    await call(thing.release())
    await lib.pause(1)
    return {"a": "first", "b": "last"}[log[0]]


async def barges(lib: Lib, thing: Any) -> str:
    """Give it back while somebody waits, and take it again at once."""
    log: list[str] = []

    async def take() -> None:
        async with thing:
            log.append("in")

    await lib.start(take)
    await lib.pause(1)
    await call(thing.release())
    await thing.acquire()
    return "waiter-first" if log else "giver-first"


async def kept(lib: Lib, thing: Any, *, first: bool) -> str:
    """Give it to somebody who is cancelled in the same round."""
    log: list[str] = []

    async def take() -> None:
        async with thing:
            log.append("in")

    task = await lib.start(take)
    await lib.pause(1)
    await call(thing.release())
    await lib.cancel(task)
    if not await lib.in_time(thing.acquire):
        return "lost"
    return "kept-receiver-completes" if log else "kept-receiver-is-told"


@queries("sync/event-is-set")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    before = event.is_set()
    await call(event.set())
    return "yes" if (before, event.is_set()) == (False, True) else "no"


@queries("sync/lock-locked")
async def _(lib: Lib) -> str:
    lock = lib.module.Lock()
    told = [lock.locked()]
    await lock.acquire()
    told.append(lock.locked())
    await call(lock.release())
    told.append(lock.locked())
    return "yes" if told == [False, True, False] else "no"


@queries("sync/lock-locked-handed-over")
async def _(lib: Lib) -> str:
    lock = lib.module.Lock()
    await lock.acquire()
    await lib.start(lock.acquire)
    await lib.pause(1)
    await call(lock.release())
    return "taken" if lock.locked() else "free"


@clearing("sync/event-clear")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    await call(event.set())
    event.clear()
    return "returns" if await lib.in_time(event.wait) else "waits"


@clearing("sync/event-clear-after-set")
async def _(lib: Lib) -> str:
    event, log = lib.module.Event(), []

    async def wait() -> None:
        await event.wait()
        log.append("on")

    await lib.start(wait)
    await lib.pause(1)
    await call(event.set())
    event.clear()
    await lib.pause(1)
    return "goes-on" if log else "waits-again"


@clearing("sync/event-is-set-cleared")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    await call(event.set())
    event.clear()
    return "no" if event.is_set() else "yes"


@nowait("sync/lock-nowait-taken")
async def _(lib: Lib) -> str:
    lock, told = lib.module.Lock(), []
    await lock.acquire()

    async def take() -> None:
        told.append(await refusal(lock.acquire_nowait))

    await lib.ended(await lib.start(take))
    return "yes" if told == ["WouldBlock"] else "no"


@nowait("sync/lock-nowait-free")
async def _(lib: Lib) -> str:
    lock = lib.module.Lock()
    return "yes" if not await refusal(lock.acquire_nowait) and lock.locked() else "no"


@nowait("sync/lock-nowait-reserved")
async def _(lib: Lib) -> str:
    lock = lib.module.Lock()
    await lock.acquire()
    await lib.start(lock.acquire)
    await lib.pause(1)
    lock.release()
    return "reserved" if await refusal(lock.acquire_nowait) == "WouldBlock" else "barges"


@nowait("sync/lock-nowait-own")
async def _(lib: Lib) -> str:
    lock = lib.module.Lock()
    await lock.acquire()
    told = await refusal(lock.acquire_nowait)
    return {"RuntimeError": "refused", "WouldBlock": "would-block", "": "takes"}[told]


@nowait("sync/semaphore-nowait-empty")
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(0)
    return "yes" if await refusal(semaphore.acquire_nowait) == "WouldBlock" else "no"


@nowait("sync/semaphore-nowait-reserved")
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(0)
    await lib.start(semaphore.acquire)
    await lib.pause(1)
    semaphore.release()
    told = await refusal(semaphore.acquire_nowait)
    return "reserved" if told == "WouldBlock" else "taken"


@nowait("sync/limiter-nowait-empty")
async def _(lib: Lib) -> str:
    limiter, told = lib.module.CapacityLimiter(1), []
    await limiter.acquire()

    async def take() -> None:
        told.append(await refusal(limiter.acquire_nowait))

    await lib.ended(await lib.start(take))
    return "yes" if told == ["WouldBlock"] else "no"


@semaphores("sync/semaphore-limits")
async def _(lib: Lib) -> str:
    return await limits(lib, lib.module.Semaphore(2))


@semaphores("sync/semaphore-waits")
async def _(lib: Lib) -> str:
    semaphore, log = lib.module.Semaphore(0), []

    async def take() -> None:
        await semaphore.acquire()
        log.append("in")

    await lib.start(take)
    await lib.pause(1)
    if log:
        return "gets-in"
    await call(semaphore.release())
    await lib.pause(1)
    return "waits" if log else "is-forgotten"


@semaphores("sync/semaphore-release-more")
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(0)

    async def use() -> None:
        await call(semaphore.release())
        await call(semaphore.release())
        await semaphore.acquire()
        await semaphore.acquire()

    return "grows" if await lib.in_time(use) else "does-not"


@semaphores("sync/semaphore-release-by-other")
async def _(lib: Lib) -> str:
    semaphore, told = lib.module.Semaphore(1), []
    await semaphore.acquire()

    async def give() -> None:
        told.append(await refusal(semaphore.release))

    await lib.ended(await lib.start(give))
    works = told == [""] and await lib.in_time(semaphore.acquire)
    return "works" if works else "refused"


@semaphores("sync/semaphore-order")
async def _(lib: Lib) -> str:
    return await in_which_order(lib, lib.module.Semaphore(0))


@semaphores("sync/semaphore-barging", runs=5)
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(1)
    await semaphore.acquire()
    return await barges(lib, semaphore)


@semaphores("sync/semaphore-cancel-then-release")
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(0)
    task = await lib.start(semaphore.acquire)
    await lib.pause(1)
    await lib.cancel(task)
    await call(semaphore.release())
    return "kept" if await lib.in_time(semaphore.acquire) else "lost"


@semaphores("sync/semaphore-release-then-cancel")
async def _(lib: Lib) -> str:
    return await kept(lib, lib.module.Semaphore(0), first=False)


@bounded("sync/semaphore-bounded")
async def _(lib: Lib) -> str:
    return "refused" if await refusal(lib.bounded().release) == "ValueError" else "accepted"


@bounded("sync/semaphore-bounded-refusal")
async def _(lib: Lib) -> str:
    semaphore = lib.bounded()
    told = await refusal(semaphore.release)
    first = await lib.in_time(semaphore.acquire)
    second = await lib.in_time(semaphore.acquire)
    return "yes" if (told, first, second) == ("ValueError", True, False) else "no"


@values("sync/semaphore-value")
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(2)
    told = [semaphore.value]
    await semaphore.acquire()
    told.append(semaphore.value)
    await call(semaphore.release())
    told.append(semaphore.value)
    return "yes" if told == [2, 1, 2] else "no"


@values("sync/semaphore-value-handed-over")
async def _(lib: Lib) -> str:
    semaphore = lib.module.Semaphore(0)
    await lib.start(semaphore.acquire)
    await lib.pause(1)
    await call(semaphore.release())
    return {0: "does-not", 1: "counts"}[semaphore.value]
