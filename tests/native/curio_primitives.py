"""Primitives and queues asked of curio itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import curio_run
import every_condition
import every_permit
from curio_run import curio, probe
from native_probe import TICK
from primitive_lib import Lib, Questions, Work


class Curio:
    """curio; what a question leaves behind is the kernel's to cancel."""

    module = curio
    cancelled = curio.CancelledError
    end = ""

    def bounded(self) -> Any:
        """There is none: never asked for."""
        raise NotImplementedError

    def pipe(self, size: float) -> tuple[Any, Any]:
        """There are queues instead: never asked for."""
        raise NotImplementedError

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Nothing: `curio.run` cancels what is left."""
        yield

    async def pause(self, ticks: float) -> None:
        """curio.sleep."""
        await curio.sleep(ticks * TICK)

    async def start(self, work: Work) -> Any:
        """curio.spawn, and the task's first step."""
        task = await curio.spawn(work, daemon=True)
        await curio.sleep(0)
        return task

    async def cancel(self, task: Any) -> None:
        """Task.cancel, which waits for the task's end."""
        await task.cancel()

    async def ended(self, task: Any) -> None:
        """Task.wait."""
        await task.wait()

    async def in_time(self, work: Work) -> bool:
        """curio.timeout_after."""
        try:
            await curio.timeout_after(3 * TICK, work)
        except curio.TaskTimeout:
            return False
        return True


LIB = Curio()
ask = Questions()


@ask("sync/condition-notify-before-wait")
async def _(lib: Lib) -> str:
    return "no"  # it kills the kernel: docs/findings/101 is its script


@ask("sync/semaphore-free-yields")
async def _(lib: Lib) -> str:
    return await curio_run.lets_others_run(curio.Semaphore(3).acquire)


@ask("channels/unbounded-send")
async def _(lib: Lib) -> str:
    queue = curio.Queue()

    async def many() -> None:
        for item in range(100):
            await queue.put(item)

    return "never-waits" if await lib.in_time(many) else "waits"


@ask("channels/unbounded-order")
async def _(lib: Lib) -> str:
    queue = curio.Queue()
    for item in range(20):
        await queue.put(item)
    return "yes" if [await queue.get() for _ in range(20)] == list(range(20)) else "no"


@ask("channels/length")
async def _(lib: Lib) -> str:
    queue = curio.Queue(maxsize=3)
    told = [queue.qsize()]
    await queue.put(1)
    await queue.put(2)
    told.append(queue.qsize())
    await queue.get()
    told.append(queue.qsize())
    return "yes" if told == [0, 2, 1] else "no"


@ask("channels/length-waiting-sender")
async def _(lib: Lib) -> str:
    queue = curio.Queue(maxsize=1)
    await queue.put(1)
    await lib.start(lambda: queue.put(2))
    await lib.pause(1)
    return {1: "does-not", 2: "counts"}[queue.qsize()]


for questions in (
    every_condition.ask,
    every_permit.queries,
    every_permit.clearing,
    every_permit.semaphores,
    ask,
    every_permit.values,
):
    questions.file(LIB, probe)


if __name__ == "__main__":
    curio_run.main()
