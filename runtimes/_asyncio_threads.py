"""Threads for asyncio and its kin, and what ends more than a task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

from conformance.adapter.core import Body
from conformance.adapter.shutdown import Shutdown
from conformance.adapter.threads import Threads


class AsyncioThreads(Threads, Shutdown):
    """Mixed into `Asyncio`, which has `_loop`. A wait for a thread is always given up when it is cancelled."""

    _loop: Any

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`asyncio.to_thread`."""
        return await asyncio.to_thread(body)

    def from_thread(self, body: Body) -> Any:
        """`asyncio.run_coroutine_threadsafe`, and the result of its future."""
        coroutine = cast("Coroutine[Any, Any, Any]", body())
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:  # the loop is closed
            coroutine.close()
            raise
        return future.result()
