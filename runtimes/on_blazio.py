"""blazio: asyncio's tasks and primitives on a loop written in Zig on zio.ev (io_uring, epoll)."""

from __future__ import annotations

from typing import Final

from runtimes._installed import module
from runtimes.drop_in import DropIn, both_loops, drop_in

_PROMISE: Final = (
    "https://pypi.org/project/blazio/: a drop-in asyncio event loop; the rest of a program is "
    "standard asyncio"
)


class Blazio(DropIn):
    """blazio under asyncio's own API."""

    package = "blazio"
    loops = both_loops(module("blazio").EventLoop)
    semantics = drop_in(_PROMISE, {})
    lacks = DropIn.lacks | {"listen_unix", "connect_unix", "sock_recv_into"}
    """They raise NotImplementedError (blazio 0.1.0)."""
