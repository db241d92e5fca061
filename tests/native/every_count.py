"""How many tasks wait for a primitive or a channel, asked of trio and anyio in their own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from primitive_lib import Lib, Questions

ask: Final = Questions()


def waiting(thing: Any) -> int:
    """What the statistics of a primitive say."""
    return int(thing.statistics().tasks_waiting)


def word(number: int) -> str:
    """One task that is woken or told of something counts, or not."""
    return {1: "counts", 0: "does-not-count"}[number]


async def in_turn(lib: Lib, thing: Any) -> str:
    """Take the only one, have two tasks wait for it, give it back: who waits at each of these."""

    async def use() -> None:
        async with thing:
            await lib.pause(9)

    await thing.acquire()
    told = [waiting(thing)]
    await lib.start(use)
    await lib.start(use)
    await lib.pause(1)
    told.append(waiting(thing))
    thing.release()
    await lib.pause(1)
    told.append(waiting(thing))
    return "yes" if told == [0, 2, 1] else "no"


@ask("sync/waiters-lock")
async def _(lib: Lib) -> str:
    return await in_turn(lib, lib.module.Lock())


@ask("sync/waiters-semaphore")
async def _(lib: Lib) -> str:
    return await in_turn(lib, lib.module.Semaphore(1))


@ask("sync/waiters-limiter")
async def _(lib: Lib) -> str:
    return await in_turn(lib, lib.module.CapacityLimiter(1))


@ask("sync/waiters-event")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    told = [waiting(event)]
    await lib.start(event.wait)
    await lib.start(event.wait)
    await lib.pause(1)
    told.append(waiting(event))
    event.set()
    await lib.pause(1)
    told.append(waiting(event))
    return "yes" if told == [0, 2, 0] else "no"


def notified(condition: Any) -> Callable[[], Any]:
    """A task that waits to be notified."""

    async def wait() -> None:
        async with condition:
            await condition.wait()

    return wait


@ask("sync/waiters-condition")
async def _(lib: Lib) -> str:
    condition = lib.module.Condition()
    await lib.start(notified(condition))
    await lib.start(notified(condition))
    await lib.pause(1)
    told = [waiting(condition)]
    for notify in (condition.notify, condition.notify_all):
        async with condition:
            notify()
        await lib.pause(1)
        told.append(waiting(condition))
    return "yes" if told == [2, 1, 0] else "no"


@ask("sync/waiters-notified")
async def _(lib: Lib) -> str:
    condition = lib.module.Condition()
    await lib.start(notified(condition))
    await lib.pause(1)
    async with condition:
        condition.notify()
        return word(int(condition.statistics().lock_statistics.tasks_waiting))


@ask("sync/waiters-cancelled")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    first = await lib.start(event.wait)
    await lib.start(event.wait)
    await lib.pause(1)
    await lib.cancel(first)
    await lib.pause(1)
    return "yes" if waiting(event) == 1 else "no"


@ask("sync/waiters-woken")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    await lib.start(event.wait)
    await lib.pause(1)
    event.set()
    return word(waiting(event))


@ask("sync/waiters-told")
async def _(lib: Lib) -> str:
    event = lib.module.Event()
    task = await lib.start(event.wait)
    await lib.pause(1)
    await lib.cancel(task)
    return word(waiting(event))


@ask("channels/waiting-receivers")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    await lib.start(receive.receive)
    await lib.start(receive.receive)
    await lib.pause(1)
    told = [send.statistics().tasks_waiting_receive]
    for item in "xy":
        await send.send(item)
        await lib.pause(1)
        told.append(send.statistics().tasks_waiting_receive)
    return "yes" if told == [2, 1, 0] else "no"


@ask("channels/waiting-senders")
async def _(lib: Lib) -> str:
    send, receive = lib.pipe(1)
    send.send_nowait("w")
    for item in "xy":
        await lib.start(partial(send.send, item))
    await lib.pause(1)
    told = [receive.statistics().tasks_waiting_send]
    for _ in "wx":
        await receive.receive()
        await lib.pause(1)
        told.append(receive.statistics().tasks_waiting_send)
    return "yes" if told == [2, 1, 0] else "no"
