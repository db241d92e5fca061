"""Facet: work in threads, and the way back from there into the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.adapter.core import Body, optional


def nobody() -> bool:
    """No thread is there."""
    return False


class Threads:
    """Ops `run_in_thread`, `from_thread`, `check_cancelled`; `hold` and `open_gate` are the interpreter's own.

    The special capabilities `thread:abandons` and `thread:waits` say which wishes `abandon` may express.
    """

    at_work: Callable[[], bool] = staticmethod(nobody)
    """Set for each run: whether a thread is at work. A virtual clock must not jump then."""
    parked: Callable[[], bool] = staticmethod(nobody)
    """Set for each run: whether all there are wait for what the loop does, or never will: no clock need wait."""

    @optional
    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """Call `body` in a thread and wait: return its value, raise its error.

        When the waiter is told of a cancellation the thread is abandoned, waited for, or what the runtime does
        of itself (None).
        """
        raise NotImplementedError

    @optional
    def from_thread(self, body: Body) -> Any:
        """Called in such a thread: have the loop perform the body, wait for it, return or raise what it does."""
        raise NotImplementedError

    @optional
    def check_cancelled(self) -> None:
        """Called in such a thread: raise if its waiter was cancelled."""
        raise NotImplementedError
