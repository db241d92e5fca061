"""What Twisted's coroutines do, in Twisted's own words, all on one global reactor."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from native_probe import TICK, Error, order
from probe_runner import LIMIT
from twisted.internet import endpoints, error, protocol, reactor, task
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    DeferredLock,
    DeferredQueue,
    QueueOverflow,
)
from twisted.logger import globalLogBeginner

R: Any = reactor
probes: dict[str, Callable[[], Any]] = {}
start = Deferred.fromCoroutine


def probe(name: str) -> Callable[[Any], Any]:
    def file(question: Any) -> Any:
        probes[name] = question
        return question

    return file


def pause(ticks: float = 1) -> Any:
    return task.deferLater(R, ticks * TICK)


async def returns(value: object, ticks: float = 1) -> object:
    await pause(ticks)
    return value


async def fails() -> None:
    await pause()
    raise ERROR


ERROR = Error("E")


@probe("spawn/starts")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("ran")

    start(child())
    log.append("went-on")
    return "at-once" if log[0] == "ran" else "later"


@probe("spawn/first-steps")
async def _() -> str:
    log: list[str] = []

    async def child(name: str) -> None:
        log.append(name)

    for name in "ab":
        start(child(name))
    return order(log, "ab")


@probe("join/value")
async def _() -> str:
    return "yes" if await start(returns(7)) == 7 else "no"


@probe("join/done-task")
async def _() -> str:
    child = start(returns(7))
    await pause(2)
    return "yes" if await child == 7 else "no"


@probe("join/twice")
async def _() -> str:
    child = start(returns(7))
    return "same" if [await child, await child] == [7, 7] else "lost"


@probe("join/failed")
async def _() -> str:
    try:
        await start(fails())
    except Error as seen:
        return "same-object" if seen is ERROR else "other"
    return "nothing"


@probe("join/failed-by-two")
async def _() -> str:
    log: list[str] = []
    child = start(fails())

    async def joiner() -> None:
        try:
            await child
        except Error:
            log.append("E")

    for one in [start(joiner()), start(joiner())]:
        await one
    return {2: "both", 1: "one"}.get(len(log), "none")


@probe("join/cancelled-task")
async def _() -> str:
    child = start(returns(7, 5))
    await pause()
    child.cancel()
    try:
        await child
    except CancelledError:
        return "cancellation"
    return "value"


@probe("join/cycle")
async def _() -> str:
    handles: dict[str, Any] = {}
    log: list[str] = []

    async def child(other: str) -> None:
        await pause(0)
        await handles[other]
        log.append("joined")

    handles["a"] = start(child("b"))
    handles["b"] = start(child("a"))
    await pause(3)
    return "refused" if log else "blocks"


@probe("cancellation/before-first-step")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        log.append("ran")
        await pause(0)
        log.append("went-on")

    start(child()).addErrback(lambda _: None).cancel()
    await pause()
    return {0: "skips", 1: "runs-to-checkpoint"}.get(len(log), "runs-to-wait")


@probe("cancellation/call-waits")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await pause(10)
        finally:
            await pause()
            log.append("cleaned")

    handle = start(child())
    await pause()
    handle.cancel()
    log.append("called")
    handle.addErrback(lambda _: None)
    await pause(3)
    return "waits" if log == ["cleaned", "called"] else "returns-at-once"


@probe("cancellation/swallow-then-wait")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await pause(10)
        except CancelledError:
            pass
        try:
            await pause()
            log.append("edge")
        except CancelledError:
            log.append("level")

    handle = start(child())
    await pause()
    handle.cancel()
    await pause(3)
    return log[0]


@probe("cancellation/joiner")
async def _() -> str:
    log: list[str] = []

    async def target() -> None:
        await pause(3)
        log.append("done")

    async def joiner() -> None:
        await child

    child = start(target())
    waiter = start(joiner())
    await pause()
    waiter.cancel()
    for one in (waiter, child):
        one.addErrback(lambda _: None)
    await pause(4)
    return "joiner-only" if log else "target-too"


@probe("cancellation/twice-at-once")
async def _() -> str:
    log: list[str] = []

    async def child() -> None:
        try:
            await pause(10)
        except CancelledError:
            log.append("told")
        try:
            await pause(2)
        except CancelledError:
            log.append("again")

    handle = start(child())
    await pause()
    handle.cancel()
    handle.cancel()
    await pause(3)
    return "delivered-again" if "again" in log else "delivered-once"


@probe("timers/sleeps-overlap")
async def _() -> str:
    began = R.seconds()
    children = [start(returns(0, 4)) for _ in range(2)]
    for child in children:
        await child
    return "yes" if R.seconds() - began < 7 * TICK else "no"


@probe("sync/lock-reacquire")
async def _() -> str:
    lock = DeferredLock()
    await lock.acquire()
    again = lock.acquire()
    await pause()
    return "works" if again.called else "blocks"


@probe("sync/lock-barging")
async def _() -> str:
    log: list[str] = []
    lock = DeferredLock()

    async def waiter() -> None:
        await lock.acquire()
        log.append("waiter-first")
        lock.release()

    await lock.acquire()
    start(waiter())
    await pause()
    lock.release()
    await lock.acquire()
    log.append("owner-again")
    return log[0]


@probe("sync/lock-release-unheld")
async def _() -> str:
    try:
        DeferredLock().release()
    except AssertionError:
        return "refused"
    return "works"


@probe("sync/channel-nowait-full")
async def _() -> str:
    queue: Any = DeferredQueue(size=1)
    queue.put(1)
    try:
        queue.put(2)
    except QueueOverflow:
        return "Full"
    return "sent"


@probe("cancellation/item-second-receiver")
async def _() -> str:
    queue: Any = DeferredQueue(size=1)
    got: list[str] = []

    async def receiver(name: str) -> None:
        got.append(name + await queue.get())

    first, _ = start(receiver("a")), start(receiver("b"))
    await pause()
    first.addErrback(lambda _: None)
    first.cancel()
    queue.put("7")
    await pause()
    return "yes" if got == ["b7"] else "no"


@probe("tcp/connection-refused")
async def _() -> str:
    listener = await endpoints.TCP4ServerEndpoint(R, 0, interface="127.0.0.1").listen(
        protocol.Factory.forProtocol(protocol.Protocol)
    )
    port = listener.getHost().port
    await listener.stopListening()
    try:
        await endpoints.TCP4ClientEndpoint(R, "127.0.0.1", port).connect(
            protocol.Factory.forProtocol(protocol.Protocol)
        )
    except error.ConnectionRefusedError:
        return "refused"
    return "other"


class Server(protocol.Protocol):  # type: ignore[misc]
    """Answers once, then closes."""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self.transport.write(data * 2)
        self.transport.loseConnection()


class Client(protocol.Protocol):  # type: ignore[misc]
    """Keeps what comes."""

    def __init__(self) -> None:
        self.log: list[bytes] = []
        self.lost: Any = Deferred()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self.log.append(data)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        self.lost.callback(reason.value)


@probe("tcp/close-delivers-what-was-sent")
async def _() -> str:
    listener = await endpoints.TCP4ServerEndpoint(R, 0, interface="127.0.0.1").listen(
        protocol.Factory.forProtocol(Server)
    )
    client = await endpoints.TCP4ClientEndpoint(R, "127.0.0.1", listener.getHost().port).connect(
        protocol.Factory.forProtocol(Client)
    )
    client.transport.write(b"ab")
    reason = await client.lost
    await listener.stopListening()
    told = b"".join(client.log) == b"abab" and isinstance(reason, error.ConnectionDone)
    return "yes" if told else "no"


async def ask(only: str) -> None:
    """One after the other: a reactor runs once."""
    told: dict[str, str] = {}
    for name, question in probes.items():
        if only not in name:
            continue
        try:
            told[name] = await start(question()).addTimeout(LIMIT, R)
        except Exception as failure:
            told[name] = f"crash:{type(failure).__name__}"
    json.dump(told, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    globalLogBeginner.beginLoggingTo([lambda _: None], redirectStandardIO=False)
    R.callWhenRunning(lambda: start(ask("".join(sys.argv[1:]))).addBoth(lambda _: R.stop()))
    R.run()
