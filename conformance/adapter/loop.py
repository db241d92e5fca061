"""Facet: an event loop with asyncio's API, for the authors of one.

There is one method for all the ops of the area `loop`, since that API is what they are written in:
the interpreter calls `call_soon`, `create_server` and the rest on the loop that it is given. What
a loop lacks (`sock_recv`, say) is named in `lacks`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from conformance.adapter.core import optional


class Loop:
    """The ops in `conformance.lang.ops.LOOP`."""

    @optional
    def event_loop(self) -> Any:
        """The loop that this run runs on: an `asyncio.AbstractEventLoop`."""
        raise NotImplementedError

    def new_event_loop(self) -> Any:
        """A fresh loop as shipped, on its own clock; whoever asks closes it."""
        raise NotImplementedError

    def holding(self) -> AbstractContextManager[None]:
        """While this is open a thread or a connect is under way: virtual time stands still."""
        return nullcontext()

    def expecting(self) -> AbstractContextManager[None]:
        """While this is open something may be on its way through the kernel; it may never come."""
        return nullcontext()

    def at_end(self, close: Callable[[], object]) -> None:
        """Call that once the run is over and the loop not closed yet."""
        raise NotImplementedError
