"""Primitives and queues asked of asyncio itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncio_run
import every_condition
import every_permit
from asyncio_run import probe
from native_probe import TICK
from primitive_lib import Lib, Questions, Work, refusal


class Asyncio:
    """asyncio."""

    module = asyncio
    cancelled = asyncio.CancelledError
    end = "QueueShutDown"

    def bounded(self) -> Any:
        """asyncio.BoundedSemaphore."""
        return asyncio.BoundedSemaphore(1)

    def pipe(self, size: float) -> tuple[Any, Any]:
        """There are queues instead: never asked for."""
        raise NotImplementedError

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """`asyncio.Runner` cancels what is left."""
        yield

    async def pause(self, ticks: float) -> None:
        """asyncio.sleep."""
        await asyncio.sleep(ticks * TICK)

    async def start(self, work: Work) -> Any:
        """asyncio.create_task."""

        async def live() -> None:
            await work()

        return asyncio.create_task(live())

    async def cancel(self, task: Any) -> None:
        """Task.cancel, which does not wait."""
        task.cancel()

    async def ended(self, task: Any) -> None:
        """asyncio.wait."""
        await asyncio.wait([task])

    async def in_time(self, work: Work) -> bool:
        """asyncio.timeout."""
        try:
            async with asyncio.timeout(3 * TICK):
                await work()
        except TimeoutError:
            return False
        return True


LIB = Asyncio()
ask = Questions()


@ask("sync/semaphore-free-yields")
async def _(lib: Lib) -> str:
    return await asyncio_run.lets_others_run(asyncio.Semaphore(3).acquire)


# ---------------------------------------------------------------- barriers


async def parties(barrier: asyncio.Barrier, count: int, log: list[int]) -> list[Any]:
    """That many tasks at a barrier, each writing its number down."""

    async def come() -> None:
        log.append(await barrier.wait())

    tasks = [await LIB.start(come) for _ in range(count)]
    await LIB.pause(1)
    return tasks


@ask("sync/barrier-releases-all")
async def _(lib: Lib) -> str:
    log: list[int] = []
    await parties(asyncio.Barrier(3), 3, log)
    return "all" if len(log) == 3 else "some"


@ask("sync/barrier-waits")
async def _(lib: Lib) -> str:
    log: list[int] = []
    await parties(asyncio.Barrier(3), 2, log)
    return "lets-go" if log else "holds"


@ask("sync/barrier-index")
async def _(lib: Lib) -> str:
    log: list[int] = []
    await parties(asyncio.Barrier(3), 3, log)
    return "yes" if sorted(log) == [0, 1, 2] else "no"


@ask("sync/barrier-reusable")
async def _(lib: Lib) -> str:
    barrier, log = asyncio.Barrier(2), []  # type: ignore[var-annotated]
    await parties(barrier, 2, log)
    await parties(barrier, 2, log)
    return "again" if len(log) == 4 else "once"


@ask("sync/barrier-cancelled-party")
async def _(lib: Lib) -> str:
    barrier, log = asyncio.Barrier(2), []  # type: ignore[var-annotated]
    [task] = await parties(barrier, 1, log)
    task.cancel()
    await LIB.pause(1)
    await parties(barrier, 1, log)
    return "counts" if log else "does-not-count"


@ask("sync/barrier-cancel-then-last")
async def _(lib: Lib) -> str:
    barrier = asyncio.Barrier(2)
    [task] = await parties(barrier, 1, [])
    task.cancel()
    return "counts" if await LIB.in_time(barrier.wait) else "does-not-count"


@ask("sync/barrier-index-after-cancel")
async def _(lib: Lib) -> str:
    barrier, log = asyncio.Barrier(3), []  # type: ignore[var-annotated]
    first, _second = await parties(barrier, 2, log)
    first.cancel()
    await LIB.pause(1)
    await parties(barrier, 2, log)
    return "yes" if sorted(log) == [0, 1, 2] else "no"


@ask("sync/waiters-barrier")
async def _(lib: Lib) -> str:
    barrier, log = asyncio.Barrier(3), []  # type: ignore[var-annotated]
    told = [barrier.n_waiting]
    for count in (2, 1):
        await parties(barrier, count, log)
        told.append(barrier.n_waiting)
    return "yes" if told == [0, 2, 0] else "no"


@ask("sync/waiters-barrier-passed")
async def _(lib: Lib) -> str:
    barrier = asyncio.Barrier(2)
    await parties(barrier, 1, [])
    await barrier.wait()
    return {1: "counts", 0: "does-not-count"}[barrier.n_waiting]


@ask("sync/waiters-barrier-told")
async def _(lib: Lib) -> str:
    barrier = asyncio.Barrier(2)
    [task] = await parties(barrier, 1, [])
    task.cancel()
    return {1: "counts", 0: "does-not-count"}[barrier.n_waiting]


# ---------------------------------------------------------------- queues


@ask("channels/unbounded-send")
async def _(lib: Lib) -> str:
    queue: asyncio.Queue[int] = asyncio.Queue()

    async def many() -> None:
        for item in range(100):
            await queue.put(item)

    return "never-waits" if await LIB.in_time(many) else "waits"


@ask("channels/unbounded-order")
async def _(lib: Lib) -> str:
    queue: asyncio.Queue[int] = asyncio.Queue()
    for item in range(20):
        await queue.put(item)
    return "yes" if [await queue.get() for _ in range(20)] == list(range(20)) else "no"


@ask("channels/length")
async def _(lib: Lib) -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(3)
    told = [queue.qsize()]
    await queue.put(1)
    await queue.put(2)
    told.append(queue.qsize())
    await queue.get()
    told.append(queue.qsize())
    return "yes" if told == [0, 2, 1] else "no"


@ask("channels/length-waiting-sender")
async def _(lib: Lib) -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    await queue.put(1)
    await LIB.start(lambda: queue.put(2))
    await LIB.pause(1)
    return {1: "does-not", 2: "counts"}[queue.qsize()]


@ask("channels/length-handed-over")
async def _(lib: Lib) -> str:
    queue: asyncio.Queue[int] = asyncio.Queue(2)
    await LIB.start(queue.get)
    await LIB.pause(1)
    queue.put_nowait(7)
    return {0: "does-not", 1: "counts"}[queue.qsize()]


# ---------------------------------------------------------------- queues that are shut down

END = "QueueShutDown"


def getting(queue: Any, log: list[Any], times: int = 1) -> Work:
    """Get so often; write down each item, or the error's name."""

    async def get() -> None:
        for _ in range(times):
            try:
                log.append(await queue.get())
            except Exception as error:  # its name is what was asked for
                log.append(type(error).__name__)

    return get


def shut(question: Any) -> Any:
    """The question, with a fresh queue; only where a queue can be shut down."""

    async def whole(_lib: Lib) -> str:
        return str(await question(asyncio.Queue(1)))

    return whole


if hasattr(asyncio.Queue, "shutdown"):

    @ask("channels/close-ends-receive")
    @shut
    async def _(queue: Any) -> str:
        log: list[Any] = []
        await LIB.start(getting(queue, log))
        await LIB.pause(1)
        queue.shutdown()
        await LIB.pause(1)
        return "yes" if log == [END] else "no"

    @ask("channels/close-keeps-items")
    @shut
    async def _(queue: Any) -> str:
        log: list[Any] = []
        await queue.put(1)
        queue.shutdown()
        await getting(queue, log, 2)()
        return "kept" if log == [1, END] else "lost"

    @ask("channels/close-nowait-end")
    @shut
    async def _(queue: Any) -> str:
        before = await refusal(queue.get_nowait)
        queue.shutdown()
        after = await refusal(queue.get_nowait)
        return "tells" if (before, after) == ("QueueEmpty", END) else "does-not"

    @ask("channels/send-after-close")
    @shut
    async def _(queue: Any) -> str:
        queue.shutdown()
        return "refused" if await refusal(lambda: queue.put(1)) == END else "sent"

    @ask("channels/send-nowait-after-close")
    @shut
    async def _(queue: Any) -> str:
        queue.shutdown()
        return "yes" if await refusal(lambda: queue.put_nowait(1)) == END else "no"

    @ask("channels/close-under-send")
    @shut
    async def _(queue: Any) -> str:
        log: list[str] = []
        await queue.put(1)

        async def put() -> None:
            log.append(await refusal(lambda: queue.put(2)))

        await LIB.start(put)
        await LIB.pause(1)
        queue.shutdown()
        await LIB.pause(1)
        return {END: "refused", "": "goes-on"}[log[0]] if log else "waits"

    @ask("channels/send-then-close")
    @shut
    async def _(queue: Any) -> str:
        log: list[Any] = []
        await LIB.start(getting(queue, log, 2))
        await LIB.pause(1)
        queue.put_nowait(7)
        queue.shutdown()
        await LIB.pause(1)
        return "yes" if log == [7, END] else "no"

    @ask("channels/close-then-cancel")
    @shut
    async def _(queue: Any) -> str:
        task = await LIB.start(queue.get)
        await LIB.pause(1)
        queue.shutdown()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        return "cancellation" if task.cancelled() else "end"

    @ask("channels/close-twice")
    @shut
    async def _(queue: Any) -> str:
        queue.shutdown()
        return "error" if await refusal(queue.shutdown) else "may"


for questions in (
    every_condition.ask,
    every_permit.queries,
    every_permit.clearing,
    every_permit.semaphores,
    ask,
    every_permit.bounded,
    every_condition.forgetting,
):
    questions.file(LIB, probe)


if __name__ == "__main__":
    asyncio_run.main()
