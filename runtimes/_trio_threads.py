"""trio's threads, and what ends more than a task."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import trio

from conformance.adapter.core import Body
from conformance.adapter.shutdown import Shutdown
from conformance.adapter.threads import Threads

HAS_CHECK: Final = hasattr(trio.from_thread, "check_cancelled")
"""From 0.23 on threads have a part in the cancellation of whoever waits for them."""
ABANDON: Final = next(
    name
    for name in ("abandon_on_cancel", "cancellable")  # the name up to 0.22
    if name in inspect.signature(trio.to_thread.run_sync).parameters
)


class TrioThreads(Threads, Shutdown):
    """Facets: threads, shutdown."""

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`trio.to_thread.run_sync`."""
        if abandon is None:
            return await trio.to_thread.run_sync(body)
        how: dict[str, Any] = {ABANDON: abandon}
        return await trio.to_thread.run_sync(body, **how)

    def from_thread(self, body: Body) -> Any:
        """`trio.from_thread.run`."""
        return trio.from_thread.run(body)

    def check_cancelled(self) -> None:
        """`trio.from_thread.check_cancelled`."""
        trio.from_thread.check_cancelled()
