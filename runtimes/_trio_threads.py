"""trio's threads, and what ends more than a task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trio

from conformance.adapter.core import Body
from conformance.adapter.shutdown import Shutdown
from conformance.adapter.threads import Threads


class TrioThreads(Threads, Shutdown):
    """Facets: threads, shutdown."""

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`trio.to_thread.run_sync`."""
        if abandon is None:
            return await trio.to_thread.run_sync(body)
        return await trio.to_thread.run_sync(body, abandon_on_cancel=abandon)

    def from_thread(self, body: Body) -> Any:
        """`trio.from_thread.run`."""
        return trio.from_thread.run(body)

    def check_cancelled(self) -> None:
        """`trio.from_thread.check_cancelled`."""
        trio.from_thread.check_cancelled()
