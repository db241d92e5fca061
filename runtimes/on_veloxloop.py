"""veloxloop: asyncio's tasks and primitives on a loop written in Rust."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from runtimes._drop_in import DropIn, both_loops, drop_in
from runtimes._installed import module

_PROMISE: Final = (
    "https://pypi.org/project/veloxloop/: an asyncio event loop, fully compatible with the "
    "standard asyncio API"
)


class Veloxloop(DropIn):
    """veloxloop under asyncio's own API."""

    package = "veloxloop"
    virtual: ClassVar[Literal["none"]] = "none"
    """Its waits for threads and sockets poll: their task is stepped in every round (finding 054), and a clock that
    replaces timers never sees the loop at rest."""
    loops = both_loops(module("veloxloop").VeloxLoop)
    semantics = drop_in(_PROMISE, {})
    lacks = DropIn.lacks | {"abort", "listen_unix", "connect_unix", "sock_recv_into"}
    """Its sockets take no SO_LINGER; the others raise NotImplementedError (veloxloop 0.2.0)."""
    special = DropIn.special - {"sleep:infinite", "deadline:infinite"}
