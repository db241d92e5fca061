"""Primitives and memory channels asked of trio itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import every_condition
import every_count
import every_end
import every_limiter
import every_permit
import trio
import trio_run
from native_probe import TICK
from primitive_lib import Lib, Questions, Work
from trio_run import probe


class Trio:
    """trio, with a nursery around each question."""

    module = trio
    cancelled = trio.Cancelled
    end = "EndOfChannel"
    nursery: trio.Nursery

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """A nursery that is cancelled at its end."""
        async with trio.open_nursery() as self.nursery:
            yield
            self.nursery.cancel_scope.cancel()

    def bounded(self) -> Any:
        """A semaphore with a greatest value."""
        return trio.Semaphore(1, max_value=1)

    def pipe(self, size: float) -> tuple[Any, Any]:
        """trio.open_memory_channel."""
        return trio.open_memory_channel[Any](size)

    async def pause(self, ticks: float) -> None:
        """trio.sleep."""
        await trio.sleep(ticks * TICK)

    async def start(self, work: Work) -> Any:
        """A child in a scope of its own."""
        scope, over = trio.CancelScope(), trio.Event()

        async def live() -> None:
            try:
                with scope:
                    await work()
            finally:
                over.set()

        self.nursery.start_soon(live)
        return scope, over

    async def cancel(self, task: Any) -> None:
        """CancelScope.cancel."""
        task[0].cancel()

    async def ended(self, task: Any) -> None:
        """Event.wait."""
        await task[1].wait()

    async def in_time(self, work: Work) -> bool:
        """trio.move_on_after."""
        with trio.move_on_after(3 * TICK) as scope:
            await work()
        return not scope.cancelled_caught


LIB = Trio()
free = Questions()


@free("sync/semaphore-free-yields", runs=10)
async def _(lib: Lib) -> str:
    return await trio_run.lets_others_run(trio.Semaphore(3).acquire)


for questions in (
    *(every_condition.ask, every_condition.forgetting, every_limiter.ask, every_end.ask),
    *(every_permit.queries, every_permit.nowait, every_permit.semaphores),
    *(every_permit.bounded, every_permit.values, every_count.ask, free),
):
    questions.file(LIB, probe)


if __name__ == "__main__":
    trio_run.main()
