"""zloop: asyncio's tasks and primitives on a loop with a core written in Zig."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import LOOP
from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops, drop_in

_PROMISE: Final = "https://pypi.org/project/zloop/: a drop-in asyncio event loop, as uvloop is"


class Zloop(DropIn):
    """zloop under asyncio's own API."""

    package = "zloop"
    loops = both_loops(module("zloop").Loop)
    semantics = drop_in(_PROMISE, {})
    lacks = DropIn.lacks | {"connect_unix", *(kind for kind in LOOP if kind.startswith("sock_"))}
    """Its `sock_*` and `create_unix_connection` raise NotImplementedError (zloop 0.0.1)."""
