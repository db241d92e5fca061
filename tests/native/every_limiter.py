"""Capacity limiters, asked of trio and anyio in their own words."""

from __future__ import annotations

from typing import Any, Final

from every_permit import barges, kept, limits
from primitive_lib import Lib, Questions, refusal

ask: Final = Questions()


@ask("sync/limiter-limits")
async def _(lib: Lib) -> str:
    return await limits(lib, lib.module.CapacityLimiter(2))


def using(lib: Lib, limiter: Any, log: list[str], name: str, ticks: float = 0) -> Any:
    async def use() -> None:
        async with limiter:
            log.append(name)
            await lib.pause(ticks)

    return use


@ask("sync/limiter-borrow-twice")
async def _(lib: Lib) -> str:
    limiter, told = lib.module.CapacityLimiter(2), []
    await limiter.acquire()

    async def again() -> None:
        told.append(await refusal(limiter.acquire))

    if not await lib.in_time(again):
        return "waits"
    return {"RuntimeError": "refused", "": "lends"}[told[0]]


@ask("sync/limiter-release-unborrowed")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(1)
    await limiter.acquire()
    limiter.release()
    return "refused" if await refusal(limiter.release) == "RuntimeError" else "accepted"


@ask("sync/limiter-release-by-other")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(1)
    await lib.start(using(lib, limiter, [], "a", 4))
    await lib.pause(1)
    return "refused" if await refusal(limiter.release) == "RuntimeError" else "accepted"


@ask("sync/limiter-order")
async def _(lib: Lib) -> str:
    limiter, log = lib.module.CapacityLimiter(1), []  # type: ignore[var-annotated]
    await limiter.acquire()
    for name in "ab":
        await lib.start(using(lib, limiter, log, name, 1))
        await lib.pause(1)
    limiter.release()
    await lib.pause(1)
    return {"a": "first", "b": "last"}[log[0]]


@ask("sync/limiter-barging", runs=5)
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(1)
    await limiter.acquire()
    return await barges(lib, limiter)


@ask("sync/limiter-available")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(2)
    told = [limiter.available_tokens]
    await limiter.acquire()
    told.append(limiter.available_tokens)
    limiter.release()
    told.append(limiter.available_tokens)
    return "yes" if told == [2, 1, 2] else "no"


@ask("sync/limiter-borrower-ends")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(1)
    await lib.ended(await lib.start(limiter.acquire))
    return "free" if await lib.in_time(limiter.acquire) else "stays-borrowed"


@ask("sync/limiter-release-then-cancel")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(1)
    await limiter.acquire()
    return await kept(lib, limiter, first=True)


@ask("sync/limiter-grow")
async def _(lib: Lib) -> str:
    limiter, log = lib.module.CapacityLimiter(1), []  # type: ignore[var-annotated]
    await limiter.acquire()
    for name in "ab":
        await lib.start(using(lib, limiter, log, name, 9))
    await lib.pause(1)
    limiter.total_tokens = 3
    await lib.pause(1)
    return "get-in" if len(log) == 2 else "wait"


@ask("sync/limiter-shrink")
async def _(lib: Lib) -> str:
    limiter, log = lib.module.CapacityLimiter(2), []  # type: ignore[var-annotated]
    await lib.start(using(lib, limiter, log, "a", 3))
    await lib.start(using(lib, limiter, log, "b", 5))
    await lib.pause(1)
    limiter.total_tokens = 1
    await lib.start(using(lib, limiter, log, "c"))
    await lib.pause(1)
    if "c" in log:
        return "at-once"
    await lib.pause(2)
    if "c" in log:
        return "gets-in"
    await lib.pause(3)
    return "waits" if "c" in log else "hangs"


@ask("sync/limiter-shrink-available")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(2)
    await limiter.acquire()
    await lib.start(using(lib, limiter, [], "a", 4))
    await lib.pause(1)
    limiter.total_tokens = 1
    return {-1: "fewer-than-none", 0: "none"}[limiter.available_tokens]


@ask("sync/limiter-zero")
async def _(lib: Lib) -> str:
    limiter = lib.module.CapacityLimiter(1)
    limiter.total_tokens = 0
    if await lib.in_time(limiter.acquire):
        return "lets-in"
    limiter.total_tokens = 1
    return "lets-nobody-in" if await lib.in_time(limiter.acquire) else "hangs"
