"""rloop: asyncio's tasks and primitives on a loop written in Rust on the mio crate."""

from __future__ import annotations

from typing import Final

from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops, drop_in

_PROMISE: Final = (
    "https://github.com/gi0baro/rloop: an asyncio event loop; the differences that its README lists "
    "do not concern this"
)


class Rloop(DropIn):
    """rloop under asyncio's own API."""

    package = "rloop"
    loops = both_loops(module("rloop").RLoop, nap=0.0005)  # it polls every 0.25 ms at most
    semantics = drop_in(_PROMISE, {})
    lacks = DropIn.lacks | {"listen_unix", "connect_unix"}  # NotImplementedError (rloop 0.5.0)
    special = DropIn.special - {"sleep:infinite", "deadline:infinite"}
