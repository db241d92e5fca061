"""Conditions, asked of each runtime in its own words."""

from __future__ import annotations

from typing import Any, Final

from primitive_lib import Lib, Questions, call, refusal

ask: Final = Questions()
forgetting: Final = Questions()
"""What kills a runtime that does not bear a notification without a waiter (docs/findings/101)."""


def waiter(condition: Any, log: list[str], name: str) -> Any:
    async def wait() -> None:
        async with condition:
            await condition.wait()
            log.append(name)

    return wait


async def notify(condition: Any, count: int = 1) -> None:
    await call(condition.acquire())
    await call(condition.notify(count))
    await call(condition.release())


async def waiting(lib: Lib, condition: Any, log: list[str], names: str) -> list[Any]:
    """Tasks that wait, one after the other."""
    tasks = []
    for name in names:
        tasks.append(await lib.start(waiter(condition, log, name)))
        await lib.pause(1)
    return tasks


@ask("sync/condition-notify-one")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "ab")
    counts = []
    for _ in range(2):
        await notify(condition)
        await lib.pause(1)
        counts.append(len(log))
    return "yes" if counts == [1, 2] else "no"


@ask("sync/condition-notify-all")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "abc")
    async with condition:
        await call(condition.notify_all())
    await lib.pause(1)
    return "all" if len(log) == 3 else "some"


@ask("sync/condition-notify-count")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "abc")
    await notify(condition, 2)
    await lib.pause(1)
    return "yes" if len(log) == 2 else "no"


@ask("sync/condition-notify-order")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "ab")
    await notify(condition)
    await lib.pause(1)
    return {"a": "first", "b": "last"}["".join(log)]


@ask("sync/condition-releases-lock")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "a")
    if not await lib.in_time(condition.acquire):
        return "kept"
    await call(condition.release())
    return "free"


@ask("sync/condition-holds-lock-after")
async def _(lib: Lib) -> str:
    condition, held = lib.module.Condition(), []

    async def wait() -> None:
        await condition.acquire()
        await condition.wait()
        held.append(condition.locked())
        await call(condition.release())
        held.append(not condition.locked())

    await lib.start(wait)
    await lib.pause(1)
    await notify(condition)
    await lib.pause(1)
    return "holds" if held == [True, True] else "does-not"


@ask("sync/condition-waits-for-lock")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "a")
    await condition.acquire()
    await call(condition.notify())
    await lib.pause(1)
    answer = "goes-on" if log else "waits"
    await call(condition.release())
    await lib.pause(1)
    return answer if log else "hangs"


@ask("sync/condition-lock-after-notify", runs=5)
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "a")
    await notify(condition)
    await condition.acquire()
    answer = "waiter" if log else "notifier"
    await call(condition.release())
    return answer


@ask("sync/condition-wait-unlocked")
async def _(lib: Lib) -> str:
    condition, told = lib.module.Condition(), []

    async def wait() -> None:
        told.append(await refusal(condition.wait))

    return "refused" if await lib.in_time(wait) and told == ["RuntimeError"] else "waits"


@ask("sync/condition-notify-unlocked")
async def _(lib: Lib) -> str:
    refused = await refusal(lib.module.Condition().notify)
    return "refused" if refused == "RuntimeError" else "works"


@ask("sync/condition-notify-by-other")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    await waiting(lib, condition, log, "a")

    async def hold() -> None:
        async with condition:
            await lib.pause(2)

    await lib.start(hold)
    await lib.pause(1)
    told = await refusal(condition.notify)
    await lib.pause(2)
    return "works" if log else "refused" if told == "RuntimeError" else "lost"


def giving_up(lib: Lib, condition: Any, log: list[str], name: str) -> Any:
    """A task that writes down how its wait ends, and whether it has the lock then."""

    async def wait() -> None:
        await condition.acquire()
        try:
            await condition.wait()
            log.append(name)
        except lib.cancelled:
            log.append(name.upper())
        mine = not await refusal(condition.release)
        log.append("+" if mine else "-")

    return wait


@ask("sync/condition-cancel-holds-lock")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    task = await lib.start(giving_up(lib, condition, log, "a"))
    await lib.pause(1)
    await lib.cancel(task)
    await lib.ended(task)
    return {"A+": "holds", "A-": "does-not"}["".join(log)]


@ask("sync/condition-cancel-waits-for-lock")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    task = await lib.start(giving_up(lib, condition, log, "a"))
    await lib.pause(1)

    async def hold() -> None:
        async with condition:
            await lib.pause(4)
            log.append("out")

    await lib.start(hold)
    await lib.pause(1)
    await lib.cancel(task)
    await lib.ended(task)
    return "at-once" if log[0] == "A" else "waits-for-lock"


@ask("sync/condition-notify-then-cancel", runs=3)
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    first = await lib.start(giving_up(lib, condition, log, "a"))
    await lib.pause(1)
    await lib.start(giving_up(lib, condition, log, "b"))
    await lib.pause(1)
    await condition.acquire()
    await call(condition.notify())
    await call(condition.release())
    await lib.cancel(first)
    await lib.pause(2)
    if "a" in log:
        return "waiter-completes"
    return "passed-on" if "b" in log else "lost"


@ask("sync/condition-cancel-at-lock")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    first = await lib.start(giving_up(lib, condition, log, "a"))
    await lib.pause(1)
    await lib.start(giving_up(lib, condition, log, "b"))
    await lib.pause(1)

    async def cancel() -> None:
        await lib.pause(1)
        await lib.cancel(first)

    await lib.start(cancel)
    await condition.acquire()
    await call(condition.notify())
    await lib.pause(3)
    early = "A" in log
    await refusal(condition.release)
    await lib.pause(2)
    if "a" in log:
        return "completes"
    told = "without-lock" if early else "with-lock"
    if early:
        return f"told-{told}"
    return f"told-{told}-passed-on" if "b" in log else f"told-{told}-lost"


@ask("sync/condition-cancel-excludes")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []

    async def wait() -> None:
        async with condition:
            await condition.wait()

    task = await lib.start(wait)
    await lib.pause(1)
    await condition.acquire()
    await call(condition.notify())
    await lib.pause(1)

    async def cancel() -> None:
        await lib.cancel(task)

    async def third() -> None:
        await condition.acquire()
        log.append("in")

    await lib.start(cancel)
    await lib.pause(1)
    await lib.start(third)
    await lib.pause(1)
    log.append("out")
    await refusal(condition.release)
    await lib.pause(1)
    return "one-only" if log[0] == "out" else "two"


@ask("sync/condition-cancel-then-notify")
async def _(lib: Lib) -> str:
    condition, log = lib.module.Condition(), []  # type: ignore[var-annotated]
    first = await lib.start(giving_up(lib, condition, log, "a"))
    await lib.pause(1)
    await lib.start(giving_up(lib, condition, log, "b"))
    await lib.pause(1)

    async def act() -> None:
        async with condition:
            await lib.cancel(first)
            await call(condition.notify())

    if not await lib.in_time(act):
        return "deadlocks"
    await lib.pause(2)
    return "goes-to-next" if "b" in log else "lost"


@forgetting("sync/condition-notify-before-wait")
async def _(lib: Lib) -> str:
    condition = lib.module.Condition()

    async def wait() -> None:
        async with condition:
            await call(condition.notify())
            await condition.wait()

    return "remembered" if await lib.in_time(wait) else "forgotten"
