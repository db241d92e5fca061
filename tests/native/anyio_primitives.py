"""Primitives and memory object streams asked of anyio itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio_run
import every_condition
import every_count
import every_end
import every_limiter
import every_permit
from anyio_run import probe
from native_probe import TICK
from primitive_lib import Lib, Questions, Work


class Anyio:
    """anyio, with a task group around each question."""

    module = anyio
    end = "EndOfStream"
    group: Any
    ends: list[Any]

    @property
    def cancelled(self) -> type[BaseException]:
        """The backend's."""
        return anyio.get_cancelled_exc_class()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """A task group that is cancelled at its end; then every stream is closed."""
        self.ends = []
        async with anyio.create_task_group() as self.group:
            yield
            self.group.cancel_scope.cancel()
        for end in self.ends:
            end.close()

    def pipe(self, size: float) -> tuple[Any, Any]:
        """A memory object stream."""
        ends = anyio.create_memory_object_stream[Any](size)
        self.ends += ends
        return ends

    def bounded(self) -> Any:
        """A semaphore with a greatest value."""
        return anyio.Semaphore(1, max_value=1)

    async def pause(self, ticks: float) -> None:
        """anyio.sleep."""
        await anyio.sleep(ticks * TICK)

    async def start(self, work: Work) -> Any:
        """A child in a scope of its own."""
        scope, over = anyio.CancelScope(), anyio.Event()

        async def live() -> None:
            try:
                with scope:
                    await work()
            finally:
                over.set()

        self.group.start_soon(live)
        return scope, over

    async def cancel(self, task: Any) -> None:
        """CancelScope.cancel."""
        task[0].cancel()

    async def ended(self, task: Any) -> None:
        """Event.wait."""
        await task[1].wait()

    async def in_time(self, work: Work) -> bool:
        """anyio.move_on_after."""
        with anyio.move_on_after(3 * TICK) as scope:
            await work()
        return not scope.cancelled_caught


LIB = Anyio()
free = Questions()


@free("sync/semaphore-free-yields", runs=10)
async def _(lib: Lib) -> str:
    return await anyio_run.lets_others_run(anyio.Semaphore(3).acquire)


for questions in (
    *(every_condition.ask, every_condition.forgetting, every_limiter.ask, every_end.ask),
    *(every_permit.queries, every_permit.nowait, every_permit.semaphores),
    *(every_permit.bounded, every_permit.values, every_count.ask, free),
):
    questions.file(LIB, probe)


if __name__ == "__main__":
    anyio_run.main()
