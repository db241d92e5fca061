"""The event loop itself, for the ops that are calls of it: shared by all of asyncio's family."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from conformance.adapter.loop import Loop
from runtimes._asyncio_run import AsyncioRun


class LoopOps(Loop):
    """Mixed into `Asyncio`, which has `_loop`, `_native_loop` and `_now_running`."""

    _loop: Any
    _native_loop: Callable[[], Any]
    _now_running: AsyncioRun

    def event_loop(self) -> Any:
        """The loop of this run."""
        return self._loop

    def new_event_loop(self) -> Any:
        """Another one, as shipped."""
        return self._native_loop()

    def holding(self) -> AbstractContextManager[None]:
        """The clock counts what is under way."""
        return self._now_running.holding()

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """The clock waits a little before it jumps, as for bytes in flight."""
        run = self._now_running
        run.expected += 1
        try:
            yield
        finally:
            run.expected -= 1

    def at_end(self, close: Callable[[], object]) -> None:
        """Before the loop is closed."""
        self._now_running.closers.append(close)
